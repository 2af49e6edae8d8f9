"""A copy of one visit for the local record: text, PDF, CSV. Of one patient, never of another."""

import textwrap
from collections.abc import Sequence

from core import pdf
from core.tables import to_csv
from followup import telling
from followup.models import Visit
from followup.questionnaires import Answered
from patients.identity import Person


# Characters in a line of text: what hospital records show without folding again.
WIDTH = 80
NOTE = (
    "Copie du registre ReCann pour le dossier médical local. Le registre ne remplace pas le "
    "dossier médical."
)
HEADINGS = ("partie", "question", "reponse")

MEDIA = {"texte": "txt", "pdf": "pdf", "csv": "csv"}


def make(medium: str, visit: Visit, person: Person | None) -> bytes:
    """The copy as a file.

    :raises core.pdf.PdfUnavailable: of a PDF, when a library of the system is missing
    """
    told = [Answered("Patient", telling.whose(visit, person)), *telling.parts(visit)]
    return {"texte": _text, "pdf": _pdf, "csv": _csv}[medium](told)


def _text(told: Sequence[Answered]) -> bytes:
    """Lines that any record takes: no tabulation, Windows ends of line, a mark of UTF-8."""
    lines = [NOTE, ""]
    for part in told:
        lines += [part.title.upper()]
        lines += [line for label, value in part.facts for line in _line(label, value)]
        lines += [""]
    text = "\r\n".join(line for one in lines for line in _folded(one))
    return text.encode("utf-8-sig")


def _line(label: str, value: str) -> list[str]:
    """A question and its answer; the further lines of a comment stand under it."""
    first, *others = value.splitlines() or [""]
    # A question keeps its own mark.
    mark = " " if label.endswith("?") else "\u202f: "
    return [f"{label}{mark}{first}", *others]


def _folded(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent="  ") or [""]


def _csv(told: Sequence[Answered]) -> bytes:
    return to_csv(
        HEADINGS, [(part.title, label, value) for part in told for label, value in part.facts]
    )


def _pdf(told: Sequence[Answered]) -> bytes:
    context = {"parts": told, "note": NOTE}
    content = pdf.render("pdf/visit_copy.html", context, title="Copie d’une consultation")
    return pdf.sealed(content, reason="Copie émise par le registre")
