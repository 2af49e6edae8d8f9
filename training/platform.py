"""Completions, from the file of the training platform: one line a person and course (ADR 0101)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.conf import settings

from accounts.directories.actions import PlanChanged
from accounts.directories.enums import ChangeKind
from accounts.directories.plan import BATCH, Change, Job, Plan, Reader
from accounts.models import User
from core.identifiers import compact, rpps_ok
from core.tables import Row, read_day, rows
from core.text import fold
from programmes.models import Programme
from training import rules
from training.actions import proofs
from training.enums import ProofKind, Way
from training.models import Completion, Course


RPPS, NAME, PROGRAMME = "rpps", "nom", "programme"
VERSION, DAY, NUMBER = "version", "terminee_le", "numero"

COLUMNS = (
    (RPPS, "11 chiffres"),
    (NAME, "nom de la personne, comparé à celui de son compte"),
    (PROGRAMME, "code du programme, par exemple recann"),
    (DAY, "date de fin de formation, JJ/MM/AAAA ou AAAA-MM-JJ"),
    (NUMBER, "numéro de l’attestation\u202f; obligatoire quand la version se termine par un test"),
    (VERSION, "facultatif\u202f: par exemple 2021-11\u202f; la date la décide"),
)
HELP = (
    "Fichier de la plateforme de formation, une ligne par attestation. Une personne sans compte "
    "est signalée et laissée\u202f: son attestation sera importée quand son compte existera."
)
READABLE = "Écrivez la date sous la forme JJ/MM/AAAA ou AAAA-MM-JJ."
NO_NUMBER = "Cette version se termine par un test\u202f: le numéro de l’attestation manque."
OTHER_NAME = "Ce numéro RPPS est celui du compte d’une autre personne."


@dataclass(frozen=True)
class Line:
    """A line whose cells are well formed."""

    row: Row
    rpps: str
    on: date

    @property
    def who(self) -> str:
        return f"{self.row.get(NAME)} ({self.rpps})"


class Passage:
    """One reading of the file: what is looked up once, and what was met so far."""

    def __init__(self, job: Job) -> None:
        self.job, self.plan = job, Plan()
        seen = Programme.objects.filter(training_required=True)
        if job.by is not None:
            seen = seen.filter(pk__in=Programme.objects.visible_to(job.by))
        self.programmes = {one.code: one for one in seen}
        self.courses = list(
            Course.objects.filter(programme__in=self.programmes.values())
            .select_related("programme")
            .order_by("-valid_from", "-pk")
        )
        self.met: set[tuple[int, int]] = set()

    def run(self) -> Plan:
        known = [name for name, _ in COLUMNS]
        lines = self._lines(rows(self.job.raw, known, {RPPS, NAME, PROGRAMME, DAY}))
        while batch := list(islice(lines, BATCH)):
            self._batch(batch)
        return self.plan

    # --- Cells -------------------------------------------------------------------------------

    def _lines(self, found: Iterable[Row]) -> Iterator[Line]:
        for row in found:
            self.plan.rows += 1
            line = self._line(row)
            if line is not None:
                yield line

    def _line(self, row: Row) -> Line | None:
        """Every fault of the line is told, not the first alone."""
        before = self.plan.errors
        rpps, on = self._rpps(row), self._day(row)
        if not row.get(NAME):
            self.plan.fault(row.line, NAME, "Le nom manque.")
        if row.get(PROGRAMME) not in self.programmes:
            self.plan.fault(row.line, PROGRAMME, self._no_programme())
        if self.plan.errors > before or on is None:
            return None
        return Line(row, rpps, on)

    def _no_programme(self) -> str:
        known = ", ".join(sorted(self.programmes)) or "aucun"
        return f"Ce programme n’est pas des vôtres. Codes connus\u202f: {known}."

    def _rpps(self, row: Row) -> str:
        rpps = compact(row.get(RPPS))
        if len(rpps) != 11 or not (rpps.isascii() and rpps.isdigit()):
            self.plan.fault(row.line, RPPS, "Un numéro RPPS compte 11 chiffres.")
        elif not rpps_ok(rpps):
            wrong = "Clé incorrecte\u202f: le numéro est mal saisi."
            self.plan.fault(row.line, RPPS, wrong, is_warning=settings.DEMO)
        return rpps

    def _day(self, row: Row) -> date | None:
        on = read_day(row.get(DAY))
        if on is None:
            self.plan.fault(row.line, DAY, READABLE)
        elif on > self.job.today:
            self.plan.fault(row.line, DAY, "Cette date est à venir.")
        return on

    # --- What each line would change ---------------------------------------------------------

    def _batch(self, batch: Sequence[Line]) -> None:
        users = {one.rpps: one for one in User.objects.filter(rpps__in=[x.rpps for x in batch])}
        held = set(
            Completion.objects.filter(user__in=users.values()).values_list("user_id", "course_id")
        )
        for line in batch:
            user = users.get(line.rpps)
            if user is None:
                self.plan.add(Change(ChangeKind.UNKNOWN, line.row.line, line.who))
                continue
            course = self._course(line, user)
            if course is not None:
                self._tell(line, user, course, is_held=(user.pk, course.pk) in held)

    def _course(self, line: Line, user: User) -> Course | None:
        """The version that the day decides; None when a fault was told."""
        row = line.row
        if not same_name(row.get(NAME), user.last_name):
            self.plan.fault(row.line, NAME, OTHER_NAME)
            return None
        course = self._version(row.get(PROGRAMME), user.profession, line.on)
        if course is None:
            self.plan.fault(row.line, DAY, "Aucune formation ne pouvait être suivie à cette date.")
            return None
        if row.get(VERSION) and row.get(VERSION) != course.version:
            told = f"À cette date, la version de la formation était {course.version}."
            self.plan.fault(row.line, VERSION, told)
            return None
        if course.proof_kind == ProofKind.TEST and not row.get(NUMBER):
            self.plan.fault(row.line, NUMBER, NO_NUMBER)
            return None
        return course

    def _version(self, programme: str, profession: str, on: date) -> Course | None:
        found = (
            one
            for one in self.courses
            if (one.programme.code, one.profession) == (programme, profession)
            and rules.is_in_course(on, valid_from=one.valid_from, valid_to=one.valid_to)
        )
        return next(found, None)

    def _tell(self, line: Line, user: User, course: Course, *, is_held: bool) -> None:
        key = (user.pk, course.pk)
        if key in self.met:
            twice = "Cette personne figure deux fois dans le fichier pour cette version."
            self.plan.fault(line.row.line, RPPS, twice)
            return
        self.met.add(key)
        if is_held:
            self.plan.add(Change(ChangeKind.KNOWN, line.row.line, line.who))
            return
        fields = (("formation", "", f"{course.title}, {line.on:%d/%m/%Y}"),)
        self.plan.add(Change(ChangeKind.NEW, line.row.line, line.who, fields))
        if self.job.writes and not self.plan.errors:
            self._write(line, user, course)

    def _write(self, line: Line, user: User, course: Course) -> None:
        if self.job.by is None:
            raise ValueError("A person confirms the import of completions.")
        proven = proofs.Proven(
            user,
            course,
            line.on,
            Way.IMPORTED,
            reference=line.row.get(NUMBER)[:40],
            imported=self.job.file,
        )
        try:
            proofs.write(proven, by=self.job.by, at=self.job.at)
        except proofs.NoRoom as refusal:
            self.plan.fault(line.row.line, RPPS, str(refusal))
        except proofs.AlreadyCompleted as error:  # written since `held` was read
            raise PlanChanged from error


def same_name(told: str, known: str) -> bool:
    """Whether one name is the other, or one of its words: «DUPONT» and «Dupont-Martin»."""
    words, others = set(fold(told).split()), set(fold(known).split())
    return bool(words) and (words <= others or others <= words)


def run(job: Job) -> Plan:
    return Passage(job).run()


READER = Reader(columns=COLUMNS, help=HELP, run=run)
