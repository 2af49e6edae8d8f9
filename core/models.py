"""Rows that know no word of the domain: targets and people are plain ids, without foreign key."""

import uuid

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.db import ClusterId, OctetLength, TransactionId
from core.frozen import FrozenWhen, NeverDeleted


models.BinaryField.register_lookup(OctetLength)


class KeyRecord(models.Model):
    """A data key, wrapped. Lives in the `keys` cluster, alone: see `core.databases`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField("usage", max_length=40)
    wrapped = models.BinaryField("clé enveloppée")
    kek_id = models.CharField("clé d’enveloppe", max_length=40)
    made_at = models.DateTimeField("créée le", db_default=Now())

    class Meta:
        verbose_name = "clé"
        verbose_name_plural = "clés"
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="core_key_purpose_named"),
            # Bytes: nonce 12 + key 32 + tag 16.
            models.CheckConstraint(condition=Q(wrapped__octets=60), name="core_key_wrapped"),
        ]
        indexes = [models.Index(fields=["purpose", "made_at"], name="core_key_purpose")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"


class JournalLine(models.Model):
    """What somebody did: an act, a page read, a refusal. Inserted only, partitioned by month."""

    at = models.DateTimeField("le", db_default=Now())
    action = models.CharField(max_length=80)
    # The membership, its person and its site, as they were: no foreign key.
    actor_id = models.BigIntegerField("exercice", null=True)
    user_id = models.BigIntegerField("personne", null=True)
    site_id = models.BigIntegerField("structure", null=True)
    role = models.CharField("rôle", max_length=30)
    target_label = models.CharField("type d’objet", max_length=80)
    target_id = models.CharField("objet", max_length=40)
    # Public id of the enrolment concerned: how a patient's access log is found.
    subject = models.CharField("inclusion", max_length=40)
    detail = models.JSONField("détail", encoder=DjangoJSONEncoder)
    request_id = models.CharField("requête", max_length=32)
    version = models.CharField("version du logiciel", max_length=20)
    # What a seal covers: a line may commit after a line whose id is greater.
    cluster = models.BigIntegerField(db_default=ClusterId())
    transaction = models.BigIntegerField(db_default=TransactionId())
    # All that is left of a line that the retention rules erased: its seal still verifies.
    erased_sha256 = models.BinaryField("empreinte de la ligne effacée", null=True)

    class Meta:
        verbose_name = "ligne du journal"
        verbose_name_plural = "lignes du journal"
        constraints = [
            models.CheckConstraint(condition=~Q(action=""), name="core_journal_action_named"),
        ]
        indexes = [
            models.Index(fields=["subject", "at"], name="core_journal_subject"),
            models.Index(fields=["user_id", "at"], name="core_journal_user"),
            models.Index(fields=["cluster", "transaction"], name="core_journal_sealing"),
            # The order of the manager's page, whole or by act.
            models.Index(fields=["at"], name="core_journal_at"),
            models.Index(fields=["action", "at"], name="core_journal_action"),
            # Identities are told of by the journal alone: the history of a patient looks here.
            models.Index(
                fields=["target_id", "at"],
                condition=Q(action__startswith="identity."),
                name="core_journal_identity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.action}"


class Seal(models.Model):
    """A digest over every line of a range of transactions, chained to the seal before."""

    at = models.DateTimeField("posé le")
    cluster = models.BigIntegerField()
    # Transactions, both included.
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    lines = models.PositiveIntegerField("lignes")
    previous = models.BinaryField("sceau précédent")
    digest = models.BinaryField("empreinte", unique=True)

    class Meta:
        verbose_name = "sceau du journal"
        verbose_name_plural = "sceaux du journal"
        constraints = [
            models.UniqueConstraint(fields=["previous"], name="core_seal_chain_does_not_fork"),
            models.UniqueConstraint(fields=["cluster", "first"], name="core_seal_starts_once"),
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="core_seal_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.cluster}/{self.first}-{self.last}"


class JournalCheck(models.Model):
    """A verification of the journal against its seals, and what was found wrong."""

    never_deleted = True

    at = models.DateTimeField("faite le")
    seals = models.PositiveIntegerField("sceaux")
    lines = models.PositiveBigIntegerField("lignes relues")
    faults = models.JSONField("anomalies", default=list, blank=True)

    class Meta:
        verbose_name = "vérification du journal"
        verbose_name_plural = "vérifications du journal"
        indexes = [models.Index(fields=["-at"], name="core_journal_check_at")]
        triggers = [
            FrozenWhen("core_check_is_frozen"),
            NeverDeleted("core_check_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Vérification {self.pk}"


class Draft(models.Model):
    """What somebody is typing, encrypted under a key of its own. Never a record."""

    owner_id = models.BigIntegerField("personne")
    key = models.CharField("formulaire", max_length=120)
    key_id = models.UUIDField(null=True)
    sealed = models.BinaryField("saisie chiffrée")
    version = models.PositiveIntegerField()
    saved_at = models.DateTimeField("enregistré le")
    expires_at = models.DateTimeField("effacé le", db_index=True)
    # Set when the form was recorded for good: late autosaves are told so.
    closed_at = models.DateTimeField("validé le", null=True)

    class Meta:
        verbose_name = "brouillon"
        verbose_name_plural = "brouillons"
        constraints = [
            models.UniqueConstraint(fields=["owner_id", "key"], name="core_draft_unique"),
            models.CheckConstraint(
                condition=Q(closed_at=None, key_id__isnull=False)
                | Q(closed_at__isnull=False, key_id=None, sealed__octets=0),
                name="core_draft_closed_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.key}"


class OutgoingMail(models.Model):
    """A mail to send: the row is the queue. It names no patient."""

    key = models.CharField("clé", max_length=150)
    message_id = models.UUIDField(default=uuid.uuid4, editable=False)
    to = models.EmailField("destinataire")
    subject = models.CharField("objet", max_length=200)
    body = models.TextField("texte")
    created_at = models.DateTimeField("écrit le")
    lease_until = models.DateTimeField("réservé jusqu’au", null=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    sent_at = models.DateTimeField("envoyé le", null=True)

    class Meta:
        verbose_name = "courriel"
        verbose_name_plural = "courriels"
        constraints = [
            models.UniqueConstraint(fields=["key"], name="core_mail_written_once"),
            models.UniqueConstraint(fields=["message_id"], name="core_mail_message_id_unique"),
        ]
        indexes = [
            models.Index(fields=["lease_until"], condition=Q(sent_at=None), name="core_mail_due")
        ]

    def __str__(self) -> str:
        return self.key


class DoneOnce(models.Model):
    """Proof that an act was done: the same form sent twice finds it and goes to its result."""

    user_id = models.BigIntegerField("personne")
    key = models.CharField("clé du formulaire", max_length=64)
    action = models.CharField(max_length=80)
    body = models.BinaryField("empreinte de la saisie")
    target = models.CharField("résultat", max_length=200)
    made_at = models.DateTimeField("le", db_default=Now())

    class Meta:
        verbose_name = "acte déjà fait"
        verbose_name_plural = "actes déjà faits"
        constraints = [
            models.UniqueConstraint(fields=["user_id", "key"], name="core_done_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"


class Document(models.Model):
    """The bytes that were delivered, encrypted. Reprinted as they are, never made again."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("nature", max_length=40)
    # No foreign key: `core` knows no enrolment. Empty for a document that concerns nobody.
    enrolment_id = models.BigIntegerField("inclusion", null=True, db_index=True)
    key_id = models.UUIDField()
    sealed = models.BinaryField("contenu chiffré")
    sha256 = models.BinaryField("empreinte")
    size_bytes = models.PositiveIntegerField("taille (octets)")
    made_at = models.DateTimeField("fait le")

    class Meta:
        verbose_name = "document"
        verbose_name_plural = "documents"
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__octets=32), name="core_document_has_fingerprint"
            ),
        ]
        triggers = [
            FrozenWhen("core_document_is_delivered_bytes"),
            NeverDeleted("core_document_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class VerificationCode(models.Model):
    """What the QR code and the short code of a document lead to; only their HMAC is kept."""

    kind = models.CharField("nature", max_length=40)
    target_label = models.CharField(max_length=80)
    target_id = models.BigIntegerField()
    token_mac = models.BinaryField()
    short_mac = models.BinaryField()
    issued_on = models.DateField("émis le")
    # Of the content, printed on the document: ten characters of base 32.
    fingerprint = models.CharField("empreinte", max_length=10)
    document_sha256 = models.BinaryField(null=True)
    ended_at = models.DateTimeField("retiré le", null=True)

    class Meta:
        verbose_name = "code de vérification"
        verbose_name_plural = "codes de vérification"
        constraints = [
            models.UniqueConstraint(fields=["token_mac"], name="core_code_token_unique"),
            models.UniqueConstraint(fields=["short_mac"], name="core_code_short_unique"),
            models.CheckConstraint(
                condition=Q(token_mac__octets=32, short_mac__octets=32),
                name="core_code_keeps_macs_only",
            ),
        ]
        indexes = [models.Index(fields=["target_label", "target_id"], name="core_code_target")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Throttle(models.Model):
    """How many times a source did something in its current window."""

    key = models.CharField(primary_key=True, max_length=80)
    started_at = models.DateTimeField()
    hits = models.PositiveIntegerField()

    class Meta:
        verbose_name = "limite"
        verbose_name_plural = "limites"

    def __str__(self) -> str:
        return self.key
