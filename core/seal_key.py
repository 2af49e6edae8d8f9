"""The key of the registry's seal: what signs delivered documents and their offline proofs."""

from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


@lru_cache(maxsize=1)
def private() -> ec.EllipticCurvePrivateKey:
    """Parsed once for the process."""
    key = load_pem_private_key(Path(settings.SEAL_KEY_FILE).read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ImproperlyConfigured("SEAL_KEY_FILE: an elliptic curve key is expected.")
    return key


def published() -> bytes:
    """The public key, as anybody may keep it to check documents without us: PEM."""
    return private().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
