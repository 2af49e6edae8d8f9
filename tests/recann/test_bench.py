"""References of the measures, and the arithmetic of their ratios."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.urls import NoReverseMatch, reverse

from core import audit
from core.models import JournalLine
from recann.bench import off, report
from recann.bench.client import Answer, WrongAnswer, fields
from recann.bench.report import Measures


def test_the_references_have_no_address_here():
    with pytest.raises(NoReverseMatch):
        reverse("bench:nothing")


@pytest.mark.parametrize(
    ("demo", "asked", "opened"),
    [("1", "1", True), ("", "1", False), ("1", "", False), ("", "", False)],
)
def test_only_a_measured_demonstration_opens_the_references(demo, asked, opened):
    code = "import django; django.setup(); from recann.urls import urlpatterns as u; print(len(u))"
    given = {name: value for name, value in os.environ.items() if name not in {"RECANN_TESTING"}}
    more = {"RECANN_DEMO": demo, "RECANN_BENCH": asked, "CAUGHT_MAIL_DIR": str(settings.BASE_DIR)}
    more |= {"BENCH_TRAIL_OFF": "/nowhere"}

    found = subprocess.run(
        [sys.executable, "-c", code],
        env=given | more | {"DJANGO_SETTINGS_MODULE": "recann.settings"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    from recann.urls import urlpatterns

    assert found.stderr == ""
    assert int(found.stdout) == len(urlpatterns) + opened


@pytest.mark.parametrize("module", ["accounts", "core", "followup", "patients", "record", "recann"])
def test_no_code_but_that_of_the_measures_knows_how_to_switch_the_trail_off(module):
    named = [
        path
        for path in (settings.BASE_DIR / module).rglob("*.py")
        if "BENCH_TRAIL_OFF" in path.read_text() and "bench" not in path.parts
    ]

    assert named == []


def test_the_switch_leaves_the_trail_on_until_its_file_stands(monkeypatch, tmp_path):
    file = tmp_path / "trail-off"
    monkeypatch.setenv(off.VARIABLE, str(file))
    monkeypatch.setattr(audit, "record", audit.record)
    monkeypatch.setattr(audit, "context", audit.context)
    off.install()

    with audit.acting("x", by=audit.SYSTEM):
        audit.record("bench.on", by=audit.SYSTEM)
    file.touch()
    with audit.acting("x", by=audit.SYSTEM):
        audit.record("bench.off", by=audit.SYSTEM)

    assert list(JournalLine.objects.values_list("action", flat=True)) == ["bench.on"]


def test_bench_refuses_another_start_than_its_own():
    with pytest.raises(CommandError, match=r"start\.py bench"):
        call_command("bench")


# --- Ratios ----------------------------------------------------------------------------------


def named(name):
    return next(one for one in report.TARGETS if one.name.startswith(name))


def _measures(patients, **values):
    return Measures(patients, {"one": 1.0, **values})


def _by_name(found):
    return {one["name"]: one for one in found}


@pytest.mark.parametrize(("ours", "ok"), [(13.0, True), (13.01, False)])
def test_a_ratio_is_kept_up_to_its_target(ours, ok):
    found = _by_name(report.entries([_measures(3_000, patient=ours, R1=1.0)]))

    assert found["P3 page du patient / R1 [3000]"] == {
        "name": "P3 page du patient / R1 [3000]",
        "value": ours,
        "target": 13,
        "ok": ok,
    }


@pytest.mark.parametrize(("copy", "ok"), [(60.0, True), (59.9, False)])
def test_a_throughput_is_kept_from_its_target_on(copy, ok):
    (found,) = report.entries([_measures(3_000, export=100.0, copy=copy)])

    assert found["ok"] is ok


def test_the_reference_measured_beside_counts_before_the_others():
    one = _measures(3_000, patient=10.0, R1=1.0, **{"patient/R1": 2.0})

    assert report.ratio(one, named("P3")) == 5


def test_growth_compares_ratios_of_the_smallest_and_the_largest():
    small = _measures(3_000, patient=10.0, R1=1.0)
    large = _measures(300_000, patient=24.0, R1=2.0)

    found = _by_name(report.entries([small, large]))

    assert found["P3 page du patient / R1, croissance"]["value"] == 1.2
    assert found["P3 page du patient / R1, croissance"]["ok"]


def test_work_on_the_whole_base_grows_by_an_exponent():
    small, large = _measures(3_000, quarter=1.0), _measures(300_000, quarter=100.0)
    target = next(one for one in report.TARGETS if one.is_bulk)

    assert report.growth([small, large], target) == pytest.approx(1)


def test_small_bases_do_not_judge_what_they_hide():
    found = report.entries([_measures(3_000, quarter=9.0, quarter_sql=1.0)])

    assert found == []


def test_tables_say_what_was_kept():
    one = Measures(3_000, {}, [{"name": "page", "p50": 1.0, "p95": 2.0, "cpu": 1.5, "requests": 9}])
    found = report.entries([_measures(3_000, patient=14.0, R1=1.0)])

    assert "| page | 1.00 | 2.00 | 1.50 | 9 |" in report.table(one)
    assert "**non tenu**" in report.ratios_table(found)


# --- Forms -----------------------------------------------------------------------------------


PAGE = b"""<form><input name="q"></form><form><input type="hidden" name="once" value="k">
<input type="radio" name="mode" value="A"><input type="radio" name="mode" value="B" checked>
<input name="held_on" value="01/01/2026"></form>"""


def test_a_form_is_sent_as_the_page_shows_it():
    found = fields(Answer(200, PAGE, "", "", 0), "once")

    assert found == {"once": "k", "mode": "B", "held_on": "01/01/2026"}


def test_a_page_without_the_form_is_no_measure():
    with pytest.raises(WrongAnswer):
        fields(Answer(200, b"<p>403</p>", "", "", 0), "once")
