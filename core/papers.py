"""How a paper leaves: bytes just made, or those that were delivered."""

from django.http import Http404, HttpResponse

from core import documents, keys, scans
from core.models import Document


def pdf(content: bytes, name: str) -> HttpResponse:
    """A PDF that the browser shows, kept under this name when it is saved."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def csv(content: bytes, name: str) -> HttpResponse:
    """A table to keep, never shown by the browser."""
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def text(content: bytes, name: str) -> HttpResponse:
    """Words to keep, never shown by the browser."""
    response = HttpResponse(content, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def opened(document: Document | None) -> bytes:
    """The delivered bytes.

    :raises django.http.Http404: there is none, or its key was destroyed
    """
    if document is None:
        raise Http404
    try:
        return documents.read(document)
    except keys.KeyMissing as error:
        raise Http404 from error


def scan(content: bytes, name: str) -> HttpResponse:
    """A scanned paper to keep, never shown inside the registry's pages: somebody else made it.

    :param name: without its ending
    """
    kind = scans.media_type(content)
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}.{scans.ENDINGS[kind]}"'
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
