"""A gateway of short messages that really listens, and answers as it is told to."""

import json
import socketserver
import threading
from collections import deque
from contextlib import contextmanager


# What it writes on the wire after it took the message; a cut ends the connection there.
WIRE = {
    "accepted": b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n{}",
    "cut in the middle": b'HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n{"state":',
    "unreadable body": b"HTTP/1.1 202 Accepted\r\nContent-Encoding: gzip\r\n\r\n\x00\x01\x02",
    "cut before any answer": b"",
    "slow": b"",
}
# What it writes when it did not take it.
REFUSALS = {
    "refused": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    "forbidden": b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
    "sent elsewhere": b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
    "informed": b"HTTP/1.1 300 Multiple Choices\r\nContent-Length: 0\r\n\r\n",
    "unreadable": b"\x16\x03\x01\x00 nothing of ours\r\n\r\n",
}


class _Handler(socketserver.StreamRequestHandler):
    def handle(self):
        gateway = self.server.gateway
        self.rfile.readline()
        headers = {}
        while line := self.rfile.readline().decode().strip():
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
        body = json.loads(self.rfile.read(int(headers["content-length"])))
        answer = gateway.next_answer()
        gateway.asked.append((headers, body))
        if answer in WIRE:
            # As the contract says: a key that is known sends nothing more.
            gateway.sent.setdefault(body["key"], body)
        if answer == "slow":
            gateway.let_go.wait(timeout=20)
        self.wfile.write((WIRE | REFUSALS)[answer])


class Gateway:
    """`answers` are given one by one, then «accepted»; `sent` is what reached somebody."""

    def __init__(self, server):
        self.url = f"http://127.0.0.1:{server.server_address[1]}/"
        self.answers, self.asked, self.sent = deque(), [], {}
        self.let_go = threading.Event()

    def next_answer(self):
        return self.answers.popleft() if self.answers else "accepted"


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    gateway: Gateway


@contextmanager
def a_gateway():
    """Listening on a port of its own until the end of the block."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.gateway = Gateway(server)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.gateway
        finally:
            server.gateway.let_go.set()
            server.shutdown()
            thread.join()
