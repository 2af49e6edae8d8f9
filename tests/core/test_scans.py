"""Papers that people send: what is kept shows the same thing, and nothing else."""

import io
import struct
import subprocess
import zlib

import pikepdf
import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import StopFutureHandlers
from PIL import Image

from core import scanning, scans, uploads


def image(kind="PNG", size=(120, 80), mode="RGB", **more):
    out = io.BytesIO()
    Image.new(mode, size, "white" if mode == "RGB" else 1).save(out, kind, **more)
    return out.getvalue()


def a_pdf(change=lambda pdf: None, **more):
    file = pikepdf.open(io.BytesIO(image("PDF", title="Jeanne Dupont")))
    with file.open_metadata() as metadata:
        metadata["dc:creator"] = ["Jeanne Dupont"]
    change(file)
    out = io.BytesIO()
    file.save(out, **more)
    return out.getvalue()


def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_bomb(side=20_000):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    body = zlib.compress(b"\0" * (side * (side // 8 + 1)), 9)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def acting(pdf):
    pdf.pages[0].Annots = pdf.make_indirect(
        pikepdf.Array([pikepdf.Dictionary(A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F="x"))])
    )


def many_pages(pdf):
    for _ in range(scans.MOST_PAGES):
        pdf.pages.append(pdf.pages[0])


# --- What is kept -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (image("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"), "image/jpeg"),
        (image("PNG"), "image/png"),
        (image("PNG", mode="P"), "image/png"),
        (image("PNG", mode="L"), "image/png"),
        (a_pdf(), "application/pdf"),
    ],
)
def test_a_paper_is_read_by_its_bytes(content, media_type):
    scan = scans.read(content)

    assert scan.media_type == media_type == scans.media_type(scan.content)


def test_a_see_through_image_is_laid_on_white():
    blank = image("PNG", mode="RGBA", size=(3, 3))

    with Image.open(io.BytesIO(scanning.clean(blank, 100, 1))) as shown:
        assert shown.mode == "RGB"


def test_a_photograph_loses_its_metadata_and_stands_upright():
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "Jeanne Dupont"

    scan = scans.read(image("JPEG", size=(120, 80), exif=exif))

    with Image.open(io.BytesIO(scan.content)) as shown:
        assert shown.size == (80, 120)
        assert not shown.getexif()
    assert b"Dupont" not in scan.content


def test_a_pdf_loses_its_metadata_and_what_opens_by_itself():
    def change(pdf):
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.attachments["note.txt"] = b"Dupont"

    scan = scans.read(a_pdf(change))

    with pikepdf.open(io.BytesIO(scan.content)) as kept:
        assert len(kept.pages) == 1
        assert set(kept.Root.keys()) == {"/Type", "/Pages"}
        assert "/Title" not in kept.docinfo
    assert b"Dupont" not in scan.content


# --- What is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(b"", "vide", id="nothing"),
        pytest.param(b"%PDF-" + b"0" * scans.MOST_BYTES, "10 Mo", id="too many bytes"),
        pytest.param(b"GIF89a" + b"0" * 50, "PDF, JPEG et PNG", id="another type"),
        pytest.param(b"<html>%PDF-1.7", "PDF, JPEG et PNG", id="a page that holds the magic"),
        pytest.param(b"%PDF-1.7 nothing", "pas pu être lu", id="not a PDF"),
        pytest.param(image()[:60], "pas pu être lu", id="cut"),
        pytest.param(png_bomb(), "trop grande", id="bomb of pixels"),
        pytest.param(a_pdf(acting), "programme", id="starts a program"),
        pytest.param(a_pdf(many_pages), "plus de 30 pages", id="a book"),
        pytest.param(
            a_pdf(encryption=pikepdf.Encryption(user="a", owner="b")), "mot de passe", id="locked"
        ),
    ],
)
def test_other_files_are_refused_in_plain_words(content, words):
    with pytest.raises(scans.BadScan, match=words):
        scans.read(content)


def test_a_reader_that_never_ends_is_stopped(monkeypatch):
    def endless(*args, **more):
        raise subprocess.TimeoutExpired("reader", 1)

    monkeypatch.setattr(scans.subprocess, "run", endless)

    with pytest.raises(scans.BadScan, match="pas pu être lu"):
        scans.read(image())


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (image("PNG", size=(200, 10)), scanning.TOO_BIG),
        (image("PNG", size=(30, 30)), scanning.TOO_BIG),
        (a_pdf(many_pages), scanning.TOO_LONG),
        (a_pdf(acting), scanning.ACTIVE),
        (a_pdf(encryption=pikepdf.Encryption(user="a", owner="b")), scanning.LOCKED),
        (a_pdf(lambda pdf: pdf.Root.Pages.Kids.__delitem__(0)), scanning.NOT_READ),
        (a_pdf(lambda pdf: pdf.Root.Pages.Kids.append(pdf.Root.Pages)), scanning.NOT_READ),
    ],
)
def test_the_reader_says_why(content, status):
    with pytest.raises(scanning.Refused) as refused:
        scanning.clean(content, 800, 5)

    assert refused.value.args == (status,)


# --- On their way -----------------------------------------------------------------------------


def handler():
    return uploads.InMemory()


def test_a_request_that_announces_too_much_is_refused_before_it_is_read():
    with pytest.raises(RequestDataTooBig):
        handler().handle_raw_input(None, {}, uploads.MOST_BYTES + 1, "x")


def test_the_largest_scan_stays_in_memory():
    one = handler()
    one.handle_raw_input(None, {}, uploads.MOST_BYTES, "x")

    with pytest.raises(StopFutureHandlers):
        one.new_file("file", "scan.pdf", "application/pdf", scans.MOST_BYTES)
    one.receive_data_chunk(b"%PDF-", 0)
    assert one.file_complete(5).read() == b"%PDF-"
