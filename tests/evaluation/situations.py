"""Patients of one programme, for what counts them."""

import datetime

from patients.enums import EndReason, EnrolmentState
from tests.accounts.factories import SiteFactory
from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import IndicationFactory, IndicationSubtypeFactory
from tests.vigilance.factories import AdverseEventFactory


NIGHT = datetime.datetime(2026, 4, 10, 2, 30, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 4, 10)


def at(on):
    return datetime.datetime(on.year, on.month, on.day, 10, tzinfo=datetime.UTC)


def include(indication, on, *, departement="75", **fields):
    """A patient included that day in that département, recorded at ten."""
    site = fields.pop("site", None) or SiteFactory(departement=departement)
    return EnrolmentFactory(
        indication=indication, included_on=on, recorded_at=at(on), site=site, **fields
    )


def some_patients():
    """Five patients of two indications: one cancelled, one not treated, one who left, two events.

    Returns the indications: neuropathic pain, and spasticity with its subtype.
    """
    pain = IndicationFactory(code="DN")
    spasticity = IndicationFactory(code="SPAS", programme=pain.programme)
    sclerosis = IndicationSubtypeFactory(indication=spasticity, code="SPAS-SEP")
    first, second = datetime.date(2026, 1, 15), datetime.date(2026, 3, 2)
    include(pain, first, first_treated_on=first, departement="69")
    include(pain, second, state=EnrolmentState.CANCELLED)
    include(pain, second)
    left = include(
        pain,
        first,
        first_treated_on=first,
        state=EnrolmentState.ENDED,
        ended_on=datetime.date(2026, 3, 20),
        end_reason=EndReason.INEFFICACY,
        end_recorded_at=at(datetime.date(2026, 3, 21)),
    )
    include(spasticity, second, subtype=sclerosis, first_treated_on=second)
    AdverseEventFactory(enrolment=left, occurred_on=datetime.date(2026, 2, 10), serious=True)
    AdverseEventFactory(enrolment=left, occurred_on=datetime.date(2026, 3, 10))
    return pain, spasticity
