import time

from django.db import models
from django_otp.models import Device
from django_otp.oath import TOTP

from accounts.models.user import User
from core import keys


class TotpDevice(Device):  # type: ignore[misc]  # django-otp has no types
    """Application d'authentification: its secret is encrypted, under a key of its own.

    django-otp keeps secrets in clear (stack.md 11): whoever copied the database would have them.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="applications")
    key_id = models.UUIDField("clé")
    sealed = models.BinaryField("secret chiffré")
    # Counter of the last code accepted: only a later one is, so that a code serves once.
    last_t = models.BigIntegerField("dernier compteur accepté", default=-1)
    # Steps by which its clock is known to differ from ours.
    drift = models.SmallIntegerField("écart d’horloge", default=0)
    created_at = models.DateTimeField("enregistrée le")

    # RFC 6238: seconds a code, and codes accepted on either side.
    STEP, TOLERANCE = 30, 1

    class Meta:
        verbose_name = "application d’authentification"
        verbose_name_plural = "applications d’authentification"
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="accounts_totp_one_a_name"),
        ]

    def __str__(self) -> str:
        return f"Application {self.pk}"

    @property
    def aad(self) -> str:
        """What the sealed secret belongs to: moved to another account it does not open."""
        return f"accounts.totp {self.user_id} {self.key_id}"

    @property
    def bin_key(self) -> bytes:
        return keys.unseal(self.key_id, bytes(self.sealed), aad=self.aad)

    def verify_token(self, token: str) -> bool:
        """Whether this is the code of the moment, not used yet. The caller has locked the row."""
        counter = TOTP(self.bin_key, self.STEP, drift=self.drift)
        counter.time = time.time()
        if not counter.verify(int(token), self.TOLERANCE, self.last_t + 1):
            return False
        self.last_t, self.drift = counter.t(), counter.drift
        self.save(update_fields=["last_t", "drift"])
        return True
