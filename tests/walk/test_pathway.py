"""The whole pathway as four people walk it, in a browser; the patient's name leaks nowhere."""

import csv
import inspect
import io
from datetime import date, timedelta

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from accounts import actions as accounts_actions
from accounts.enums import Role
from accounts.models import OpenSession
from core import audit
from core.models import OutgoingMail
from evaluation.tasks import count_by_month, release_quarter
from followup.models import Visit
from followup.tasks import remind_sites
from patients.models import Enrolment
from pharmacies.models import Dispensation
from prescriptions.models import Prescription
from recann.celery import app
from tests.walk import acts
from tests.walk.acts import Somebody, french, plain
from tests.walk.world import a_world


pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(databases=["default", "keys"], transaction=True),
]

# No text of the registry holds these words.
CANARY, FIRST_CANARY = "Kanarivogel", "Zwergspecht"
BORN = date(1958, 4, 17)
PRODUCT = "Naxiva-Panaxir T10/C10"
NARRATIVE = "Trébuchet au lever, hochequeue"
DAYS_AGO = 30


@pytest.fixture
def today():
    return timezone.localdate()


class Walk:
    """The four people, and what they know of the patient."""

    def __init__(self, open_page, today):
        self.world, self.open_page, self.today = a_world(), open_page, today
        self.included_on = today - timedelta(days=DAYS_AGO)

    def arrives(self, login, place=0, role=""):
        somebody = Somebody(self.open_page(), self.world.member(login, place).user)
        somebody.sign_in(role=role)
        return somebody

    @property
    def enrolment(self):
        return Enrolment.objects.get()

    @property
    def address(self):
        return reverse("record:patient", args=[self.enrolment.public_id])


def test_the_care_pathway(open_page, caplog, today):
    walk = Walk(open_page, today)
    caplog.set_level("DEBUG")
    doctor = walk.arrives("camille.vidal")
    pass_without_training(doctor, walk)
    include(doctor, walk)
    read_certificate(doctor, walk)
    code = prescribe(doctor, walk)
    pharmacist = walk.arrives("marc.fontaine")
    dispense(pharmacist, walk, code)
    report_event(pharmacist)
    assert [remind_sites(), remind_sites()] == [1, 0]
    hold_visit(doctor, walk)
    relay = walk.arrives("sophie.garnier", 1, role="Médecin relais")
    renew(relay, walk)
    analyst = walk.arrives("helene.dubois")
    evaluate(analyst, walk)
    ask_the_api(walk)
    # The digest; and the relay doctor and the pharmacy, told that they were chosen.
    assert OutgoingMail.objects.filter(key__startswith="digest:").count() == 1
    assert OutgoingMail.objects.count() == 3
    # What is looked for so would be found.
    assert "accounts_user" in tables_that_hold("camille.vidal")
    assert "/api/v1/releases/" in caplog.text
    for word in (CANARY, FIRST_CANARY, "hochequeue"):
        nowhere_in_clear(word, caplog.text)


def test_nothing_of_a_patient_travels_in_a_queue():
    app.loader.import_default_modules()
    ours = [task for name, task in app.tasks.items() if not name.startswith("celery.")]

    assert len(ours) > 5
    assert [task.name for task in ours if inspect.signature(task.run).parameters] == []


# --- Training, inclusion ---------------------------------------------------------------------


def pass_without_training(doctor, walk):
    """Refused with its reason and nothing lost; then the proof is recorded."""
    doctor.go("/patients/inclure/")
    doctor.press("Commencer")
    acts.tell_information(doctor, included_on=walk.included_on)
    doctor.press("Continuer")
    doctor.page.wait_for_selector("#erreurs")
    doctor.reads("Votre formation obligatoire n’est pas attestée")
    assert doctor.value("included_on") == french(walk.included_on)
    assert not Enrolment.objects.exists()

    doctor.go("/formation/")
    doctor.reads("Formation à enregistrer")
    doctor.type(completed_on=french(walk.included_on - timedelta(days=10)))
    doctor.choose(kind="SELF_ATTESTATION")
    doctor.tick(doctor.page.locator("[name=attested]"))
    doctor.press("Enregistrer cette formation")
    doctor.reads("Formation à jour")


def include(doctor, walk):
    doctor.go("/patients/inclure/")
    doctor.follow("Reprendre")
    doctor.follow("Étape précédente")
    assert doctor.value("included_on") == french(walk.included_on)
    doctor.press("Continuer")
    acts.answer_criteria(doctor, "Douleurs neuropathiques réfractaires")
    doctor.press("Continuer")
    acts.tell_identity(doctor, name=CANARY, first_names=FIRST_CANARY, born_on=BORN)
    doctor.press("Continuer")
    doctor.pick(
        relay_doctor=str(walk.world.member("sophie.garnier", 1).public_id),
        pharmacy=str(walk.world.member("marc.fontaine").site.public_id),
    )
    doctor.press("Continuer")
    doctor.reads(CANARY.upper(), FIRST_CANARY, "Gabapentine", "Pharmacie de la Place")
    doctor.tick(doctor.page.locator("[name=confirmed]"))
    doctor.press("Inclure le patient")
    doctor.page.wait_for_url("**/patients/*-*/")
    doctor.reads(f"{CANARY.upper()} {FIRST_CANARY}", walk.enrolment.number)
    assert walk.enrolment.included_on == walk.included_on


def read_certificate(doctor, walk):
    doctor.follow("Inclusion")
    if doctor.page.get_by_role("button", name="Établir l’attestation").count():
        doctor.press("Établir l’attestation")
    text = doctor.pdf(reverse("patients:certificate", args=[walk.enrolment.public_id]))
    for told in (CANARY.upper(), FIRST_CANARY, walk.enrolment.number, "CHU de l’Essai"):
        assert told in text
    assert french(BORN) in text or "17 avril 1958" in text
    verified(walk, acts.short_code(text), "Attestation d’inclusion")


def verified(walk, code, kind):
    """Anybody may check a paper by its short code; the page names nobody."""
    visitor = Somebody(walk.open_page(), None)
    visitor.go("/v/")
    visitor.type(code=code.lower())
    visitor.press("Vérifier")
    visitor.page.wait_for_load_state()
    visitor.reads("Ce document est connu du registre", kind)
    assert CANARY.lower() not in visitor.page.content().lower()


# --- Prescription ----------------------------------------------------------------------------


def prescribe(doctor, walk):
    """29 days are refused and stay typed; 28 are signed. Returns the code printed on the paper."""
    doctor.go(reverse("prescriptions:create", args=[walk.enrolment.public_id]))
    acts.write_two_steps(doctor, PRODUCT, last_days=22)
    assert "limitée à 28 jours" in doctor.page.locator("[data-checks]").inner_text()
    doctor.press("Relire et signer")
    doctor.page.wait_for_selector("#erreurs")
    doctor.reads("limitée à 28 jours")
    assert doctor.value("line-0-step-0-dose") == "0,25"
    assert doctor.value("line-0-step-1-days") == "22"

    doctor.type(**acts.step(1, "0,5", "2", "21"))
    ends_on = walk.today + timedelta(days=27)
    shown = acts.panel(doctor)
    assert shown["days"] == "28 jours"
    assert shown["end"] == french(ends_on)
    assert shown["volume"] == "24,5 mL"
    assert shown["packs"] == "1 flacon de 30 mL"
    assert "10 mg" in shown["dose"]
    doctor.press("Relire et signer")
    doctor.page.wait_for_url("**/ordonnances/*-*/")
    doctor.sign(doctor.code(), reason="Gabapentine connue, début à faible dose")
    doctor.reads("L’ordonnance est signée")
    return read_paper(doctor, walk)


def read_paper(doctor, walk):
    prescription = Prescription.objects.get(status="SIGNED")
    ids = [walk.enrolment.public_id, prescription.public_id]
    if prescription.document_id is None:
        doctor.press("Produire le document")
        doctor.page.wait_for_load_state()
    text = doctor.pdf(reverse("prescriptions:pdf", args=ids))
    told = (
        CANARY.upper(), FIRST_CANARY, "Camille Vidal", doctor.user.rpps, PRODUCT,
        "zéro virgule vingt-cinq millilitre", "zéro virgule cinq millilitre",
        "vingt-huit jours", "vingt-quatre virgule cinq millilitres", "un flacon",
        "CHU de l’Essai", str(walk.today.year),
    )  # fmt: skip
    for words in told:
        assert words.casefold() in text.casefold(), text
    code = acts.short_code(text)
    verified(walk, code, "Ordonnance")
    return code


def renew(relay, walk):
    """The relay doctor writes the same again, and signs."""
    first = Prescription.objects.get(status="SIGNED")
    relay.go("/patients/")
    relay.reads(CANARY.upper())
    relay.go(reverse("prescriptions:detail", args=[walk.enrolment.public_id, first.public_id]))
    relay.press("Renouveler à l’identique")
    relay.page.wait_for_load_state()
    relay.reads("d’un autre prescripteur couvre déjà cette période")
    relay.sign(relay.code(), reason="Suite du traitement, en accord avec le CHU")
    relay.reads("L’ordonnance est signée", "Sophie Garnier")
    second = Prescription.objects.exclude(pk=first.pk).get()
    assert (second.status, second.is_initiation) == ("SIGNED", False)
    assert second.starts_on == first.ends_on + timedelta(days=1)


# --- Counter ---------------------------------------------------------------------------------


def dispense(pharmacist, walk, code):
    acts.open_prescription(pharmacist, code, BORN)
    pharmacist.reads(CANARY.upper(), "Camille Vidal", "28 jours à délivrer", "24,5 mL", PRODUCT)
    acts.hand_over(pharmacist, batch="LOT-A1", expires="01/2020")
    pharmacist.page.wait_for_selector("#erreurs")
    assert pharmacist.value("batch-1-0") == "LOT-A1"
    assert pharmacist.value("expires-1-0") == "01/2020"
    assert not Dispensation.objects.exists()

    sheet = pharmacist.page.url
    pharmacist.go(sheet)
    sent = []

    def note(one):
        """The form itself: what is typed is saved elsewhere meanwhile."""
        if one.method == "POST" and one.url == sheet:
            sent.append(one.post_data_buffer)

    pharmacist.page.on("request", note)
    acts.hand_over(pharmacist, batch="LOT-A1", expires=f"06/{walk.today.year + 2}")
    pharmacist.page.wait_for_url("**/enregistree/**")
    pharmacist.reads("Tout est délivré", "LOT-A1")
    done = pharmacist.page.url
    repeat(pharmacist, sheet, sent[0], done)


def repeat(pharmacist, sheet, body, done):
    """The same form again, by a second click or by the way back, is the same dispensation."""
    again = pharmacist.page.context.request.post(
        sheet,
        data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded", "Referer": sheet},
    )
    assert again.url == done
    pharmacist.page.go_back()
    pharmacist.page.wait_for_load_state()
    pharmacist.reads("Plus rien à délivrer")
    assert Dispensation.objects.count() == 1
    pharmacist.go(done)


def report_event(pharmacist):
    pharmacist.follow("Signaler un effet indésirable")
    pharmacist.choose(terms="DIZZINESS", severity="MILD", outcome="RECOVERED", action_taken="NONE")
    pharmacist.type(occurred_on=french(timezone.localdate()), narrative=NARRATIVE)
    pharmacist.press("Enregistrer l’effet")
    pharmacist.page.wait_for_url("**/effets/*-*/")
    pharmacist.reads("Vertiges")


# --- Follow-up -------------------------------------------------------------------------------


def hold_visit(doctor, walk):
    """M1 is due: the worklist says so, the visit is entered, the timeline shows it."""
    doctor.go("/patients/")
    doctor.reads(CANARY.upper(), "M1")
    visit = Visit.objects.get(code="M1")
    doctor.go(reverse("followup:visit", args=[visit.public_id]))
    doctor.type(
        commun__quality_of_life="6", commun__sleep="4", douleur__pain="5", comment="Mieux dormi"
    )
    doctor.choose(
        douleur__pain_words="mild", tolerance__tolerance="good",
        tolerance__has_adverse_event="NO", tolerance__cardiac_signs="NO",
        tolerance__suicidal_ideas="NO", commun__treatments_changed="NO", commun__grossesse="NO",
        antecedents__cardiaque="NO", antecedents__suicide="NO", decision="CONTINUE",
    )  # fmt: skip
    doctor.press("Valider la consultation")
    doctor.page.wait_for_load_state()
    doctor.reads("La consultation est enregistrée", "Poursuivre le traitement")
    visit.refresh_from_db()
    assert (visit.status, visit.timing) == ("DONE", "IN_WINDOW")
    doctor.go(walk.address)
    first = doctor.page.locator(".rc-timeline__i").filter(has_text="M1").first
    assert "rc-timeline__i--done" in first.get_attribute("class")


# --- Evaluation ------------------------------------------------------------------------------


def evaluate(analyst, walk):
    count_by_month()
    analyst.go("/evaluation/")
    analyst.reads("1 patient inclus", "1 effet indésirable", "1 traitement en cours")
    analyst.go("/evaluation/export/")
    analyst.choose(content="consultations", layout="excel")
    with analyst.page.expect_download() as started:
        analyst.press("Télécharger le fichier")
    text = started.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    held = [row for row in rows if row["consultation"] == "M1"]
    assert [(row["indication"], row["decision"]) for row in held] == [("DN", "CONTINUE")]
    for word in (CANARY, FIRST_CANARY, "1958", "hochequeue", walk.enrolment.number):
        assert word.lower() not in text.lower()


def ask_the_api(walk):
    """A program reads what is published: closed quarters only."""
    release_quarter()
    client = walk.world.member("client-api")
    assert client.role == Role.API_CLIENT
    token = accounts_actions.issue_token(client, by=audit.SYSTEM, at=timezone.now())
    program = walk.open_page().context.request
    assert program.get("/api/v1/releases/").status == 401
    shown = {"Authorization": f"Bearer {token}"}
    newest = program.get("/api/v1/releases/", headers=shown).json()[0]
    assert newest["programme"] == "demonstration"
    figures = program.get(newest["url"], headers=shown).json()
    cells = [one["trimestre"] for one in figures["indications"]]
    assert cells == [{"valeur": None, "masque": True}] * len(cells)


# --- Nothing leaks ---------------------------------------------------------------------------


def nowhere_in_clear(word, log):
    assert word.lower() not in log.lower()
    assert tables_that_hold(word) == []
    sessions = [str(one.get_decoded()) for one in OpenSession.objects.all()]
    assert sessions
    assert not [one for one in sessions if word.lower() in one.lower()]
    mails = [f"{mail.to} {mail.subject} {mail.body}" for mail in OutgoingMail.objects.all()]
    assert not [one for one in mails if word.lower() in plain(one).lower()]


def tables_that_hold(word):
    """Journal, history, sealed columns: whatever is written, in text or in bytes."""
    found = []
    for alias in ("default", "keys"):
        with connections[alias].cursor() as cursor:
            for table in connections[alias].introspection.table_names(cursor):
                cursor.execute(
                    f'select exists (select from "{table}" row where row::text ilike any(%s))',
                    [[f"%{word}%", *(f"%{one.encode().hex()}%" for one in cases(word))]],
                )
                if cursor.fetchone()[0]:
                    found.append(table)
    return found


def cases(word):
    return {word, word.lower(), word.upper()}
