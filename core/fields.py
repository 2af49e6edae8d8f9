"""Form fields as people type in France: JJ/MM/AAAA, a comma for decimals, refusals in plain words.

Widgets carry `data-kind` and its bounds, so that `app.js` says the same before the form is sent.
"""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from core.numbers import french_number


DATE_HINT = "Format\u202f: JJ/MM/AAAA"
# 1/2/2026, 01.02.2026, 01-02-2026, 01022026.
DATE_SHAPE = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})|(\d{2})(\d{2})(\d{4})", re.ASCII)
NUMBER_SHAPE = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
SPACES = re.compile(r"[\s\u00a0\u202f]")


# Both included. Nothing happened before nor will after: beyond, the hand slipped, and a day that is
# counted on from there leaves the calendar of Python.
FIRST_YEAR, LAST_YEAR = 1800, 2199
WRONG_YEAR = f"Vérifiez l’année\u202f: elle va de {FIRST_YEAR} à {LAST_YEAR}."


class FrenchDateInput(forms.DateInput):
    """A plain text input: the browser's own date input follows the browser's language."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        base = {"inputmode": "numeric", "autocomplete": "off", "maxlength": "10"}
        super().__init__(attrs={**base, "data-kind": "date", **(attrs or {})}, format="%d/%m/%Y")


class FrenchDateField(forms.Field):
    """A calendar date typed JJ/MM/AAAA; days and months of one figure and JJMMAAAA are taken too.

    :param earliest: first day accepted, included
    :param latest: last day accepted, included
    """

    widget = FrenchDateInput

    def __init__(
        self, *, earliest: date | None = None, latest: date | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("help_text", DATE_HINT)
        super().__init__(**kwargs)
        self.limit(earliest=earliest, latest=latest)

    def limit(self, *, earliest: date | None = None, latest: date | None = None) -> None:
        """Set the bounds once they are known: a form learns of today when it is made."""
        self.earliest, self.latest = earliest, latest
        for name, bound in (("data-min", earliest), ("data-max", latest)):
            if bound:
                self.widget.attrs[name] = bound.isoformat()

    def unlimited(self) -> None:
        """Forget the bounds, where a subclass of a form has none."""
        self.earliest = self.latest = None
        for name in ("data-min", "data-max"):
            self.widget.attrs.pop(name, None)

    def to_python(self, value: object) -> date | None:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        if value in self.empty_values:
            return None
        found = DATE_SHAPE.fullmatch(str(value).strip())
        if not found:
            raise ValidationError(
                "Écrivez la date sous la forme JJ/MM/AAAA, par exemple 31/12/2026.",
                code="invalid",
            )
        day, month, year = (int(part) for part in found.groups() if part)
        try:
            typed = date(year, month, day)
        except ValueError:
            raise ValidationError(
                "Cette date n’existe pas dans le calendrier.", code="invalid"
            ) from None
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise ValidationError(WRONG_YEAR, code="year")
        return typed

    def validate(self, value: date | None) -> None:
        super().validate(value)
        if value and self.earliest and value < self.earliest:
            raise ValidationError(
                f"La date doit être le {self.earliest:%d/%m/%Y} ou après.",
                code="min_value",
            )
        if value and self.latest and value > self.latest:
            raise ValidationError(
                f"La date doit être le {self.latest:%d/%m/%Y} ou avant.",
                code="max_value",
            )


class FrenchNumberInput(forms.TextInput):
    """A plain text input with the keyboard of numbers: wheel and arrows change no dose."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"autocomplete": "off", **(attrs or {})})

    def format_value(self, value: object) -> str | None:
        """What was typed stays as it was; a number is written with a comma."""
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
            return french_number(value).replace("\u202f", "").replace("\u2212", "-")
        return None if value in {None, ""} else str(value)


class FrenchDecimalField(forms.Field):
    """A decimal typed with a comma or a point.

    :param min_value: smallest value accepted, included
    :param max_value: largest value accepted, included
    :param decimals: most digits after the comma; 0 for whole numbers
    :param unit: shown beside the input, as "kg"
    """

    widget = FrenchNumberInput
    shape_message = "Écrivez un nombre, par exemple 2,5."

    def __init__(
        self,
        *,
        min_value: Decimal | int | None = None,
        max_value: Decimal | int | None = None,
        decimals: int = 2,
        unit: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.min_value, self.max_value = min_value, max_value
        self.decimals, self.unit = decimals, unit
        attrs = {
            "data-kind": "decimal",
            "data-decimals": str(decimals),
            "inputmode": "decimal" if decimals else "numeric",
        }
        for name, bound in (("data-min", min_value), ("data-max", max_value)):
            if bound is not None:
                attrs[name] = str(bound)
        self.widget.attrs |= attrs

    def to_python(self, value: object) -> Decimal | None:
        if value in self.empty_values:
            return None
        plain = SPACES.sub("", str(value)).replace(",", ".").replace("\u2212", "-")
        if not NUMBER_SHAPE.fullmatch(plain):
            raise ValidationError(self.shape_message, code="invalid")
        try:
            return Decimal(plain)
        except InvalidOperation:
            raise ValidationError(self.shape_message, code="invalid") from None

    def validate(self, value: Decimal | None) -> None:
        super().validate(value)
        if value is None:
            return
        if -int(value.as_tuple().exponent) > self.decimals:
            raise ValidationError(self._too_precise(), code="max_decimals")
        if self.min_value is not None and value < self.min_value:
            raise ValidationError(
                f"La valeur minimale est {french_number(self.min_value)}.",
                code="min_value",
            )
        if self.max_value is not None and value > self.max_value:
            raise ValidationError(
                f"La valeur maximale est {french_number(self.max_value)}.",
                code="max_value",
            )

    def _too_precise(self) -> str:
        if self.decimals == 0:
            return "Écrivez un nombre entier, sans virgule."
        plural = "s" if self.decimals > 1 else ""
        return f"Pas plus de {self.decimals} chiffre{plural} après la virgule."


class FrenchIntegerField(FrenchDecimalField):
    """A whole number, given back as an `int`."""

    shape_message = "Écrivez un nombre entier, par exemple 28."

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(decimals=0, **kwargs)

    def clean(self, value: object) -> int | None:
        number = super().clean(value)
        return None if number is None else int(number)
