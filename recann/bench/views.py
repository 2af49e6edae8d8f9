"""The least that a page of this registry can do: nothing, one read, one write."""

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from core.models import Throttle
from patients.models import Enrolment


@require_safe
def nothing(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """R0: everything around a view, and no view."""
    return HttpResponse("rien")


@require_safe
def one_read(request: HttpRequest, enrolment_id: UUID) -> HttpResponse:  # noqa: ARG001
    """R1: R0 and one row read by its index."""
    return HttpResponse(Enrolment.objects.get(public_id=enrolment_id).number)


@require_POST
def one_save(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """R2: R0 and one row that nothing accompanies, saved."""
    row = Throttle(key=f"bench:{uuid4().hex}", started_at=timezone.now(), hits=1)
    row.save(force_insert=True)
    return HttpResponse("écrit")
