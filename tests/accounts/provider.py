"""A real OpenID provider in a process of its own, and a gate before it that can spoil answers."""

import json
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from urllib.parse import quote

import requests
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey


CLIENT = "recann"


def free_port():
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def provider_process():
    """Start the provider; gives its port once it listens."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stderr:
                if "running on" in line:
                    break
            # Nobody reads any more: what it says would fill the pipe.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield port
        finally:
            process.terminate()


class Gate:
    """Stands at the address of the provider. Lets everything through, until told otherwise."""

    def __init__(self, provider_port):
        self.provider = f"http://127.0.0.1:{provider_port}"
        self.key = RSAKey.generate_key(2048)
        self.released = threading.Event()
        self.forget()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def forget(self):
        """Spoil nothing any more."""
        # Path that answers 500, or answers nothing until it is released.
        self.broken, self.slow = "", ""
        # Changes of the claims of the id token and of the userinfo, which may be signed.
        self.id_claims, self.user_claims, self.signs_userinfo = {}, {}, False
        # Sign with a key that the provider does not publish; publish another issuer.
        self.forges, self.other_issuer = False, ""
        self.asked = []
        self.released.clear()

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def known(self, subject, **claims):
        """Let the provider know somebody."""
        address = f"{self.provider}/users/{quote(subject, safe='')}"
        requests.put(address, json=claims, timeout=5).raise_for_status()

    def authorize(self, address, subject):
        """What the person does there: say who they are. Gives where the browser is sent back."""
        answer = requests.post(address, data={"sub": subject}, timeout=5, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def signed(self, claims, **header):
        return jwt.encode({"alg": "RS256", **header}, claims, self.key)

    def logout_token(self, header=None, **changes):
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": int(time.time()),
            "jti": f"{time.time_ns()}",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **changes,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return self.signed(kept, **({"typ": "logout+jwt"} | (header or {})))

    # What the gate does with each answer.

    def spoil(self, path, status, kind, body):
        if path.endswith("openid-configuration") and self.other_issuer:
            body = json.dumps(json.loads(body) | {"issuer": self.other_issuer}).encode()
        elif path == "/jwks" and not self.forges:
            body = json.dumps(KeySet([self.key]).as_dict(private=False)).encode()
        elif path == "/oauth2/token" and status == 200:
            body = self._with_our_signature(body)
        elif path == "/userinfo" and status == 200:
            claims = json.loads(body) | self.user_claims
            if self.signs_userinfo:
                return status, "application/jwt", self.signed(claims).encode()
            body = json.dumps(claims).encode()
        return status, kind, body

    def _with_our_signature(self, body):
        token = json.loads(body)
        theirs = KeySet.import_key_set(requests.get(f"{self.provider}/jwks", timeout=5).json())
        claims = jwt.decode(token["id_token"], theirs).claims | self.id_claims
        kept = {name: value for name, value in claims.items() if value is not None}
        return json.dumps(token | {"id_token": self.signed(kept)}).encode()


class Handler(BaseHTTPRequestHandler):
    """`_handler_of` gives it its self.gate."""

    def answer(self):
        path = self.path.partition("?")[0]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.gate.asked.append((path, body.decode()))
        if self.gate.slow == path:
            self.gate.released.wait()
            return
        if self.gate.broken == path:
            self.reply(500, "text/plain", b"")
            return
        # The provider names itself as it is called.
        theirs = requests.request(
            self.command, self.gate.provider + self.path, data=body, headers=dict(self.headers),
            timeout=5, allow_redirects=False,
        )  # fmt: skip
        kind = theirs.headers.get("Content-Type", "")
        status, kind, body = self.gate.spoil(path, theirs.status_code, kind, theirs.content)
        self.reply(status, kind, body, theirs.headers.get("Location", ""))

    def reply(self, status, kind, body, location=""):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = answer  # noqa: N815  the names that the class above looks for

    def log_message(self, *args):
        pass


def _handler_of(gate):
    return type("GateHandler", (Handler,), {"gate": gate})


def practice(profession="10", *, skill="SM26", **activity):
    """One «exercice» of a professional."""
    places = [{"codeSecteurDactivite": "SA07", **activity}] if activity else []
    return {"codeProfession": profession, "codeSavoirFaire": skill, "activities": places}


def professional(rpps, *practices, acr="eidas1", **more):
    """The claims of Pro Santé Connect: interop.md 4.3."""
    return {
        "acr": acr,
        "SubjectNameID": f"8{rpps}",
        "SubjectRole": ["10^1.2.250.1.213.1.1.5.5"],
        "otherIds": [{"identifiant": f"8{rpps}", "origine": "RPPS", "qualite": 1}],
        "SubjectRefPro": {"exercices": list(practices or [practice()])},
        **more,
    }
