"""What members and patients choose of their reminders, and the agenda of a doctor."""

import hashlib
import secrets
from datetime import date, datetime

from accounts.models import Member
from core import audit
from followup.actions.checks import locked_enrolment
from followup.enums import ReminderChannel, Rhythm
from followup.models import DigestChoice, Feed, ReminderChoice
from patients.models import Enrolment


# Bytes of the secret of an agenda: nobody guesses it, so a plain digest is enough to keep.
FEED_BYTES = 32


class CannotChoose(Exception):
    """The message is in French and may be shown."""


def choose_rhythm(rhythm: Rhythm, *, by: Member) -> None:
    """How often this member gets the digest, for this role at this place."""
    with audit.acting("digest.chosen", by=by):
        DigestChoice.objects.update_or_create(member=by, defaults={"rhythm": rhythm})
        audit.record("digest.chosen", by=by, rhythm=rhythm.value)


def choose_reminder(
    enrolment: Enrolment,
    channel: ReminderChannel,
    days_before: int,
    *,
    days_after: int = 0,
    by: Member,
    at: datetime,
) -> None:
    """Write what the patient agreed to; it holds until the next choice.

    :param days_after: after an appointment that was missed; 0 when they want no message then
    :raises CannotChoose: they are not followed any more; nothing was written
    """
    with audit.acting("reminder.chosen", by=by):
        locked = locked_enrolment(enrolment.pk)
        if not locked.is_live:
            raise CannotChoose("Ce patient n’est plus suivi.")
        choice = ReminderChoice.objects.create(
            enrolment=locked,
            channel=channel,
            days_before=days_before,
            days_after=days_after,
            recorded_at=at,
            recorded_by=by,
        )
        subject = str(locked.public_id)
        audit.record("reminder.chosen", choice, by=by, subject=subject, channel=channel.value)


def open_feed(*, by: Member, at: datetime) -> str:
    """Return the secret of a new agenda, shown once; the one before opens nothing any more."""
    secret = secrets.token_urlsafe(FEED_BYTES)
    with audit.acting("feed.opened", by=by):
        Member.objects.select_for_update(of=("self",)).get(pk=by.pk)
        Feed.objects.filter(member=by, revoked_at=None).update(revoked_at=at)
        feed = Feed.objects.create(member=by, digest=feed_digest(secret), created_at=at)
        audit.record("feed.opened", feed, by=by)
    return secret


def revoke_feed(*, by: Member, at: datetime) -> bool:
    """The agenda opens nothing from its next use on; whether there was one."""
    with audit.acting("feed.revoked", by=by):
        revoked = Feed.objects.filter(member=by, revoked_at=None).update(revoked_at=at)
        if revoked:
            audit.record("feed.revoked", by=by)
    return bool(revoked)


def mark_read(feed: Feed, *, on: date) -> None:
    """Write that the agenda was read, once a day: programs read it every quarter of an hour."""
    with audit.acting("feed.read", by=feed.member):
        if Feed.objects.filter(pk=feed.pk).exclude(last_read_on=on).update(last_read_on=on):
            audit.record("feed.read", feed, by=feed.member)


def feed_digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
