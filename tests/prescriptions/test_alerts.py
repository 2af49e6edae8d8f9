from datetime import date
from decimal import Decimal

import pytest

from prescriptions.alerts import Facts, LineFacts, ThresholdFact, alerts, refusals, to_justify
from prescriptions.dosage import Step, totals
from prescriptions.enums import AlertCode as Code
from prescriptions.enums import Level
from prescriptions.rules import Period
from programmes.enums import Regime


D = Decimal
ME, OTHER = 1, 2
TODAY = date(2026, 3, 10)


def line(*, days=28, dose="0.5", thc="25", cbd="25", regime=Regime.NARCOTIC, max_days=None):
    sums = totals([Step(D(dose), 2, days)], thc_mg_per_unit=D(thc), cbd_mg_per_unit=D(cbd))
    return LineFacts("Huile", regime, sums, D(thc) > 0, max_days)


def facts(*lines, **changes):
    return Facts(
        **{
            "lines": lines or (line(),),
            "written_on": TODAY,
            "starts_on": TODAY,
            "prescriber_id": ME,
            "thresholds": {
                "THC_DAILY_MG": ThresholdFact(D(40), "essai"),
                "DOSE_JUMP_FACTOR": ThresholdFact(D(2), "essai"),
            },
        }
        | changes
    )


def said(found, code):
    return [alert.level for alert in found if alert.code == code]


@pytest.mark.parametrize(
    ("one", "level"),
    [
        (line(days=28), Level.OK),
        (line(days=29), Level.REFUSAL),
        (line(days=29, regime=Regime.ORDINARY), Level.OK),
        (line(days=365, regime=Regime.ORDINARY, max_days=365), Level.OK),
        (line(days=366, regime=Regime.ORDINARY, max_days=365), Level.REFUSAL),
        (line(days=1), Level.OK),
    ],
)
def test_duration(one, level):
    assert said(alerts(facts(one)), Code.DURATION) == [level]


def test_a_mix_is_judged_line_by_line_and_refusals_come_first():
    found = alerts(facts(line(regime=Regime.ORDINARY, days=60), line(days=60)))

    assert [alert.level for alert in refusals(found)] == [found[0].level] == [Level.REFUSAL]


@pytest.mark.parametrize(
    ("starts_on", "levels"),
    [(date(2026, 3, 9), [Level.REFUSAL]), (TODAY, []), (date(2026, 3, 11), [])],
)
def test_start(starts_on, levels):
    assert said(alerts(facts(starts_on=starts_on)), Code.DATES) == levels


@pytest.mark.parametrize(
    ("dose", "levels"),
    [("0.8", []), ("0.8001", [Level.WARNING])],
)
def test_thc_a_day_is_told_above_the_threshold_and_asks_a_reason(dose, levels):
    found = alerts(facts(line(dose=dose)))

    assert said(found, Code.THC_DAILY) == levels
    assert len(to_justify(found)) == len(levels)


def test_thc_of_all_lines_adds_up():
    assert said(alerts(facts(line(), line())), Code.THC_DAILY) == [Level.WARNING]


@pytest.mark.parametrize(
    ("before", "levels"),
    [(None, []), (D(0), []), (D("12.5"), []), (D("12.4999"), [Level.WARNING])],
)
def test_dose_jump(before, levels):
    assert said(alerts(facts(previous_thc_mg=before)), Code.DOSE_JUMP) == levels


def test_a_jump_of_cbd_counts_too():
    found = alerts(facts(line(thc="0", cbd="50"), previous_cbd_mg=D(10)))

    assert said(found, Code.DOSE_JUMP) == [Level.WARNING]


def test_without_thresholds_nothing_is_told_of_doses():
    found = alerts(facts(line(dose="5"), thresholds={}, previous_thc_mg=D(1)))

    assert not said(found, Code.THC_DAILY) + said(found, Code.DOSE_JUMP)


@pytest.mark.parametrize(
    ("one", "is_discouraged", "discouraged", "driving"),
    [
        (line(), False, [], [Level.WARNING]),
        (line(), True, [Level.WARNING], [Level.WARNING]),
        (line(thc="0"), True, [], []),
    ],
)
def test_thc(one, is_discouraged, discouraged, driving):
    found = alerts(facts(one, is_thc_discouraged=is_discouraged))

    assert said(found, Code.THC_DISCOURAGED) == discouraged
    assert said(found, Code.DRIVING) == driving


@pytest.mark.parametrize(
    ("prescriber", "has_mention", "mention", "other"),
    [
        (ME, False, [Level.REFUSAL], []),
        (ME, True, [Level.OK], []),
        (OTHER, False, [], [Level.WARNING]),
    ],
)
def test_overlap(prescriber, has_mention, mention, other):
    period = Period(date(2026, 3, 1), date(2026, 3, 28), prescriber)

    found = alerts(facts(signed_periods=[period], has_mention=has_mention))

    assert said(found, Code.MENTION) == mention
    assert said(found, Code.OTHER_PRESCRIBER) == other


def test_the_mention_says_the_last_day_for_full_presentation():
    period = Period(date(2026, 3, 1), date(2026, 3, 28), ME)

    found = alerts(facts(signed_periods=[period], has_mention=True))

    assert "au plus tard le 13/03/2026" in next(a.message for a in found if a.code == Code.MENTION)


def test_an_ordinary_line_overlaps_nothing():
    period = Period(date(2026, 3, 1), date(2026, 3, 28), ME)

    found = alerts(facts(line(regime=Regime.ORDINARY), signed_periods=[period]))

    assert not said(found, Code.MENTION)
