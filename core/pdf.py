"""HTML to tagged PDF (PDF/UA), sealed by the registry (PAdES). No network, ever.

WeasyPrint needs Pango from the system: it is imported at the first document, so that everything
else works without it.
"""

import base64
import io
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from threading import Lock
from typing import Any, TypeVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import seal_key


T = TypeVar("T")

STYLE = settings.BASE_DIR / "templates" / "pdf" / "style.css"

# Bytes kept in the file for the signature: no exact sizing, so no second signature.
_RESERVED = 16_384
FIELD = "Sceau"


class PdfUnavailable(Exception):
    """A library of the system is missing on the server."""

    def __init__(self) -> None:
        super().__init__(
            "Les documents PDF ne peuvent pas être produits : il manque sur le serveur les "
            "bibliothèques libpango-1.0-0, libpangoft2-1.0-0 et libharfbuzz-subset0."
        )


# Pango's font set is shared by the threads of the process.
_one_at_a_time = Lock()


@lru_cache(maxsize=1)
def _press() -> tuple[Any, dict[str, Any]]:
    """WeasyPrint, its fonts and our style sheet, prepared once for the process."""
    try:
        import weasyprint
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher
    except OSError as error:
        raise PdfUnavailable from error
    # A template may embed what it holds, and reaches nothing else.
    fetcher = URLFetcher(allowed_protocols=["data"], allow_redirects=False, fail_on_errors=True)
    fonts = FontConfiguration()
    style = weasyprint.CSS(string=STYLE.read_text(), font_config=fonts, url_fetcher=fetcher)
    html = partial(weasyprint.HTML, url_fetcher=fetcher)
    write = {"stylesheets": [style], "font_config": fonts, "pdf_variant": "pdf/ua-1"}
    return html, write


def render(template: str, context: Mapping[str, Any], *, title: str) -> bytes:
    """Return the template as a tagged PDF. The template extends `pdf/base.html`.

    :raises PdfUnavailable: Pango is missing on this server
    """
    html = render_to_string(template, {**context, "title": title})
    page, options = _press()
    with _one_at_a_time:
        pdf: bytes = page(string=html).write_pdf(**options)
    return pdf


def qr_svg(text: str, *, alt: str = "Code QR de vérification") -> SafeString:
    """Return an image of the QR code, for a template of a document or of a page."""
    import segno

    svg = io.BytesIO()
    segno.make(text, error="m", micro=False).save(svg, kind="svg", border=4, xmldecl=False)
    source = base64.b64encode(svg.getvalue()).decode()
    return format_html(
        '<img class="rc-qr" alt="{}" src="data:image/svg+xml;base64,{}">', alt, source
    )


@lru_cache(maxsize=1)
def _signer() -> Any:  # noqa: ANN401  pyHanko is untyped
    """Our signer: the key is parsed once, where pyHanko parses it at each signature."""
    from pyhanko.keys import load_certs_from_pemder
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = seal_key.private()

    class CachedKeySigner(signers.Signer):
        async def async_sign_raw(
            self, data: bytes, digest_algorithm: str, dry_run: bool = False
        ) -> bytes:
            if digest_algorithm != "sha256":
                raise ValueError(f"Unexpected digest: {digest_algorithm}")
            return bytes(512) if dry_run else key.sign(data, ec.ECDSA(hashes.SHA256()))

    certificate, *chain = load_certs_from_pemder(  # type: ignore[no-untyped-call]
        [settings.SEAL_CERTIFICATE_FILE]
    )
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(chain)
    return CachedKeySigner(signing_cert=certificate, cert_registry=store)


def _apart(work: Callable[[], T]) -> T:
    """pyHanko opens an event loop of its own, and a thread may hold one only."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(work).result()


def sealed(pdf: bytes, *, reason: str) -> bytes:
    """Return the PDF with the registry's seal: a changed byte shows, no change is allowed.

    The seal proves where the file comes from. It is not the signature of a prescriber.
    """
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signer = signers.PdfSigner(metadata, _signer())
    _apart(partial(signer.sign_pdf, writer, output=out, bytes_reserved=_RESERVED))
    return out.getvalue()


def intact(pdf: bytes) -> bool:
    """True when the file carries our seal and no byte changed since."""
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    try:
        (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        trust = ValidationContext(trust_roots=[_signer().signing_cert])
        status = _apart(partial(validate_pdf_signature, signature, trust))
        return bool(status.bottom_line)
    except (PdfError, ValueError, KeyError, TypeError, AttributeError):
        return False
