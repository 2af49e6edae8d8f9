from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form sent without its token: the session changed meanwhile, or another site sent it."""
    return render(request, "accounts/csrf_failure.html", status=403)
