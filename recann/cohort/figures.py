"""The published figures that the demonstration cohort is built on (domain.md 11).

`tests/published.py` computes them again from the loaded data with the project's own indicators.
"""

from dataclasses import dataclass, field
from datetime import date


# As published: SPAS counted by its two forms.
GROUPS = ("DN", "SPAS-SEP", "EPI", "ONCO", "PALL", "SPAS-SNC")


@dataclass(frozen=True)
class Checkpoint:
    """What is true at the end of that day.

    :param included: since the first day
    :param active: treated and not exited
    :param entering: included, not treated yet, not exited
    :param exits: cumulative, by reason; what is left of all exits has another reason
    :param groups: active patients by group, in the order of `GROUPS`; shares when not published
    """

    on: date
    included: int
    active: int
    entering: int = 0
    exits: dict[str, int] = field(default_factory=dict)
    groups: tuple[int, ...] = ()


# Exits at 23/11/2021 and before: in the proportions published for 31/03/2022.
CHECKPOINTS = (
    Checkpoint(date(2021, 3, 26), 1, 1),
    # L'Express, late June 2021: «about 400»; no active count: proportions of November.
    Checkpoint(date(2021, 6, 30), 400, 352),
    # ANSM, 23 November 2021.
    Checkpoint(date(2021, 11, 23), 1000, 779),
    # Evaluation report on the first year: 406 exits, 38 / 37 / 15 %.
    Checkpoint(
        date(2022, 3, 31),
        1450,
        1036,
        entering=8,
        exits={"ADVERSE_EVENT": 154, "INEFFICACY": 150, "DEATH": 61},
    ),
    # Le Pharmacien (Belgium), autumn 2022. Its 201 exits for adverse effect or death contradict
    # the 215 of March: not reproduced.
    Checkpoint(
        date(2022, 8, 31),
        1900,
        1272,
        entering=21,
        exits={"ADVERSE_EVENT": 166, "INEFFICACY": 224, "DEATH": 66},
        groups=(661, 196, 178, 89, 97, 51),
    ),
    # Business of Cannabis, February 2023. Reasons not published: between August and January.
    Checkpoint(
        date(2022, 10, 18),
        2204,
        1453,
        exits={"ADVERSE_EVENT": 178, "INEFFICACY": 277, "DEATH": 69},
        groups=(792, 215, 181, 105, 104, 56),
    ),
    # Le Pharmacien (Belgium), 2023: 250 exits for adverse effect or death, 284 for inefficacy.
    # Detail printed as «included», read as active; SPAS-SNC by difference.
    Checkpoint(
        date(2023, 1, 31),
        2356,
        1591,
        exits={"ADVERSE_EVENT": 180, "INEFFICACY": 284, "DEATH": 70},
        groups=(862, 229, 189, 110, 117, 84),
    ),
    # Le Quotidien du pharmacien, spring 2023 (undated): 2,667; active of mid 2023: 1,643.
    Checkpoint(date(2023, 5, 15), 2667, 1643),
    # Therapies 2024: 3,164. No active count was published for that day.
    Checkpoint(date(2024, 3, 26), 3164, 1650),
    # Press, March 2025: about 1,200 going on.
    Checkpoint(date(2025, 3, 31), 3164, 1210),
    Checkpoint(date(2026, 6, 30), 3164, 1200),
)

# Bouquet et al., Therapies 2024: patients with at least one adverse event on 31 March 2024.
WITH_EVENT_ON = date(2024, 3, 31)
WITH_EVENT = 1186
# Share of events classed serious in the same study.
SERIOUS_SHARE = 0.03

# Structures listed (ANSM): from the first day, on 23/11/2021, on 26/03/2024.
STRUCTURES = ((date(2021, 3, 26), 202), (date(2021, 11, 23), 243), (date(2024, 3, 26), 275))
# Professionals trained on 23 November 2021 (ANSM): 775 in reference structures, hospital pharmacies
# included, 48 private doctors, 212 pharmacists of officines; the accounts of the demonstration,
# 4, 1 and 1 of them, are left out. How the first number splits was not published: own choice.
TRAINED_BY = date(2021, 11, 23)
TRAINED_DOCTORS, TRAINED_HOSPITAL_PHARMACISTS = 681, 90
TRAINED_RELAYS, TRAINED_COMMUNITY_PHARMACISTS = 47, 211
# Pharmacies listed at the end of July 2023 (Revue Pharma).
HOSPITAL_PHARMACIES = 171
COMMUNITY_PHARMACIES = 610
# Départements without a hospital pharmacy at launch: one volunteer officine each.
DEPARTEMENTS_WITHOUT_PUI = 49
