import datetime
import secrets
import uuid

import factory

from accounts.enums import Role
from followup.enums import (
    Answered,
    DateSource,
    Decision,
    Means,
    Mode,
    ReminderChannel,
    Timing,
    VisitStatus,
)
from followup.models import (
    Answers,
    Attempt,
    Dismissal,
    Feed,
    Letter,
    LetterReading,
    PatientLink,
    Preparation,
    Reminder,
    ReminderChoice,
    Search,
    Visit,
)
from programmes.enums import VisitKind
from tests.accounts.factories import MemberFactory
from tests.patients.factories import EnrolmentFactory
from tests.programmes.factories import (
    QuestionnaireFactory,
    QuestionnaireVersionFactory,
    VisitDefinitionFactory,
)


class DefinitionFactory(VisitDefinitionFactory):
    """The programme's definition of that code, made once."""

    class Meta:
        django_get_or_create = ("programme", "code")


class VisitFactory(factory.django.DjangoModelFactory):
    """M1 of a patient included on 2 March 2026: planned for 2 April, a week around."""

    class Meta:
        model = Visit

    class Params:
        done = factory.Trait(
            status=VisitStatus.DONE,
            timing=Timing.IN_WINDOW,
            held_on=factory.SelfAttribute("due_on"),
            held_by=factory.SelfAttribute("enrolment.included_by"),
            mode=Mode.ON_SITE,
            recorded_at=datetime.datetime(2026, 4, 2, 10, tzinfo=datetime.UTC),
            decision=Decision.CONTINUE,
        )
        # An appointment given at the visit before.
        simple = factory.Trait(
            kind=VisitKind.SIMPLE, definition=None, code="", date_source=DateSource.NEXT_DATE
        )

    enrolment = factory.SubFactory(EnrolmentFactory)
    definition = factory.SubFactory(
        DefinitionFactory,
        programme=factory.SelfAttribute("..enrolment.programme"),
        code=factory.SelfAttribute("..code"),
        kind=factory.SelfAttribute("..kind"),
    )
    code = "M1"
    kind = VisitKind.COMPLEX
    due_on = datetime.date(2026, 4, 2)
    opens_on = factory.LazyAttribute(lambda row: row.due_on - datetime.timedelta(days=7))
    closes_on = factory.LazyAttribute(lambda row: row.due_on + datetime.timedelta(days=7))
    date_source = DateSource.DEFINITION
    status = VisitStatus.PLANNED


class AnswersFactory(factory.django.DjangoModelFactory):
    """Pain at 6, at a visit that was held."""

    class Meta:
        model = Answers

    visit = factory.SubFactory(VisitFactory, done=True)
    version = factory.SubFactory(
        QuestionnaireVersionFactory,
        questionnaire=factory.SubFactory(
            QuestionnaireFactory,
            programme=factory.SelfAttribute("...visit.enrolment.programme"),
        ),
    )
    data = factory.LazyFunction(lambda: {"pain": 6})


class SearchFactory(factory.django.DjangoModelFactory):
    """Begun on 1 July 2026 by whoever included the patient; nothing tried yet."""

    class Meta:
        model = Search

    enrolment = factory.SubFactory(EnrolmentFactory)
    opened_at = datetime.datetime(2026, 7, 1, 9, tzinfo=datetime.UTC)
    opened_by = factory.SelfAttribute("enrolment.included_by")


class AttemptFactory(factory.django.DjangoModelFactory):
    """A call without an answer."""

    class Meta:
        model = Attempt

    search = factory.SubFactory(SearchFactory)
    attempted_on = datetime.date(2026, 7, 1)
    means = Means.PHONE
    answered = Answered.NOTHING
    recorded_at = factory.SelfAttribute("search.opened_at")
    recorded_by = factory.SelfAttribute("search.opened_by")


class ReminderChoiceFactory(factory.django.DjangoModelFactory):
    """By mail, two days before."""

    class Meta:
        model = ReminderChoice

    enrolment = factory.SubFactory(EnrolmentFactory)
    channel = ReminderChannel.EMAIL
    days_before = 2
    recorded_at = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)
    recorded_by = factory.SelfAttribute("enrolment.included_by")


class ReminderFactory(factory.django.DjangoModelFactory):
    """Of the appointment of 2 April 2026, to be sent."""

    class Meta:
        model = Reminder

    visit = factory.SubFactory(VisitFactory, simple=True)
    due_on = factory.SelfAttribute("visit.due_on")
    channel = ReminderChannel.EMAIL
    planned_at = datetime.datetime(2026, 3, 31, 9, tzinfo=datetime.UTC)
    next_at = factory.SelfAttribute("planned_at")


class FeedFactory(factory.django.DjangoModelFactory):
    """An agenda whose secret nobody knows."""

    class Meta:
        model = Feed

    member = factory.SubFactory(MemberFactory)
    digest = factory.LazyFunction(lambda: secrets.token_bytes(32))
    created_at = datetime.datetime(2026, 3, 2, 9, tzinfo=datetime.UTC)


class PreparationFactory(factory.django.DjangoModelFactory):
    """An unplanned visit that a nurse of the structure handed over; nothing typed."""

    class Meta:
        model = Preparation

    enrolment = factory.SubFactory(EnrolmentFactory)
    prepared_by = factory.LazyAttribute(
        lambda row: MemberFactory(
            role=Role.PREPARER, site=row.enrolment.site, programme=row.enrolment.programme
        )
    )
    prepared_at = datetime.datetime(2026, 4, 2, 9, tzinfo=datetime.UTC)


class LetterFactory(factory.django.DjangoModelFactory):
    """To the relay doctor of a patient whose M1 was held."""

    class Meta:
        model = Letter

    visit = factory.SubFactory(VisitFactory, done=True)
    addressee = factory.SubFactory(MemberFactory, role=Role.RELAY_DOCTOR)
    paper = factory.LazyFunction(uuid.uuid4)
    written_by = factory.SelfAttribute("visit.held_by")
    written_at = datetime.datetime(2026, 4, 2, 11, tzinfo=datetime.UTC)


class LetterReadingFactory(factory.django.DjangoModelFactory):
    """Read by its addressee on the next day."""

    class Meta:
        model = LetterReading

    letter = factory.SubFactory(LetterFactory)
    read_by = factory.SelfAttribute("letter.addressee")
    read_at = datetime.datetime(2026, 4, 3, 9, tzinfo=datetime.UTC)


class DismissalFactory(factory.django.DjangoModelFactory):
    """The letter, set aside."""

    class Meta:
        model = Dismissal

    visit = factory.SubFactory(VisitFactory, done=True)
    piece = "LETTER"
    reason = "ELSEWHERE"
    dismissed_by = factory.SelfAttribute("visit.held_by")
    dismissed_at = datetime.datetime(2026, 4, 2, 11, tzinfo=datetime.UTC)


class PatientLinkFactory(factory.django.DjangoModelFactory):
    """Made on 20 March 2026 for a visit to come; nothing typed."""

    class Meta:
        model = PatientLink

    visit = factory.SubFactory(VisitFactory)
    token_digest = factory.Sequence(lambda n: f"token {n}".encode())
    code_digest = b"code"
    made_by = factory.SelfAttribute("visit.enrolment.included_by")
    made_at = datetime.datetime(2026, 3, 20, 9, tzinfo=datetime.UTC)
    expires_at = factory.LazyAttribute(lambda row: row.made_at + datetime.timedelta(days=30))
