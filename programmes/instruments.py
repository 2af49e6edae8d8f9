"""Scales and questionnaires that could be asked, each with the state of its licence.

The free ones are asked by the questionnaires of the programme. The others are listed, never
included: whoever deploys the registry obtains the right, then writes a version (ADR 0065).
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from programmes.enums import Licence


FILE = Path(__file__).resolve().parent / "data/instruments.json"


@dataclass(frozen=True)
class Instrument:
    code: str
    name: str
    measures: str
    licence: Licence
    holder: str
    source: str

    @property
    def is_free(self) -> bool:
        return self.licence == Licence.FREE


@cache
def by_code() -> dict[str, Instrument]:
    rows = json.loads(FILE.read_text())
    return {row["code"]: Instrument(**row | {"licence": Licence(row["licence"])}) for row in rows}
