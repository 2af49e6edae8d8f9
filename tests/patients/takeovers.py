"""Files of patients already followed: a line that is whole, and what changes in it."""

import csv
import datetime
import io

import factory
from django.utils import timezone

from core import keys
from patients.models import TakenOver, TakeoverFile
from patients.takeover import actions
from patients.takeover.plan import Answer
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory
from tests.patients.situations import NOON
from tests.programmes.factories import ProgrammeFactory


class TakeoverFileFactory(factory.django.DjangoModelFactory):
    """A file that waits, whose content is not looked at."""

    class Meta:
        model = TakeoverFile

    class Params:
        left = factory.Trait(key_id=None, content_sealed=None, abandoned_at=NOON)

    programme = factory.SubFactory(ProgrammeFactory)
    sent_by = factory.LazyAttribute(lambda row: MemberFactory(programme=row.programme))
    site = factory.SelfAttribute("sent_by.site")
    sha256 = b"0" * 32
    size_bytes = 3
    lines = 1
    key_id = factory.LazyFunction(lambda: keys.create_key("takeover"))
    content_sealed = b"abc"
    sent_at = factory.LazyFunction(timezone.now)


class TakenOverFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TakenOver

    enrolment = factory.SubFactory(EnrolmentFactory)
    file = factory.SubFactory(TakeoverFileFactory, left=True)
    line = 2
    former = factory.Sequence(lambda n: n.to_bytes(16))


def a_line(setting, **changed):
    """Somebody included on 2 February 2026, followed since."""
    return {
        "ancien_numero": "A-1",
        "nom_naissance": "Martin",
        "prenoms": "Jeanne Marie",
        "sexe": "F",
        "naissance": "12/05/1980",
        "lieu_naissance": "69123",
        "inclus_le": "02/02/2026",
        "consentement_le": "01/02/2026",
        "nir_accepte": "non",
        "recherche": "oui",
        "indication": setting.indication.code,
        **changed,
    }


def table(*lines, delimiter=";", encoding="utf-8"):
    text = io.StringIO()
    headings = list(dict.fromkeys(name for line in lines for name in line))
    writer = csv.DictWriter(text, headings, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode(encoding)


def stage(setting, content, at=NOON):
    return actions.stage(setting.programme, content, by=setting.doctor, at=at)


def preview(setting, *lines, at=NOON):
    return actions.preview(stage(setting, table(*lines), at), by=setting.doctor, at=at)


def take_over(setting, *lines, different=None, at=NOON):
    """Sent, read, confirmed; return the plan that was read."""
    file = stage(setting, table(*lines), at)
    plan = actions.preview(file, by=setting.doctor, at=at)
    answer = Answer(plan.digest, different or {})
    actions.confirm(file, answer, by=setting.doctor, at=at)
    return plan


def faults(plan):
    """Column, value and words of each error."""
    return [(one.column, one.typed, one.message) for one in plan.problems if not one.is_warning]


def warnings(plan):
    return [(one.column, one.message) for one in plan.problems if one.is_warning]


LATER = NOON + datetime.timedelta(days=8)
