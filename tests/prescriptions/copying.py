"""What the tests of papers without a code share: a certificate, a paper, its transcription."""

import io
from datetime import date, timedelta
from decimal import Decimal

from PIL import Image

from core import codes
from core.identifiers import make_rpps
from patients import identity
from patients.identity import Person
from prescriptions import actions
from prescriptions.actions import Paper
from prescriptions.dosage import Step
from prescriptions.wanted import Wanted, WantedLine
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory
from tests.pharmacies.factories import trained_pharmacist
from tests.prescriptions.factories import WRITTEN_AT, WRITTEN_ON
from tests.programmes.factories import PackFactory, ProductFactory


BORN = date(1960, 5, 12)
ONE_DAY = timedelta(days=1)
OUTSIDE = make_rpps(987_654)


def a_scan(kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, kind)
    return out.getvalue()


def a_patient(**changes):
    """Known by name, with the code of a certificate in `code`."""
    enrolment = EnrolmentFactory(**changes)
    identity.write(enrolment.patient, Person("Martin", ["Jeanne", f"N{enrolment.pk}"], "F", BORN))
    enrolment.code = codes.issue(
        "inclusion_certificate",
        "patients.Enrolment",
        enrolment.pk,
        enrolment.included_on,
        content="x",
    ).short
    return enrolment


def a_medicine(enrolment, **changes):
    changes = {"narcotic": True} | changes
    product = ProductFactory(
        programme=enrolment.programme, indications=[enrolment.indication], **changes
    )
    PackFactory(product=product)
    return product


def shown(enrolment, member=None, at=WRITTEN_AT):
    """The pharmacist to whom the certificate is shown."""
    member = member or trained_pharmacist(enrolment.programme)
    actions.open_by_certificate(enrolment.code, birth_date=BORN, by=member, at=at)
    return member


def content(product, *, days=28, starts_on=WRITTEN_ON, **changes):
    step = Step(Decimal("0.5"), 2, days)
    return Wanted((WantedLine(product, (step,)),), starts_on, **changes)


def a_paper(**changes):
    said = {
        "written_on": WRITTEN_ON,
        "rpps": OUTSIDE,
        "prescriber_name": "Dr Paul Petit",
        "scan": a_scan(),
    }
    return Paper(**(said | changes))


def copy(enrolment, *, by, wanted=None, at=WRITTEN_AT, key="k", **changes):
    """Transcribe a paper of 28 days of a narcotic."""
    return actions.transcribe(
        enrolment,
        wanted or content(a_medicine(enrolment)),
        paper=a_paper(**changes),
        by=by,
        at=at,
        key=key,
    )


def a_doctor(enrolment, **changes):
    """An account that nobody trained, of another structure."""
    return MemberFactory(programme=enrolment.programme, **changes)
