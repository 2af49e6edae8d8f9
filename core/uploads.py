"""Files that people send stay in memory: a scan names a person, and the disk keeps what it held."""

from typing import IO, Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler

from core import scans


# Bytes of one request. The browser already says it beside the field (`data-max-bytes`).
MOST_BYTES = scans.MOST_BYTES + 200_000


class InMemory(MemoryFileUploadHandler):
    """Keeps a file in memory, and refuses a request that announces more before reading it."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, Any],  # noqa: N803  Django's name
        content_length: int,
        *args: Any,
        **more: Any,
    ) -> None:
        super().handle_raw_input(input_data, META, content_length, *args, **more)
        if content_length > MOST_BYTES:
            raise RequestDataTooBig
        # Django takes it for true up to FILE_UPLOAD_MAX_MEMORY_SIZE only.
        self.activated = True
