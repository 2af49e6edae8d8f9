"""What each person does, one function an act, through the pages that they have."""

import io
import re
from datetime import date

from playwright.sync_api import expect
from pypdf import PdfReader

from accounts import demo
from accounts.models import User
from tests.sessions import one_time_code


# The number of the inclusion is written the same way: the word before tells them apart.
SHORT_CODE = re.compile(r"Code(?: de l’ordonnance)?\s*:?\s*(RV(?:-[0-9A-Z]{4}){3}-[0-9A-Z])")


class Somebody:
    """A person before a browser of their own."""

    def __init__(self, page, user: User) -> None:
        self.page, self.user = page, user
        page.set_default_timeout(30_000)

    # --- Any page -----------------------------------------------------------------------------

    def go(self, address: str) -> None:
        self.page.goto(address)

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def type(self, **fields: str) -> None:
        """By the name of the field; `__` stands for a hyphen."""
        for name, text in fields.items():
            self.page.fill(f"[name='{name.replace('__', '-')}']", text)

    def choose(self, **answers: str) -> None:
        """Radio buttons and check boxes, by name and value; `__` stands for a hyphen."""
        for name, value in answers.items():
            field = name.replace("__", "-")
            self.tick(self.page.locator(f"input[name='{field}'][value='{value}']"))

    def tick(self, box) -> None:
        """By its label: the box itself may lie under it."""
        if not box.is_checked():
            self.page.locator(f"label[for='{box.get_attribute('id')}']").click()
        assert box.is_checked()

    def pick(self, **options: str) -> None:
        """In a list, by value or label."""
        for name, option in options.items():
            self.page.select_option(f"select[name='{name.replace('__', '-')}']", option)

    def value(self, name: str) -> str:
        return self.page.input_value(f"[name='{name}']")

    def reads(self, *texts: str) -> None:
        """Each text stands on the page, or on the one that comes, whatever spaces and capitals."""
        main = self.page.locator("main")
        for text in texts:
            expect(main).to_contain_text(shape_of(text), use_inner_text=True)

    def pdf(self, address: str) -> str:
        """The text of a document, from the bytes that the browser downloads."""
        answer = self.page.context.request.get(address)
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/pdf"
        reader = PdfReader(io.BytesIO(answer.body()))
        return plain("\n".join(page.extract_text() for page in reader.pages))

    # --- Signing in, signing ------------------------------------------------------------------

    def sign_in(self, *, role: str = "") -> None:
        """RPPS or address, password, one-time code, and the role when there are several."""
        self.go("/")
        self.type(identifier=self.user.rpps or self.user.email, password=demo.PASSWORD)
        self.press("Se connecter")
        self.page.wait_for_url("**/connexion/verification/")
        self.type(code=one_time_code(self.user))
        self.press("Vérifier")
        if role:
            self.page.wait_for_url("**/connexion/role/")
            self.press(f"Agir sous ce rôle\u202f: {role}")
        self.page.wait_for_url(lambda url: "/connexion/" not in url)

    def sign(self, secret: str, *, reason: str = "") -> None:
        """With the reason to pass over an alert, when there is one."""
        if reason:
            self.type(reason=reason)
        self.type(secret=secret)
        self.press("Signer l’ordonnance")
        self.page.wait_for_load_state()

    def code(self) -> str:
        return one_time_code(self.user)


def shape_of(text: str) -> re.Pattern[str]:
    """Any kind of space, of hyphen and of case."""
    words = [re.escape(word).replace(r"\-", "[-\u2011]") for word in text.split()]
    return re.compile(r"\s+".join(words), re.IGNORECASE)


def plain(text: str) -> str:
    """One kind of space, one of hyphen: a paper breaks its lines where it wants."""
    return re.sub(r"\s+", " ", text.replace("\u2011", "-"))


def short_code(text: str) -> str:
    found = SHORT_CODE.search(text)
    assert found, text
    return found[1]


def french(day: date) -> str:
    return f"{day:%d/%m/%Y}"


# --- Inclusion -------------------------------------------------------------------------------


def tell_information(doctor: Somebody, *, included_on: date) -> None:
    doctor.choose(day="EARLIER")
    doctor.type(included_on=french(included_on))
    doctor.pick(late_reason="Documents reçus après la consultation")
    doctor.tick(doctor.page.locator("[name=booklet]"))
    doctor.choose(participation="YES", nir="NO", research="NO")


def answer_criteria(doctor: Somebody, indication: str) -> None:
    """Fit to be included: two treatments failed, nothing against."""
    page = doctor.page
    page.get_by_text(indication, exact=True).first.click()
    doctor.type(drug_1="Gabapentine")
    doctor.pick(outcome_1="INSUFFICIENT", plan_1="KEPT")
    asked = page.locator("fieldset:visible").filter(has=page.locator("[name^=criterion_]"))
    for group in asked.all():
        fits = "YES" if "Le soulagement est insuffisant" in group.inner_text() else "NO"
        doctor.tick(group.locator(f"input[value={fits}]"))


def tell_identity(doctor: Somebody, *, name: str, first_names: str, born_on: date) -> None:
    doctor.type(birth_name=name, first_names=first_names, birth_date=french(born_on))
    doctor.choose(sex="F")


# --- Prescription ----------------------------------------------------------------------------


def write_two_steps(doctor: Somebody, product: str, *, last_days: int) -> None:
    """0,25 mL twice a day for a week, then 0,5 mL twice a day."""
    doctor.pick(line__0__product=product)
    doctor.type(**step(0, "0,25", "2", "7"))
    doctor.page.click("[data-step-add]")
    doctor.type(**step(1, "0,5", "2", str(last_days)))


def step(place: int, dose: str, intakes: str, days: str) -> dict[str, str]:
    prefix = f"line__0__step__{place}__"
    return {f"{prefix}dose": dose, f"{prefix}intakes": intakes, f"{prefix}days": days}


def panel(doctor: Somebody) -> dict[str, str]:
    """What the page computes while one types."""
    shown = doctor.page.locator("[data-out]").all()
    return {one.get_attribute("data-out"): plain(one.inner_text()) for one in shown}


# --- Counter ---------------------------------------------------------------------------------


def open_prescription(pharmacist: Somebody, code: str, born_on: date) -> None:
    pharmacist.go("/dispensation/")
    pharmacist.type(code=code, birth_date=french(born_on))
    pharmacist.press("Ouvrir l’ordonnance")
    pharmacist.page.wait_for_load_state()


def hand_over(pharmacist: Somebody, *, batch: str, expires: str) -> None:
    pharmacist.type(batch__1__0=batch, expires__1__0=expires)
    pharmacist.press("Enregistrer la dispensation")
    pharmacist.page.wait_for_load_state()
