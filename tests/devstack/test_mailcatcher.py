import email
import smtplib
import subprocess
import sys
from email.message import EmailMessage

from devstack import web
from devstack.place import ROOT
from tests.devstack.stack import wait_for


def test_a_mail_is_kept_whole(tmp_path):
    message = EmailMessage()
    message["From"], message["To"] = "registre@exemple.fr", "medecin@exemple.fr"
    message["Subject"] = "Consultations à venir"
    message.set_content("Une consultation est due : M3.\n.\n")

    with web.bind(0) as listening:
        catcher = subprocess.Popen(
            [sys.executable, "-m", "devstack.mailcatcher", str(listening.fileno()), str(tmp_path)],
            cwd=ROOT,
            pass_fds=[listening.fileno()],
        )
        try:
            assert wait_for(lambda: _send(message, web.port_of(listening)), 20)
        finally:
            catcher.terminate()
            catcher.wait(10)

    (kept,) = tmp_path.iterdir()
    found = email.message_from_bytes(kept.read_bytes(), policy=email.policy.default)
    assert kept.suffix == ".eml"
    assert found["Subject"] == "Consultations à venir"
    assert found.get_content().splitlines() == ["Une consultation est due : M3.", "."]


def _send(message, port):
    try:
        with smtplib.SMTP("127.0.0.1", port, timeout=5) as server:
            server.send_message(message)
    except OSError:
        return False
    return True
