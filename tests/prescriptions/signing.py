"""Signing in tests: what the page does, in one line."""

from accounts.enums import Role
from prescriptions import actions, wanted
from tests.accounts.factories import MemberFactory
from tests.prescriptions.factories import WRITTEN_AT, entitled


def sign(draft, *, by=None, at=WRITTEN_AT, key="once-1", reason="", shown=None):
    shown = shown or actions.fingerprint(wanted.of(draft))
    return actions.sign(draft, by=by or draft.author, at=at, key=key, shown=shown, reason=reason)


def relay_of(enrolment):
    member = entitled(
        MemberFactory(role=Role.RELAY_DOCTOR, programme=enrolment.programme), enrolment
    )
    enrolment.relay_doctor = member
    enrolment.save()
    return member
