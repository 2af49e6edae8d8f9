from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts import step_up
from accounts.actions import agent
from accounts.middleware import MemberRequest, account
from rights.actions import suspension


@require_http_methods(["GET", "HEAD", "POST"])
def reopen(request: MemberRequest) -> HttpResponse:
    """Somebody whose account sleeps, who gave both factors, and signs once more."""
    user = account(request)
    if user.suspended_at is None:
        return redirect("accounts:choose")
    signature = step_up.signature(request)
    if signature.is_valid():
        suspension.reopen(user, by=agent(user), at=timezone.now())
        messages.success(request, "Votre compte est rouvert.")
        return redirect("accounts:choose")
    return render(request, "rights/reopen.html", {"user": user, "signature": signature})
