"""A proof that needs no network: which document was issued, when, under which fingerprint.

It is printed as a second QR code, and signed with the key of the registry's seal. It does not tell
whether the document still stands: only the page of verification does. This file needs Python and
`cryptography`, nothing else of ours: copy it beside the published key and run

    python3 offline.py --key key.pem "RV01…"

Grammar, after the French 2D-Doc (ANTS) without its name, its authorities nor its control characters
(`/` for GS, `.` for US: the whole stays in the alphanumeric mode of QR codes):

    RV 01 <key: 4> <issued: 4 hex> <signed: 4 hex> <type: 2> (<field: 2><value> /)* . <signature>

Dates are days since 1 January 2000. Signature: raw r then s of ECDSA SHA-256 over what precedes the
point, in base 32 without padding.
"""

import argparse
import base64
import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)


_PREFIX, _END, _SIGN = "RV01", "/", "."
# `interop.md` 6.2.
_EPOCH = date(2000, 1, 1)
_HEADER = len(_PREFIX) + 4 + 4 + 4 + 2
# Longer is none of ours: refused before anything is computed.
_LONGEST = 400

# Types of documents, and the fields they hold.
CERTIFICATE = "AI"
NUMBER, FINGERPRINT = "01", "02"
NAMES = {CERTIFICATE: "Attestation d’inclusion"}


class BadProof(Exception):
    """Not ours, altered, or cut. The message is in French."""


@dataclass(frozen=True)
class Proof:
    kind: str
    issued_on: date
    signed_on: date
    fields: Mapping[str, str]


def key_name(key: ec.EllipticCurvePublicKey) -> str:
    """Four characters that tell which published key to use."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b32encode(hashlib.sha256(der).digest()).decode()[:4]


def _half(key: ec.EllipticCurvePublicKey) -> int:
    """Bytes of each half of a signature: 32 with a P-256 key."""
    return (key.key_size + 7) // 8


def build(
    key: ec.EllipticCurvePrivateKey, kind: str, fields: Mapping[str, str], *, on: date
) -> str:
    """Sign what a document says of itself."""
    day = f"{(on - _EPOCH).days:04X}"
    content = "".join(f"{name}{value}{_END}" for name, value in sorted(fields.items()))
    said = f"{_PREFIX}{key_name(key.public_key())}{day}{day}{kind}{content}"
    r, s = utils.decode_dss_signature(key.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
    half = _half(key.public_key())
    raw = r.to_bytes(half, "big") + s.to_bytes(half, "big")
    return f"{said}{_SIGN}{base64.b32encode(raw).decode().rstrip('=')}"


def read(text: str, key: ec.EllipticCurvePublicKey) -> Proof:
    """Return what the registry signed.

    :raises BadProof: it was not signed with this key, or not in this form
    """
    said, dot, signature = text.strip().partition(_SIGN)
    if len(text) > _LONGEST or not said.startswith(_PREFIX) or not dot or len(said) < _HEADER:
        raise BadProof("Ce code n’est pas une preuve du registre.")
    if said[4:8] != key_name(key):
        raise BadProof("Ce code a été signé avec une autre clé que celle qui est donnée.")
    try:
        raw = base64.b32decode(signature + "=" * (-len(signature) % 8))
        half = _half(key)
        if len(raw) != 2 * half:
            raise BadProof("La signature de ce code est incomplète.")
        r, s = int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big")
        key.verify(utils.encode_dss_signature(r, s), said.encode(), ec.ECDSA(hashes.SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise BadProof("Ce code a été modifié, ou n’a pas été émis par le registre.") from error
    return _parse(said)


def _parse(said: str) -> Proof:
    issued, signed = (_EPOCH + timedelta(days=int(said[at : at + 4], 16)) for at in (8, 12))
    fields = {part[:2]: part[2:] for part in said[_HEADER:].split(_END) if part}
    return Proof(said[16:18], issued, signed, fields)


def main() -> int:
    parser = argparse.ArgumentParser(description="Vérifie sans réseau le code d’un document.")
    parser.add_argument("--key", type=Path, required=True, help="clé publiée par le registre (PEM)")
    parser.add_argument("code", help="contenu du code QR «\u202fsans réseau\u202f»")
    asked = parser.parse_args()
    key = load_pem_public_key(asked.key.read_bytes())
    if not isinstance(key, ec.EllipticCurvePublicKey):
        parser.error("une clé à courbe elliptique est attendue")
    try:
        proof = read(asked.code, key)
    except BadProof as error:
        sys.stderr.write(f"REFUSÉ : {error}\n")
        return 1
    name = NAMES.get(proof.kind, proof.kind)
    sys.stdout.write(
        f"AUTHENTIQUE : {name}, émise le {proof.issued_on:%d/%m/%Y}\n"
        f"Numéro    {proof.fields.get(NUMBER, '')}\n"
        f"Empreinte {proof.fields.get(FINGERPRINT, '')}\n"
        "Comparez-les au document. Sa validité se lit sur la page de vérification seulement.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
