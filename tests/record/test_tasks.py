"""The journal is verified every night, and an alteration is told loudly."""

import logging

import pytest
from django.utils import timezone

from accounts.enums import Role
from core import audit, seals
from core.models import JournalCheck, JournalLine, OutgoingMail
from record import tasks
from tests.accounts.factories import MemberFactory
from tests.core.factories import JournalLineFactory


@pytest.fixture(autouse=True)
def _copies(settings, tmp_path):
    settings.SEAL_COPIES = tmp_path / "seals.txt"


def sealed_line():
    line = JournalLineFactory(transaction=1, role="X")
    seals.seal(at=timezone.now(), before=100)
    return line


def test_an_intact_journal_is_verified_twice_and_tells_nobody():
    sealed_line()
    MemberFactory(role=Role.MANAGER)

    assert [tasks.verify_journal(), tasks.verify_journal()] == [0, 0]

    assert list(JournalCheck.objects.values_list("seals", "lines", "faults")) == [(1, 1, [])] * 2
    assert JournalLine.objects.filter(action="journal.verified").count() == 2
    assert not OutgoingMail.objects.exists()


def test_an_altered_journal_is_told_to_every_manager_once_a_day(as_owner, caplog):
    line = sealed_line()
    manager, also = MemberFactory(role=Role.MANAGER), MemberFactory(role=Role.MANAGER)
    MemberFactory(role=Role.ANALYST)
    with as_owner() as cursor:
        cursor.execute("UPDATE core_journalline SET role = 'Y' WHERE id = %s", [line.pk])

    with caplog.at_level(logging.CRITICAL):
        assert [tasks.verify_journal(), tasks.verify_journal()] == [1, 1]

    assert set(OutgoingMail.objects.values_list("to", flat=True)) == {
        manager.user.email,
        also.user.email,
    }
    mail = OutgoingMail.objects.first()
    assert "1 anomalie " in mail.body
    assert "/journal/integrite/" in mail.body
    assert "modifiée" in caplog.text
    assert JournalLine.objects.filter(action="journal.fault").count() == 2
    assert "une ligne a été modifiée" in JournalCheck.objects.first().faults[0]


def test_a_copy_that_is_no_longer_in_the_database_is_a_fault(settings):
    sealed_line()
    settings.SEAL_COPIES.write_text("2026-03-01 1:00ff\n2026-03-02 nothing\n")

    assert tasks.verify_journal() == 2

    assert "Copie du 2026-03-01" in JournalCheck.objects.get().faults[0]


def test_the_verification_is_signed_by_the_registry():
    tasks.verify_journal()

    line = JournalLine.objects.get()
    assert (line.action, line.role, line.user_id) == ("journal.verified", audit.SYSTEM.role, None)
