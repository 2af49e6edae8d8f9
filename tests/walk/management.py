"""Pages of those who run a programme, and of identities: the second part of `tests.walk.pages`."""

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from patients import identity
from patients.enums import ConsentKind
from patients.models import TakeoverFile
from patients.takeover import actions as takeovers
from prescriptions.models import Plan
from programmes.models import Opening, Product, QuestionnaireVersion, SupplyNotice
from tests.patients.factories import ConsentFactory, EnrolmentFactory, PairFactory
from tests.patients.takeovers import a_line, table
from tests.prescriptions.factories import PlanFactory
from tests.programmes.factories import (
    OpeningFactory,
    QuestionnaireVersionFactory,
    SupplyNoticeFactory,
    VisitDefinitionFactory,
)
from tests.walk.places import Place, at, of, of_patient, plain
from tests.walk.scene import Scene


def product_of(scene: Scene) -> Product:
    return scene.world.programme.products.order_by("pk")[0]


def _of_product(name: str) -> Place:
    return lambda scene, _: [at(name, product_of(scene))]


def _pair(scene: Scene, member: Member) -> list[str]:
    """Two patients of the same structure who look alike."""
    other = EnrolmentFactory(
        included_by=scene.doctor, indication=scene.enrolment.indication, patient__person=True
    )
    first, second = sorted([scene.enrolment.patient, other.patient], key=lambda one: one.pk)
    return [at("patients:pair", PairFactory(first=first, second=second))]


def a_plan(scene: Scene, member: Member) -> Plan:
    return PlanFactory(enrolment=scene.enrolment, author=member)


def takeover_of(scene: Scene) -> TakeoverFile:
    """A file that waits: a patient who looks like another one, and a line with a fault."""
    waiting = TakeoverFile.objects.waiting().first()
    if waiting is not None:
        return waiting
    like = identity.open_one(scene.enrolment.patient)
    told = a_line(
        scene.enrolment,
        nom_naissance=like.birth_name,
        naissance=f"{like.birth_date:%d/%m/%Y}",
        inclus_le="15/04/2021",
        consentement_le="15/04/2021",
    )
    faulty = {**told, "ancien_numero": "A-2", "prenoms": "Paule", "sexe": "?"}
    content, now = table(told, faulty), timezone.now()
    return takeovers.stage(scene.world.programme, content, by=scene.doctor, at=now)


def _notice(scene: Scene, _: Member) -> list[str]:
    """The only one that may be open for the medicine."""
    product = product_of(scene)
    found = SupplyNotice.objects.filter(product=product).first()
    return [at("programmes:lift_notice", found or SupplyNoticeFactory(product=product))]


def _opening(scene: Scene, _: Member) -> list[str]:
    theirs = Opening.objects.filter(programme=scene.world.programme).order_by("pk")
    opening = theirs.first() or OpeningFactory(programme=scene.world.programme)
    return [at("patients:opening", opening)]


def _nir(scene: Scene, _: Member) -> list[str]:
    """Of a patient who authorises it."""
    authorised = scene.enrolment.consents.filter(kind=ConsentKind.NIR, is_given=True)
    if not authorised.exists():
        ConsentFactory(enrolment=scene.enrolment, kind=ConsentKind.NIR, recorded_by=scene.doctor)
    return [at("patients:nir", scene.enrolment)]


def _definition(scene: Scene, _: Member) -> list[str]:
    """One that is published, and a draft that changes it."""
    published = scene.world.programme.visits.order_by("offset_months", "pk")[0]
    drafts = scene.world.programme.visits.filter(state="DRAFT")
    draft = drafts.first() or VisitDefinitionFactory(
        programme=scene.world.programme, code=published.code, state="DRAFT", offset_months=2
    )
    return [at("followup:definition", one) for one in (published, draft)]


def _questions(name: str) -> Place:
    """Of one version that is asked, and of a draft, with a question."""

    def pages(scene: Scene, _: Member) -> list[str]:
        draft = questions_draft(scene)
        code = [draft.definition[0]["code"]] if name == "followup:question" else []
        return [reverse(name, args=[draft.public_id, *code])]

    return pages


def questions_draft(scene: Scene) -> QuestionnaireVersion:
    rows = QuestionnaireVersion.objects.filter(questionnaire__programme=scene.world.programme)
    asked = rows.filter(questionnaire__code="commun", status="PUBLISHED").order_by("pk")[0]
    drafts = rows.filter(questionnaire=asked.questionnaire, status="DRAFT")
    return drafts.first() or QuestionnaireVersionFactory(
        questionnaire=asked.questionnaire,
        status="DRAFT",
        definition=asked.definition,
        valid_from=timezone.localdate() + timedelta(days=30),
    )


def _asked(name: str) -> Place:
    """Of a version that is published."""

    def pages(scene: Scene, _: Member) -> list[str]:
        rows = questions_draft(scene).questionnaire.versions.filter(status="PUBLISHED")
        return [at(name, rows.order_by("pk")[0])]

    return pages


PAGES: dict[str, Place] = {
    "followup:questionnaires": plain("followup:questionnaires"),
    "followup:questions": lambda scene, member: [
        *_questions("followup:questions")(scene, member),
        *_asked("followup:questions")(scene, member),
    ],
    **{
        name: _questions(name)
        for name in (
            "followup:questions_facts",
            "followup:add_question",
            "followup:question",
            "followup:preview_questions",
        )
    },
    "followup:retire_questions": _asked("followup:retire_questions"),
    "followup:definitions": plain("followup:definitions"),
    "followup:definition": _definition,
    "followup:draft_definition": lambda scene, _: [
        at("followup:draft_definition", scene.world.programme.code)
    ],
    "record:grid": plain("record:grid"),
    "programmes:products": plain("programmes:products"),
    "programmes:add_product": lambda scene, _: [
        at("programmes:add_product", scene.world.programme.code)
    ],
    "programmes:product": _of_product("programmes:product"),
    "programmes:change_product": _of_product("programmes:change_product"),
    "programmes:set_regime": _of_product("programmes:set_regime"),
    "programmes:add_pack": _of_product("programmes:add_pack"),
    "programmes:end_pack": _of_product("programmes:end_pack"),
    "programmes:publish_notice": _of_product("programmes:publish_notice"),
    "programmes:lift_notice": _notice,
    "patients:openings": plain("patients:openings"),
    "patients:preview": lambda *_: [f"{at('patients:preview')}?jour={timezone.localdate()}"],
    "patients:draft_opening": lambda scene, _: [
        at("patients:draft_opening", scene.world.programme)
    ],
    "patients:opening": _opening,
    "patients:oversight": plain("patients:oversight"),
    "patients:transition": plain("patients:transition"),
    "patients:screening": plain("patients:screening"),
    "patients:not_included": plain("patients:not_included"),
    "patients:desk": plain("patients:desk"),
    "patients:pair": _pair,
    "patients:correct_identity": of_patient("patients:correct_identity"),
    "patients:transfer": of_patient("patients:transfer"),
    "patients:nir": _nir,
    "prescriptions:create_plan": of_patient("prescriptions:create_plan"),
    "prescriptions:plan": lambda scene, member: [
        at("prescriptions:plan", scene.enrolment, a_plan(scene, member))
    ],
    "prescriptions:history": of_patient("prescriptions:history"),
    "prescriptions:switch": of("prescriptions:switch", "running"),
}

# A plan is written by a doctor.
NOT_FOR: dict[str, set[str]] = {"prescriptions:plan": {"PREPARER"}}
