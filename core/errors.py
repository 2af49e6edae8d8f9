"""Error pages: in French, with the reference that logs carry, and nothing else of the request."""

import sys
from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import loader


# Seconds after which a browser or a proxy may ask again.
RETRY_SECONDS = 30


def _page(name: str, status: int) -> HttpResponse:
    """A page that asks nothing of the request, the session or the database."""
    return HttpResponse(loader.get_template(name).render(), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Not understood, or too large."""
    if isinstance(exception, RequestDataTooBig):
        return _page("413.html", 413)
    return _page("400.html", 400)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """An error of ours, or a database that does not answer: nothing was recorded."""
    error = sys.exc_info()[1]
    if not isinstance(error, OperationalError | InterfaceError):
        return _page("500.html", 500)
    response = _page("503.html", 503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response


def error_pages(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Give a page to the answer that has none: a method that an address does not take."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or response.streaming or response.content:
            return response
        page = _page("405.html", 405)
        page["Allow"] = response["Allow"]
        return page

    return middleware
