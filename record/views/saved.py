from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.enums import Permission
from accounts.middleware import MemberRequest
from accounts.permissions import require
from record import saved
from record.models import SavedFilter


@require_POST
@require(Permission.PATIENT_VIEW)
def save(request: MemberRequest) -> HttpResponse:
    """Keep the list that the page shows under a name."""
    form = saved.NameForm(request.POST)
    query = saved.query_of(QueryDict(request.POST.get("query", "")[:300]))
    if form.is_valid():
        try:
            saved.save(form.named(), query, by=request.member, at=timezone.now())
        except saved.CannotSave as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "La liste est enregistrée.")
    else:
        messages.error(request, "Donnez un nom à la liste, de 60 caractères au plus.")
    return redirect(f"{reverse('record:patients')}?{query}")


@require_POST
@require(Permission.PATIENT_VIEW)
def remove(request: MemberRequest, filter_id: UUID) -> HttpResponse:
    mine = SavedFilter.objects.filter(owner=request.member.pk)
    saved.remove(get_object_or_404(mine, public_id=filter_id), by=request.member)
    messages.success(request, "La liste est supprimée.")
    return redirect("record:patients")
