"""The secrets of one stack, drawn once, each in a file that only its owner may read."""

import base64
import os
import secrets

from devstack.place import Place


PASSWORDS = ("admin", "owner", "app", "purge", "keys")
# Keys of digests, each independent of the others.
INDEPENDENT = ("index_key", "identity_index_key", "nir_index_key", "code_key")


class Credentials:
    """Read a secret by name; draw it first when it does not exist yet."""

    def __init__(self, place: Place) -> None:
        self.folder = place.secrets

    def make(self) -> None:
        """Draw whatever is missing."""
        for role in PASSWORDS:
            self.password(role)
        self._once("secret_key", secrets.token_urlsafe(64))
        for name in INDEPENDENT:
            self._once(name, _key())
        self._once("key_encryption_keys", f"1:{_key()}")
        if not (self.folder / "seal.pem").exists():
            from devstack import seal  # a slow import, of use once

            made = seal.make()
            self._once("seal-ca.pem", made.authority)
            self._once("seal.key", made.key)
            self._once("seal.pem", made.certificate)  # last: it says that all three exist

    def password(self, role: str) -> str:
        return self._once(f"{role}_password", secrets.token_urlsafe(24))

    def variables(self) -> dict[str, str]:
        """The variables that the settings read, apart from addresses."""
        read = {
            name: (self.folder / name).read_text()
            for name in ("secret_key", "key_encryption_keys", *INDEPENDENT)
        }
        return {name.upper(): value for name, value in read.items()} | {
            "SEAL_KEY_FILE": str(self.folder / "seal.key"),
            "SEAL_CERTIFICATE_FILE": str(self.folder / "seal.pem"),
            # Beside the databases of this folder: a fresh folder begins a fresh chain of seals.
            "SEAL_COPIES": str(self.folder / "journal-seals.txt"),
        }

    def _once(self, name: str, drawn: str) -> str:
        """Return what the file holds; write `drawn` there first when it is missing."""
        path = self.folder / name
        if not path.exists():
            new = path.with_name(f"{name}.{os.getpid()}.new")
            with open(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
                file.write(drawn)
            new.rename(path)
        return path.read_text()


def _key() -> str:
    """32 random bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()
