"""Who signs for a minor or for a protected adult: sealed beside the consent, read by few."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from core import keys
from core.text import uncapitalised
from patients.enums import Quality
from patients.models import Consent, Enrolment


@dataclass(frozen=True)
class Representative:
    name: str
    quality: str = ""

    def __str__(self) -> str:
        """Marie Martin, titulaire de l’autorité parentale."""
        if not self.quality:
            return self.name
        label = Quality(self.quality).label
        return f"{self.name}, {uncapitalised(label)}"


def aad(enrolment: Enrolment) -> str:
    return f"patients.Consent.representative {enrolment.public_id}"


def seal(enrolment: Enrolment, representatives: Iterable[Representative]) -> bytes | None:
    """Seal them under the enrolment's key; nothing when there is none."""
    named = list(representatives)
    return seal_under(keys.open_key(enrolment.key_id), enrolment, named) if named else None


def seal_under(
    key: keys.DataKey, enrolment: Enrolment, representatives: Iterable[Representative]
) -> bytes | None:
    named = [asdict(one) for one in representatives]
    plain = json.dumps(named, ensure_ascii=False).encode()
    return key.seal(plain, aad(enrolment)) if named else None


def read(enrolment: Enrolment, consents: Iterable[Consent]) -> list[Representative]:
    """Those of the first consent that has some; nobody once the key is destroyed."""
    sealed = next((one.representative_sealed for one in consents if one.representative_sealed), b"")
    key = keys.open_keys([enrolment.key_id]).get(enrolment.key_id) if sealed else None
    if key is None or not sealed:
        return []
    return [Representative(**one) for one in json.loads(key.unseal(bytes(sealed), aad(enrolment)))]
