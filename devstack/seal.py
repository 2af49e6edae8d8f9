"""The demonstration's seal: an authority of its own and one certificate, worth nothing outside.

A seal of ours proves that a document was not altered; who vouches for it is the certificate's
issuer, so production needs a qualified certificate (SEAL_KEY_FILE, SEAL_CERTIFICATE_FILE).
"""

import datetime
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


AUTHORITY_NAME = "ReCann – autorité de démonstration"
SEAL_NAME = "ReCann – démonstration"
# Days. No source: long enough for any demonstration folder.
VALID_DAYS = 3650

_NO_USAGE = dict.fromkeys(
    (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    ),
    False,
)


@dataclass(frozen=True)
class Seal:
    """PEM texts: the key, its certificate followed by the authority's, the authority's alone."""

    key: str
    certificate: str
    authority: str


def make() -> Seal:
    """Draw two P-256 keys and sign the second with the first."""
    authority_key, key = (
        ec.generate_private_key(ec.SECP256R1()),
        ec.generate_private_key(ec.SECP256R1()),
    )
    authority = _certificate(AUTHORITY_NAME, authority_key, signed_with=authority_key)
    certificate = _certificate(SEAL_NAME, key, signed_with=authority_key)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Seal(private.decode(), certificate + authority, authority)


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, *, signed_with: ec.EllipticCurvePrivateKey
) -> str:
    is_authority = key is signed_with
    now = datetime.datetime.now(datetime.UTC)
    usage = _NO_USAGE | (
        {"key_cert_sign": True, "crl_sign": True}
        if is_authority
        else {"digital_signature": True, "content_commitment": True}
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(AUTHORITY_NAME))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=VALID_DAYS))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signed_with.public_key()),
            critical=False,
        )
    )
    signed = builder.sign(signed_with, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ReCann"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
