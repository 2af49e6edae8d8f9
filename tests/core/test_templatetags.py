import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, RequestContext, Template
from django.template.loader import render_to_string

from core import keyset
from core.fields import FrenchDecimalField
from core.templatetags import recann


ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SHEETS = (
    "vendor/dsfr/dsfr.css",
    "vendor/dsfr/icons.css",
    "vendor/dsfr/dsfr.print.css",
    "recann.css",
)
STYLE = "".join((ROOT / "static" / name).read_text() for name in SHEETS)


class VisitForm(forms.Form):
    decision = forms.ChoiceField(
        label="Conduite à tenir",
        choices=[("", "---"), ("GO", "Poursuite"), ("STOP", "Arrêt")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="Motif", required=False)
    details = forms.CharField(label="Précisions", required=False, help_text="Sans nom.")
    weight = FrenchDecimalField(label="Poids", required=False, unit="kg")
    agreed = forms.BooleanField(label="Il accepte", required=False)
    signs = forms.MultipleChoiceField(
        label="Signes", choices=[(1234, "Un")], widget=forms.CheckboxSelectMultiple, required=False
    )

    show_if = {"reason": "decision=STOP|LOST", "details": "decision=STOP"}
    optional_if_shown = {"details"}


def shown(name, data=None, **context):
    form = VisitForm(data)
    return render_to_string("components/field.html", {"bf": form[name], **context})


@pytest.mark.parametrize(
    ("filter_name", "value", "words"),
    [
        ("fr_date", date(2026, 2, 1), "01/02/2026"),
        ("fr_date", None, "–"),
        ("fr_date_short", date(2026, 2, 1), "01/02/26"),
        ("fr_date_long", date(2026, 2, 1), "1er février 2026"),
        ("fr_date_long", date(2026, 12, 31), "31 décembre 2026"),
        ("fr_decimal", Decimal("1234.50"), "1\u202f234,5"),
        ("fr_decimal", Decimal("0.0300"), "0,03"),
        ("fr_decimal", -2, "\u22122"),
        ("fr_decimal", None, "–"),
        ("uncapitalised", "Effet indésirable", "effet indésirable"),
        ("uncapitalised", "À domicile", "à domicile"),
        ("uncapitalised", "CBD seul", "CBD seul"),
        ("uncapitalised", "M3", "M3"),
        ("uncapitalised", "", ""),
        ("fr_number", 3562, "3\u202f562"),
        ("fr_number", "88 %", "88 %"),
        ("fr_number", True, True),
    ],
)
def test_dates_numbers_and_labels_are_written_in_french(filter_name, value, words):
    assert getattr(recann, filter_name)(value) == words


def test_a_field_needed_once_shown_is_not_called_optional():
    assert "(facultatif)" not in shown("reason")
    assert "(facultatif)" in shown("details")
    assert "(facultatif)" in shown("weight")


def test_a_filter_is_not_called_optional():
    class FilterForm(forms.Form):
        is_filter = True

        place = forms.CharField(label="Commune", required=False)

    text = render_to_string("components/field.html", {"bf": FilterForm()["place"]})

    assert "Commune" in text
    assert "(facultatif)" not in text


def test_a_box_is_not_called_optional():
    assert "Il accepte" in shown("agreed")
    assert "(facultatif)" not in shown("agreed")


@pytest.mark.parametrize(
    ("decision", "hidden"), [("STOP", False), ("LOST", False), ("GO", True), ("", True)]
)
def test_a_conditional_field_stands_when_its_condition_does(decision, hidden):
    page = shown("reason", {"decision": decision})

    assert 'data-show-if="decision=STOP|LOST" data-needed' in page
    assert (" hidden>" in page) is hidden


def test_errors_and_hints_are_tied_to_their_control():
    page = shown("weight", {"weight": "lourd"})
    hinted = shown("details", hint="Autre conseil.")

    assert 'aria-describedby="id_weight-unit id_weight-msg"' in page
    assert "fr-input--error" in page
    assert "Écrivez un nombre" in page
    assert 'aria-describedby="id_details-hint id_details-msg"' in hinted
    assert "Autre conseil." in hinted
    assert "Sans nom." not in hinted


def test_buttons_leave_out_the_empty_choice():
    page = shown("decision", {"decision": "STOP"})

    assert page.count('type="radio"') == 2
    assert 'value="STOP" checked' in page


def test_numbers_in_values_take_no_thousands_separator():
    assert 'value="1234"' in shown("signs")


def test_the_summary_of_errors_leads_to_each_control():
    form = VisitForm({"weight": "lourd"})

    page = render_to_string("components/form_errors.html", {"form": form})

    assert "2 erreurs" in page
    assert 'href="#id_decision_1"' in page
    assert 'href="#id_weight"' in page


def test_no_error_no_summary():
    page = render_to_string("components/form_errors.html", {"form": VisitForm({"decision": "GO"})})

    assert page.strip() == ""


def test_pages_keep_the_filters(rf):
    request = rf.get("/", {"q": "é&", "page": "3"})
    template = Template('{% query_with page=4 q="" %}|{% query_with page=2 %}')

    assert template.render(RequestContext(request)) == "?page=4|?q=%C3%A9%26&amp;page=2"


def test_the_frame_is_found_under_the_page_of_a_list():
    frame = {"nav": ["Mes patients"], "brand": "neutre"}
    context = Context({"page": frame})
    context.push(page=keyset.Page([]))

    assert recann.page_frame(context) is frame


def test_without_context_processor_the_frame_is_bare():
    assert recann.page_frame(Context())["sign_out_url"] == ""


def test_states_are_an_icon_and_a_word():
    visit = SimpleNamespace(label="M3", state="late", on=date(2026, 2, 1), url="", word="")

    page = render_to_string("components/timeline.html", {"label": "Suivi", "visits": [visit]})

    assert "fr-icon-error-warning-fill" in page
    assert "En retard" in page
    assert "01/02/26" in page


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_name_only_icons_and_classes_that_are_shipped(path):
    source = path.read_text()
    classes = set(
        re.findall(
            r"(?<![\w-])fr-[a-z][\w-]*(?![\w-]*[{%])",
            " ".join(re.findall(r'class="([^"]*)"', source)),
        )
    )
    icons = {f"fr-icon-{name}" for name in re.findall(r'{% icon "([\w-]+)"', source)}

    missing = {name for name in classes | icons if f".{name}" not in STYLE}
    assert missing - {"fr-header__menu-links", "fr-fieldset__legend--regular"} == set()
