"""What waits for an answer: transfers, possible duplicates, records to unite."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.models import Member
from accounts.permissions import allows, require
from patients import actions, directory, duplicates, identity
from patients.access import open_live
from patients.enums import MergeState, TransferReason, TransferRefusal
from patients.forms import ApartForm, RefusalForm, TransferForm
from patients.identity import Person
from patients.models import Enrolment, Merge, Patient, PossibleDuplicate, Transfer


# Rows of each list: more than one structure ever has at once.
MOST = 100


@dataclass(frozen=True)
class Side:
    """One patient of a pair; no person for whom the member may not read."""

    patient: Patient
    enrolment: Enrolment
    person: Person | None


@dataclass(frozen=True)
class Pair:
    pair: PossibleDuplicate
    sides: tuple[Side, Side]
    merge: Merge | None

    @property
    def reasons(self) -> str:
        return duplicates.labels(self.pair.reasons)


@require_safe
@require(Permission.IDENTITY_WRITE)
def desk(request: MemberRequest) -> HttpResponse:
    member = request.member
    transfers = Transfer.objects.visible_to(member).select_related(
        "enrolment__indication", "enrolment__programme", "from_site", "to_site"
    )
    context = {
        "received": transfers.pending().filter(to_site=member.site_id).order_by("asked_at")[:MOST],
        "asked": transfers.filter(from_site=member.site_id).order_by("-asked_at")[:MOST],
        "pairs": pairs(_reviewable(member), member),
        "refusal": RefusalForm(),
    }
    return render(request, "patients/desk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.IDENTITY_WRITE)
def transfer(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Ask another structure to follow this patient."""
    enrolment, person = open_live(request, enrolment_id)
    structures = directory.structures(enrolment, timezone.localdate())
    data = request.POST if request.method == "POST" else None
    form = TransferForm(data, structures=structures)
    if form.is_valid() and _ask_transfer(request, enrolment, form):
        return redirect("patients:desk")
    context = {"enrolment": enrolment, "person": person, "tab": "inclusion", "form": form}
    return render(request, "patients/transfer.html", context)


def _ask_transfer(request: MemberRequest, enrolment: Enrolment, form: TransferForm) -> bool:
    to_site, reason = form.cleaned_data["to_site"], TransferReason(form.cleaned_data["reason"])
    try:
        actions.ask_transfer(
            enrolment, to_site, reason=reason, by=request.member, at=timezone.now()
        )
    except actions.CannotTransfer as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, "La demande est envoyée. Vous suivez le patient jusqu’à la réponse.")
    return True


@require_POST
@require(Permission.IDENTITY_WRITE)
def answer_transfer(request: MemberRequest, transfer_id: UUID, answer: str) -> HttpResponse:
    """`accepter`, `refuser` with its reason, or `annuler`."""
    if answer not in {"accepter", "refuser", "annuler"}:
        raise Http404
    found = get_object_or_404(Transfer.objects.visible_to(request.member), public_id=transfer_id)
    now, form = timezone.now(), RefusalForm(request.POST)
    try:
        if answer == "accepter":
            actions.accept_transfer(found, by=request.member, at=now)
        elif answer == "annuler":
            actions.cancel_transfer(found, by=request.member, at=now)
        elif form.is_valid():
            refusal = TransferRefusal(form.cleaned_data["refusal"])
            actions.refuse_transfer(found, refusal, by=request.member, at=now)
        else:
            raise actions.CannotTransfer("Choisissez le motif du refus.")
    except actions.CannotTransfer as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "La réponse est enregistrée, et l’autre structure prévenue.")
    return redirect("patients:desk")


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.IDENTITY_WRITE)
def pair(request: MemberRequest, pair_id: UUID) -> HttpResponse:
    """Two patients side by side; say that they are two persons, or ask to unite them."""
    found = get_object_or_404(_reviewable(request.member), public_id=pair_id)
    form = ApartForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _tell_apart(request, found, form.cleaned_data["reason"])
    context = {"shown": pairs(PossibleDuplicate.objects.filter(pk=found.pk), request.member)[0]}
    return render(request, "patients/pair.html", context | {"form": form})


def _tell_apart(request: MemberRequest, found: PossibleDuplicate, reason: str) -> HttpResponse:
    try:
        actions.tell_apart(found, reason=reason, by=request.member, at=timezone.now())
    except actions.CannotDecide as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "C’est noté\u202f: ces deux patients ne seront plus comparés.")
    return redirect("patients:desk")


@require_POST
@require(Permission.IDENTITY_WRITE)
def ask_merge(request: MemberRequest, pair_id: UUID) -> HttpResponse:
    found = get_object_or_404(_reviewable(request.member), public_id=pair_id)
    try:
        actions.ask_merge(found, by=request.member, at=timezone.now())
    except actions.CannotDecide as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "La réunion est demandée\u202f: une autre personne l’approuvera.")
    return redirect("patients:desk")


_DECISIONS = {
    "approuver": actions.approve_merge,
    "refuser": actions.refuse_merge,
    "defaire": actions.undo_merge,
}


@require_POST
@require(Permission.MERGE_DECIDE)
def decide_merge(request: MemberRequest, merge_id: UUID, decision: str) -> HttpResponse:
    """`approuver`, `refuser` or `defaire`."""
    if decision not in _DECISIONS:
        raise Http404
    visible = Merge.objects.visible_to(request.member).select_related("pair")
    merge = get_object_or_404(visible, public_id=merge_id)
    try:
        _DECISIONS[decision](merge, by=request.member, at=timezone.now())
    except actions.CannotDecide as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "La décision est enregistrée.")
    follows = allows(request.member, Permission.IDENTITY_WRITE)
    return redirect("patients:desk" if follows else "patients:oversight")


# --- Pairs -----------------------------------------------------------------------------------


def _reviewable(member: Member) -> QuerySet[PossibleDuplicate]:
    """Open or united, about a patient of one's own."""
    mine = Enrolment.objects.visible_to(member).values("patient")
    rows = PossibleDuplicate.objects.exclude(state="DIFFERENT")
    return rows.filter(Q(first__in=mine) | Q(second__in=mine))


def pairs(rows: QuerySet[PossibleDuplicate], member: Member) -> list[Pair]:
    """What a page shows of pairs: five queries, whatever their number."""
    found = list(rows.select_related("first", "second").order_by("-score", "pk")[:MOST])
    patients = {side.pk: side for row in found for side in (row.first, row.second)}
    enrolments = Enrolment.objects.filter(patient__in=patients).select_related("site", "programme")
    last = {one.patient_id: one for one in enrolments.order_by("included_on", "pk")}
    mine = Enrolment.objects.visible_to(member).filter(patient__in=patients)
    people = identity.open_many(patients[pk] for pk in set(mine.values_list("patient", flat=True)))
    merges = Merge.objects.filter(
        pair__in=found, state__in=[MergeState.ASKED, MergeState.DONE]
    ).select_related("asked_by")
    by_pair = {merge.pair_id: merge for merge in merges}

    def side(patient: Patient) -> Side:
        return Side(patient, last[patient.pk], people.get(patient.pk))

    return [Pair(row, (side(row.first), side(row.second)), by_pair.get(row.pk)) for row in found]
