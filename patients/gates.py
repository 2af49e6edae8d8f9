"""What stands between a doctor and an inclusion: asked early by the pages, again by the action.

Each gate is a French sentence fit to be shown, with the step where it is put right; "" is open.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from accounts.enums import Role
from accounts.models import Member
from patients import directory, rules
from patients.enums import ConsentKind
from patients.inclusion import Eligibility, Inclusion, Information
from patients.models import Enrolment
from patients.models.enrolment import EnrolmentQuerySet
from programmes import openings
from programmes.enums import LinkKind, OpeningKind, PersonKind, Recipient
from programmes.models import (
    Accreditation,
    Indication,
    Listing,
    Opening,
    Programme,
    ProgrammeLink,
)
from training.entitlement import is_entitled


@dataclass(frozen=True)
class Refusal:
    step: str
    message: str


def doctor(by: Member, programme: Programme, on: date) -> str:
    """Role, accreditation and training of the including doctor on that day."""
    day = rules.long_date(on)
    if by.role != Role.REFERENCE_DOCTOR:
        return "Seul un médecin d’une structure de référence inclut un patient."
    if not Accreditation.objects.in_force(on).of(by).filter(programme=programme).exists():
        return f"Vous n’étiez pas habilité pour {programme.short_name} le {day}."
    if programme.training_required and not is_entitled(by.user, programme, on):
        return (
            f"Votre formation obligatoire n’est pas attestée au {day}\u202f: "
            "enregistrez-la à la page «\u202fMa formation\u202f» avant d’inclure."
        )
    return ""


def structure(by: Member, indication: Indication, on: date) -> str:
    """A structure includes for the indications it is listed for on that day."""
    if Listing.objects.in_force(on).filter(site=by.site_id, indication=indication).exists():
        return ""
    return unlisted(by, indication, on)


def unlisted(by: Member, indication: Indication, on: date) -> str:
    return (
        f"{by.site.name} n’est pas inscrite pour l’indication «\u202f{indication.label}\u202f» "
        f"le {rules.long_date(on)}\u202f: l’inclusion revient à une structure inscrite."
    )


def indication_refusal(by: Member, indication: Indication, on: date) -> str:
    return not_open(indication, on) or structure(by, indication, on)


def not_open(indication: Indication, on: date) -> str:
    ended = indication.valid_to is not None and indication.valid_to < on
    if on < indication.valid_from or ended:
        return f"L’indication «\u202f{indication.label}\u202f» n’était pas ouverte ce jour-là."
    return ""


def window(programme: Programme, on: date) -> str:
    return window_under(openings.closure(programme, on), programme, on)


def window_under(closure: Opening | None, programme: Programme, on: date) -> str:
    window = rules.Openings(
        name=programme.short_name,
        opens_on=programme.opens_on,
        closed_from=closure.valid_from if closure else None,
        closing_reason=closure.reason if closure else "",
    )
    return rules.window_refusal(window, included_on=on)


def places(
    programme: Programme,
    by: Member,
    days: Collection[date],
    *,
    indication: Indication | None = None,
) -> Iterator[str]:
    """Limits of places, by the rules of the inclusion's day and of today.

    Without an indication, the limits that speak of none; with one, those of that indication alone.
    """
    for on in sorted(set(days)):
        for limit in openings.limits(programme, on):
            of_indication = limit.kind == OpeningKind.INDICATION
            if of_indication != (indication is not None):
                continue
            if of_indication and limit.indication_id not in {None, indication and indication.pk}:
                continue
            if limit.site_id not in {None, by.site_id}:
                continue
            followed = _followed(limit, by, on, indication).count()
            yield rules.places_refusal(limit.kind, followed=followed, places=limit.places or 0)


def _followed(
    limit: Opening, by: Member, on: date, indication: Indication | None
) -> EnrolmentQuerySet:
    followed = Enrolment.objects.followed_on(on).filter(programme=limit.programme_id)
    match limit.kind:
        case OpeningKind.INDICATION:
            return followed.filter(indication=indication)
        case OpeningKind.DOCTOR:
            return followed.filter(included_by__user=by.user_id)
        case OpeningKind.SITE:
            return followed.filter(site=by.site_id)
        case _:
            return followed


def information(
    programme: Programme, told: Information, by: Member, today: date
) -> Iterator[tuple[str, str]]:
    """What the first step can already tell, each with the field it speaks of."""
    on, late = told.included_on, told.late_reason
    day = "day" if on == today else "included_on"
    missing = on < today and not late
    yield (
        "late_reason" if missing else day,
        rules.entry_refusal(included_on=on, today=today, late_reason=late),
    )
    yield "signed_on", rules.consent_refusal(signed_on=told.signed_on, included_on=on)
    yield from _representatives(told)
    yield from _signed(told, today)
    yield day, window(programme, on)
    yield "", doctor(by, programme, on)
    for message in places(programme, by, {on, today}):
        yield "", message


def _representatives(told: Information) -> Iterator[tuple[str, str]]:
    kind, named = told.person_kind, told.representatives
    first = named[0] if named else None
    refusal = rules.representative_refusal(kind=kind, representative=first.name if first else "")
    yield "representative", refusal
    if first:
        yield "quality", rules.quality_refusal(kind=kind, quality=first.quality)
    notices = ProgrammeLink.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=told.included_on),
        programme=told.document.programme_id,
        kind=LinkKind.INFORMATION_DOCUMENT,
        person_kind=Recipient.REPRESENTATIVE,
        valid_from__lte=told.included_on,
    )
    yield (
        f"document_{Recipient.REPRESENTATIVE}",
        rules.notice_refusal(
            kind=kind,
            exists=kind != PersonKind.ADULT and notices.exists(),
            handed=told.representative_document is not None,
        ),
    )
    own = told.document.person_kind in {"", kind}
    yield f"document_{kind}", "" if own else "Ce document n’est pas écrit pour cette personne."


def _signed(told: Information, today: date) -> Iterator[tuple[str, str]]:
    """On screen: today, on texts that were in force."""
    if not told.signatures:
        return
    yield "signing", rules.screen_refusal(signed_on=told.signed_on, today=today)
    if set(told.texts) != set(ConsentKind.values):
        yield (
            "signing",
            "Aucun texte à signer à l’écran n’est en vigueur\u202f: choisissez le papier.",
        )


def eligibility(found: Eligibility, on: date, by: Member, *, today: date) -> Iterator[str]:
    yield indication_refusal(by, found.indication, on)
    yield from places(found.indication.programme, by, {on, today}, indication=found.indication)
    yield rules.treatments_refusal(len(found.treatments))
    yield from found.verdict(on).refusals


def identity(inclusion: Inclusion) -> Iterator[str]:
    person, told = inclusion.person, inclusion.information
    ages = rules.ages_on(person.birth_date, person.birth_precision, told.included_on)
    yield rules.person_kind_refusal(kind=told.person_kind, ages=ages)


def relay(inclusion: Inclusion, today: date) -> Iterator[str]:
    """A designation takes effect today, whenever the inclusion is dated."""
    doctor, programme = inclusion.relay_doctor, inclusion.programme
    if doctor and not directory.relay_doctors(programme, today).filter(pk=doctor.pk).exists():
        yield "Ce médecin relais n’est pas habilité et formé pour ce programme."
    elif doctor and programme.training_required:
        trained = is_entitled(doctor.user, programme, today)
        yield "" if trained else "La formation de ce médecin relais n’est plus valable."
    pharmacy = inclusion.pharmacy
    if pharmacy and not directory.pharmacies(programme, today).filter(pk=pharmacy.pk).exists():
        yield "Cette pharmacie ne participe pas au programme aujourd’hui."


def refusals(inclusion: Inclusion, *, by: Member, today: date) -> list[Refusal]:
    """Every reason that forbids this inclusion, in the order of the steps."""
    told, found = inclusion.information, inclusion.eligibility
    by_step = {
        "information": (
            message for _, message in information(inclusion.programme, told, by, today)
        ),
        "eligibilite": eligibility(found, told.included_on, by, today=today),
        "identite": identity(inclusion),
        "relais": relay(inclusion, today),
    }
    return [
        Refusal(step, message)
        for step, messages in by_step.items()
        for message in messages
        if message
    ]
