"""The dictionary of the answers: a line a question and a version, from the declarations alone.

The same declarations draw the form, check what is typed and make the columns of the export, so
that none can say another thing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from core.numbers import french_number
from evaluation.columns import MISSING
from followup import comparing, doubts, items
from followup.items import Item
from programmes import instruments
from programmes.models import Programme, Questionnaire, QuestionnaireVersion


HEADINGS = (
    "colonne", "questionnaire", "version", "etat", "du", "au", "question", "aide", "nature",
    "unite", "minimum", "maximum", "decimales", "obligatoire", "reponses", "sans_reponse",
    "posee_si", "posee_a", "controle", "score", "instrument", "licence", "source",
)  # fmt: skip

KINDS = {
    items.NUMBER: "nombre",
    items.CHOICE: "choix",
    items.MULTIPLE: "plusieurs choix",
    items.TEXT: "texte",
    items.DATE: "date",
    items.YES_NO: "oui ou non",
}


@dataclass(frozen=True)
class Entry:
    """One question in one version."""

    version: QuestionnaireVersion
    item: Item
    # The questions of its version by code: one may hang on another.
    beside: dict[str, Item]

    @property
    def column(self) -> str:
        """The column of the export; "" for free words, which never leave."""
        if self.item.kind == items.TEXT:
            return ""
        return f"{self.version.questionnaire.code}.{self.item.code}"

    @property
    def reason_column(self) -> str:
        """Says why there is no answer; "" for a question that must have one."""
        code = f"{self.version.questionnaire.code}.{self.item.code}"
        return f"{code}.{MISSING}" if self.item.missing else ""

    @property
    def kind(self) -> str:
        return KINDS[self.item.kind]

    @property
    def bounds(self) -> str:
        """«0 à 10», with the unit."""
        low, high = _number(self.item.lowest), _number(self.item.highest)
        text = f"{low} à {high}" if low and high else low or high
        return f"{text} {self.item.unit}".strip()

    @property
    def choices(self) -> str:
        """Each code as it is kept, and its words."""
        if self.item.kind == items.YES_NO:
            return "true = Oui | false = Non"
        return " | ".join(f"{code} = {label}" for code, label in self.item.choices)

    @property
    def missing(self) -> str:
        return " | ".join(f"{code} = {label}" for code, label, _ in self.item.words_of_missing)

    @property
    def missing_words(self) -> str:
        return ", ".join(label.lower() for _, label, _ in self.item.words_of_missing)

    @property
    def shown_if(self) -> str:
        other = self.beside.get(self.item.shown_by)
        if other is None:
            return ""
        labels = dict(other.choices) | {items.YES: "Oui", items.NO: "Non"}
        wanted = " ou ".join(labels.get(one, one) for one in sorted(self.item.shown_for))
        return f"{other.code} = {wanted}"

    @property
    def asked_of(self) -> str:
        """Of which patients, at which visits."""
        questionnaire: Questionnaire = self.version.questionnaire
        of = [one.code for one in questionnaire.indications.all()]
        sexes = {"F": "femmes", "M": "hommes"}
        every = "toutes les consultations"
        when = every if questionnaire.at_simple_visits else "consultations complexes"
        visits = ", ".join(sorted(self.item.visits))
        found = [visits or when, ", ".join(of), sexes.get(self.item.sex, "")]
        return "\u202f; ".join(filter(None, found))

    @property
    def checks(self) -> str:
        found = [doubts.rule_in_words(rule) for rule in self.item.soft]
        found.append(comparing.rule_in_words(self.item, list(self.beside.values())))
        return " | ".join(filter(None, found))

    @property
    def instrument(self) -> str:
        found = instruments.by_code().get(self.item.instrument)
        return found.name if found else ""

    @property
    def licence(self) -> str:
        found = instruments.by_code().get(self.item.instrument)
        return found.licence.label if found else ""

    def cells(self) -> list[object]:
        version, item = self.version, self.item
        return [
            self.column, version.questionnaire.code, version.version,
            version.get_status_display(), version.valid_from, version.valid_to or "",
            item.label, item.hint, self.kind, item.unit, _plain(item.lowest),
            _plain(item.highest), item.decimals if item.kind == items.NUMBER else "",
            "oui" if item.required else "non", self.choices, self.missing, self.shown_if,
            self.asked_of, self.checks, "oui" if item.is_score else "non", self.instrument,
            self.licence, version.source,
        ]  # fmt: skip


def _number(value: object) -> str:
    return "" if value is None else french_number(value)  # type: ignore[arg-type]


def _plain(value: object) -> object:
    return "" if value is None else value


@dataclass(frozen=True)
class Sheet:
    """A version and its questions."""

    version: QuestionnaireVersion
    entries: list[Entry]


def sheets(programme: Programme) -> list[Sheet]:
    """Every version but drafts, the newest of each questionnaire first. Two queries."""
    versions = (
        QuestionnaireVersion.objects.ever_published()
        .filter(questionnaire__programme=programme)
        .select_related("questionnaire")
        .prefetch_related("questionnaire__indications")
        .order_by("questionnaire__position", "questionnaire__code", "-valid_from", "-pk")
    )
    return [Sheet(version, list(_entries(version))) for version in versions]


def _entries(version: QuestionnaireVersion) -> Iterator[Entry]:
    found = items.read(version.definition)
    beside = {item.code: item for item in found}
    return (Entry(version, item, beside) for item in found)


def rows(programme: Programme) -> Iterator[list[object]]:
    """The lines of the file; a column that says why there is no answer has one of its own."""
    for sheet in sheets(programme):
        for entry in sheet.entries:
            yield entry.cells()
            if entry.reason_column:
                yield _of_missing(entry)


def _of_missing(entry: Entry) -> list[object]:
    """The line of the second column of a question."""
    line = dict(zip(HEADINGS, entry.cells(), strict=True))
    kept = {"questionnaire", "version", "etat", "du", "au", "posee_si", "posee_a", "source"}
    told = {
        "colonne": entry.reason_column,
        "question": f"{entry.item.label}\u202f: pourquoi il n’y a pas de réponse",
        "nature": KINDS[items.CHOICE],
        "obligatoire": "non",
        "reponses": entry.missing,
        "score": "non",
    }
    return [told.get(name, line[name] if name in kept else "") for name in HEADINGS]
