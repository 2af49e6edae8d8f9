"""The NIR of a patient: masked; shown by an act that the journal keeps."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from patients import actions
from patients import nir as shape
from patients.access import open_live
from patients.enums import ConsentKind
from patients.forms import NirForm
from patients.identity import Person
from patients.models import Enrolment, Nir


@require_http_methods(["GET", "HEAD", "POST"])
@require(Permission.IDENTITY_WRITE)
def nir(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Record the number, or see that it is there. 404 while the patient does not authorise it."""
    enrolment, person = _authorised(request, enrolment_id)
    form = NirForm(request.POST if request.method == "POST" else None, person=person)
    if form.is_valid() and _record(request, enrolment, form):
        return redirect("patients:nir", enrolment_id)
    return _page(request, enrolment, person, form=form)


@require_POST
@require(Permission.IDENTITY_WRITE)
@never_cache
def reveal_nir(request: MemberRequest, enrolment_id: UUID) -> HttpResponse:
    """Show the number once, in this answer alone."""
    enrolment, person = _authorised(request, enrolment_id)
    number = actions.reveal_nir(enrolment, by=request.member)
    shown = shape.grouped(number) if number else ""
    return _page(request, enrolment, person, form=NirForm(person=person), shown=shown)


def _authorised(request: MemberRequest, enrolment_id: UUID) -> tuple[Enrolment, Person]:
    enrolment, person = open_live(request, enrolment_id)
    given = enrolment.consents.in_hand().filter(kind=ConsentKind.NIR)
    if person is None or not given.exists():
        raise Http404
    return enrolment, person


def _record(request: MemberRequest, enrolment: Enrolment, form: NirForm) -> bool:
    number = form.cleaned_data["number"]
    try:
        actions.record_nir(enrolment, number, by=request.member, at=timezone.now())
    except actions.CannotRecordNir as error:
        form.add_error("number", str(error))
        return False
    messages.success(request, "Le numéro est enregistré, chiffré et masqué.")
    return True


def _page(
    request: MemberRequest, enrolment: Enrolment, person: Person, *, form: NirForm, shown: str = ""
) -> HttpResponse:
    context = {
        "enrolment": enrolment,
        "person": person,
        "tab": "inclusion",
        "form": form,
        "kept": Nir.objects.filter(enrolment=enrolment).first(),
        "masked": shape.MASKED,
        "shown": shown,
    }
    return render(request, "patients/nir.html", context)
