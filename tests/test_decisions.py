"""Decisions and words: what the documentation lists is what is there."""

import re

import pytest

from devstack.place import ROOT
from tests.test_repository import TRACKED


ADR = ROOT / "docs" / "adr"
DECISIONS = {path.name[:4]: path for path in sorted(ADR.glob("[0-9]*.md"))}


def test_the_index_lists_every_decision_under_its_title():
    listed = re.findall(r"^- \[(\d{4})\]\((.+?)\) (.+)$", (ADR / "README.md").read_text(), re.M)

    assert listed == [
        (number, path.name, path.read_text().splitlines()[0].removeprefix(f"# {number} – "))
        for number, path in DECISIONS.items()
    ]


@pytest.mark.parametrize("number", DECISIONS)
def test_a_decision_says_why_what_and_what_follows(number):
    text = DECISIONS[number].read_text()

    assert text.startswith(f"# {number} – ")
    for part in ("Context", "Decision", "Consequences"):
        assert re.search(rf"^(\*\*{part}\.\*\*|## {part}$)", text, re.M), part


def test_a_decision_that_is_cited_exists():
    kinds = {".py", ".md", ".json", ".html", ".css", ".js"}
    cited = {
        number
        for path in TRACKED
        if path.suffix in kinds and "vendor" not in path.parts
        for number in re.findall(r"ADR (\d{4})", path.read_text())
    }

    assert cited <= DECISIONS.keys()


def test_each_code_word_of_the_glossary_exists():
    """Migrations do not count: they remember what has gone."""
    sources = [path for path in TRACKED if path.suffix == ".py" and "migrations" not in path.parts]
    known = set(re.findall(r"\w+", "\n".join(path.read_text() for path in sources)))
    listed = re.findall(r"`(\w+)`", (ROOT / "docs" / "glossary.md").read_text())

    assert [word for word in listed if word not in known] == []
