"""Reads one scanned paper in a process of its own, under limits, and writes it back clean.

`python -m core.scanning <most pixels> <most pages>`: the file on standard input, the clean file on
standard output. It knows neither Django nor the database, opens no file and no socket. The exit
status tells why a file was refused: see `core.scans`.
"""

import io
import resource
import sys
import warnings
from typing import Any


OK, NOT_READ, TOO_BIG, TOO_LONG, LOCKED, ACTIVE = 0, 3, 4, 5, 6, 7

# Bytes of address space and seconds of processor: a bomb ends here, not in the web process.
_MEMORY, _SECONDS = 1_500_000_000, 15

# What a paper never does. Source: ISO 32000-2 12.6 (actions), 7.11 (embedded files), 12.7.8 (XFA).
_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/XFA", "/RichMediaContent"}
_ACTIONS = {"/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE"}
# All that a paper needs to show: the rest of the catalogue and of the pages is left out.
_OF_FILE = {"/Type", "/Pages"}
_OF_PAGE = {
    "/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Contents", "/Annots",
    "/UserUnit", "/Group",
}  # fmt: skip


class Refused(Exception):
    """`args[0]` is the exit status."""


def clean(content: bytes, pixels: int, pages: int) -> bytes:
    """The same paper without what does not show: metadata, scripts, attachments."""
    if content.startswith(b"%PDF-"):
        return _clean_pdf(content, pages)
    return _clean_image(content, pixels)


def _clean_image(content: bytes, pixels: int) -> bytes:
    """Drawn again from its pixels: nothing else of the file is kept."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(action="error"):
            image: Any = Image.open(io.BytesIO(content), formats=["PNG", "JPEG"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(TOO_BIG) from error
    kind = image.format
    if image.width * image.height > pixels:
        raise Refused(TOO_BIG)
    image = ImageOps.exif_transpose(image)
    bare = Image.new("RGB", image.size, "white")
    see_through = image.convert("RGBA") if image.mode in {"RGBA", "LA", "P", "PA"} else None
    bare.paste(see_through or image.convert("RGB"), mask=see_through)
    out = io.BytesIO()
    bare.save(out, kind, **({"quality": 88} if kind == "JPEG" else {"optimize": False}))
    return out.getvalue()


def _clean_pdf(content: bytes, pages: int) -> bytes:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.pdf_utils.writer import copy_into_new_writer

    # Scanners write files that the standard would refuse.
    reader = PdfFileReader(io.BytesIO(content), strict=False)
    if reader.encrypted:
        raise Refused(LOCKED)
    writer = copy_into_new_writer(reader, {"info": None})
    _keep(writer.root, _OF_FILE)
    for page in _pages(writer.root["/Pages"], pages):
        _keep(page, _OF_PAGE)
    cut = io.BytesIO()
    writer.write(cut)  # type: ignore[no-untyped-call]
    # Copied once more: what was only reached through the parts left out stays behind.
    out = io.BytesIO()
    bare = copy_into_new_writer(PdfFileReader(cut), {"info": None})
    bare.write(out)  # type: ignore[no-untyped-call]
    _check(out.getvalue())
    return out.getvalue()


def _keep(dictionary: Any, names: set[str]) -> None:  # noqa: ANN401  pyHanko is untyped
    for name in set(dictionary) - names:
        del dictionary[name]


def _pages(tree: Any, most: int) -> list[Any]:  # noqa: ANN401
    """Leaves of the tree of pages, each visited once; refused beyond `most`."""
    found, waiting, seen = [], [tree], set()
    while waiting:
        here = waiting.pop().get_object()
        if id(here) in seen:
            raise Refused(NOT_READ)
        seen.add(id(here))
        kids = here.get("/Kids")
        if kids is None:
            found.append(here)
        else:
            waiting += [kids.raw_get(rank) for rank in range(len(kids))]
        if len(found) + len(waiting) > most:
            raise Refused(TOO_LONG)
    if not found:
        raise Refused(NOT_READ)
    return found


def _check(content: bytes) -> None:
    """Refuse what is still reachable from the root and would act."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.reader import PdfFileReader

    reader = PdfFileReader(io.BytesIO(content))
    waiting: list[Any] = [reader.root]
    seen: set[tuple[int, int]] = set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, generic.IndirectObject):
            if (one.idnum, one.generation) in seen:
                continue
            seen.add((one.idnum, one.generation))
            one = one.get_object()  # type: ignore[no-untyped-call]
        if isinstance(one, generic.DictionaryObject):
            if _KEYS & set(one) or str(one.get("/S", "")) in _ACTIONS:
                raise Refused(ACTIVE)
            waiting += [one.raw_get(name) for name in one]
        elif isinstance(one, generic.ArrayObject):
            waiting += [one.raw_get(rank) for rank in range(len(one))]


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    # Bytes of a file it could write, were it made to.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    pixels, pages = map(int, sys.argv[1:])
    try:
        made = clean(sys.stdin.buffer.read(), pixels, pages)
    except Refused as refusal:
        return int(refusal.args[0])
    except Exception:  # noqa: BLE001  whatever a hostile file makes a library raise
        return NOT_READ
    sys.stdout.buffer.write(made)
    return OK


if __name__ == "__main__":
    sys.exit(main())
