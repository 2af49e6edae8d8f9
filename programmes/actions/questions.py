"""Versions of a questionnaire: drafted question by question, looked at, published; never rewritten.

Publishing ends the version before on the eve of the first day, in one transaction. What patients
answered stays under the version that asked it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import Member
from core import audit
from programmes import declared_rules, redrafted
from programmes.actions.openings import CannotPublish
from programmes.declared import Entry, Problem
from programmes.enums import QuestionnaireStatus
from programmes.framing import frame_of
from programmes.models import Questionnaire, QuestionnaireVersion
from programmes.redrafted import Definition


ONE_DAY = timedelta(days=1)


class CannotDraft(Exception):
    """The message is in French and may be shown beside `field`."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Facts:
    """What a version says of itself; `valid_from` is the first day of the visits that ask it."""

    version: str
    valid_from: date
    source: str


def draft_questions(origin: QuestionnaireVersion, *, by: Member, on: date) -> QuestionnaireVersion:
    """Begin a version from the questions of another; nobody but the managers sees it.

    :param on: the day it is begun; visits ask it from the day after at the earliest
    :raises CannotDraft: a draft of this questionnaire waits already
    """
    with audit.acting("questions.drafted", by=by):
        questionnaire = _locked(origin)
        rows = questionnaire.versions.all()
        if rows.filter(status=QuestionnaireStatus.DRAFT).exists():
            raise CannotDraft("Une version de ce questionnaire est déjà en préparation.")
        drafted = QuestionnaireVersion.objects.create(
            questionnaire=questionnaire,
            version=_free_number(on, set(rows.values_list("version", flat=True))),
            status=QuestionnaireStatus.DRAFT,
            valid_from=on + ONE_DAY,
            definition=[redrafted.plain(one) for one in origin.definition],
            source="",
            drafted_by=by,
        )
        audit.record("questions.drafted", drafted, by=by, code=questionnaire.code)
    return drafted


def _free_number(on: date, taken: set[str]) -> str:
    """«2026-11», then «2026-11-2»."""
    month = f"{on:%Y-%m}"
    others = (f"{month}-{rank}" for rank in range(2, len(taken) + 3))
    return next(one for one in (month, *others) if one not in taken)


def _locked(version: QuestionnaireVersion) -> Questionnaire:
    """The questionnaire first: whoever changes or publishes a version of it waits."""
    rows = Questionnaire.objects.select_for_update(of=("self",), no_key=True)
    return rows.get(pk=version.questionnaire_id)


def _locked_draft(version: QuestionnaireVersion) -> QuestionnaireVersion:
    """:raises CannotPublish: not a draft any more"""
    questionnaire = _locked(version)
    rows = QuestionnaireVersion.objects.select_for_update(of=("self",))
    found = rows.filter(pk=version.pk, status=QuestionnaireStatus.DRAFT).first()
    if found is None:
        raise CannotPublish("Ce brouillon est déjà publié ou abandonné.")
    found.questionnaire = questionnaire
    return found


# --- A draft ------------------------------------------------------------------------------------


def set_facts(version: QuestionnaireVersion, facts: Facts, *, by: Member) -> None:
    """Give a draft its number, its first day and its source.

    :raises CannotDraft: the number is that of another version
    :raises CannotPublish: not a draft any more
    """
    with audit.acting("questions.changed", by=by):
        locked = _locked_draft(version)
        others = QuestionnaireVersion.objects.filter(questionnaire=locked.questionnaire_id)
        if others.exclude(pk=locked.pk).filter(version=facts.version).exists():
            raise CannotDraft("Une autre version a déjà ce numéro.", "version")
        locked.version, locked.valid_from = facts.version, facts.valid_from
        locked.source = facts.source
        locked.save(update_fields=["version", "valid_from", "source"])
        audit.record("questions.changed", locked, by=by)


def write_question(
    version: QuestionnaireVersion, entry: Entry, *, seen: str = "", by: Member
) -> None:
    """Write one question of a draft, in its place or after the others.

    :param seen: the stamp of the question that the page showed; "" for one that is added
    :raises CannotDraft: it is not right, or somebody changed it meanwhile
    :raises CannotPublish: not a draft any more
    """

    def change(locked: QuestionnaireVersion) -> Definition:
        before = redrafted.find(locked.definition, str(entry["code"]))
        if seen != (redrafted.stamp(before) if before else ""):
            raise CannotDraft(
                "Cette question a été changée ou retirée depuis que la page a été ouverte. "
                "Rouvrez-la pour voir ce qu’elle est devenue."
            )
        definition = redrafted.written(locked.definition, entry)
        for problem in declared_rules.problems(definition, frame_of(locked.questionnaire)):
            if problem.code == entry["code"]:
                raise CannotDraft(problem.message, problem.field)
        return definition

    _rewrite(version, change, by=by, code=str(entry["code"]))


def move_question(version: QuestionnaireVersion, code: str, *, up: bool, by: Member) -> None:
    """:raises CannotPublish: not a draft any more"""
    _rewrite(version, lambda one: redrafted.moved(one.definition, code, up=up), by=by, code=code)


def withdraw_question(version: QuestionnaireVersion, code: str, *, by: Member) -> None:
    """Ask it no more: its answers stay under the versions that asked it.

    :raises CannotPublish: not a draft any more
    """
    _rewrite(version, lambda one: redrafted.without(one.definition, code), by=by, code=code)


def _rewrite(
    version: QuestionnaireVersion,
    change: Callable[[QuestionnaireVersion], Definition],
    *,
    by: Member,
    code: str,
) -> None:
    with audit.acting("questions.changed", by=by):
        locked = _locked_draft(version)
        locked.definition = change(locked)
        locked.save(update_fields=["definition"])
        audit.record("questions.changed", locked, by=by, code=code)


def discard_questions(version: QuestionnaireVersion, *, by: Member) -> None:
    """Forget a draft.

    :raises CannotPublish: it is published, or discarded already
    """
    with audit.acting("questions.discarded", by=by):
        locked = _locked_draft(version)
        audit.record("questions.discarded", locked, by=by, code=locked.questionnaire.code)
        locked.delete()


# --- Publication --------------------------------------------------------------------------------


def obstacles(version: QuestionnaireVersion, today: date) -> list[Problem]:
    """All that keeps a draft from being published; nothing when it may be."""
    frame = frame_of(version.questionnaire)
    found = [Problem("", "", text) for text in _facts_missing(version, today)]
    return found + declared_rules.problems(version.definition, frame)


def _facts_missing(version: QuestionnaireVersion, today: date) -> list[str]:
    found = []
    if not version.source:
        found.append("Indiquez la source de cette version\u202f: un texte, une décision.")
    if version.valid_from <= today:
        found.append(
            "Le premier jour est demain au plus tôt\u202f: les consultations d’aujourd’hui ont "
            "peut-être déjà leurs réponses."
        )
    coming = _published(version).filter(valid_from__gte=version.valid_from).order_by("valid_from")
    if later := coming.first():
        found.append(
            f"La version {later.version} est déjà publiée à partir du {later.valid_from:%d/%m/%Y}"
            "\u202f: retirez-la d’abord, ou choisissez un jour plus tard."
        )
    return found


def _published(version: QuestionnaireVersion) -> QuerySet[QuestionnaireVersion]:
    return QuestionnaireVersion.objects.filter(
        questionnaire=version.questionnaire_id, status=QuestionnaireStatus.PUBLISHED
    )


def publish_questions(version: QuestionnaireVersion, *, by: Member, at: datetime) -> None:
    """Ask these questions from the first day on; the version before ends on the eve.

    :raises CannotPublish: nothing was written
    """
    with audit.acting("questions.published", by=by):
        locked = _locked_draft(version)
        if found := obstacles(locked, by.site.local_day(at)):
            raise CannotPublish(found[0].words)
        eve = locked.valid_from - ONE_DAY
        for earlier in _published(locked).filter(_over(locked.valid_from)):
            earlier.valid_to = eve
            earlier.save(update_fields=["valid_to"])
        locked.status = QuestionnaireStatus.PUBLISHED
        locked.published_by, locked.published_at = by, at
        locked.save(update_fields=["status", "published_by", "published_at"])
        code = locked.questionnaire.code
        audit.record("questions.published", locked, by=by, code=code, version=locked.version)


def _over(day: date) -> Q:
    """Published for that day or a later one."""
    return Q(valid_to=None) | Q(valid_to__gte=day)


def retire_questions(
    version: QuestionnaireVersion, last_day: date | None, *, by: Member, at: datetime
) -> None:
    """Ask a version no more after its last day; at no visit, if none asks it yet.

    What the version to come had ended goes on in its place.

    :param last_day: included; ignored for a version that has not begun
    :raises CannotPublish: nothing was written
    """
    with audit.acting("questions.retired", by=by):
        _locked(version)
        locked = QuestionnaireVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
        today = by.site.local_day(at)
        if locked.status != QuestionnaireStatus.PUBLISHED:
            raise CannotPublish("Cette version n’est pas publiée.")
        if locked.valid_from > today:
            _never_ask(locked)
        else:
            _end(locked, last_day, today)
        code = locked.questionnaire.code
        audit.record("questions.retired", locked, by=by, code=code, version=locked.version)


def _never_ask(version: QuestionnaireVersion) -> None:
    version.status = QuestionnaireStatus.RETIRED
    version.save(update_fields=["status"])
    before = _published(version).filter(valid_to=version.valid_from - ONE_DAY).first()
    if before is not None:
        before.valid_to = version.valid_to
        before.save(update_fields=["valid_to"])


def _end(version: QuestionnaireVersion, last_day: date | None, today: date) -> None:
    if last_day is None or last_day < today:
        raise CannotPublish("Le dernier jour est aujourd’hui au plus tôt.")
    if version.valid_to is not None and version.valid_to <= last_day:
        raise CannotPublish(f"Cette version finit déjà le {version.valid_to:%d/%m/%Y}.")
    version.valid_to = last_day
    version.save(update_fields=["valid_to"])
