"""What the database refuses of `core`: one line per constraint and per trigger."""

from collections.abc import Callable

from django.db import connection

from core.models import Document, JournalCheck
from tests.core.factories import (
    NOON,
    DocumentFactory,
    DoneOnceFactory,
    DraftFactory,
    JournalCheckFactory,
    JournalLineFactory,
    KeyRecordFactory,
    OutgoingMailFactory,
    SealFactory,
    VerificationCodeFactory,
)


def twice(factory, **fields):
    factory(**fields)
    factory(**fields)


def changed_document():
    Document.objects.filter(pk=DocumentFactory().pk).update(kind="other")


def deleted_document():
    """By the owner of the tables: the runtime role has no right to try."""
    as_owner("DELETE FROM core_document WHERE id = %s", DocumentFactory().pk)


def as_owner(sql, pk):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(sql, [pk])


REFUSED: dict[str, Callable[[], object]] = {
    "core_key_purpose_named": lambda: KeyRecordFactory(purpose=""),
    "core_key_wrapped": lambda: KeyRecordFactory(wrapped=bytes(32)),
    "core_journal_action_named": lambda: JournalLineFactory(action=""),
    "core_seal_chain_does_not_fork": lambda: twice(SealFactory, previous=b"same"),
    "core_seal_starts_once": lambda: twice(SealFactory, cluster=1, first=5),
    "core_seal_in_order": lambda: SealFactory(first=5, last=4),
    "core_check_is_frozen": lambda: JournalCheck.objects.filter(
        pk=JournalCheckFactory(faults=["…"]).pk
    ).update(faults=[]),
    "core_check_never_deleted": lambda: as_owner(
        "DELETE FROM core_journalcheck WHERE id = %s", JournalCheckFactory().pk
    ),
    "core_draft_unique": lambda: twice(DraftFactory, owner_id=1, key="visit:1"),
    "core_draft_closed_is_empty": lambda: DraftFactory(closed_at=NOON),
    "core_mail_written_once": lambda: twice(OutgoingMailFactory, key="same"),
    "core_mail_message_id_unique": lambda: twice(
        OutgoingMailFactory, message_id="5ac20c04-8a84-4ea4-9f0b-bbb4a9f3c1a1"
    ),
    "core_done_once": lambda: twice(DoneOnceFactory, user_id=1, key="same"),
    "core_document_has_fingerprint": lambda: DocumentFactory(sha256=bytes(20)),
    "core_document_is_delivered_bytes": changed_document,
    "core_document_never_deleted": deleted_document,
    "core_code_token_unique": lambda: twice(VerificationCodeFactory, token_mac=bytes(32)),
    "core_code_short_unique": lambda: twice(VerificationCodeFactory, short_mac=bytes(32)),
    "core_code_keeps_macs_only": lambda: VerificationCodeFactory(short_mac=b"RC-0000"),
}
