"""Files to import: rows of them, and their two national shapes with fictive content."""

import datetime
import io

import factory

from accounts.directories.actions import Sent
from accounts.directories.enums import ImportKind
from accounts.enums import Profession
from accounts.models import DirectoryPlace, DirectoryProfessional, ImportedFile
from core.identifiers import make_finess, make_rpps
from tests.accounts.factories import MemberFactory


NOON = datetime.datetime(2026, 1, 5, 12, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 1, 5)


class ImportedFileFactory(factory.django.DjangoModelFactory):
    """A file that waits, whose content is not looked at."""

    class Meta:
        model = ImportedFile

    class Params:
        confirmed = factory.Trait(content=None, confirmed_at=NOON)

    kind = ImportKind.PROFESSIONALS
    name = "essai.csv"
    sha256 = b"0" * 32
    size_bytes = 3
    content = b"abc"
    uploaded_at = NOON
    uploaded_by = factory.SubFactory(MemberFactory, role="MANAGER")


class DirectoryProfessionalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DirectoryProfessional

    rpps = factory.Sequence(lambda n: make_rpps(70_000 + n))
    last_name = "Exemple"
    first_name = "Alex"
    profession = Profession.DOCTOR
    read_in = factory.SubFactory(ImportedFileFactory)


class DirectoryPlaceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = DirectoryPlace

    finess = factory.Sequence(lambda n: make_finess("33", 500 + n))
    name = "CH de l’Annuaire"
    category_code = "355"
    category = "Centre Hospitalier"
    address = "1 rue de l’Exemple"
    postcode = "33000"
    town = "BORDEAUX"
    departement = "33"
    phone = "0199000000"
    read_in = factory.SubFactory(ImportedFileFactory, kind=ImportKind.PLACES)


def sent(kind, text, *, is_whole=False, name="essai.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    return Sent(kind, name, io.BytesIO(content), is_whole)


HEADINGS = (
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Nom d'exercice|"
    "Prénom d'exercice|Code profession|Libellé profession|Libellé savoir-faire|Numéro FINESS site|"
    "Raison sociale site|Code postal (coord. structure)|Libellé commune (coord. structure)"
)


def professional(
    rpps, last="EXEMPLE", first="ALEX", *, code="10", kind="8", specialty="Neurologie"
):
    return (
        f"{kind}|{rpps}|{kind}{rpps}|{last}|{first}|{code}|Médecin|{specialty}||"
        "CABINET EXEMPLE|75014|PARIS"
    )


def professionals(*lines):
    return "\n".join([HEADINGS, *lines]) + "\n"


def place(finess, name="CH FICTIF", *, routing="75014 PARIS", phone="0199000001"):
    return (
        f"structureet;{finess};750000002;{name};;;;12;RUE;DE LA DEMONSTRATION;;;056;75;PARIS;"
        f"{routing};{phone};;355;Centre Hospitalier (C.H.)"
    )


def places(*lines):
    return "\n".join(["finess;etalab;93;2026-01-05", *lines]) + "\n"
