"""The published figures that the demonstration cohort reproduces: a closed list.

Each is computed from the loaded base by the project's own indicators (`evaluation.indicators`, or
a function below), never from the plan of the cohort. Sources: domain.md 11, with its references.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from evaluation import indicators


@dataclass(frozen=True)
class Published:
    """A figure. `definition` takes a programme and the day; `value` is what was printed."""

    on: date
    definition: Callable[..., Any]
    value: Any
    source: str


@dataclass(frozen=True)
class NotReproduced:
    figure: str
    why: str
    source: str


def exit_shares(programme, on) -> dict[str, int]:
    """Shares of the three published reasons among all exits, whole percent."""
    exits = indicators.exited_by_reason(programme, on)
    total = sum(exits.values())
    reasons = ("ADVERSE_EVENT", "INEFFICACY", "DEATH")
    return {reason: round(100 * exits[reason] / total) for reason in reasons}


def exits_for_inefficacy(programme, on) -> int:
    return indicators.exited_by_reason(programme, on)["INEFFICACY"]


def exits_for_event_or_death(programme, on) -> int:
    exits = indicators.exited_by_reason(programme, on)
    return exits["ADVERSE_EVENT"] + exits["DEATH"]


NOVEMBER_2021 = date(2021, 11, 23)
MARCH_2022 = date(2022, 3, 31)
AUGUST_2022 = date(2022, 8, 31)
OCTOBER_2022 = date(2022, 10, 18)
JANUARY_2023 = date(2023, 1, 31)
JULY_2023 = date(2023, 7, 31)
MARCH_2024 = date(2024, 3, 31)

ANSM_NOVEMBER = "ANSM, comité du 23 novembre 2021 [S0]"
REPORT = "Rapport d’évaluation, octobre 2022 [P109] [P10]"
BELGIAN_2022 = "Le Pharmacien (Belgique), automne 2022 [P106]"
OCTOBER = "Business of Cannabis, février 2023 [P108] [P57]"
BELGIAN_2023 = "Le Pharmacien (Belgique), 2023 [P107]"
SAFETY = "Bouquet et al., Therapies 2024 [P48] [P105]"
REVUE = "Revue Pharma, fin juillet 2023 [P45]"

PUBLISHED = (
    Published(date(2021, 3, 26), indicators.included, 1, "Premier patient, Clermont-Ferrand [P08]"),
    Published(date(2021, 3, 26), indicators.structures, 202, "ANSM, mars 2021 [S0]"),
    Published(NOVEMBER_2021, indicators.included, 1000, ANSM_NOVEMBER),
    Published(NOVEMBER_2021, indicators.active, 779, ANSM_NOVEMBER),
    Published(NOVEMBER_2021, indicators.structures, 243, ANSM_NOVEMBER),
    Published(NOVEMBER_2021, indicators.trained, 1035, ANSM_NOVEMBER),
    Published(
        NOVEMBER_2021,
        indicators.trained_by_category,
        {"structures": 775, "private_doctors": 48, "officines": 212},
        ANSM_NOVEMBER,
    ),
    Published(MARCH_2022, indicators.included, 1450, REPORT),
    Published(MARCH_2022, indicators.active, 1036, REPORT),
    Published(MARCH_2022, indicators.entering, 8, REPORT),
    Published(MARCH_2022, indicators.exited, 406, REPORT),
    Published(
        MARCH_2022, exit_shares, {"ADVERSE_EVENT": 38, "INEFFICACY": 37, "DEATH": 15}, REPORT
    ),
    Published(AUGUST_2022, indicators.included, 1900, BELGIAN_2022),
    Published(AUGUST_2022, indicators.active, 1272, BELGIAN_2022),
    Published(AUGUST_2022, indicators.exited, 607, BELGIAN_2022),
    Published(AUGUST_2022, exits_for_inefficacy, 224, BELGIAN_2022),
    Published(
        AUGUST_2022,
        indicators.active_by_indication,
        {"DN": 661, "SPAS-SEP": 196, "EPI": 178, "PALL": 97, "ONCO": 89, "SPAS-SNC": 51},
        BELGIAN_2022,
    ),
    Published(OCTOBER_2022, indicators.included, 2204, OCTOBER),
    Published(OCTOBER_2022, indicators.active, 1453, OCTOBER),
    Published(
        OCTOBER_2022,
        indicators.active_by_indication,
        {"DN": 792, "SPAS-SEP": 215, "EPI": 181, "ONCO": 105, "PALL": 104, "SPAS-SNC": 56},
        OCTOBER,
    ),
    Published(JANUARY_2023, indicators.included, 2356, BELGIAN_2023),
    Published(JANUARY_2023, indicators.exited, 765, BELGIAN_2023),
    Published(JANUARY_2023, exits_for_inefficacy, 284, BELGIAN_2023),
    Published(JANUARY_2023, exits_for_event_or_death, 250, BELGIAN_2023),
    # Printed as «included»; sums to the active file. SPAS-SNC by difference (domain.md 13, 19).
    Published(
        JANUARY_2023,
        indicators.active_by_indication,
        {"DN": 862, "SPAS-SEP": 229, "EPI": 189, "PALL": 117, "ONCO": 110, "SPAS-SNC": 84},
        BELGIAN_2023,
    ),
    Published(JULY_2023, indicators.hospital_pharmacies, 171, REVUE),
    Published(JULY_2023, indicators.community_pharmacies, 610, REVUE),
    Published(date(2024, 3, 26), indicators.structures, 275, "ANSM, mars 2024 [P113]"),
    Published(MARCH_2024, indicators.included, 3164, SAFETY),
    Published(MARCH_2024, indicators.with_adverse_event, 1186, SAFETY),
)

NOT_REPRODUCED = (
    NotReproduced(
        "201 sorties pour effet indésirable ou décès, fin août 2022",
        "Le 31 mars 2022, 38 % et 15 % de 406 sorties en font déjà 215 : un cumul ne baisse pas.",
        BELGIAN_2022,
    ),
    NotReproduced(
        "69 % de patients suivis, 28 % sortis, 3 % en cours d’entrée, 31 mars 2022",
        "Les effectifs publiés le même jour donnent 71,4 %, 28,0 % et 0,6 %.",
        REPORT,
    ),
    NotReproduced(
        "200 et 215 structures au lancement",
        "Trois sources donnent 200, 202 et 215 : celle de l’ANSM, 202, est reproduite.",
        "Presse, mars 2021 [P07] [P131]",
    ),
    NotReproduced(
        "2 667, environ 2 700 et environ 2 600 inclusions au printemps 2023",
        "Article sans date et arrondis d’un même moment : aucun jour à leur donner.",
        "Presse, printemps 2023 [P111] [P54] [P142]",
    ),
    NotReproduced(
        "1 643 patients traités, milieu de 2023",
        "Déclaration d’un fournisseur, sans jour.",
        "[P112]",
    ),
    NotReproduced(
        "1 200 ou 1 800 patients traités, fin 2024",
        "Les sources se contredisent ; la cohorte suit 1 200.",
        "[P20] [P145] ; [P18] [P146]",
    ),
    NotReproduced(
        "3 200 inclus en 2024",
        "Arrondi de presse des 3 164 de l’étude de sécurité.",
        "[P115]",
    ),
    NotReproduced(
        "1 383 effets en août 2022, 2 538 en janvier 2023",
        "Bases de comptage différentes, non définies : ne se comparent pas.",
        "domain.md 13, ligne 20",
    ),
    NotReproduced(
        "Professionnels formés après 2021 : 1 522, 1 538, 1 752, 1 988, plus de 2 000",
        "Les parties publiées ne font pas les totaux ; la cohorte porte les lieux, pas l’effectif.",
        "domain.md 13, lignes 4 et 5",
    ),
)
