"""The reminder of a proof that is about to end: it names the training, no patient."""

from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from core import mail
from core.models import OutgoingMail
from training import rules
from training.models import Completion


def queue_reminder(completion: Completion, *, at: datetime) -> OutgoingMail:
    """Queue it. The same proof twice is one mail."""
    context = {
        "programme": completion.course.programme.short_name,
        "last_day": rules.last_day(completion.proof),
        "address": settings.PUBLIC_URL + reverse("training:mine"),
    }
    body = render_to_string("mail/training_reminder.txt", context)
    subject = "ReCann\u202f: votre formation arrive à échéance"
    key = f"training reminder {completion.pk}"
    return mail.queue(key, completion.user.email, subject, body, at=at)
