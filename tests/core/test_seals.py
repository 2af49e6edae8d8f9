import time
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core import audit, seals, tasks
from core.models import JournalLine, Seal
from tests.core.factories import NOON, JournalLineFactory


def write(*transactions):
    """Lines of transactions of this cluster, that are over."""
    return [JournalLineFactory(transaction=number, role="X") for number in transactions]


def seal(before=100):
    return seals.seal(at=NOON, before=before)


def test_an_untouched_journal_is_intact():
    write(1, 2, 2)
    assert seal() == 3
    write(101, 150)
    assert seal(before=200) == 2

    assert list(seals.faults()) == []
    first, second = Seal.objects.order_by("pk")
    assert bytes(second.previous) == bytes(first.digest)
    assert (first.first, first.last, second.first, second.last) == (0, 2, 3, 150)


def test_sealing_twice_seals_once():
    write(1)

    assert [seal(), seal()] == [1, 0]
    assert Seal.objects.count() == 1


def test_lines_of_a_transaction_that_may_still_write_are_left_for_later():
    audit.record("patient.seen", by=audit.SYSTEM)

    assert tasks.seal_journal() == 0
    assert not Seal.objects.exists()


def wait_for_others(line):
    """PostgreSQL numbers the transactions of all its databases, those of other tests too."""
    until = time.monotonic() + 60
    while seals.oldest_open() <= line.transaction and time.monotonic() < until:
        time.sleep(0.02)


@pytest.mark.django_db(transaction=True, databases=["default", "keys"])
def test_the_task_seals_committed_lines():
    audit.record("patient.seen", by=audit.SYSTEM)
    wait_for_others(JournalLine.objects.get())

    assert [tasks.seal_journal(), tasks.seal_journal()] == [1, 0]
    assert list(seals.faults()) == []


def test_a_line_that_commits_after_a_greater_id_is_sealed_later():
    early, late = write(50, 7)

    assert seal(before=10) == 1
    assert seal() == 1
    assert late.pk > early.pk
    assert list(seals.faults()) == []


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE core_journalline SET role = 'Y' WHERE id = %s", "modifiée"),
        ("UPDATE core_journalline SET at = at + interval '1 microsecond' WHERE id = %s", "modif"),
        ("UPDATE core_journalline SET detail = '{\"a\": 1}' WHERE id = %s", "modifiée"),
        ("UPDATE core_journalline SET transaction = 3 WHERE id = %s", "modifiée"),
        ("DELETE FROM core_journalline WHERE id = %s", "2 lignes au lieu de 3"),
    ],
)
def test_an_altered_line_shows(as_owner, sql, words):
    line, *_ = write(1, 2, 3)
    seal()

    with as_owner() as cursor:
        cursor.execute(sql, [line.pk])

    (fault,) = seals.faults()
    assert words in fault


@pytest.mark.parametrize("column", ["action", "role", "target_id", "subject", "request_id"])
def test_one_altered_byte_of_any_text_shows(as_owner, column):
    line, *_ = write(1, 2)
    seal()

    with as_owner() as cursor:
        cursor.execute(
            f"UPDATE core_journalline SET {column} = overlay({column} || 'x' placing 'z' from 1"
            " for 1) WHERE id = %s",
            [line.pk],
        )

    (fault,) = seals.faults()
    assert "modifiée" in fault


def test_two_lines_that_change_places_show(as_owner):
    """Same lines, same count: only their order says something else."""
    first, second = write(1, 2)
    seal()

    with as_owner() as cursor:
        cursor.execute(
            "UPDATE core_journalline SET transaction = 3 - transaction WHERE id IN (%s, %s)",
            [first.pk, second.pk],
        )

    (fault,) = seals.faults()
    assert "modifiée" in fault


def test_a_chain_rewritten_whole_is_betrayed_by_the_copy_outside(as_owner, settings, tmp_path):
    """Whoever has every right on the database alters a line and seals all of it again."""
    settings.SEAL_COPIES = tmp_path / "seals.txt"
    line, *_ = write(1, 2)
    seal()
    seals.copy_outside(on=NOON.date() + timedelta(days=1))
    with as_owner() as cursor:
        cursor.execute("DELETE FROM core_seal")
        cursor.execute("UPDATE core_journalline SET role = 'Y' WHERE id = %s", [line.pk])
    seal()
    assert list(seals.faults()) == []

    check = seals.verify(at=NOON, whole=True)

    (fault,) = check.faults
    assert "Copie du 2026-03-02" in fault


# --- Copies outside, verification by night ----------------------------------------------------


def test_the_last_seal_of_each_day_is_copied_once(settings, tmp_path):
    settings.SEAL_COPIES = tmp_path / "apart" / "seals.txt"
    day = NOON.date()
    assert not seals.copy_outside(on=day)
    write(1)
    seal()
    write(2)
    seal()

    done = [seals.copy_outside(on=day + timedelta(days=ahead)) for ahead in (0, 1, 1, 2)]

    assert done == [False, True, False, False]
    (copy,) = seals.copies()
    last = Seal.objects.order_by("-pk").first()
    assert copy == f"2026-03-02 {last.pk}:{bytes(last.digest).hex()}"
    assert seals.verify(at=NOON).faults == []


def test_old_lines_are_read_in_turn_within_four_weeks():
    for number in range(1, 31):
        write(number)
        seal()
    later = NOON + timedelta(days=seals.NIGHTS + 1)

    read = [seals.verify(at=later + timedelta(days=n)).lines for n in range(seals.TURNS)]

    assert sum(read) == 30
    assert max(read) == 2
    assert seals.verify(at=later, whole=True).lines == 30
    assert seals.verify(at=NOON + timedelta(days=seals.NIGHTS)).lines == 30


def test_the_chain_is_read_whole_every_night(as_owner):
    for number in (1, 2, 3):
        write(number)
        seal()
    with as_owner() as cursor:
        cursor.execute("DELETE FROM core_seal WHERE last = 2")

    faults = seals.verify(at=NOON + timedelta(days=400)).faults

    assert any("il ne suit pas" in fault for fault in faults)


def test_a_copy_that_was_scribbled_on_does_not_stand():
    assert not seals.stands("x:zz")
    assert not seals.stands("")


def test_a_line_slipped_in_shows():
    write(1, 3)
    seal()

    write(2)

    (fault,) = seals.faults()
    assert "3 lignes au lieu de 2" in fault


def test_an_erased_line_says_nothing_and_its_seal_still_stands(as_purge):
    line, other = write(1, 2)
    seal()

    with as_purge():
        assert seals.erase(JournalLine.objects.filter(pk=line.pk)) == 1
        assert seals.erase(JournalLine.objects.filter(pk=line.pk)) == 0

    line.refresh_from_db()
    assert (line.action, line.role, line.detail) == ("erased", "", {})
    assert list(seals.faults()) == []
    other.refresh_from_db()
    assert other.role == "X"


def test_a_forged_erasure_shows(as_owner):
    line, *_ = write(1, 2)
    seal()

    with as_owner() as cursor:
        cursor.execute(
            "UPDATE core_journalline SET role = '', erased_sha256 = sha256('') WHERE id = %s",
            [line.pk],
        )

    (fault,) = seals.faults()
    assert "modifiée" in fault


def test_a_seal_taken_away_shows(as_owner):
    for number in (1, 2, 3):
        write(number)
        seal()

    with as_owner() as cursor:
        cursor.execute("DELETE FROM core_seal WHERE last = 2")

    assert [fault.split("\u202f: ")[1] for fault in seals.faults()] == [
        "il ne suit pas le sceau précédent.",
        "des opérations manquent avant lui.",
    ]


def test_after_a_logical_restore_the_former_cluster_is_sealed_first():
    JournalLineFactory(cluster=1, transaction=900)
    seals._seal_cluster(1, NOON, before=1000)
    JournalLineFactory(cluster=1, transaction=950)
    write(5)

    assert seal() == 2
    assert list(Seal.objects.order_by("pk").values_list("cluster", "last"))[:2] == [
        (1, 900),
        (1, 950),
    ]
    assert list(seals.faults()) == []


def test_a_backlog_is_sealed_in_bites(monkeypatch):
    monkeypatch.setattr(seals, "_LINES", 2)
    write(1, 2, 2, 3)

    assert [seal(), seal(), seal()] == [3, 1, 0]
    assert list(seals.faults()) == []


@contextmanager
def other_session():
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    with psycopg.connect(**{name: parameters[name] for name in names}) as other:
        yield other


def test_one_sealer_at_a_time():
    write(1)

    with other_session() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [seals._LOCK])
        assert seal() == 0
        other.execute("SELECT pg_advisory_unlock(%s)", [seals._LOCK])

    assert seal() == 1


def test_verify_journal(as_owner):
    line, *_ = write(1, 2)
    seal()
    copy, out, err = seals.last_digest(), StringIO(), StringIO()

    call_command("verify_journal", expect=copy, stdout=out)
    assert "intact" in out.getvalue()
    assert copy in out.getvalue()

    with as_owner() as cursor:
        cursor.execute("UPDATE core_journalline SET action = 'none' WHERE id = %s", [line.pk])
    with pytest.raises(CommandError, match="altéré"):
        call_command("verify_journal", stderr=err)
    assert "modifiée" in err.getvalue()


def test_verify_journal_misses_a_seal_that_was_copied_outside(as_owner):
    write(1)
    seal()
    copy = seals.last_digest()
    with as_owner() as cursor:
        cursor.execute("DELETE FROM core_seal")
        cursor.execute("DELETE FROM core_journalline")

    call_command("verify_journal", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("verify_journal", expect=copy, stderr=StringIO())
    assert seals.last_digest() == ""
    assert not JournalLine.objects.exists()
