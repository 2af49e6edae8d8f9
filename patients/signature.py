"""A signature drawn on screen: strokes that come in as text, a drawing that goes on paper.

No database, no clock. `static/signature.js` writes `[[x, y, x, y, …], …]` in a frame of `WIDTH` by
`HEIGHT`; what it wrote is checked again here.
"""

import base64
import json

from django.utils.html import format_html
from django.utils.safestring import SafeString


WIDTH, HEIGHT = 1000, 300
# Characters. Two signatures fit in a draft (`core.drafts.MAX_BYTES`).
MOST_CHARACTERS = 16_000
# Points under which it is a slip of the finger. No legal source.
FEWEST_POINTS = 12

Strokes = tuple[tuple[int, ...], ...]


class BadSignature(Exception):
    """The message is in French and may be shown."""


def parse(text: str) -> Strokes:
    """Return the strokes.

    :raises BadSignature: nothing is drawn, or it is not what our page writes
    """
    if len(text) > MOST_CHARACTERS:
        raise BadSignature("Cette signature est trop longue\u202f: effacez-la et recommencez.")
    try:
        strokes = json.loads(text or "[]")
        drawn = tuple(tuple(stroke) for stroke in strokes)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadSignature(_UNREADABLE) from error
    if not all(map(_is_stroke, drawn)):
        raise BadSignature(_UNREADABLE)
    if sum(map(len, drawn)) < 2 * FEWEST_POINTS:
        raise BadSignature("Signez dans le cadre, ou choisissez la signature sur papier.")
    return drawn


_UNREADABLE = "La signature n’a pas pu être lue\u202f: effacez-la et recommencez."


def _is_stroke(stroke: tuple[object, ...]) -> bool:
    """Pairs of whole numbers inside the frame."""
    if len(stroke) < 2 or len(stroke) % 2 or not all(type(one) is int for one in stroke):
        return False
    numbers = [one for one in stroke if isinstance(one, int)]
    inside_x = all(0 <= x <= WIDTH for x in numbers[::2])
    return inside_x and all(0 <= y <= HEIGHT for y in numbers[1::2])


def drawing(strokes: Strokes, *, alt: str) -> SafeString:
    """An image of the signature, for the template of a document."""
    paths = "".join(f'<path d="{_path(stroke)}"/>' for stroke in strokes)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<g fill="none" stroke="#111" stroke-width="5" stroke-linecap="round"'
        f' stroke-linejoin="round">{paths}</g></svg>'
    )
    source = base64.b64encode(svg.encode()).decode()
    return format_html(
        '<img class="rc-signature" alt="{}" src="data:image/svg+xml;base64,{}">', alt, source
    )


def _path(stroke: tuple[int, ...]) -> str:
    points = zip(stroke[::2], stroke[1::2], strict=True)
    first, *rest = (f"{x} {y}" for x, y in points)
    # A dot is a line of no length.
    return f"M{first}L" + "L".join(rest or [first])
