"""Tags and filters of the components, loaded everywhere (`builtins`): they show, decide nothing."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.template.context import Context
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import audit, autosave, text
from core.numbers import french_number


register = template.Library()

# state: icon, word. The states of a visit and of what comes next.
STATES = {
    "done": ("checkbox-circle-fill", "Fait"),
    "due": ("time-fill", "À faire"),
    "late": ("error-warning-fill", "En retard"),
    "future": ("calendar-line", "À venir"),
    "missed": ("close-circle-line", "Non réalisée"),
    "na": ("subtract-line", "Sans objet"),
}
LEVEL_ICONS = {
    "ok": "check-line",
    "warning": "warning-line",
    "refusal": "close-circle-line",
}

# Kinds of fields, by widget; the first that matches. Any other is an "input".
KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radio"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.PasswordInput, "password"),
    (forms.FileInput, "file"),
)
GROUPS = {
    "select": "fr-select-group",
    "file": "fr-upload-group",
    "password": "fr-password",
}
CONTROLS = {"select": "fr-select", "file": "fr-upload", "checkbox": ""}

# Characters of all labels together that still fit on one line of a form.
INLINE_LENGTH = 60
INLINE_OPTIONS = 4


# --- Dates and numbers -----------------------------------------------------------------------


@register.filter
def fr_date(value: date | None) -> str:
    """31/12/2026, or a dash when there is no date."""
    return value.strftime("%d/%m/%Y") if value else "–"


@register.filter
def fr_date_short(value: date | None) -> str:
    """31/12/26: only where a column is narrow and the year is plain."""
    return value.strftime("%d/%m/%y") if value else "–"


@register.filter
def fr_date_long(value: date | None) -> str:
    """31 décembre 2026; the first of a month is «1er»."""
    if not value:
        return "–"
    words = formats.date_format(value, "j F Y")
    return f"1er{words[1:]}" if value.day == 1 else words


@register.filter(expects_localtime=True)
def fr_offset(value: datetime) -> str:
    """UTC+01:00: what the local hour beside it is late or early by."""
    return text.utc_offset(value)


@register.filter
def uncapitalised(words: object) -> str:
    """A label inside a sentence."""
    return text.uncapitalised(str(words))


@register.filter
def fr_decimal(value: Decimal | float | None) -> str:
    """1 234,5: comma, no trailing zero, narrow spaces; a dash for nothing."""
    return "–" if value is None else french_number(value)


@register.filter
def fr_number(value: object) -> object:
    """The number as `fr_decimal` shows it, anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return "–" if value is None else value
    return french_number(value)


# --- Icons and states ------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """A DSFR icon beside words: it says nothing to a screen reader."""
    suffix = f" fr-icon--{size}" if size else ""
    return format_html('<span class="fr-icon-{}{}" aria-hidden="true"></span>', name, suffix)


@register.filter
def state_icon(state: str) -> str:
    return STATES[state][0]


@register.filter
def state_word(state: str) -> str:
    return STATES[state][1]


@register.filter
def level_icon(level: str) -> str:
    """The icon of an alert; levels are written in any case."""
    return LEVEL_ICONS[level.lower()]


# --- Fields ----------------------------------------------------------------------------------


@register.filter
def bound_kind(bf: BoundField) -> str:
    """Which markup the field takes: see `KINDS`."""
    widget = bf.field.widget
    return next(
        (kind for widget_class, kind in KINDS if isinstance(widget, widget_class)),
        "input",
    )


@register.filter
def group_class(kind: str) -> str:
    return GROUPS.get(kind, "fr-input-group")


@register.simple_tag(takes_context=True)
def control(context: Context, bf: BoundField) -> SafeString:
    """The control itself, with its DSFR class and what describes it."""
    kind = bound_kind(bf)
    base = CONTROLS.get(kind, "fr-input")
    classes = [base, bf.field.widget.attrs.get("class", "")]
    if kind == "password":
        classes.append("fr-password__input")
    if bf.errors and base:
        classes.append(f"{base}--error")
    described = [f"{bf.auto_id}-msg"]
    if bf.help_text or context.get("hint"):
        described.insert(0, f"{bf.auto_id}-hint")
    if getattr(bf.field, "unit", ""):
        described.insert(0, f"{bf.auto_id}-unit")
    attrs: dict[str, Any] = {"aria-describedby": " ".join(described)}
    if shown := " ".join(filter(None, classes)):
        attrs["class"] = shown
    return bf.as_widget(attrs=attrs)


@register.filter
def options(bf: BoundField) -> list[BoundWidget]:
    """The choices of a field, without the empty one, nor those that its `asides` set apart."""
    apart = {"", *getattr(bf.field, "asides", ())}
    return [option for option in bf.subwidgets if str(option.data["value"]) not in apart]


@register.filter
def asides(bf: BoundField) -> list[BoundWidget]:
    """The choices that stand on a line of their own, under the others."""
    apart = getattr(bf.field, "asides", ())
    return [option for option in bf.subwidgets if str(option.data["value"]) in apart]


@register.filter
def inline(bf: BoundField) -> bool:
    """Whether the choices fit on one line."""
    labels = [str(option.choice_label) for option in options(bf)]
    return len(labels) <= INLINE_OPTIONS and sum(map(len, labels)) <= INLINE_LENGTH


@register.filter
def shown_if(bf: BoundField) -> str:
    """The condition of a field, `other=VALUE` or `other=ONE|TWO`; "" when it always stands."""
    return str(getattr(bf.form, "show_if", {}).get(bf.name, ""))


@register.filter
def needed(bf: BoundField) -> bool:
    """Whether an answer is expected once the field is shown."""
    optional = getattr(bf.form, "optional_if_shown", ())
    return bf.field.required or (bool(shown_if(bf)) and bf.name not in optional)


@register.filter
def is_optional(bf: BoundField) -> bool:
    """Whether its label says that it may stay empty.

    Not of one box: unticked, it answers. Not of a filter: one leaves it alone.
    """
    if isinstance(bf.field, forms.BooleanField) or getattr(bf.form, "is_filter", False):
        return False
    return not needed(bf)


@register.filter
def is_shown(bf: BoundField) -> bool:
    """Whether the answers of the form make the field stand, before any script."""
    name, _, expected = shown_if(bf).partition("=")
    value = bf.form[name].value()
    values = value if isinstance(value, list | tuple) else [value]
    return any(str(one) in expected.split("|") for one in values)


# --- Errors ----------------------------------------------------------------------------------


@register.filter
def faulty_fields(form: forms.Form) -> Iterator[BoundField]:
    return (bf for bf in form if bf.errors)


@register.filter
def count_errors(form: forms.Form) -> int:
    return sum(len(errors) for errors in form.errors.values())


@register.filter
def focus_id(bf: BoundField) -> str:
    """Where the link of an error leads: the first choice of a group, else the control."""
    if bound_kind(bf) in {"radio", "checkboxes"}:
        return next((option.id_for_label for option in options(bf)), bf.auto_id)
    return bf.id_for_label


# --- Pages -----------------------------------------------------------------------------------


@register.simple_tag
def error_reference() -> str:
    """The id of the request: the logs, the journal and history carry the same."""
    return audit.request_id.get()


@register.simple_tag(takes_context=True)
def page_frame(context: Context) -> Mapping[str, Any]:
    """What surrounds a page, from `accounts.context.page`.

    A view may name the page of a list `page` too: the frame is the one that holds `nav`.
    """
    for layer in context.dicts:
        found = layer.get("page")
        if isinstance(found, Mapping) and "nav" in found:
            return found
    return {
        "brand": "neutre",
        "demo": False,
        "nav": (),
        "footer": (),
        "sign_out_url": "",
    }


@register.simple_tag
def named(words: str) -> SafeString:
    """A button or a title, in the words of its page: a test looks for them in the pages."""
    return format_html("<strong>{}</strong>", words)


@register.simple_tag(takes_context=True)
def typing(context: Context) -> autosave.Typing:
    """What this page keeps of what is typed: see `core.autosave`."""
    found: autosave.Typing = getattr(context.get("request"), "typing", autosave.NONE)
    return found


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: object) -> str:
    """The address of this page with other parameters; None or "" takes one away."""
    query = context.request.GET.copy()  # type: ignore[attr-defined]
    for name, value in changes.items():
        query.pop(name, None)
        if value not in {None, ""}:
            query[name] = str(value)
    return f"?{query.urlencode()}"
