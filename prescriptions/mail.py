"""What is written to people about prescriptions: numbers and products, no name and no disease."""

from datetime import datetime

from accounts.models import Member
from core import mail
from prescriptions.models import Prescription
from programmes.models import ProductRegime


def first_thc(prescription: Prescription, to: Member, *, at: datetime) -> None:
    """A relay doctor's first medicine with THC: one mail a reference doctor."""
    assert prescription.signed_on is not None  # noqa: S101 - a check constraint says it
    number = prescription.enrolment.number
    mail.queue(
        f"first-thc:{prescription.pk}:{to.pk}",
        to.user.email,
        f"ReCann – première ordonnance avec THC\u202f: {number}",
        f"Le médecin relais du dossier {number} a signé le {prescription.signed_on:%d/%m/%Y} une "
        "ordonnance qui contient pour la première fois un médicament avec du THC. Elle est valable "
        "et figure au dossier. Ce message est une information\u202f: rien ne vous est demandé.",
        at=at,
    )


def transcribed(prescription: Prescription, to: Member, *, at: datetime) -> None:
    """A pharmacist copied a paper: one mail a doctor of the structure."""
    number = prescription.enrolment.number
    mail.queue(
        f"transcribed:{prescription.pk}:{to.pk}",
        to.user.email,
        f"ReCann\u202f: ordonnance papier transcrite, dossier {number}",
        f"Une pharmacie a transcrit une ordonnance papier pour le dossier {number}. Elle "
        "figure au dossier, avec sa copie et ce que la transcription signale. Relisez-la\u202f: "
        "si elle n’est pas authentique, prévenez la pharmacie.",
        at=at,
    )


def regime_mismatch(row: ProductRegime, to: Member, *, at: datetime) -> None:
    """A regime that the declared THC contradicts: one mail a manager."""
    mail.queue(
        f"regime-mismatch:{row.pk}:{to.pk}",
        to.user.email,
        f"ReCann – régime à vérifier\u202f: {row.product.name}",
        f"Le régime enregistré pour {row.product.name} "
        f"({row.get_regime_display()}, depuis le {row.valid_from:%d/%m/%Y}) ne correspond "
        f"pas à sa teneur déclarée en THC ({row.product.thc_percent} %). "
        "Le régime enregistré s’applique\u202f; vérifiez-le dans le catalogue.",
        at=at,
    )
