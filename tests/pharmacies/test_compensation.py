"""One fee a dispensation, by the rate of its day, each line with its proof."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from accounts.enums import SiteKind
from core.models import JournalLine
from core.pdf import PdfUnavailable
from pharmacies import compensation, documents
from pharmacies.compensation import Act
from tests.accounts.factories import SiteFactory
from tests.pharmacies.factories import DispensationFactory, UndoneFactory
from tests.prescriptions.factories import WRITTEN_ON


DAY = datetime.timedelta(days=1)
MONTH = WRITTEN_ON.replace(day=1)


@pytest.mark.parametrize(
    ("kind", "on", "amount"),
    [
        (SiteKind.COMMUNITY_PHARMACY, datetime.date(2021, 3, 25), None),
        (SiteKind.COMMUNITY_PHARMACY, datetime.date(2021, 3, 26), "3.57"),
        (SiteKind.COMMUNITY_PHARMACY, datetime.date(2026, 3, 2), "3.57"),
        (SiteKind.HOSPITAL_PHARMACY, datetime.date(2023, 3, 26), None),
        (SiteKind.HOSPITAL_PHARMACY, datetime.date(2023, 3, 27), "15.00"),
        (SiteKind.PRACTICE, datetime.date(2026, 3, 2), None),
    ],
)
def test_the_rate_of_a_day(kind, on, amount):
    rate = compensation.rate_of(kind, on, compensation.rates())

    assert (rate and rate.amount) == (Decimal(amount) if amount else None)


def test_a_rate_that_ended_is_not_of_the_next_day():
    known = compensation.Rate("X", Decimal(1), WRITTEN_ON, WRITTEN_ON + DAY, "essai")

    assert known.is_of("X", WRITTEN_ON + DAY)
    assert not known.is_of("X", WRITTEN_ON + 2 * DAY)


def test_a_statement_adds_up_and_its_fingerprint_follows_its_lines():
    days = [datetime.date(2023, 3, day) for day in (28, 26)]
    acts = [Act(f"n{day.day}", "RC-1", day, day) for day in days]
    known = compensation.rates()

    told = compensation.statement(days[0], SiteKind.HOSPITAL_PHARMACY, acts, known)
    other = compensation.statement(days[0], SiteKind.HOSPITAL_PHARMACY, acts[:1], known)

    assert [row.act.number for row in told.rows] == ["n26", "n28"]
    assert (told.total, told.without_rate, len(told.sources)) == (Decimal(15), 1, 1)
    assert told.fingerprint != other.fingerprint


def test_only_the_standing_dispensations_of_the_month_and_pharmacy_count(django_assert_num_queries):
    mine = DispensationFactory()
    pharmacy = mine.pharmacy
    same = {"pharmacy": pharmacy, "dispensed_by": mine.dispensed_by}
    UndoneFactory(dispensation=DispensationFactory(**same))
    DispensationFactory(**same, dispensed_on=MONTH + 40 * DAY)
    DispensationFactory()

    with django_assert_num_queries(1):
        told = documents.statement_of(pharmacy, MONTH)

    assert [row.act.number for row in told.rows] == [str(mine.public_id)]


def page(client, mine, **asked):
    return client.get(reverse("pharmacies:statement"), asked or {"mois": f"{MONTH:%Y-%m}"})


def test_the_page_shows_each_line_with_its_proof(client, sign_in, monkeypatch):
    monkeypatch.setattr("pharmacies.rules.SERVED_DAYS", 36_500)
    mine, other = DispensationFactory(), DispensationFactory()
    client = sign_in(mine.dispensed_by)

    response = page(client, mine)

    assertContains(response, "1 dispensation, 3,57 € TTC")
    assertContains(response, reverse("pharmacies:done", args=[mine.public_id]))
    assertNotContains(response, str(other.public_id))
    monkeypatch.setattr("pharmacies.rules.SERVED_DAYS", 1)
    assertNotContains(page(client, mine), reverse("pharmacies:done", args=[mine.public_id]))
    assertContains(page(client, mine, mois="rien"), "Aucune dispensation")
    assertContains(page(client, mine, mois=f"{timezone.localdate():%Y-%m}"), "pas terminé")
    # The last month there can be: nothing follows it.
    assert page(client, mine, mois="9999-12").context["is_over"]


def test_a_day_without_a_rate_is_told(client, sign_in):
    pui = SiteFactory(kind=SiteKind.PRACTICE)
    mine = DispensationFactory(pharmacy=pui)
    mine.dispensed_by.site = pui
    mine.dispensed_by.save()

    response = page(sign_in(mine.dispensed_by), mine)

    assertContains(response, "pas de tarif connu")


@pytest.mark.parametrize(("medium", "start"), [("PDF", b"%PDF"), ("CSV", b"\xef\xbb\xbfDisp")])
def test_take_the_statement_away(client, sign_in, medium, start):
    mine = DispensationFactory()
    client = sign_in(mine.dispensed_by)

    response = client.get(reverse("pharmacies:statement_file", args=[f"{MONTH:%Y-%m}", medium]))

    assert response.content.startswith(start)
    told = JournalLine.objects.get(action="compensation.statement").detail["fingerprint"]
    if medium == "CSV":
        text = response.content.decode("utf-8-sig")
        assert f"{mine.public_id};02/03/2026;02/03/2026;{mine.enrolment.number};3,57" in text
        assert f"Total;;;{told};3,57" in text


def test_a_csv_without_a_rate_leaves_the_amount_empty():
    on = datetime.date(2020, 1, 1)
    told = compensation.statement(on, "X", [Act("n", "RC-1", on, on)], compensation.rates())

    assert "n;01/01/2020;01/01/2020;RC-1;\r\n" in documents.statement_csv(told).decode("utf-8-sig")


def test_what_does_not_exist_and_what_cannot_be_made(client, sign_in, monkeypatch):
    mine = DispensationFactory()
    client = sign_in(mine.dispensed_by)

    def fail(*args, **kwargs):
        raise PdfUnavailable

    monkeypatch.setattr("pharmacies.documents.pdf.render", fail)

    assert client.get("/indemnisation/2026-03/FAX/").status_code == 404
    assertContains(client.get("/indemnisation/2026-03/PDF/", follow=True), "libpango")
