"""What is measured without a page: work on the whole base, and the least it could take."""

from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from core import codes, pdf
from core.tasks import send_mail
from evaluation import indicators, releases
from evaluation.enums import Layout
from evaluation.exports import Export
from followup import tasks as followup_tasks
from followup.models import Visit
from patients import documents, identity
from patients.models import Enrolment
from programmes.models import Programme
from recann.bench.measure import seconds


_QUARTER = """
SELECT i.code, count(*) FROM patients_enrolment e JOIN programmes_indication i
 ON i.id = e.indication_id
WHERE e.programme_id = %s AND e.included_on <= %s AND e.state <> 'CANCELLED' GROUP BY i.code
"""
_ACTIVE = """
SELECT count(*) FROM patients_enrolment WHERE programme_id = %s AND included_on <= %s
 AND first_treated_on <= %s AND state <> 'CANCELLED' AND (ended_on IS NULL OR ended_on > %s)
"""
# Short work is done several times.
TIMES = 7
TASKS = 1_000


@dataclass(frozen=True)
class Pair:
    """Seconds: what the registry takes, and what it is compared with."""

    ours: float
    reference: float


def quarter(programme: Programme, first_day: date) -> Pair:
    """P10: the figures of a closed quarter; R3 reads the two counts they lean on."""

    def raw() -> None:
        with connection.cursor() as cursor:
            for _ in range(2):
                cursor.execute(_QUARTER, [programme.pk, first_day])
                cursor.fetchall()

    ours = seconds(lambda: releases.figures(programme, first_day), times=TIMES)
    return Pair(ours, seconds(raw, times=TIMES))


def indicator(programme: Programme, on: date) -> Pair:
    """P10: patients under treatment on a day; R3 counts them in SQL."""

    def raw() -> None:
        with connection.cursor() as cursor:
            cursor.execute(_ACTIVE, [programme.pk, on, on, on])
            cursor.fetchone()

    ours = seconds(lambda: indicators.active(programme, on), times=TIMES)
    return Pair(ours, seconds(raw, times=TIMES))


def raw_export(programme: Programme, content: str) -> float:
    """R4: the same COPY, its bytes thrown away as they come."""
    made = Export(programme, content, Layout.STANDARD)
    statement = made._statement().as_string(None)  # noqa: SLF001  the very statement measured

    def run() -> None:
        parameters = made._parameters()  # noqa: SLF001
        with connection.cursor() as cursor, cursor.copy(statement, parameters) as copy:
            for _ in copy:
                pass

    return seconds(run, times=3)


def naked_pdf(enrolment: Enrolment, on: date) -> float:
    """R5: WeasyPrint alone, on the certificate of this patient."""
    person = identity.open_one(enrolment.patient)
    if person is None:
        raise ValueError("This patient has no identity.")
    content = documents.canonical(enrolment, person)
    with transaction.atomic():
        code = codes.issue(documents.KIND, documents.TARGET, enrolment.pk, on, content=content)
        transaction.set_rollback(True)
    context = {
        "enrolment": enrolment,
        "person": person,
        "made_on": on,
        "code": code.short,
        "fingerprint": code.fingerprint,
        "qr": pdf.qr_svg(code.url),
        "logo": "",
    }

    def render() -> None:
        pdf.render("pdf/certificate.html", context, title=documents.LABEL)

    render()
    return seconds(render, times=TIMES)


def reminders(today: date) -> Pair:
    """P13: the nightly task; compared with one question a patient, mails left out."""

    def ours() -> None:
        with transaction.atomic():
            followup_tasks.remind_sites()
            transaction.set_rollback(True)

    def naive() -> None:
        for enrolment in Enrolment.objects.live().select_related("site").iterator():
            list(Visit.objects.filter(enrolment=enrolment).expected(today))

    return Pair(seconds(ours), seconds(naive))


def thousand_tasks() -> None:
    """Queue them all and wait for the last to be done."""
    waiting = [send_mail.delay() for _ in range(TASKS)]
    for one in waiting:
        one.get(timeout=300)
