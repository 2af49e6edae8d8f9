"""Signing in without the pages of sign-in."""

import time
from uuid import uuid4

from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import hotp
from django_otp.plugins.otp_static.models import StaticDevice

from accounts import factors
from accounts.models import TotpDevice


def open_session(client, member, *, proved=False):
    """Sign this member in, second factor included. Returns the client.

    :param proved: something was signed in this session already: a password is enough to sign
    """
    client.force_login(member.user)
    device, _ = StaticDevice.objects.get_or_create(user=member.user, name="tests")
    now = int(time.time())
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session["started_at"] = session["touched_at"] = now
    session["member_id"] = member.pk
    session["memberships"] = 1
    session["public_id"] = str(uuid4())
    if proved:
        session["proved_at"] = now
    session.save()
    return client


def one_time_code(user):
    """The code that the person's application shows, enrolled if it was not; not used yet."""
    device = TotpDevice.objects.filter(user=user).first() or factors.keep_secret(
        user, factors.new_secret(), at=timezone.now()
    )
    return f"{hotp(device.bin_key, max(int(time.time()) // 30, device.last_t + 1)):06d}"
