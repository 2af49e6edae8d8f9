"""Something of one's own behind every address that names an object: one builder a kind.

A new address whose parameters are known here is walked as it is; any other one needs a line in
`BUILDERS` or, when it names nobody's object, in `NOBODYS`. `tests.test_matrix` fails until then.
"""

import secrets
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.enums import Role
from core import documents
from patients import draft
from patients.enums import ConsentKind
from patients.models import Enrolment
from patients.takeover import actions as takeovers
from pharmacies.enums import NoticeAnswer
from programmes.enums import OpeningState, QuestionnaireStatus
from tests import owned
from tests.accounts.factories import (
    ApiTokenFactory,
    ClosureFactory,
    MemberFactory,
    SiteFactory,
    UserFactory,
)
from tests.followup.factories import AnswersFactory, LetterFactory, VisitFactory
from tests.owned import Builder, Owner
from tests.patients.factories import BrokenGlassFactory, ConsentFactory
from tests.patients.takeovers import a_line, table
from tests.pharmacies.factories import DispensationFactory, InterventionFactory, ReceivedFactory
from tests.prescriptions.factories import (
    CertificateOpeningFactory,
    PrescriptionFactory,
    PresentationFactory,
)
from tests.programmes.factories import (
    ProductFactory,
    QuestionnaireVersionFactory,
    SupplyNoticeFactory,
    VisitDefinitionFactory,
)
from tests.record.factories import SavedFilterFactory
from tests.rights.factories import ReviewFactory
from tests.vigilance.factories import AdverseEventFactory


def _enrolment(owner: Owner) -> dict[str, Any]:
    return {"enrolment_id": owner.enrolment().public_id}


def _nir(owner: Owner) -> dict[str, Any]:
    """Authorised by the patient."""
    enrolment = owner.enrolment()
    ConsentFactory(enrolment=enrolment, kind=ConsentKind.NIR)
    return {"enrolment_id": enrolment.public_id}


def _planned(owner: Owner) -> dict[str, Any]:
    return {"visit_id": VisitFactory(enrolment=owner.enrolment(), simple=True).public_id}


def _held(owner: Owner) -> dict[str, Any]:
    visit = VisitFactory(enrolment=owner.enrolment(), simple=True, done=True, held_by=owner.member)
    AnswersFactory(visit=visit)
    return {"visit_id": visit.public_id}


def _copied(owner: Owner) -> dict[str, Any]:
    return {**_held(owner), "medium": "texte"}


def _letter(owner: Owner) -> dict[str, Any]:
    """With its bytes."""
    enrolment = owner.enrolment()
    visit = VisitFactory(enrolment=enrolment, simple=True, done=True, held_by=owner.member)
    paper = documents.store(
        kind="visit_letter",
        key_id=enrolment.key_id,
        content=b"%PDF",
        enrolment_id=enrolment.pk,
        at=timezone.now(),
    )
    return {"letter_id": LetterFactory(visit=visit, paper=paper.public_id).public_id}


def _prescription(**fields: object) -> Builder:
    def built(owner: Owner) -> dict[str, Any]:
        found = owner.prescription(**fields)
        return {"enrolment_id": found.enrolment.public_id, "public_id": found.public_id}

    return built


def _delivered(owner: Owner) -> dict[str, Any]:
    """With its bytes."""
    found = owner.prescription(signed=True)
    found.document = documents.store(
        kind="prescription",
        key_id=found.enrolment.key_id,
        content=b"%PDF",
        enrolment_id=found.enrolment_id,
        at=timezone.now(),
    )
    found.save(update_fields=["document"])
    return {"enrolment_id": found.enrolment.public_id, "public_id": found.public_id}


def _presented(owner: Owner) -> dict[str, Any]:
    return {"prescription_id": owner.prescription().public_id}


def _received(owner: Owner) -> dict[str, Any]:
    signed = owner.prescription()
    ReceivedFactory(prescription=signed, recorded_by=owner.member)
    return {"prescription_id": signed.public_id, "fraction_no": 1}


def _certified(owner: Owner) -> dict[str, Any]:
    opening = CertificateOpeningFactory(
        member=owner.member, enrolment=owner.enrolment(), at=timezone.now()
    )
    return {"enrolment_id": opening.enrolment.public_id}


def _paper(owner: Owner) -> dict[str, Any]:
    """Transcribed by the owner and at hand, its certificate too."""
    found = _certified(owner)
    enrolment = Enrolment.objects.get(public_id=found["enrolment_id"])
    fields = {"enrolment": enrolment, "author": owner.member, "is_transcribed": True}
    signed = PrescriptionFactory(**fields, prescriber=enrolment.included_by.user, signed=True)
    PresentationFactory(member=owner.member, prescription=signed, at=timezone.now())
    signed.document = documents.store(
        kind="prescription_paper",
        key_id=enrolment.key_id,
        content=b"%PDF-1.7",
        enrolment_id=enrolment.pk,
        at=timezone.now(),
    )
    signed.save(update_fields=["document"])
    return {**found, "prescription_id": signed.public_id}


def _paper_alone(owner: Owner) -> dict[str, Any]:
    return {"prescription_id": _paper(owner)["prescription_id"]}


def _dispensation(owner: Owner) -> dict[str, Any]:
    today, now = timezone.localdate(), timezone.now()
    signed = PrescriptionFactory(
        enrolment=owner.enrolment(), signed=True, starts_on=today, signed_on=today, signed_at=now
    )
    received = ReceivedFactory(prescription=signed, recorded_by=owner.member)
    return {"dispensation_id": DispensationFactory(received=received, items=True).public_id}


def _word(owner: Owner) -> dict[str, Any]:
    signed = PrescriptionFactory(enrolment=owner.enrolment(), signed=True)
    return {"intervention_id": InterventionFactory(prescription=signed).public_id}


def _event(owner: Owner) -> dict[str, Any]:
    told = AdverseEventFactory(enrolment=owner.enrolment(), reported_by=owner.member)
    return {"event_id": told.public_id}


def _inclusion(owner: Owner) -> dict[str, Any]:
    return {"draft_id": draft.start(owner.programme, by=owner.member, at=timezone.now())}


def _step(owner: Owner) -> dict[str, Any]:
    return {**_inclusion(owner), "step": "information"}


def _glass(owner: Owner) -> dict[str, Any]:
    return {"glass_id": BrokenGlassFactory(enrolment=owner.enrolment()).public_id}


def _site(owner: Owner) -> dict[str, Any]:
    return {"site_id": owner.member.site.public_id}


def _closure(owner: Owner) -> dict[str, Any]:
    until = owner.member.site.local_day(timezone.now()) + timedelta(days=5)
    closure = ClosureFactory(site=owner.member.site, starts_on=until, ends_on=until)
    return {"closure_id": closure.public_id}


def _filter(owner: Owner) -> dict[str, Any]:
    return {"filter_id": SavedFilterFactory(owner=owner.member).public_id}


def _colleague(name: str = "member_id") -> Builder:
    return lambda owner: {name: MemberFactory(site=owner.member.site).public_id}


def _account(owner: Owner) -> dict[str, Any]:
    return {"user_id": owner.member.user.public_id}


def _review(owner: Owner) -> dict[str, Any]:
    signed = ReviewFactory(signed_by=owner.member, site=owner.member.site)
    return {"review_id": signed.public_id}


def _substitute(owner: Owner) -> dict[str, Any]:
    today = owner.member.site.local_day(timezone.now())
    substitute = MemberFactory(
        user=UserFactory(profession=owner.member.user.profession),
        site=owner.member.site,
        role=owner.role,
        replaces=owner.member,
        started_on=today,
        until=today + timedelta(days=5),
    )
    return {"member_id": substitute.public_id}


def _token(owner: Owner) -> dict[str, Any]:
    return {"token_id": ApiTokenFactory(member=owner.member, token=secrets.token_hex()).public_id}


def _takeover(owner: Owner) -> dict[str, Any]:
    content, now = table(a_line(owner)), timezone.now()
    file = takeovers.stage(owner.programme, content, by=owner.member, at=now)
    return {"takeover_id": file.public_id}


def _product(owner: Owner) -> dict[str, Any]:
    return {"public_id": ProductFactory(programme=owner.programme).public_id}


def _programme(owner: Owner) -> dict[str, Any]:
    return {"code": owner.programme.code}


def _definition(owner: Owner) -> dict[str, Any]:
    draft = VisitDefinitionFactory(programme=owner.programme, state=OpeningState.DRAFT)
    return {"definition_id": draft.public_id}


def _questions(owner: Owner) -> dict[str, Any]:
    version = QuestionnaireVersionFactory(
        questionnaire__programme=owner.programme, status=QuestionnaireStatus.DRAFT
    )
    return {"version_id": version.public_id}


def _notice(owner: Owner) -> dict[str, Any]:
    product = ProductFactory(programme=owner.programme)
    return {"public_id": SupplyNoticeFactory(product=product).public_id}


# By the names of the parameters.
KNOWN: dict[frozenset[str], Builder] = {
    frozenset({"enrolment_id"}): _enrolment,
    frozenset({"visit_id"}): _planned,
    frozenset({"dispensation_id"}): _dispensation,
    frozenset({"prescription_id"}): _presented,
    frozenset({"prescription_id", "fraction_no"}): _received,
    frozenset({"intervention_id"}): _word,
    frozenset({"event_id"}): _event,
    frozenset({"draft_id"}): _inclusion,
    frozenset({"takeover_id"}): _takeover,
    frozenset({"draft_id", "step"}): _step,
    frozenset({"glass_id"}): _glass,
    frozenset({"site_id"}): _site,
    frozenset({"closure_id"}): _closure,
    frozenset({"filter_id"}): _filter,
    frozenset({"member_id"}): _colleague(),
    frozenset({"review_id"}): _review,
    frozenset({"user_id"}): _account,
    frozenset({"token_id"}): _token,
    frozenset({"letter_id"}): _letter,
    frozenset({"visit_id", "medium"}): _copied,
    frozenset({"definition_id"}): _definition,
    frozenset({"version_id"}): _questions,
    frozenset({"version_id", "code"}): lambda owner: {**_questions(owner), "code": "pain"},
    frozenset({"enrolment_id", "public_id"}): _prescription(),
}

# Where those do not say which object, or which state of it.
BUILDERS: dict[str, Builder] = {
    "accounts:invite_again": _colleague("public_id"),
    "accounts:reset_factors": _colleague("public_id"),
    "rights:stop": _substitute,
    "accounts:remove_passkey": owned.passkey,
    "patients:alike": owned.at_the_identity,
    "patients:answer_transfer": owned.transfer,
    "patients:ask_merge": lambda owner: {"pair_id": owned.pair(owner).public_id},
    "patients:consent_give": owned.consent("nir"),
    "patients:consent_proof": owned.proof,
    "patients:consent_withdraw": owned.consent("participation"),
    "patients:decide_merge": owned.merge,
    "patients:decide_opening": lambda owner: {**owned.opening(owner), "decision": "publier"},
    "patients:designation": owned.designation,
    "patients:draft_opening": lambda owner: {"programme_id": owner.programme.public_id},
    "patients:give_up_invitation": owned.invitation,
    "patients:opening": owned.opening,
    "patients:pair": lambda owner: {"pair_id": owned.pair(owner).public_id},
    "pharmacies:answer": owned.announced,
    "pharmacies:correct_line": owned.register_line,
    "pharmacies:inventory_done": owned.inventory,
    "pharmacies:month_pdf": owned.month,
    **dict.fromkeys(
        ["prescriptions:plan", "prescriptions:plan_paper", "prescriptions:give_up_plan"], owned.plan
    ),
    "programmes:delist": owned.listing,
    "programmes:structure": lambda _: {"site_id": SiteFactory().public_id},
    "record:travel": owned.travel,
    "training:attempt": owned.attempt,
    "training:certificate": owned.certificate,
    "training:issue_certificate": owned.completion,
    "programmes:add_product": _programme,
    "followup:draft_definition": _programme,
    "programmes:lift_notice": _notice,
    **dict.fromkeys(
        [
            "programmes:add_pack", "programmes:change_product", "programmes:end_pack",
            "programmes:product", "programmes:publish_notice", "programmes:set_regime",
        ],
        _product,
    ),
    "patients:nir": _nir,
    "patients:reveal_nir": _nir,
    **dict.fromkeys(
        ["followup:correct", "record:closing", "record:dismiss", "record:write_letter"], _held
    ),
    "followup:correct": _held,
    "pharmacies:transcribe": _certified,
    "pharmacies:reopen_paper": _paper,
    "pharmacies:scan": _paper_alone,
    "pharmacies:void_paper": _paper_alone,
    "prescriptions:pdf": _delivered,
    "prescriptions:print": _prescription(signed=True),
    "prescriptions:renew": _prescription(signed=True),
    "prescriptions:switch": _prescription(signed=True),
}  # fmt: skip

# Addresses whose parameter names no row of anybody, and why.
NOBODYS = {
    "pharmacies:movement": "names a kind of movement of one's own register",
    "pharmacies:copy": "names a medium of one's own register",
    "pharmacies:statement_file": "names a medium and a month of one's own statement",
    "pharmacies:bulletin": "national: the same for every pharmacy",
    "pharmacies:acknowledge": "national: each pharmacy says that it read it",
    "training:course": "of a programme: the same for all its professionals",
    "training:chapter": "of a programme: the same for all its professionals",
    "training:test": "of a programme: the same for all its professionals",
    "training:attest": "of a programme: the same for all its professionals",
    "accounts:import": "national files: of every manager",
    "accounts:confirm_import": "national files: of every manager",
    "accounts:abandon_import": "national files: of every manager",
    "accounts:import_problems": "national files: of every manager",
    "accounts:close_session": "closes one's own; another's is left alone, and told the same",
    "core:draft": "the key is that of a form: each person has their own row under it",
    "core:discard_draft": "the key is that of a form: each person has their own row under it",
    "evaluation:chart_data": "names a chart of the programmes of whoever asks",
    "record:review": "names a kind of review, the same for all",
}

# What an address that only takes a form needs, to get as far as the object.
BODIES = {"pharmacies:answer": {"reponse": NoticeAnswer.IN_STOCK}}

# Roles for which some rows belong to no place: they manage them all.
EVERYWHERE = {
    Role.MANAGER: {
        "accounts:invite_again", "accounts:reset_factors", "patients:decide_merge",
        "programmes:structure", "record:account_journal",
        "rights:add", "rights:end", "rights:member", "rights:referent", "rights:reopen_member",
        "rights:review", "rights:reviewed", "rights:revoke", "rights:team",
        "rights:closures", "rights:reopen_days",
    },
}  # fmt: skip
