import datetime

from django.utils import timezone

from core import drafts, keys
from core.models import Draft, KeyRecord
from patients.tasks import destroy_orphan_keys
from tests.patients.factories import EnrolmentFactory


def age(key_ids, days):
    made_at = timezone.now() - datetime.timedelta(days=days)
    KeyRecord.objects.filter(pk__in=key_ids).update(made_at=made_at)


def test_keys_of_inclusions_that_failed_are_destroyed_once():
    enrolment = EnrolmentFactory()
    used = [enrolment.key_id, enrolment.patient.key_id]
    orphans = [keys.create_key("patient"), keys.create_key("enrolment")]
    orphans.append(keys.create_key("draft"))
    of_today = keys.create_key("patient")
    drafts.save(1, "visit", {}, 0, at=timezone.now())
    of_a_draft = Draft.objects.get().key_id
    age([*used, *orphans, of_a_draft], days=2)

    first, second = destroy_orphan_keys(), destroy_orphan_keys()

    assert (first, second) == (3, 0)
    left = set(KeyRecord.objects.values_list("pk", flat=True))
    assert {*used, of_today, of_a_draft} <= left
    assert not left & set(orphans)
