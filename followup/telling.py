"""A held visit in words, part by part: its letter and its copies say the same as its page."""

from collections.abc import Iterator

from core import keys
from core.keys import DataKey
from followup import questionnaires, scores
from followup.models import Visit
from followup.questionnaires import Answered
from patients.identity import Person


def parts(visit: Visit) -> list[Answered]:
    """The visit, what was answered, the scores, what was decided; what was left empty stays out.

    Five queries at most.
    """
    key = keys.open_keys([visit.enrolment.key_id]).get(visit.enrolment.key_id)
    measured = [(score.label, score.text) for score in scores.of(visit)]
    found = [
        Answered("La consultation", list(_held(visit))),
        *questionnaires.answered(visit, key),
        Answered("Scores", measured),
        Answered("Suite du traitement", list(_decided(visit, key))),
    ]
    said = [Answered(part.title, [fact for fact in part.facts if fact[1] != "–"]) for part in found]
    return [part for part in said if part.facts]


def whose(visit: Visit, person: Person | None) -> list[tuple[str, str]]:
    """The patient as a local record knows them; the number alone once the identity is erased."""
    enrolment = visit.enrolment
    found = [("Numéro d’inclusion", enrolment.number)]
    if person is not None:
        found = [("Nom", person.full_name), ("Date de naissance", person.birth_text), *found]
    return [
        *found,
        ("Programme", enrolment.programme.name),
        ("Indication", enrolment.indication.label),
        ("Structure", enrolment.site.name),
    ]


def _held(visit: Visit) -> Iterator[tuple[str, str]]:
    yield "Nature", visit.title
    if visit.held_on:
        yield "Date", f"{visit.held_on:%d/%m/%Y}"
    yield "Mode", visit.get_mode_display()
    if visit.timing_reason:
        yield "Motif de l’écart de date", visit.get_timing_reason_display()
    if visit.held_by:
        yield "Par", visit.held_by.user.full_name
    if visit.corrected_at:
        yield "Corrigée", visit.get_correction_reason_display()


def _decided(visit: Visit, key: DataKey | None) -> Iterator[tuple[str, str]]:
    yield "Conduite à tenir", visit.get_decision_display()
    if visit.stop_reason:
        yield "Motif de l’arrêt", visit.get_stop_reason_display()
    if visit.next_on:
        yield "Prochaine consultation", f"{visit.next_on:%d/%m/%Y}"
    comment = questionnaires.open_text(key, visit, "comment", visit.comment_sealed)
    if comment:
        yield "Commentaire", comment
