import datetime
import hashlib
import uuid

import factory

from core import models


NOON = datetime.datetime(2026, 3, 2, 12, tzinfo=datetime.UTC)


class KeyRecordFactory(factory.django.DjangoModelFactory):
    """A key that opens nothing: only its shape is right."""

    class Meta:
        model = models.KeyRecord

    purpose = "test"
    wrapped = bytes(60)
    kek_id = "1"


class JournalLineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.JournalLine

    action = "patient.seen"
    detail = factory.LazyFunction(dict)


class SealFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Seal

    at = NOON
    cluster = 1
    first = factory.Sequence(lambda n: 10 * n)
    last = factory.LazyAttribute(lambda seal: seal.first + 9)
    lines = 1
    previous = factory.Sequence(lambda n: b"previous %d" % n)
    digest = factory.Sequence(lambda n: b"digest %d" % n)


class JournalCheckFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.JournalCheck

    at = NOON
    seals = 1
    lines = 1


class DraftFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Draft

    owner_id = 1
    key = factory.Sequence(lambda n: f"visit:{n}")
    key_id = factory.LazyFunction(uuid.uuid4)
    sealed = b"sealed"
    version = 1
    saved_at = NOON
    expires_at = NOON + datetime.timedelta(days=30)


class OutgoingMailFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.OutgoingMail

    key = factory.Sequence(lambda n: f"reminder {n}")
    to = "lea.martin@example.org"
    subject = "Rappel"
    body = "Une visite est à faire."
    created_at = NOON


class DoneOnceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.DoneOnce

    user_id = 1
    key = factory.Sequence(lambda n: f"key {n}")
    action = "prescription.signed"
    body = bytes(32)
    target = "1"


class DocumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.Document

    kind = "certificate"
    key_id = factory.LazyFunction(uuid.uuid4)
    sealed = b"sealed"
    sha256 = hashlib.sha256(b"content").digest()
    size_bytes = 7
    made_at = NOON


class VerificationCodeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = models.VerificationCode

    kind = "certificate"
    target_label = "patients.Enrolment"
    target_id = factory.Sequence(int)
    token_mac = factory.Sequence(lambda n: hashlib.sha256(b"token %d" % n).digest())
    short_mac = factory.Sequence(lambda n: hashlib.sha256(b"short %d" % n).digest())
    issued_on = NOON.date()
    fingerprint = "ABCDEFGHIJ"
