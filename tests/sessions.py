"""Signing in without the pages of sign-in."""

from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_static.models import StaticDevice


def open_session(client, member):
    """Sign this member in, second factor included. Returns the client."""
    client.force_login(member.user)
    device, _ = StaticDevice.objects.get_or_create(user=member.user, name="tests")
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session["member_id"] = member.pk
    session.save()
    return client
