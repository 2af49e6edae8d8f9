import uuid

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.enums import Role
from accounts.models import Member, Site
from core.frozen import FrozenWhen, NeverDeleted
from pharmacies.enums import BulletinKind
from programmes.models import Product, Programme


class BulletinQuerySet(models.QuerySet["Bulletin"]):
    def visible_to(self, member: Member) -> "BulletinQuerySet":
        """Those of the programmes the member serves: pharmacists read, the agency issues."""
        if member.role not in {Role.PHARMACIST, Role.MANAGER, Role.VIGILANCE_OFFICER}:
            return self.none()
        return self.filter(programme__in=Programme.objects.visible_to(member))

    def unread_by(self, pharmacy_id: int | None) -> "BulletinQuerySet":
        """Those the pharmacy has not acknowledged."""
        read = Acknowledgement.objects.filter(bulletin=OuterRef("pk"), pharmacy=pharmacy_id)
        return self.filter(~Exists(read))

    def waiting_for(self, member: Member) -> "BulletinQuerySet":
        """Those the member's pharmacy has still to acknowledge, the last first."""
        unread = self.visible_to(member).unread_by(member.site_id)
        return unread.select_related("product").order_by("-issued_at", "-pk")


class Bulletin(models.Model):
    """Alerte aux pharmacies: a batch is recalled, a form is stolen or forged."""

    never_deleted = True

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="bulletins")
    kind = models.CharField("nature", max_length=8, choices=BulletinKind)
    # Of a recall.
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, blank=True, related_name="recalls"
    )
    batch = models.CharField("numéro de lot", max_length=30, blank=True)
    # Of a stolen or forged form.
    form_numbers = models.CharField("numéros des ordonnances", max_length=120, blank=True)
    text = models.CharField("consigne", max_length=600)
    source = models.CharField("origine", max_length=200)
    issued_at = models.DateTimeField("diffusée le")
    issued_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="bulletins")

    # When the pharmacies that did not answer, and whoever issued it, were told.
    escalated_at = models.DateTimeField("relancée le", null=True, blank=True)

    objects = BulletinQuerySet.as_manager()

    class Meta:
        verbose_name = "alerte"
        verbose_name_plural = "alertes"
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=BulletinKind.RECALL, product__isnull=False) & ~Q(batch="")
                | Q(kind=BulletinKind.FORGERY, product=None) & ~Q(form_numbers=""),
                name="pharmacies_bulletin_says_of_what",
            ),
        ]
        indexes = [models.Index(fields=["programme", "-issued_at"], name="pharmacies_bulletins")]
        triggers = [
            FrozenWhen(name="pharmacies_bulletin_is_frozen", may_change=["escalated_at"]),
            NeverDeleted(name="bulletin_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Alerte {self.public_id}"

    @property
    def title(self) -> str:
        """Rappel du lot A123 – Huile THC 25 / CBD 25."""
        if self.kind == BulletinKind.RECALL and self.product:
            return f"Rappel du lot {self.batch} – {self.product.name}"
        return f"Ordonnances volées ou falsifiées\u202f: {self.form_numbers}"


class Acknowledgement(models.Model):
    """Accusé de réception d'une pharmacie, once."""

    never_deleted = True

    bulletin = models.ForeignKey(
        Bulletin, on_delete=models.PROTECT, related_name="acknowledgements"
    )
    pharmacy = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="acknowledgements")
    at = models.DateTimeField("lue le")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="acknowledgements")

    class Meta:
        verbose_name = "accusé de réception"
        verbose_name_plural = "accusés de réception"
        constraints = [
            models.UniqueConstraint(
                fields=["bulletin", "pharmacy"], name="pharmacies_acknowledged_once"
            ),
        ]
        triggers = [
            FrozenWhen(name="pharmacies_acknowledgement_is_frozen"),
            NeverDeleted(name="acknowledgement_never_deleted"),
        ]

    def __str__(self) -> str:
        return f"Accusé {self.pk}"
