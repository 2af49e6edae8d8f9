"""A file that a page hands over."""

from django.http import HttpResponse

from pharmacies.enums import Medium


KINDS = {Medium.PDF: "application/pdf", Medium.CSV: "text/csv; charset=utf-8"}


def file_of(content: bytes, medium: Medium, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=KINDS[medium])
    response["Content-Disposition"] = f'attachment; filename="{name}.{medium.lower()}"'
    return response
