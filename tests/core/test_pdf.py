import hashlib
import io
import sys

import pikepdf
import pypdf
import pytest
from django.template import TemplateDoesNotExist
from django.test import override_settings

from core import documents, keys, pdf, seal_key
from core.models import Document
from tests.core.factories import NOON


@pytest.fixture
def template(tmp_path, settings):
    """`template(html)` writes the content of a document and returns its template."""
    settings.TEMPLATES = [
        {**settings.TEMPLATES[0], "DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}
    ]

    def write(html):
        page = "{% extends 'pdf/base.html' %}{% block content %}" + html + "{% endblock %}"
        (tmp_path / "page.html").write_text(page)
        return "page.html"

    return write


@pytest.fixture(scope="module")
def plain():
    return pdf.render("pdf/base.html", {}, title="Attestation d’inclusion")


def test_a_document_is_tagged_french_and_titled(plain):
    with pikepdf.open(io.BytesIO(plain)) as file:
        assert file.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in file.Root
        assert str(file.Root.Lang) == "fr"
        with file.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Attestation d’inclusion"


def test_a_document_shows_its_context(template):
    page = template("<h1>{{ title }}</h1><p>{{ name }}</p>{{ qr }}")
    context = {"name": "Léa <b>Martin</b>", "qr": pdf.qr_svg("http://localhost/v/abc")}

    made = pdf.render(page, context, title="Titre")

    text = pypdf.PdfReader(io.BytesIO(made)).pages[0].extract_text()
    assert "Léa <b>Martin</b>" in text
    assert "Titre" in text


@pytest.mark.parametrize(
    "address", ["http://192.0.2.1/a.png", "https://a/b", "file:///etc/hostname", "ftp://a/b"]
)
def test_a_document_reaches_nothing(template, address):
    from weasyprint.urls import FatalURLFetchingError

    page = template(f'<h1>Titre</h1><img alt="" src="{address}">')

    with pytest.raises((FatalURLFetchingError, ValueError)):
        pdf.render(page, {}, title="Titre")


def test_a_missing_template_is_an_error():
    with pytest.raises(TemplateDoesNotExist):
        pdf.render("pdf/none.html", {}, title="")


def test_without_pango_the_reason_is_told(monkeypatch, tmp_path):
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load libgobject-2.0-0')")
    monkeypatch.syspath_prepend(tmp_path)
    for name in [name for name in sys.modules if name.split(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    pdf._press.cache_clear()

    with pytest.raises(pdf.PdfUnavailable, match="libpango"):
        pdf.render("pdf/base.html", {}, title="")

    pdf._press.cache_clear()


def test_a_sealed_document_is_intact(plain):
    sealed = pdf.sealed(plain, reason="Document émis par le registre")

    assert pdf.intact(sealed)
    assert sealed.startswith(plain)
    with pikepdf.open(io.BytesIO(sealed)) as file:
        assert "/StructTreeRoot" in file.Root


@pytest.mark.parametrize("place", [0.05, 0.3, 0.6])
def test_one_byte_flipped_shows(plain, place):
    sealed = bytearray(pdf.sealed(plain, reason="Document émis par le registre"))
    sealed[int(len(plain) * place)] ^= 1

    assert not pdf.intact(bytes(sealed))


def test_a_change_added_after_the_seal_shows(plain):
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    sealed = pdf.sealed(plain, reason="Document émis par le registre")
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    writer.root["/Lang"] = generic.TextStringObject("en")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)

    assert not pdf.intact(out.getvalue())


def test_what_is_not_sealed_is_not_intact(plain):
    assert not pdf.intact(plain)
    assert not pdf.intact(b"%PDF-1.7 nothing")
    assert not pdf.intact(b"")


def test_the_seal_is_made_with_an_elliptic_curve_key(tmp_path):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519

    file = tmp_path / "seal.key"
    file.write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    seal_key.private.cache_clear()

    with override_settings(SEAL_KEY_FILE=str(file)), pytest.raises(Exception, match="elliptic"):
        seal_key.private()

    seal_key.private.cache_clear()


def test_a_qr_code_is_an_image_with_a_text(plain):
    image = pdf.qr_svg("http://localhost/v/abc", alt='<"Code">')

    assert image.startswith('<img class="rc-qr" alt="&lt;&quot;Code&quot;&gt;" src="data:image/svg')


# --- Delivered bytes ----------------------------------------------------------------------------


def store(key):
    return documents.store(
        kind="certificate", key_id=key, content=b"%PDF delivered", enrolment_id=12, at=NOON
    )


def test_delivered_bytes_are_read_as_they_were_delivered():
    document = store(keys.create_key("enrolment"))

    document.refresh_from_db()
    assert documents.read(document) == b"%PDF delivered"
    assert bytes(document.sha256) == hashlib.sha256(b"%PDF delivered").digest()
    assert (document.size_bytes, document.enrolment_id) == (14, 12)
    assert b"delivered" not in bytes(document.sealed)


def test_a_document_without_its_key_is_gone():
    key = keys.create_key("enrolment")
    document = store(key)
    keys.destroy_keys([key])

    with pytest.raises(keys.KeyMissing):
        documents.read(document)
    with pytest.raises(keys.KeyMissing):
        store(key)

    assert Document.objects.count() == 1
