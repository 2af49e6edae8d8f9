"""A mail server that delivers nothing: `python -m devstack.mailcatcher FD FOLDER`.

It answers on a socket that is already bound to the loopback, and keeps each mail as a file.
"""

import asyncio
import datetime
import secrets
import socket
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Keep:
    """Write each message to `<instant>-<random>.eml`, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        instant = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S%f")
        path = self.folder / f"{instant}-{secrets.token_hex(4)}.eml"
        new = path.with_suffix(".new")
        new.write_bytes(envelope.original_content or b"")
        new.rename(path)
        return "250 OK"


async def serve(listening: socket.socket, folder: Path) -> None:
    handler = Keep(folder)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True, decode_data=False), sock=listening
    )
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(socket.socket(fileno=int(sys.argv[1])), Path(sys.argv[2])))
