"""What is signed, scanned and drawn in the tests of consents."""

import io
import json

from PIL import Image

from patients.enums import ConsentKind
from tests.programmes.factories import ConsentTextFactory, ProgrammeLinkFactory


# A name that must not be found in clear anywhere.
CANARY = "Kanarivogel"
DRAWN = json.dumps([[*range(10, 90)]])


def texts_of(programme):
    """One text a kind of consent, and one more for minors."""
    texts = {
        kind: ConsentTextFactory(programme=programme, kind=kind) for kind in ConsentKind.values
    }
    texts["MINOR"] = ConsentTextFactory(
        programme=programme, person_kind="MINOR", body="Nous acceptons pour l’enfant."
    )
    return texts


def notice(programme, recipient="REPRESENTATIVE", **more):
    return ProgrammeLinkFactory(
        programme=programme, person_kind=recipient, title=f"Document {recipient}", **more
    )


def a_scan(kind="PNG"):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, kind)
    return out.getvalue()
