import base64

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from devstack.credentials import PASSWORDS, Credentials
from devstack.place import Place


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path / "var")
    place.make()
    return place


def test_secrets_are_drawn_once_and_readable_by_their_owner_alone(place):
    Credentials(place).make()
    before = {path.name: path.read_text() for path in place.secrets.iterdir()}

    Credentials(place).make()

    assert {path.name: path.read_text() for path in place.secrets.iterdir()} == before
    assert {path.stat().st_mode & 0o777 for path in place.secrets.iterdir()} == {0o600}
    assert len({Credentials(place).password(role) for role in PASSWORDS}) == len(PASSWORDS)


def test_the_key_that_wraps_keys_is_32_bytes_with_an_id(place):
    Credentials(place).make()

    key_id, _, key = Credentials(place).variables()["KEY_ENCRYPTION_KEYS"].partition(":")

    assert key_id == "1"
    assert len(base64.b64decode(key)) == 32


def test_the_seal_is_signed_by_the_authority_that_comes_with_it(place):
    Credentials(place).make()
    variables = Credentials(place).variables()

    with open(variables["SEAL_CERTIFICATE_FILE"], "rb") as file:
        certificate, authority = x509.load_pem_x509_certificates(file.read())
    with open(variables["SEAL_KEY_FILE"], "rb") as file:
        key = load_pem_private_key(file.read(), password=None)

    certificate.verify_directly_issued_by(authority)
    assert certificate.public_key() == key.public_key()
    assert "CN=ReCann – démonstration" in certificate.subject.rfc4514_string()


def test_a_folder_others_may_enter_holds_no_secret(place):
    place.secrets.chmod(0o755)

    with pytest.raises(PermissionError):
        place.make()


def test_sockets_of_a_long_path_stand_in_a_short_private_folder(tmp_path):
    place = Place(tmp_path / ("long" * 30))

    assert len(str(place.sockets)) < 60
    assert Place(tmp_path / "other").sockets != place.sockets
