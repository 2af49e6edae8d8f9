"""One question of a draft, as the manager types it; the rules of `programmes` judge it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from core.fields import FrenchDateField, FrenchDecimalField, FrenchIntegerField
from followup.questions import typed
from programmes import declared, declared_rules, instruments, redrafted
from programmes.actions.questions import Facts
from programmes.declared import CLOSED, Entry, Frame
from programmes.enums import Comparison, Missing, QuestionKind
from programmes.models import QuestionnaireVersion


_NUMBER = f"kind={QuestionKind.NUMBER}"
_COMPARED = f"compare_is={'|'.join(Comparison.values)}"
_CONFIRMED = f"kind={'|'.join(CLOSED)}"
# Widest bounds that a page takes; the rules say the rest.
_MOST = 10**9


def _number(label: str, **more: Any) -> FrenchDecimalField:
    return FrenchDecimalField(
        label=label, decimals=declared.MAX_DECIMALS, max_value=_MOST, required=False, **more
    )


def _words(label: str, most: int = 200, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **more)


_GROUPS = (
    ("question", "La question", {"code", "label", "help", "kind", "required"}),
    (
        "reponses",
        "Ce qu’elle accepte",
        {"unit", "min", "max", "decimals", "choices", "missing", "instrument", "score"},
    ),
    ("quand", "Quand et à qui", {"shown_by", "shown_for", "visits", "sex", "by_patient"}),
    (
        "controles",
        "Réponses à confirmer",
        {
            "usual_min", "usual_max", "change", "change_percent", "answer_is", "answer_message",
            "soft_source",
        },
    ),
    (
        "comparaison",
        "Comparaison avec une autre question",
        {"compare_is", "compare_with", "compare_limit", "compare_refuses", "compare_source"},
    ),
)  # fmt: skip


def _group_name(name: str) -> str:
    """The answers of each other question go with the question they hang on."""
    return "shown_for" if name.startswith(typed.answers_of("")) else name


class QuestionForm(forms.Form):
    """What a question asks, accepts and controls. Fields of another kind are hidden."""

    show_if = {
        **dict.fromkeys(("unit", "min", "max", "decimals", "score"), _NUMBER),
        **dict.fromkeys(("usual_min", "usual_max", "change", "change_percent"), _NUMBER),
        "choices": f"kind={QuestionKind.CHOICE}|{QuestionKind.MULTIPLE}",
        "answer_is": _CONFIRMED,
        "answer_message": _CONFIRMED,
        **dict.fromkeys(("compare_with", "compare_refuses", "compare_source"), _COMPARED),
        "compare_limit": f"compare_is={Comparison.SUM_AT_LEAST}|{Comparison.SUM_AT_MOST}",
    }

    # The other fields of a condition are asked for when they are shown.
    optional_if_shown = frozenset(
        {
            "unit", "min", "max", "decimals", "score", "usual_min", "usual_max", "change",
            "change_percent", "answer_is", "answer_message",
        }
    )  # fmt: skip

    code = forms.CharField(
        label="Code",
        help_text="Nom de la colonne dans les exports, par exemple worst_pain.",
        max_length=40,
    )
    label = forms.CharField(
        label="Question", help_text="Telle que le médecin la lit.", max_length=declared.MAX_LABEL
    )
    kind = forms.ChoiceField(label="Nature", choices=QuestionKind.choices, widget=forms.RadioSelect)
    unit = _words("Unité", declared.MAX_UNIT, help_text="kg, jours…")
    min = _number("Plus petite valeur acceptée", help_text="Incluse.")
    max = _number("Plus grande valeur acceptée", help_text="Incluse.")
    decimals = FrenchIntegerField(
        label="Chiffres après la virgule",
        min_value=0,
        max_value=declared.MAX_DECIMALS,
        required=False,
    )
    score = forms.BooleanField(label="Suivie sur la courbe du patient", required=False)
    choices = _words(
        "Réponses proposées",
        4000,
        help_text="Une par ligne. «\u202fcode = libellé\u202f», ou le libellé seul.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    help = _words("Aide sous la question", declared.MAX_HELP)
    required = forms.BooleanField(label="Réponse obligatoire", required=False)
    missing = forms.MultipleChoiceField(
        label="Absences de réponse acceptées",
        choices=Missing.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    shown_by = forms.ChoiceField(label="Posée seulement si", required=False)
    visits = forms.MultipleChoiceField(
        label="Seulement à ces consultations",
        help_text="Aucune case\u202f: à toutes celles du questionnaire.",
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    sex = forms.ChoiceField(
        label="Posée à",
        choices=[("", "Tous les patients"), ("F", "Femmes"), ("M", "Hommes")],
        required=False,
    )
    by_patient = forms.BooleanField(
        label="Le patient peut y répondre avant la consultation", required=False
    )
    instrument = forms.ChoiceField(
        label="Instrument",
        help_text="Ceux dont la licence permet l’usage.",
        required=False,
    )
    usual_min = _number("À confirmer au-dessous de")
    usual_max = _number("À confirmer au-dessus de")
    change = _number("À confirmer si l’écart avec la dernière valeur dépasse", unit="points")
    change_percent = _number("À confirmer si cet écart dépasse", unit="%")
    answer_is = _words(
        "Réponses à confirmer", help_text="Codes ou libellés, séparés par des virgules."
    )
    answer_message = _words("Ce que le médecin doit vérifier", 300)
    soft_source = _words(
        "Source de ces contrôles", 300, help_text="Un texte, ou «\u202fRègle du registre\u202f»."
    )
    compare_is = forms.ChoiceField(
        label="La réponse est attendue", choices=typed.COMPARISONS, required=False
    )
    compare_with = forms.ChoiceField(label="L’autre question", required=False)
    compare_limit = _number("Valeur de la somme")
    compare_refuses = forms.ChoiceField(
        label="Si la règle n’est pas respectée",
        choices=[("ask", "Demander un motif"), ("refuse", "Refuser la réponse")],
        widget=forms.RadioSelect,
        initial="ask",
        required=False,
    )
    compare_source = _words("Source de cette règle", 300)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        draft: QuestionnaireVersion,
        frame: Frame,
        visits: list[str],
        before: Entry | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.definition: list[dict[str, Any]] = draft.definition
        self.frame, self.before = frame, before
        self.show_if = dict(self.show_if)
        if before is not None:
            del self.fields["code"]
        known = visits + sorted(set((before or {}).get("visits", ())) - set(visits))
        self._offer("visits", [(code, code) for code in known])
        self._offer("instrument", [("", "Aucun"), *_instruments()])
        self._offer("compare_with", [("", "Choisir une question"), *self._comparable()])
        self._offer_conditions()

    def groups(self) -> Iterator[tuple[str, str, list[BoundField]]]:
        """The parts of the page: their id, their title, their fields in order."""
        for id_, title, names in _GROUPS:
            shown = [name for name in self.fields if _group_name(name) in names]
            yield id_, title, [self[name] for name in shown]

    def _offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def _own(self) -> str:
        return str(self.before["code"]) if self.before else ""

    def _comparable(self) -> list[tuple[str, str]]:
        kinds = {QuestionKind.NUMBER, QuestionKind.DATE}
        return [
            (one["code"], one["label"])
            for one in self.definition
            if one["kind"] in kinds and one["code"] != self._own
        ]

    def _offer_conditions(self) -> None:
        """One list of answers for each closed question: the one that is chosen shows its own."""
        offered = [("", "Toujours posée")]
        fields = {}
        for one in typed.before(self.definition, self._own):
            if answers := declared.possible(one):
                offered.append((one["code"], one["label"]))
                name = typed.answers_of(one["code"])
                self.show_if[name] = f"shown_by={one['code']}"
                fields[name] = forms.MultipleChoiceField(
                    label="…et si la réponse est",
                    choices=list(answers.items()),
                    widget=forms.CheckboxSelectMultiple,
                    required=False,
                )
        self._offer("shown_by", offered)
        names = list(self.fields)
        self.fields |= fields
        place = names.index("shown_by") + 1
        self.order_fields([*names[:place], *fields, *names[place:]])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.before is None and redrafted.find(self.definition, data.get("code", "")):
            self.add_error("code", "Une autre question de ce questionnaire a déjà ce code.")
        if "code" in self.errors:
            return data
        for problem in declared_rules.problems(
            redrafted.written(self.definition, self.entry), self.frame
        ):
            if problem.code == self.entry["code"]:
                self.refuse(problem.message, problem.field)
        self._keep_criterion()
        return data

    def refuse(self, message: str, field: str = "") -> None:
        """Beside its field; a field that is wrong already says one thing at a time."""
        name = field if field in self.fields else None
        if name is None or name not in self.errors:
            self.add_error(name, message)

    def _keep_criterion(self) -> None:
        """A criterion asked again keeps the words of the criterion."""
        if self.before is None or not self.before.get("criterion"):
            return
        for name in ("label", "kind"):
            if self.entry.get(name) != self.before[name]:
                self.refuse("Cette question reprend un critère d’éligibilité, mot pour mot.", name)

    @property
    def entry(self) -> dict[str, Any]:
        """What was typed, as a definition holds it."""
        return typed.entry(self.cleaned_data, self.before)


def _instruments() -> list[tuple[str, str]]:
    free = [one for one in instruments.by_code().values() if one.is_free]
    return [(one.code, one.name) for one in free]


class FactsForm(forms.Form):
    """The number of a version, its first day and where it comes from."""

    version = forms.CharField(label="Numéro de version", max_length=20)
    valid_from = FrenchDateField(
        label="Premier jour",
        help_text="Les consultations de ce jour et des suivants poseront ces questions.",
    )
    source = forms.CharField(
        label="Source", help_text="Texte ou décision, avec sa date", max_length=300
    )

    @property
    def facts(self) -> Facts:
        return Facts(**self.cleaned_data)


class RetireForm(forms.Form):
    """The last day of a version that is asked."""

    last_day = FrenchDateField(
        label="Dernier jour",
        help_text="Inclus. Les consultations des jours suivants ne posent plus ces questions.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].limit(earliest=today)  # type: ignore[attr-defined]
