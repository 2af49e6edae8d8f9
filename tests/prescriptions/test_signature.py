from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from accounts.enums import Role
from core import codes, once
from core.documents import read
from core.models import Document, JournalLine, OutgoingMail
from patients.enums import EndReason, EnrolmentState
from prescriptions import actions, wanted
from prescriptions.enums import PrescriptionStatus as Status
from programmes.enums import ProgrammeState, Regime
from programmes.models import Listing, ProductRegime
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import (
    WRITTEN_AT,
    WRITTEN_ON,
    PrescriptionFactory,
    entitled,
)
from tests.prescriptions.signing import relay_of, sign
from training.models import Completion


def refused(draft, match, **how):
    """Signing is refused in these words, and nothing at all was written."""
    with pytest.raises(actions.CannotSign, match=match):
        sign(draft, **how)
    draft.refresh_from_db()
    draft.enrolment.refresh_from_db()
    assert (draft.status, draft.signed_at, draft.enrolment.first_treated_on) == (
        Status.DRAFT,
        None,
        None,
    )
    assert not Document.objects.exists()
    assert not JournalLine.objects.filter(action="prescription.signed").exists()


def test_sign():
    draft = PrescriptionFactory()

    signed = sign(draft)

    assert (signed.status, signed.signed_at, signed.signed_on) == (
        Status.SIGNED,
        WRITTEN_AT,
        WRITTEN_ON,
    )
    assert (signed.is_initiation, signed.narcotic_days) == (True, 28)
    assert signed.ends_on == date(2026, 3, 29)
    draft.enrolment.refresh_from_db()
    assert draft.enrolment.first_treated_on == WRITTEN_ON
    line = JournalLine.objects.get(action="prescription.signed")
    assert line.subject == str(draft.enrolment.public_id)
    assert read(signed.document)[:5] == b"%PDF-"


def test_signing_twice_with_the_same_form_signs_once():
    draft = PrescriptionFactory()
    shown = actions.fingerprint(wanted.of(draft))

    first = sign(draft, shown=shown)
    again = sign(draft, shown=shown)

    assert first == again
    assert JournalLine.objects.filter(action="prescription.signed").count() == 1
    assert Document.objects.count() == 1


def test_the_same_form_with_another_content_is_refused():
    draft = PrescriptionFactory()
    sign(draft)

    with pytest.raises(once.AnotherBody):
        sign(draft, shown="ANOTHER000")


def test_a_signed_prescription_is_not_signed_again():
    signed = PrescriptionFactory(signed=True)

    with pytest.raises(actions.CannotSign, match="plus un brouillon"):
        sign(signed)


def test_a_draft_changed_in_another_tab_is_read_again_first():
    refused(PrescriptionFactory(), "modifiée depuis", shown="OLDCONTENT")


def test_a_colleague_cannot_sign_for_another():
    draft = PrescriptionFactory()
    colleague = entitled(
        MemberFactory(site=draft.enrolment.site, programme=draft.enrolment.programme),
        draft.enrolment,
    )

    refused(draft, "Seul le prescripteur", by=colleague)


def test_a_relay_doctor_initiates_nothing():
    enrolment = EnrolmentFactory()
    draft = PrescriptionFactory(enrolment=enrolment, author=relay_of(enrolment))

    refused(draft, "première prescription")


def test_a_relay_doctor_renews():
    enrolment = EnrolmentFactory()
    PrescriptionFactory(enrolment=enrolment, signed=True)
    later = WRITTEN_AT + timedelta(days=28)
    draft = PrescriptionFactory(
        enrolment=enrolment, author=relay_of(enrolment), starts_on=later.date()
    )

    signed = sign(draft, at=later)

    assert (signed.status, signed.is_initiation) == (Status.SIGNED, False)


def untrained(draft):
    """The proof was given after that day."""
    Completion.objects.update(completed_on=WRITTEN_ON + timedelta(days=1))


def not_accredited(draft):
    draft.author.accreditations.update(ended_on=WRITTEN_ON)


def delisted(draft):
    Listing.objects.update(delisted_on=WRITTEN_ON)


def left(draft):
    draft.enrolment.state, draft.enrolment.ended_on = EnrolmentState.ENDED, WRITTEN_ON
    draft.enrolment.end_reason = EndReason.PATIENT_CHOICE
    draft.enrolment.save()


def withdrawn(draft):
    draft.enrolment.consents.update(withdrawn_on=WRITTEN_ON)


def suspended(draft):
    draft.enrolment.programme.state = ProgrammeState.SUSPENDED
    draft.enrolment.programme.save()


def withdrawn_product(draft):
    product = draft.lines.get().product
    product.valid_to = WRITTEN_ON - timedelta(days=1)
    product.save()


def other_indication(draft):
    draft.lines.get().product.indications.clear()


def no_regime(draft):
    ProductRegime.objects.all().delete()


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (untrained, "formation"),
        (not_accredited, "habilité"),
        (delisted, "pas inscrite"),
        (left, "plus suivi"),
        (withdrawn, "consentement"),
        (suspended, "ne permet pas"),
        (withdrawn_product, "pas disponible"),
        (other_indication, "pas disponible"),
        (no_regime, "pas défini"),
    ],
)
def test_what_is_judged_again_at_the_signature(spoil, match):
    draft = PrescriptionFactory()
    spoil(draft)

    refused(draft, match)


def test_a_weaning_goes_on_after_the_consent_was_withdrawn():
    draft = PrescriptionFactory()
    withdrawn(draft)
    draft.enrolment.state, draft.enrolment.ended_on = EnrolmentState.WEANING, WRITTEN_ON
    draft.enrolment.end_reason = EndReason.CONSENT_WITHDRAWN
    draft.enrolment.save()

    assert sign(draft).status == Status.SIGNED


def test_a_draft_of_yesterday_that_starts_yesterday_is_refused():
    refused(PrescriptionFactory(), "avant la date", at=WRITTEN_AT + timedelta(days=1))


@pytest.mark.parametrize(
    ("zone", "written_on"),
    [("Indian/Reunion", date(2026, 3, 3)), ("America/Guadeloupe", date(2026, 3, 2))],
)
def test_the_date_of_writing_is_the_structure_s(zone, written_on):
    draft = PrescriptionFactory(starts_on=date(2026, 3, 3))
    draft.author.site.time_zone = zone
    draft.author.site.save()

    signed = sign(draft, at=datetime(2026, 3, 2, 21, tzinfo=UTC))

    assert signed.signed_on == written_on == signed.signed_at.astimezone(ZoneInfo(zone)).date()


@pytest.mark.parametrize(
    ("zone", "at", "written_on"),
    [
        ("Europe/Paris", datetime(2026, 3, 2, 22, 59, tzinfo=UTC), date(2026, 3, 2)),
        ("Europe/Paris", datetime(2026, 3, 2, 23, 1, tzinfo=UTC), date(2026, 3, 3)),
        ("Indian/Reunion", datetime(2026, 3, 2, 19, 59, tzinfo=UTC), date(2026, 3, 2)),
        ("Indian/Reunion", datetime(2026, 3, 2, 20, 1, tzinfo=UTC), date(2026, 3, 3)),
        ("America/Guadeloupe", datetime(2026, 3, 3, 3, 59, tzinfo=UTC), date(2026, 3, 2)),
        ("America/Guadeloupe", datetime(2026, 3, 3, 4, 1, tzinfo=UTC), date(2026, 3, 3)),
        # The night of the autumn clock change: 00:59 and 01:01 UTC are both 02:… in Paris.
        ("Europe/Paris", datetime(2026, 10, 25, 0, 59, tzinfo=UTC), date(2026, 10, 25)),
        ("Europe/Paris", datetime(2026, 10, 25, 1, 1, tzinfo=UTC), date(2026, 10, 25)),
        ("Europe/Paris", datetime(2026, 10, 24, 21, 59, tzinfo=UTC), date(2026, 10, 24)),
    ],
)
def test_a_minute_around_midnight_in_each_zone(zone, at, written_on):
    draft = PrescriptionFactory(starts_on=date(2026, 10, 25))
    draft.author.site.time_zone = zone
    draft.author.site.save()

    assert sign(draft, at=at).signed_on == written_on


# --- Regime, document ------------------------------------------------------------------------


def test_a_regime_that_thc_contradicts_is_told_to_the_manager_and_wins():
    manager = MemberFactory(role=Role.MANAGER)
    draft = PrescriptionFactory(ordinary=True)
    ProductRegime.objects.filter(regime=Regime.ORDINARY).update(regime=Regime.NARCOTIC)

    signed = sign(draft)

    assert signed.narcotic_days == 28
    assert OutgoingMail.objects.get().to == manager.user.email


def test_lines_freeze_the_product_as_it_is_that_day():
    draft = PrescriptionFactory()
    product = draft.lines.get().product
    product.name, product.thc_mg_per_unit = "Autre nom", Decimal("10.1234")
    product.save()

    signed = sign(draft)

    line = signed.lines.get()
    assert (line.product_name, line.thc_mg_per_unit) == ("Autre nom", Decimal("10.1234"))


def test_the_code_answers_the_state_of_the_prescription():
    signed = sign(PrescriptionFactory())
    code = codes.VerificationCode.objects.get(target_id=signed.pk, kind="prescription")

    assert codes.STATES["prescription"](signed.pk)
    assert bytes(code.document_sha256) == bytes(signed.document.sha256)
