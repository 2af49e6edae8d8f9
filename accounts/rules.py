"""Which passwords are easy to guess, whatever their length.

ASVS 5.0 6.2.4 and 6.2.11 (security.md 1.1): the common ones and the words of the place are refused;
no rule of composition. Length is another rule, in the settings.
"""

import re
from collections.abc import Collection, Iterable


# Words that anybody would try here first.
CONTEXT = ("recann", "cannabis", "ansm", "cannabismedical", "registre", "thc", "cbd")
# Rows of keyboards and alphabets, typed along, forwards or backwards.
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "0123456789",
    "1234567890",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "qwertyuiop",
)
# Letters of one's own that must be left once the words of the place are taken away. No source:
# six letters of a word nobody expects, ADR 0016.
OWN_LETTERS = 6
DIFFERENT_CHARACTERS = 5
# A word of a name shorter than this is in too many other words.
SHORTEST_WORD = 4


def is_guessable(folded: str, *, common: Collection[str], context: Iterable[str] = ()) -> bool:
    """Whether a password is a common one, a run, a repetition, or words of the place.

    :param folded: lower case, without accents
    :param common: passwords that everybody tries, folded
    :param context: names of the person's places, folded; `CONTEXT` is always added
    """
    text = re.sub(r"[\W_]", "", folded)
    once = _once(text)
    if len(set(text)) < DIFFERENT_CHARACTERS or once in common or _is_run(once):
        return True
    letters = re.sub(r"\d", "", once)
    if _is_common(letters, common) or _is_run(letters):
        return True
    own = _without(letters, context)
    return own != letters and (len(own) < OWN_LETTERS or _is_common(own, common))


def _once(text: str) -> str:
    """The shortest start that, written again and again, gives the text."""
    for size in range(1, len(text) // 2 + 1):
        if (text[:size] * (len(text) // size + 1))[: len(text)] == text:
            return text[:size]
    return text


def _is_run(text: str) -> bool:
    runs = [run * 3 for run in _RUNS]
    return len(text) >= SHORTEST_WORD and any(text in run or text[::-1] in run for run in runs)


def _is_common(letters: str, common: Collection[str]) -> bool:
    """One common password, or two put together."""
    if letters in common:
        return True
    cuts = range(SHORTEST_WORD, len(letters) - SHORTEST_WORD + 1)
    return any(letters[:cut] in common and letters[cut:] in common for cut in cuts)


def _without(letters: str, context: Iterable[str]) -> str:
    words = {word for name in context for word in re.findall(r"[a-z]+", name)}
    known = {word for word in words if len(word) >= SHORTEST_WORD} | set(CONTEXT)
    for word in sorted(known, key=lambda word: (-len(word), word)):
        letters = letters.replace(word, "")
    return letters
