"""A plan is written once, printed, followed part by part, given up."""

import io
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from core import drafts, once, pdf
from core.models import Document, JournalLine
from prescriptions import actions, planned
from prescriptions.dosage import Step
from prescriptions.enums import PlanKind
from prescriptions.models import Plan
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory
from tests.prescriptions.factories import (
    WRITTEN_AT,
    WRITTEN_ON,
    PlanFactory,
    PrescriptionFactory,
)
from tests.prescriptions.pages import address, typed
from tests.programmes.factories import ProductFactory, SupplyRuleFactory


D = Decimal
STEPS = (Step(D("0.5"), 2, 20), Step(D("0.25"), 2, 20))


def written(
    enrolment=None, product=None, *, steps=STEPS, key="plan-1", at=WRITTEN_AT, starts_on=WRITTEN_ON
):
    enrolment = enrolment or EnrolmentFactory()
    product = product or ProductFactory(programme=enrolment.programme, narcotic=True)
    return actions.plan(
        enrolment,
        product,
        steps,
        kind=PlanKind.WEANING,
        starts_on=starts_on,
        signed=(enrolment.included_by, at, key),
    )


def test_a_plan_has_its_steps_its_end_and_its_paper():
    plan = written()

    plan.refresh_from_db()
    assert (plan.duration_days, plan.ends_on) == (40, date(2026, 4, 10))
    assert [day for _, day in plan.starts()] == [WRITTEN_ON, date(2026, 3, 22)]
    assert Document.objects.get(public_id=plan.paper).kind == "plan"
    assert JournalLine.objects.get(action="plan.written").subject == str(plan.enrolment.public_id)


def test_the_same_form_is_one_plan_and_another_content_is_refused():
    plan = written()

    again = written(plan.enrolment, plan.product)
    with pytest.raises(once.AnotherBody):
        written(plan.enrolment, plan.product, steps=STEPS[:1])

    assert again == plan
    assert Plan.objects.count() == 1


def test_another_plan_of_the_same_medicine_takes_its_place():
    first = written()

    second = written(first.enrolment, first.product, key="plan-2")

    first.refresh_from_db()
    assert first.ended_at == WRITTEN_AT
    assert Plan.objects.standing().get() == second


@pytest.mark.parametrize("steps", [(), (Step(D(1), 1, 367),)])
def test_a_plan_of_nothing_or_of_more_than_a_year_is_refused(steps):
    with pytest.raises(actions.CannotPlan, match="un jour à un an"):
        written(steps=steps)

    assert not Plan.objects.exists()


def test_without_a_library_it_is_written_without_paper(monkeypatch):
    def missing(*args, **kwargs):
        raise pdf.PdfUnavailable

    monkeypatch.setattr("prescriptions.documents.plan_pdf", missing)

    assert written().paper is None


def test_giving_up_is_journaled_once():
    plan = written()

    for _ in range(2):
        actions.give_up(plan, by=plan.author, at=WRITTEN_AT)

    plan.refresh_from_db()
    assert plan.ended_at == WRITTEN_AT
    assert JournalLine.objects.filter(action="plan.given_up").count() == 1


def test_visible_to_those_who_see_the_enrolment():
    plan = PlanFactory()
    stranger = PlanFactory()

    assert list(Plan.objects.visible_to(plan.author)) == [plan]
    assert stranger not in Plan.objects.visible_to(plan.author)


# --- Parts -----------------------------------------------------------------------------------


def bounds(plan, today):
    part = planned.next_part(plan, today)
    return (part.first, part.last) if part else None


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        pytest.param(WRITTEN_ON, (WRITTEN_ON, date(2026, 3, 29)), id="28 days of a narcotic"),
        pytest.param(date(2026, 3, 1), (WRITTEN_ON, date(2026, 3, 29)), id="before it begins"),
        pytest.param(date(2026, 3, 30), (date(2026, 3, 30), date(2026, 4, 10)), id="its rest"),
        pytest.param(date(2026, 4, 10), (date(2026, 4, 10), date(2026, 4, 10)), id="its last day"),
        pytest.param(date(2026, 4, 11), None, id="over"),
    ],
)
def test_the_next_part_is_what_one_prescription_may_hold(today, expected):
    assert bounds(written(), today) == expected


def test_an_ordinary_medicine_is_prescribed_at_once():
    SupplyRuleFactory()
    enrolment = EnrolmentFactory()
    plan = written(enrolment, ProductFactory(programme=enrolment.programme))

    assert bounds(plan, WRITTEN_ON) == (WRITTEN_ON, date(2026, 4, 10))


def test_what_was_prescribed_since_is_not_prescribed_again():
    signed = PrescriptionFactory(signed=True)
    plan = written(signed.enrolment, signed.lines.get().product)

    assert bounds(plan, WRITTEN_ON) == (date(2026, 3, 30), date(2026, 4, 10))


def test_what_was_prescribed_before_the_plan_does_not_count():
    signed = PrescriptionFactory(signed=True)
    product = signed.lines.get().product
    plan = written(signed.enrolment, product, at=WRITTEN_AT + timedelta(minutes=1))

    assert bounds(plan, WRITTEN_ON) == (WRITTEN_ON, date(2026, 3, 29))


# --- Pages -----------------------------------------------------------------------------------


def new_plan(doctor):
    return reverse("prescriptions:create_plan", args=[doctor.enrolment.public_id])


def page(name, plan):
    return reverse(f"prescriptions:{name}", args=[plan.enrolment.public_id, plan.public_id])


def asked(medicine, today, **changes):
    return {
        "once": str(uuid4()),
        "product": str(medicine.public_id),
        "template": "sevrage-moyen",
        "intakes": "2",
        "dose": "1",
        "most_mg": "",
        "starts_on": f"{today:%d/%m/%Y}",
    } | changes


def rows(response):
    steps = response.context["steps"]
    found = {f"form-{name}_FORMS": str(len(steps.forms)) for name in ("TOTAL", "INITIAL")}
    for number, row in enumerate(steps):
        found |= {
            f"form-{number}-{name}": row[name].value() for name in ("dose", "intakes", "days")
        }
    return found


def test_a_plan_is_computed_changed_saved_and_prescribed(doctor, medicine, today):
    typed = asked(medicine, today)
    computed = doctor.post(new_plan(doctor), typed | {"compute": "1"})
    assertContains(computed, "0,75")
    changed = rows(computed) | {"form-2-dose": "0,2", "save": "1"}

    answer = doctor.post(new_plan(doctor), typed | changed)

    plan = Plan.objects.get()
    assertRedirects(answer, page("plan", plan))
    assert [str(one.dose) for one in plan.steps.order_by("position")] == [
        "0.7500",
        "0.5000",
        "0.2000",
    ]
    detail = doctor.get(page("plan", plan))
    assertContains(detail, f"Prescrire du {today:%d/%m/%Y}")
    assertContains(doctor.get(address("list", doctor.enrolment)), "Plan de sevrage")
    form = doctor.get(f"{address('create', doctor.enrolment)}?plan={plan.public_id}")
    assertContains(form, 'value="0,75"')
    assertContains(form, 'name="line-0-step-2-dose"')


def test_the_paper_says_each_step_and_the_signs_to_call_for(doctor, medicine, today):
    plan = written(doctor.enrolment, medicine)

    content = doctor.get(page("plan_paper", plan)).content

    text = " ".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages)
    said = " ".join(text.split())
    for words in ("Plan de sevrage", "0,25", "22/03/2026", "brusquement", "pas une ordonnance"):
        assert words in said
    assert JournalLine.objects.filter(action="plan.read").count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"dose": ""}, "d’où part le sevrage"),
        ({"dose": "x"}, "Écrivez un nombre"),
        ({"template": "invented"}, "choix valide"),
        ({"starts_on": "01/01/2020"}, "ou après"),
        ({"product": ""}, "obligatoire"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(doctor, medicine, today, changes, said):
    answer = doctor.post(new_plan(doctor), asked(medicine, today, compute="1", **changes))

    assertContains(answer, said)
    assertNotContains(answer, "Enregistrer le plan")


def test_a_titration_of_what_the_medicine_does_not_hold_is_refused(doctor, today):
    cbd = ProductFactory(
        programme=doctor.enrolment.programme, indications=[doctor.enrolment.indication]
    )
    typed = asked(cbd, today, template="titration-thc", compute="1")

    assertContains(doctor.post(new_plan(doctor), typed), "ne contient pas de THC")
    typed["template"] = "titration-cbd"
    assertContains(doctor.post(new_plan(doctor), typed), "Enregistrer le plan")
    # Twenty steps of 10 mg; one more is told, not left out in silence.
    assertContains(doctor.post(new_plan(doctor), typed | {"most_mg": "200"}), "Enregistrer le plan")
    assertContains(doctor.post(new_plan(doctor), typed | {"most_mg": "210"}), "plus de 20 paliers")


def test_a_half_filled_step_is_told_and_an_empty_one_is_left_out(doctor, medicine, today):
    typed = asked(medicine, today)
    computed = rows(doctor.post(new_plan(doctor), typed | {"compute": "1"}))
    half = typed | computed | {"form-1-days": "", "save": "1"}
    assertContains(doctor.post(new_plan(doctor), half), "Complétez ce palier")
    assert not Plan.objects.exists()

    empty = {f"form-1-{name}": "" for name in ("dose", "intakes", "days")}
    doctor.post(new_plan(doctor), typed | computed | empty | {"save": "1"})

    assert Plan.objects.get().steps.count() == 2


def test_no_step_at_all_is_refused(doctor, medicine, today):
    none = {"form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0", "save": "1"}

    answer = doctor.post(new_plan(doctor), asked(medicine, today) | none)

    assertContains(answer, "un jour à un an")
    assert not Plan.objects.exists()


def test_the_form_begins_with_the_running_dose(doctor, today):
    PrescriptionFactory(
        enrolment=doctor.enrolment,
        author=doctor.member,
        signed=True,
        starts_on=today,
        signed_on=today,
        signed_at=timezone.now(),
    )

    assertContains(doctor.get(new_plan(doctor)), 'value="0,5"')


def test_a_plan_is_given_up_from_its_page(doctor, medicine, today):
    plan = written(doctor.enrolment, medicine, starts_on=today)
    assertContains(doctor.get(page("plan", plan)), "Prescrire du")

    doctor.post(page("give_up_plan", plan))

    detail = doctor.get(page("plan", plan))
    assertContains(detail, "Abandonné")
    assertNotContains(detail, "Prescrire du")
    empty = doctor.get(f"{address('create', doctor.enrolment)}?plan={plan.public_id}")
    assertNotContains(empty, 'value="0,5"')


def test_what_was_typed_over_a_proposal_comes_back(doctor, medicine, today):
    plan = written(doctor.enrolment, medicine, starts_on=today)
    key, query = f"prescription:{doctor.enrolment.public_id}", f"plan={plan.public_id}"
    page_of = f"{address('create', doctor.enrolment)}?{query}"
    kept = typed(medicine, today, **{"line-0-step-0-dose": "0,33", "from": query})
    drafts.save(doctor.member.user_id, key, kept, 0, at=timezone.now())

    assertContains(doctor.get(page_of), 'value="0,33"')
    assertContains(doctor.get(address("create", doctor.enrolment)), 'value="0,33"')
    other = drafts.load(doctor.member.user_id, key)
    drafts.save(doctor.member.user_id, key, kept | {"from": ""}, other.version, at=timezone.now())
    assertContains(doctor.get(page_of), 'value="0,5"')


def test_a_stranger_reaches_no_plan(doctor, sign_in):
    plan = written()
    assert doctor.get(page("plan", plan)).status_code == 404
    assert doctor.get(page("plan_paper", plan)).status_code == 404
    assert doctor.post(page("give_up_plan", plan)).status_code == 404
    mine = written(doctor.enrolment, key="plan-3")
    Plan.objects.filter(pk=mine.pk).update(paper=None)

    assert doctor.get(page("plan_paper", mine)).status_code == 404
    pharmacist = sign_in(MemberFactory(role="PHARMACIST"))
    assert pharmacist.get(page("plan", plan)).status_code == 403
