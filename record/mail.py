"""What a manager is told when the journal was altered."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse

from core import mail
from core.models import JournalCheck, OutgoingMail


def queue_fault(to: str, check: JournalCheck, *, at: datetime) -> OutgoingMail:
    """One mail a manager and a day, however often the verification fails."""
    count = len(check.faults)
    body = (
        f"La vérification du {at:%d/%m/%Y} a trouvé {count} anomalie{'s' if count > 1 else ''} "
        "dans le journal des accès\u202f: des lignes ou des sceaux ont été modifiés ou retirés "
        "sans passer par le registre.\n\n"
        f"Le détail\u202f: {settings.PUBLIC_URL}{reverse('record:integrity')}\n\n"
        "Prévenez le responsable de la sécurité. Ne corrigez rien dans la base avant d’en avoir "
        "fait une copie.\n"
    )
    key = f"journal fault {at:%Y-%m-%d} {to}"
    return mail.queue(key, to, "ReCann\u202f: anomalie dans le journal", body, at=at)
