"""The page of a visit as its tests open it: on 2 April 2026 at noon, with what everybody types."""

from datetime import UTC, datetime

from django.urls import reverse


NOW = datetime(2026, 4, 2, 12, tzinfo=UTC)
TYPED = {
    "once": "a" * 32,
    "held_on": "02/04/2026",
    "mode": "ON_SITE",
    "decision": "CONTINUE",
    "next_on": "",
    "comment": "",
    "stop_reason": "",
    "timing_reason": "",
}


def page_of(visit):
    return reverse("followup:visit", args=[visit.public_id])
