"""Signed again, proved, withdrawn: what changes, what stays readable, what is refused."""

import datetime
import io

import pypdf
import pytest

from core import documents as store
from core import keys, scans
from core.models import Document, JournalLine
from core.pdf import PdfUnavailable, intact
from patients import actions, consent_card, representatives, signature
from patients.consents import Given, Withdrawal
from patients.enums import ConsentKind, EndReason
from patients.inclusion import Signature
from patients.models import Consent, ConsentProof, Enrolment, Handover
from patients.representatives import Representative
from tests.patients.consenting import CANARY, DRAWN, a_scan, texts_of
from tests.patients.factories import ConsentFactory, EnrolmentFactory, PersonFactory
from tests.patients.test_identity import places_of
from tests.programmes.factories import ProgrammeLinkFactory


NOON = datetime.datetime(2026, 4, 2, 12, tzinfo=datetime.UTC)
DAY = NOON.date()
BEFORE_INCLUSION = datetime.date(2026, 3, 1)


@pytest.fixture
def enrolment():
    """Of Jeanne, born on 12 May 1980, included on 2 March 2026."""
    return EnrolmentFactory(patient__person=PersonFactory(birth_name="Martin"))


def given(enrolment, kind=ConsentKind.NIR, **changes):
    document = ProgrammeLinkFactory(programme=enrolment.programme)
    answer = {"is_given": True, "person_kind": "ADULT", "signed_on": DAY, "form": document}
    return Given(kind=kind, document=document, **{**answer, **changes})


def give(enrolment, kind=ConsentKind.NIR, **changes):
    said = given(enrolment, kind, **changes)
    return actions.give(enrolment, said, by=enrolment.included_by, at=NOON)


def withdraw(enrolment, kind=ConsentKind.NIR, on=DAY, **more):
    said = Withdrawal(kind, on, **more)
    actions.withdraw(enrolment, said, by=enrolment.included_by, at=NOON)


def drawn(signer=""):
    return Signature(signature.parse(DRAWN), signer)


def text_of(document):
    pages = pypdf.PdfReader(io.BytesIO(store.read(document))).pages
    return [" ".join(page.extract_text().split()) for page in pages]


# --- Signed again -----------------------------------------------------------------------------


def test_an_answer_takes_the_place_of_the_one_before(enrolment):
    refused = ConsentFactory(enrolment=enrolment, kind=ConsentKind.NIR, is_given=False)

    now = give(enrolment)

    refused.refresh_from_db()
    assert refused.replaced_on == DAY
    assert Consent.objects.standing(DAY).filter(kind="NIR").get() == now
    line = JournalLine.objects.get(action="consent.given")
    assert line.detail == {"kind": "NIR", "is_given": True}
    assert Handover.objects.filter(link=now.information, handed_on=DAY).exists()


def test_what_was_withdrawn_may_be_given_again(enrolment):
    ConsentFactory(enrolment=enrolment, kind=ConsentKind.NIR, withdrawn_on=DAY)

    again = give(enrolment)

    assert set(Consent.objects.in_hand().filter(kind="NIR")) == {again}


def test_a_person_of_age_consents_for_themselves():
    person = PersonFactory(birth_date=datetime.date(2008, 4, 2))
    enrolment = EnrolmentFactory(patient__person=person, consent=False)
    minor = ConsentFactory(enrolment=enrolment, person_kind="MINOR", representative="Sa mère")

    own = give(enrolment, ConsentKind.PARTICIPATION)

    minor.refresh_from_db()
    assert (minor.replaced_on, own.person_kind) == (DAY, "ADULT")
    # The day before, the first one stood.
    before = Consent.objects.standing(DAY - datetime.timedelta(days=1))
    assert before.get(kind="PARTICIPATION") == minor


def test_nobody_represents_a_person_who_signed_of_age():
    person = PersonFactory(birth_date=datetime.date(2008, 4, 2))
    enrolment = EnrolmentFactory(patient__person=person, consent=False)
    ConsentFactory(enrolment=enrolment, person_kind="MINOR", representative="Sa mère")
    before = consent_card.of(enrolment, may_write=True).representatives

    give(enrolment, ConsentKind.PARTICIPATION)

    assert [one.name for one in before] == ["Sa mère"]
    assert consent_card.of(enrolment, may_write=True).representatives == []


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("NIR", {"signed_on": datetime.date(2026, 4, 3)}, "futur"),
        ("NIR", {"signed_on": BEFORE_INCLUSION}, "précéder"),
        ("NIR", {"person_kind": "MINOR"}, "majeure"),
        ("PARTICIPATION", {"is_given": False}, "comme un retrait"),
    ],
)
def test_a_consent_refused_writes_nothing(enrolment, kind, changes, words):
    before = list(Consent.objects.values())

    with pytest.raises(actions.CannotConsent, match=words):
        give(enrolment, kind, **changes)

    assert list(Consent.objects.values()) == before
    assert not Handover.objects.exists()
    assert not JournalLine.objects.filter(action="consent.given").exists()


@pytest.mark.parametrize("situation", [{"state": "CANCELLED"}, {"patient__person": None}])
def test_nothing_is_signed_for_nobody(situation):
    enrolment = EnrolmentFactory(**{"patient__person": True, **situation})

    with pytest.raises(actions.CannotConsent, match="ne reçoit plus"):
        give(enrolment)


def test_representatives_are_sealed_and_read_again(enrolment):
    both = (Representative(CANARY, "TUTOR"), Representative("Son frère"))

    consent = give(enrolment, person_kind="PROTECTED_ADULT", representatives=both)

    assert representatives.read(enrolment, [consent]) == list(both)
    assert [str(one) for one in both] == [f"{CANARY}, tuteur", "Son frère"]
    assert places_of(CANARY) == []


# --- Signed on screen -------------------------------------------------------------------------


def sign_on_screen(enrolment):
    texts = texts_of(enrolment.programme)
    return give(enrolment, texts=texts, signatures=(drawn(), drawn(CANARY)))


def test_what_is_signed_on_screen_is_archived_with_its_words(enrolment):
    consent = sign_on_screen(enrolment)

    document = Document.objects.get(public_id=ConsentProof.objects.get().document_id)
    (page,) = text_of(document)
    for words in (
        "DUPONT Jeanne (née MARTIN), née le 12/05/1980",
        "Transmission du numéro de sécurité sociale",
        "Je participe.",
        "Réponse : Autorise",
        f"{CANARY}",
        enrolment.included_by.user.full_name,
        "n’est pas une signature électronique qualifiée",
    ):
        assert words in page
    # Once under the title, once at the foot of the page.
    assert page.count(f"Texte {consent.text.version} – signé à l’écran le 02/04/2026") == 2
    assert intact(store.read(document))
    assert document.key_id == enrolment.key_id
    assert places_of(CANARY) == []


def test_one_changed_byte_of_the_archive_shows(enrolment):
    sign_on_screen(enrolment)
    content = bytearray(store.read(Document.objects.get()))

    content[len(content) // 3] ^= 1

    assert not intact(bytes(content))


def test_without_pdf_nothing_is_signed_on_screen(enrolment, monkeypatch):
    def unavailable(*_args, **_more):
        raise PdfUnavailable

    monkeypatch.setattr("core.pdf.render", unavailable)

    with pytest.raises(actions.CannotConsent, match="bibliothèques"):
        sign_on_screen(enrolment)

    assert not Consent.objects.filter(kind="NIR").exists()
    assert not Document.objects.exists()


# --- Signed papers ----------------------------------------------------------------------------


def add_paper(enrolment, kinds=("PARTICIPATION",), content=None):
    return actions.add_paper(
        enrolment, kinds, content or a_scan(), by=enrolment.included_by, at=NOON
    )


def test_one_paper_proves_several_consents(enrolment):
    ConsentFactory(enrolment=enrolment, kind=ConsentKind.NIR)

    document = add_paper(enrolment, ("PARTICIPATION", "NIR"))

    assert ConsentProof.objects.filter(document_id=document.public_id, origin="PAPER").count() == 2
    assert not actions.without_proof(enrolment).exists()
    assert scans.media_type(store.read(document)) == "image/png"
    # No clear scan in the database; there is no folder of files.
    assert b"PNG" not in bytes(Document.objects.get().sealed)
    assert JournalLine.objects.get(action="consent.proved").subject == str(enrolment.public_id)


@pytest.mark.parametrize(
    ("kinds", "content", "error"),
    [
        (("PARTICIPATION",), b"hello", scans.BadScan),
        (("NIR",), None, actions.CannotConsent),
        ((), None, actions.CannotConsent),
    ],
)
def test_a_paper_refused_is_not_kept(enrolment, kinds, content, error):
    with pytest.raises(error):
        add_paper(enrolment, kinds, content)

    assert not Document.objects.exists()
    assert not ConsentProof.objects.exists()


# --- Withdrawal -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [ConsentKind.NIR, ConsentKind.RESEARCH])
def test_an_optional_consent_is_withdrawn_alone(enrolment, kind):
    ConsentFactory(enrolment=enrolment, kind=kind)

    withdraw(enrolment, kind, reason=f"{CANARY} ne veut plus")

    assert Consent.objects.standing(DAY).get(enrolment=enrolment).kind == "PARTICIPATION"
    assert Enrolment.objects.get(pk=enrolment.pk).is_live
    assert JournalLine.objects.get(action="consent.withdrawn").detail == {"kind": kind}
    assert places_of(CANARY) == []


@pytest.mark.parametrize(("weaning", "state"), [(True, "WEANING"), (False, "ENDED")])
def test_withdrawing_the_participation_ends_it_and_all_consents(enrolment, weaning, state):
    ConsentFactory(enrolment=enrolment, kind=ConsentKind.NIR)

    withdraw(enrolment, ConsentKind.PARTICIPATION, weaning=weaning)

    after = Enrolment.objects.get(pk=enrolment.pk)
    assert (after.state, after.end_reason) == (state, EndReason.CONSENT_WITHDRAWN)
    assert not Consent.objects.standing(DAY).filter(enrolment=enrolment).exists()


@pytest.mark.parametrize(
    ("kind", "on", "words"),
    [
        ("NIR", DAY, "n’est plus donnée"),
        ("PARTICIPATION", datetime.date(2026, 4, 3), "futur"),
        ("PARTICIPATION", BEFORE_INCLUSION, "précéder"),
    ],
)
def test_a_withdrawal_refused_changes_nothing(enrolment, kind, on, words):
    before = list(Consent.objects.values())

    with pytest.raises(actions.CannotEnd, match=words):
        withdraw(enrolment, kind, on)

    assert list(Consent.objects.values()) == before
    assert not JournalLine.objects.filter(action="consent.withdrawn").exists()


def test_one_does_not_withdraw_before_what_was_signed_since(enrolment):
    ConsentFactory(enrolment=enrolment, kind=ConsentKind.NIR, signed_on=DAY)

    with pytest.raises(actions.CannotEnd, match="signé après"):
        withdraw(enrolment, ConsentKind.PARTICIPATION, datetime.date(2026, 4, 1))

    assert Enrolment.objects.get(pk=enrolment.pk).is_live


# --- Informed ---------------------------------------------------------------------------------


def inform(enrolment, link=None, on=DAY):
    link = link or ProgrammeLinkFactory(programme=enrolment.programme)
    actions.inform(enrolment, link, "POST", on=on, by=enrolment.included_by, at=NOON)


def test_a_former_patient_is_informed():
    enrolment = EnrolmentFactory(ended=True, patient__person=True)

    inform(enrolment)

    handover = Handover.objects.get()
    assert (handover.channel, handover.handed_on) == ("POST", DAY)
    assert JournalLine.objects.get(action="patient.informed").detail == {"link": handover.link_id}


@pytest.mark.parametrize(
    ("situation", "on"),
    [
        ({"patient__identity_erased_at": NOON}, DAY),
        ({"state": "CANCELLED"}, DAY),
        ({}, datetime.date(2026, 4, 3)),
        ({}, BEFORE_INCLUSION),
    ],
)
def test_who_cannot_be_informed(situation, on):
    with pytest.raises(actions.CannotConsent):
        inform(EnrolmentFactory(**situation), on=on)

    assert not Handover.objects.exists()


def test_the_same_document_the_same_day_is_one(enrolment):
    link = ProgrammeLinkFactory(programme=enrolment.programme)

    inform(enrolment, link)
    inform(enrolment, link)

    assert Handover.objects.count() == 1


def test_a_key_destroyed_leaves_nobody_named(enrolment):
    consent = ConsentFactory(enrolment=enrolment, kind="NIR", representative=CANARY)
    keys.destroy_keys([enrolment.key_id])

    assert representatives.read(enrolment, [consent]) == []
    assert representatives.read(enrolment, []) == []
