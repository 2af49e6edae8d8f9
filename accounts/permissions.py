"""Which role may do what: this table is the only place that says it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase

from accounts.enums import Permission, Role
from accounts.middleware import MemberRequest
from accounts.models import Member
from core import audit


P = ParamSpec("P")
View = Callable[Concatenate[MemberRequest, P], HttpResponseBase]

_PREPARER = {
    Permission.PATIENT_VIEW,
    Permission.PRESCRIPTION_VIEW,
    Permission.PRESCRIPTION_PREPARE,
    Permission.DISPENSATION_VIEW,
    Permission.VISIT_PREPARE,
    Permission.ADVERSE_EVENT_VIEW,
}

_DOCTOR = _PREPARER | {
    Permission.TRAINING_RECORD,
    Permission.GLASS_BREAK,
    Permission.SUBSTITUTE_NAME,
    Permission.CERTIFICATE_PRINT,
    Permission.PRESCRIPTION_WRITE,
    Permission.VISIT_WRITE,
    Permission.ADVERSE_EVENT_WRITE,
    Permission.ADVERSE_EVENT_DECLARE,
}

ROLE_PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.REFERENCE_DOCTOR: frozenset(
        _DOCTOR
        | {
            Permission.PATIENT_INCLUDE,
            Permission.PATIENT_END,
            Permission.IDENTITY_WRITE,
            Permission.MERGE_DECIDE,
            Permission.SCREENING_VIEW,
            Permission.CONSENT_WRITE,
            Permission.PATIENT_IMPORT,
        }
    ),
    Role.RELAY_DOCTOR: frozenset(
        _DOCTOR
        | {
            Permission.DESIGNATION_ANSWER,
            Permission.PATIENT_RELAY,
            Permission.LETTER_RECEIVE,
        }
    ),
    Role.PREPARER: frozenset(_PREPARER),
    Role.PHARMACIST: frozenset(
        {
            Permission.SUBSTITUTE_NAME,
            Permission.TRAINING_RECORD,
            Permission.DESIGNATION_ANSWER,
            Permission.DISPENSATION_VIEW,
            Permission.DISPENSATION_WRITE,
            Permission.REGISTER_KEEP,
            Permission.BULLETIN_VIEW,
            Permission.ADVERSE_EVENT_WRITE,
            Permission.ADVERSE_EVENT_VIEW,
            Permission.ADVERSE_EVENT_DECLARE,
        }
    ),
    Role.ANALYST: frozenset(
        {
            Permission.EVALUATION_VIEW,
            Permission.DATA_EXPORT,
            Permission.STATISTICS_READ,
            Permission.INCLUSION_OVERSEE,
            Permission.SCREENING_VIEW,
            Permission.TOKEN_MANAGE,
        }
    ),
    Role.VIGILANCE_OFFICER: frozenset(
        {
            Permission.EVALUATION_VIEW,
            Permission.ADVERSE_EVENT_VIEW,
            Permission.ADVERSE_EVENT_DECLARE,
            Permission.ADVERSE_EVENT_ASSESS,
            Permission.BULLETIN_VIEW,
            Permission.BULLETIN_ISSUE,
        }
    ),
    Role.MANAGER: frozenset(
        {
            Permission.EVALUATION_VIEW,
            Permission.RETENTION_VIEW,
            Permission.PROGRAMME_MANAGE,
            Permission.MERGE_DECIDE,
            Permission.INCLUSION_OVERSEE,
            Permission.MEMBERS_MANAGE,
            Permission.JOURNAL_READ,
            Permission.TRAIL_REVIEW,
            Permission.SCREENING_VIEW,
            Permission.BULLETIN_VIEW,
            Permission.BULLETIN_ISSUE,
            Permission.IMPORT_MANAGE,
            Permission.LISTING_MANAGE,
            Permission.REFERENTS_NAME,
            Permission.TOKEN_MANAGE,
        }
    ),
    Role.READER: frozenset({Permission.STATISTICS_READ, Permission.TOKEN_MANAGE}),
    Role.API_CLIENT: frozenset({Permission.STATISTICS_READ}),
}

# What the referent of a site may do there, beside what their role allows.
REFERENT_PERMISSIONS = frozenset({Permission.MEMBERS_MANAGE, Permission.GLASS_REVIEW})


def allows(member: Member, permission: Permission) -> bool:
    """Whether the member's role, or being a referent, gives the permission; nobody has none."""
    if member.is_referent and permission in REFERENT_PERMISSIONS:
        return True
    return permission in ROLE_PERMISSIONS.get(member.role, frozenset())


def require(permission: Permission) -> Callable[[View[P]], View[P]]:
    """Refuse the view (403) to members who lack the permission, and journal it."""

    def decorator(view: View[P]) -> View[P]:
        @wraps(view)
        def wrapper(
            request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not allows(request.member, permission):
                audit.record("access.refused", by=request.member, permission=permission.value)
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return wrapper

    return decorator
