"""The history of a participation, as the page tells it."""

import base64
from datetime import UTC, date, datetime

from django.db import connection
from django.urls import reverse
from django.utils.html import escape
from pytest_django.asserts import assertContains, assertNotContains

from core import audit, keys
from followup import questionnaires
from followup.models import Answers, Visit
from patients import identity
from patients.enums import EndReason, EnrolmentState
from patients.identity import Person
from patients.models import Enrolment
from record import sources, touched, trail, wording, words
from record.enums import Fact
from record.wording import Column
from retention import classes
from tests.followup.factories import AnswersFactory, VisitFactory
from tests.patients.factories import EnrolmentFactory, PatientFactory, PersonFactory
from tests.pharmacies.factories import DispensationFactory
from tests.prescriptions.factories import PrescriptionFactory
from tests.vigilance.factories import AdverseEventFactory


AT = datetime(2026, 4, 2, 10, tzinfo=UTC)


def page_of(enrolment):
    return reverse("record:history", args=[enrolment.public_id])


def changed(enrolment, **fields):
    """An act that changed the participation itself, signed by its doctor."""
    with audit.acting("enrolment.ended", by=enrolment.included_by, reason="INEFFICACY"):
        Enrolment.objects.filter(pk=enrolment.pk).update(**fields)


def ended(enrolment):
    changed(
        enrolment,
        state=EnrolmentState.ENDED,
        ended_on=date(2026, 4, 2),
        end_reason=EndReason.INEFFICACY,
    )


def told(enrolment, **asked):
    return trail.page(touched.read(enrolment), trail.Asked(**asked), {}).rows


def changes_of(rows, title):
    return {
        change.label: (change.before, change.after)
        for entry in rows
        for group in entry.told
        for row in group.rows
        if row.title == title and row.operation == "UPDATE"
        for change in row.changes
    }


# --- Complete by construction ----------------------------------------------------------------


def test_every_tracked_table_of_a_patient_is_told():
    tracked = {
        label
        for label in classes.CLASSES
        if classes.history_of(classes.model_of(label)) is not None
    }

    assert {one.label for one in sources.every()} == tracked


def test_every_column_has_a_french_name():
    unnamed = [
        f"{source.label}.{field.name}"
        for source in sources.every()
        for field in source.fields
        if field.name not in words.FIELDS
        and str(field.verbose_name) == field.name.replace("_", " ")
    ]

    assert unnamed == []


def test_every_row_that_is_pointed_to_has_a_name():
    targets = {Column(field).target for source in sources.every() for field in source.fields} - {""}

    assert targets <= wording.NAMED


# --- In words --------------------------------------------------------------------------------


def test_a_change_tells_who_when_what_and_why(sign_in):
    enrolment = EnrolmentFactory()
    ended(enrolment)

    response = sign_in(enrolment.included_by).get(page_of(enrolment))

    assertContains(response, "Sortie enregistrée")
    assertContains(response, enrolment.included_by.user.full_name)
    assertContains(response, enrolment.included_by.site.name)
    assertContains(response, "Motif\u202f: Inefficacité")
    assertContains(response, "Version 0.1.0")
    assertContains(response, "<del>Suivi en cours</del>", html=True)
    assertContains(response, "<ins>Sorti</ins>", html=True)
    assertContains(response, "UTC+0")
    assertNotContains(response, "{&quot;")
    assertNotContains(response, "ENDED")


def test_an_answer_is_told_with_the_words_of_its_question():
    answers = AnswersFactory()
    visit = answers.visit
    with audit.acting("visit.corrected", by=visit.held_by, reason="TYPING_ERROR"):
        Answers.objects.filter(pk=answers.pk).update(data={"pain": 4})

    entry, *_ = told(visit.enrolment, fact=Fact.VISIT)

    (change,) = entry.told[0].rows[0].changes
    assert (change.label, change.before, change.after) == ("Intensité de la douleur", "6", "4")
    assert change.name == "data.pain"
    assert (entry.action, entry.reason) == ("Consultation corrigée", "Erreur de saisie")
    assert entry.who == visit.held_by.user.full_name


def test_why_an_unusual_answer_stands_is_told_beside_it():
    answers = AnswersFactory()
    visit = answers.visit
    with audit.acting("visit.corrected", by=visit.held_by, reason="TYPING_ERROR"):
        Answers.objects.filter(pk=answers.pk).update(
            data={"pain": {"missing": "REFUSED"}}, reasons={"pain": "TREATMENT"}
        )

    entry, *_ = told(visit.enrolment, fact=Fact.VISIT)

    changes = entry.told[0].rows[0].changes
    assert [(one.name, one.before, one.after) for one in changes] == [
        ("data.pain", "6", "Refus"),
        ("reasons.pain", "–", "Effet du traitement"),
    ]


def test_free_words_are_opened_and_sealing_again_is_no_change():
    visit = VisitFactory(done=True)
    key = keys.open_key(visit.enrolment.key_id)

    def say(text):
        sealed = questionnaires.seal_text(key, visit, "comment", text)
        with audit.acting("visit.corrected", by=visit.held_by):
            Visit.objects.filter(pk=visit.pk).update(comment_sealed=sealed)

    say("Va mieux")
    say("Va mieux")
    say("Va moins bien")

    rows = told(visit.enrolment, fact=Fact.VISIT)
    labels = [
        (change.label, change.before, change.after)
        for entry in rows
        for group in entry.told
        for row in group.rows
        for change in row.changes
        if change.name == "comment_sealed"
    ]
    # One transaction in this test: the order of the versions is that of their writing.
    assert ("Commentaire", "Va mieux", "Va moins bien") in labels
    assert ("Commentaire", "–", "Va mieux") in labels
    assert len(labels) == 2


def test_once_the_key_is_destroyed_the_words_are_gone():
    visit = VisitFactory(done=True)
    key = keys.open_key(visit.enrolment.key_id)
    sealed = questionnaires.seal_text(key, visit, "comment", "Va mieux")
    Visit.objects.filter(pk=visit.pk).update(comment_sealed=sealed)
    keys.destroy_keys([visit.enrolment.key_id])

    found = changes_of(told(visit.enrolment), "Consultation M1")

    assert found["Commentaire"] == ("–", "Texte effacé")


def test_what_was_written_past_the_registry_shows():
    """Raw SQL and bulk updates are caught by the database, and told as such."""
    visit = VisitFactory(done=True)
    with connection.cursor() as cursor:
        cursor.execute("update followup_visit set mode = 'REMOTE' where id = %s", [visit.pk])

    (entry,) = told(visit.enrolment, fact=Fact.VISIT)

    assert entry.is_outside
    assert changes_of([entry], "Consultation M1")["Mode"] == ("En présence", "Téléconsultation")


def test_an_identity_is_told_from_the_sealed_journal(sign_in):
    person = PersonFactory()
    enrolment = EnrolmentFactory(patient=PatientFactory(person=person))
    patient, doctor = enrolment.patient, enrolment.included_by
    after = Person(**{**person.__dict__, "phone": "06 11 11 11 11"})
    patient.refresh_from_db()
    trace = identity.rewrite(patient, after)
    line = audit.record("identity.completed", patient, by=doctor, **trace)

    response = sign_in(doctor).get(page_of(enrolment), {"quoi": Fact.INCLUSION})

    assertContains(response, "<del>06 00 00 00 00</del>", html=True)
    assertContains(response, "<ins>06 11 11 11 11</ins>", html=True)
    kept = base64.b64decode(line.detail["after"])
    assert b"06 11" not in kept
    keys.destroy_keys([patient.key_id])
    assert identity.read_trace(patient, line.detail) == []
    assert identity.read_trace(patient, {}) == []


def test_every_trait_is_told_in_words():
    patient = PatientFactory(person=PersonFactory())
    other = PersonFactory(
        birth_name="Autre",
        used_name="",
        first_names=["Zoé", "Ève"],
        sex="M",
        birth_date=date(1981, 1, 1),
        birth_precision="YEAR",
        birth_place="75056",
        phone="",
        email="",
        address="",
    )

    found = identity.read_trace(patient, identity.rewrite(patient, other))

    words_of = {name: (before, after) for name, _, before, after in found}
    assert len(words_of) == 10
    assert words_of["sex"] == ("Féminin", "Masculin")
    assert words_of["birth_date"] == ("12/05/1980", "1981")
    assert words_of["first_names"] == ("Jeanne, Marie", "Zoé, Ève")
    assert words_of["birth_precision"][1] == "Année connue seulement"


def test_each_kind_of_row_is_told(sign_in):
    event = AdverseEventFactory(serious=True)
    enrolment = event.enrolment
    prescription = PrescriptionFactory(enrolment=enrolment)
    AnswersFactory(visit=VisitFactory(enrolment=enrolment, done=True))

    response = sign_in(enrolment.included_by).get(page_of(enrolment))

    text = response.content.decode()
    for words_ in (
        "Participation",
        "Consentement",
        f"Ordonnance du {prescription.starts_on:%d/%m/%Y}",
        "Consultation M1",
        "Intensité de la douleur",
        f"Effet indésirable du {event.occurred_on:%d/%m/%Y}",
    ):
        assert escape(words_) in text, words_


def test_a_dispensation_is_told_without_its_bearer():
    dispensation = DispensationFactory(items=True, bearer="CARER", bearer_sealed=b"sealed")

    rows = told(dispensation.enrolment, fact=Fact.DISPENSATION)

    shown = {
        change.label: change.after
        for entry in rows
        for group in entry.told
        for row in group.rows
        for change in row.changes
    }
    assert shown["Porteur"] == "Texte protégé"
    assert dispensation.pharmacy.name in shown["Pharmacie"]
    assert "Numéro de lot" in shown


# --- One fact, one datum ---------------------------------------------------------------------


def test_the_history_of_one_fact_and_of_one_datum(sign_in):
    answers = AnswersFactory()
    visit = answers.visit
    other = AnswersFactory(
        visit=VisitFactory(enrolment=visit.enrolment, code="M3", due_on=date(2026, 6, 2), done=True)
    )
    Answers.objects.filter(pk=answers.pk).update(data={"pain": 4})
    Answers.objects.filter(pk=other.pk).update(data={"pain": 1})
    client, address = sign_in(visit.held_by), page_of(visit.enrolment)

    whole = client.get(address, {"fait": visit.public_id})
    one = client.get(address, {"fait": visit.public_id, "champ": "data.pain"})

    assertContains(whole, "Consultation M1")
    assertNotContains(whole, "Consultation M3")
    assertContains(one, "Historique d’une donnée")
    assertContains(one, "<ins>4</ins>", html=True)
    assertNotContains(one, "<ins>1</ins>", html=True)
    assertNotContains(one, "Mode")
    assert client.get(address, {"fait": "x"}).status_code == 200


def test_the_page_of_a_visit_leads_to_its_history(sign_in):
    visit = AnswersFactory().visit

    response = sign_in(visit.held_by).get(reverse("followup:visit", args=[visit.public_id]))

    assertContains(response, f"{page_of(visit.enrolment)}?fait={visit.public_id}")
