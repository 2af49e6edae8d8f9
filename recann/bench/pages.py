"""The pages that are measured: each one answers as many requests as `measure` wants."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from evaluation.enums import Layout, Purpose
from followup.models import Visit
from patients import identity
from patients.models import Enrolment
from programmes.models import Programme
from recann.bench import people
from recann.bench.client import Answer, Client, WrongAnswer, fields
from recann.bench.measure import REQUESTS, WARM_UPS
from recann.bench.people import People, Presented


Ask = Callable[[], Answer]

NEEDED = WARM_UPS + REQUESTS
# A sealed document takes long.
CERTIFICATES = WARM_UPS + 10


@dataclass
class Scene:
    """Who acts on what, at one size of the base."""

    people: People
    enrolment: Enrolment
    doctor: Client
    analyst: Client
    program: Client
    quarter: str
    visit: Visit

    @property
    def programme(self) -> Programme:
        return self.enrolment.programme

    def apart(self) -> "Scene":
        """The same people on connections of their own."""
        return replace(
            self,
            doctor=self.doctor.apart(),
            analyst=self.analyst.apart(),
            program=self.program.apart(),
        )


def scene(*, port: int, now: datetime, quarter: str) -> Scene:
    everybody = People(port, now)
    enrolment = people.usual_enrolment()
    analyst, token = people.agency(enrolment.programme, everybody)
    return Scene(
        people=everybody,
        enrolment=enrolment,
        doctor=everybody.client(people.doctor_of(enrolment)),
        analyst=everybody.client(analyst),
        program=Client(port, token=token),
        quarter=quarter,
        visit=people.visit_to_hold(enrolment, everybody.today),
    )


def repeated(here: Scene) -> dict[str, Ask]:
    """Requests that may be sent as often as one likes."""
    number, doctor = here.enrolment.public_id, here.doctor
    visit = here.visit
    api = reverse("evaluation:api_inclusions", args=[here.programme.code])
    api = f"{api}?quarter={here.quarter}"
    etag = here.program.get(api).etag
    searched = _name_of(here.enrolment)
    search, by_number = reverse("record:search"), {"q": here.enrolment.number}
    return {
        "R0": lambda: doctor.get(reverse("bench:nothing")),
        "R1": lambda: doctor.get(reverse("bench:one_read", args=[number])),
        "R2": lambda: doctor.post(reverse("bench:one_save"), {}, expect=200),
        "visit_form": lambda: doctor.get(reverse("followup:visit", args=[visit.public_id])),
        "patient": lambda: doctor.get(reverse("record:patient", args=[number])),
        "worklist": lambda: doctor.get(reverse("record:patients")),
        "grid": lambda: doctor.get(reverse("record:grid")),
        "search_name": lambda: doctor.post(search, searched, expect=302),
        "search_number": lambda: doctor.post(search, by_number, expect=302),
        "api": lambda: here.program.get(api),
        "api_etag": lambda: here.program.get(api, etag=etag, expect=304),
        "dashboard": lambda: here.analyst.get(reverse("evaluation:dashboard")),
    }


def _name_of(enrolment: Enrolment) -> dict[str, str]:
    person = identity.open_one(enrolment.patient)
    if person is None:
        raise ValueError("The patient of the measures has no identity.")
    return {"q": person.birth_name, "birth_date": f"{person.birth_date:%d/%m/%Y}"}


def saved_visits(here: Scene) -> list[Ask]:
    """Complex visits held by as many patients' own doctors."""
    return [_save(here, one) for one in people.followed(NEEDED)]


def _save(here: Scene, enrolment: Enrolment) -> Ask:
    today = enrolment.site.local_day(here.people.now)
    typed = people.answers(enrolment, today)
    visit = people.visit_to_hold(enrolment, today)
    client = here.people.client(people.doctor_of(enrolment))
    url = reverse("followup:visit", args=[visit.public_id])

    def ask() -> Answer:
        return client.post(url, fields(client.get(url), "once") | typed, expect=302)

    return ask


def counter(here: Scene) -> tuple[list[Ask], list[Ask]]:
    """Prescriptions found by their code, then supplied."""
    opened: dict[str, str] = {}
    expiry = f"06/{here.people.today.year + 2}"
    looked_up, supplied = [], []
    for one in _brought(here):
        client = here.people.client(people.pharmacist_of(one.enrolment))
        looked_up.append(_look_up(client, one, opened))
        supplied.append(_supply(client, one, opened, expiry))
    return looked_up, supplied


def _brought(here: Scene) -> Iterator[Presented]:
    found = 0
    for enrolment in people.followed(NEEDED * 3):
        presented = people.prescription_to_supply(enrolment, here.people.now)
        if presented is not None:
            yield presented
            found += 1
        if found == NEEDED:
            return


def _look_up(client: Client, presented: Presented, opened: dict[str, str]) -> Ask:
    def ask() -> Answer:
        answer = client.post(reverse("pharmacies:counter"), presented.form(), expect=302)
        opened[presented.code] = answer.location
        return answer

    return ask


def _supply(client: Client, presented: Presented, opened: dict[str, str], expiry: str) -> Ask:
    def ask() -> Answer:
        url = opened[presented.code]
        typed = fields(client.get(url), "dispensed_on") | {"bearer": "PATIENT"}
        for name in list(typed):
            if name.startswith("packs-") and typed[name]:
                slot = name.removeprefix("packs-")
                typed |= {f"batch-{slot}": "LOT-1", f"expires-{slot}": expiry}
        return client.post(url, typed, expect=302)

    return ask


def certificates(here: Scene) -> tuple[list[Ask], Ask]:
    """Certificates issued to as many patients, and the first of them delivered again."""
    chosen = people.followed(CERTIFICATES, uncertified=True)
    asks = []
    for enrolment in chosen:
        client = here.people.client(people.doctor_of(enrolment))
        url = reverse("patients:issue_certificate", args=[enrolment.public_id])
        asks.append(_post(client, url))
    first = here.people.client(people.doctor_of(chosen[0]))
    again = reverse("patients:certificate", args=[chosen[0].public_id])
    return asks, lambda: first.get(again)


def _post(client: Client, url: str) -> Ask:
    return lambda: client.post(url, {}, expect=302)


def export(here: Scene, content: str) -> Ask:
    typed = {
        "programme": here.programme.code,
        "content": content,
        "layout": Layout.STANDARD.value,
        "purpose": Purpose.EVALUATION.value,
    }

    def ask() -> Answer:
        given = here.analyst.post(reverse("evaluation:export"), typed, expect=200)
        if given.body.lstrip().startswith(b"<"):
            raise WrongAnswer("The export was refused: its page came back.")
        return given

    return ask
