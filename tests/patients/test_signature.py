import base64
import json

import pytest

from patients import signature


LINE = [*range(10, 10 + 4 * signature.FEWEST_POINTS)]


def test_strokes_come_in_and_are_drawn():
    strokes = signature.parse(json.dumps([LINE, [5, 6]]))

    image = signature.drawing(strokes, alt='Signature de <"Léa">')

    assert strokes == (tuple(LINE), (5, 6))
    assert 'alt="Signature de &lt;&quot;Léa&quot;&gt;"' in image
    svg = base64.b64decode(image.split("base64,")[1].split('"')[0]).decode()
    assert '<path d="M10 11L12 13L' in svg
    # A dot is drawn too.
    assert '<path d="M5 6L5 6"/>' in svg


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        "5",
        '["<script>"]',
        "[[1]]",
        "[[]]",
        "[[1,2,3]]",
        json.dumps([[*LINE[:-1], "9"]]),
        json.dumps([[*LINE, 1001, 5]]),
        json.dumps([[*LINE, 5, 301]]),
        json.dumps([[*LINE, -1, 5]]),
        json.dumps([[*LINE, 1.5, 5]]),
        json.dumps([[*LINE, True, 5]]),
        json.dumps([LINE[: 2 * signature.FEWEST_POINTS - 2]]),
        "[" * 5000,
        json.dumps([[1, 1] * 10_000]),
    ],
)
def test_what_is_no_signature_is_refused_cleanly(text):
    with pytest.raises(signature.BadSignature):
        signature.parse(text)


def test_the_shortest_signature_is_taken():
    assert signature.parse(json.dumps([[1, 1] * signature.FEWEST_POINTS]))
