"""What stands above every page while a programme ends."""

from datetime import date

from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.utils import timezone  # noqa: TID251  part of the frame of a page, like a view

from accounts.models import NOBODY
from core.templatetags.recann import fr_date_long
from programmes.models import Programme
from programmes.rules import Transition


def ending() -> Subquery:
    """Of a member: the programme that ends first among those they are accredited for, or null."""
    theirs = Programme.objects.filter(
        accreditations__member=OuterRef("pk"), accreditations__ended_on=None
    ).exclude(opinion_published_on=None)
    told = JSONObject(programme="short_name", published_on="opinion_published_on")
    return Subquery(theirs.order_by("opinion_published_on", "pk").values(told=told)[:1])


def notice(request: HttpRequest) -> str:
    """One sentence for whoever works in a programme that ends; "" otherwise."""
    told = getattr(getattr(request, "member", NOBODY), "ending", None)
    if not told:
        return ""
    one = Transition(told["programme"], date.fromisoformat(told["published_on"]))
    left = one.days_left(timezone.localdate())
    if left < 0:
        return (
            f"{one.programme}\u202f: la transition est terminée depuis le "
            f"{fr_date_long(one.ends_on)}. Seul un sevrage se prescrit encore."
        )
    days = "aujourd’hui" if left == 0 else f"dans {left} jour{'s' if left > 1 else ''}"
    return (
        f"{one.programme}\u202f: l’avis de la HAS est publié depuis le "
        f"{fr_date_long(one.published_on)}. La transition prend fin le "
        f"{fr_date_long(one.ends_on)}, {days}\u202f: sevrer ou relayer chaque patient."
    )
