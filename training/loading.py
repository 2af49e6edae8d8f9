"""Load the courses of a programme and what they hold: rows are found by their key, or made."""

import json
from pathlib import Path
from typing import Any

from programmes.models import Programme
from training.models import Assessment, Chapter, Course


DATA = Path(__file__).resolve().parent / "data" / "courses.json"
Row = dict[str, Any]


def load(programme: Programme, courses: list[Row]) -> None:
    """Make or update the courses of the programme's file; nothing is deleted."""
    content = json.loads(DATA.read_text())
    for row in courses:
        key = {"version": row["version"], "profession": row["profession"]}
        held = next((one for one in content["courses"] if one.items() >= key.items()), None)
        own = _own(held, content["notice"]) if held else {}
        course, _ = Course.objects.update_or_create(
            programme=programme, **key, defaults={**row, **own}
        )
        if held:
            _chapters(course, held, content)
            _test(course, held, content)


def _own(held: Row, notice: str) -> Row:
    """What the contents add to the course itself."""
    names = ("statement", "statement_version", "people_a_pharmacy")
    return {name: held[name] for name in names} | {"content_notice": notice}


def _chapters(course: Course, held: Row, content: Row) -> None:
    """The compulsory ones first, each in the order of the file."""
    by_code = {row["code"]: row for row in content["chapters"]}
    for position, code in enumerate([*held["mandatory"], *held["optional"]], start=1):
        row = {name: by_code[code][name] for name in ("title", "body", "source")}
        row |= {"position": position, "is_mandatory": code in held["mandatory"]}
        Chapter.objects.update_or_create(course=course, code=code, defaults=row)


def _test(course: Course, held: Row, content: Row) -> None:
    by_code = {row["code"]: row for row in content["questions"]}
    Assessment.objects.update_or_create(
        course=course,
        defaults={
            "threshold_percent": held["threshold_percent"],
            "questions": [by_code[code] for code in held["questions"]],
            "source": content["test_source"],
        },
    )
