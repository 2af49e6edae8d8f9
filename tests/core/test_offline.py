import subprocess
import sys
from datetime import date

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.urls import reverse

from core import offline, seal_key


ON = date(2026, 11, 22)
FIELDS = {offline.NUMBER: "RC-ABCD-EFGH-JKMN-P", offline.FINGERPRINT: "ABCDEFGH23"}


def build(key=None, **changes):
    fields = {**FIELDS, **changes}
    return offline.build(key or seal_key.private(), offline.CERTIFICATE, fields, on=ON)


def public():
    return seal_key.private().public_key()


def test_a_proof_is_read_without_network():
    proof = offline.read(build(), public())

    assert (proof.kind, proof.issued_on, proof.signed_on) == ("AI", ON, ON)
    assert proof.fields == FIELDS


def test_dates_are_days_since_2000_in_hexadecimal():
    # Vector of interop.md 6.2.
    assert build()[8:16] == "265E265E"


def test_a_proof_fits_the_alphanumeric_mode_of_qr_codes():
    code = build()

    assert set(code) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
    assert len(code) < 170


@pytest.mark.parametrize("place", range(0, 150, 7))
def test_one_character_changed_is_refused(place):
    code = build()
    other = "A" if code[place] != "A" else "B"

    with pytest.raises(offline.BadProof):
        offline.read(code[:place] + other + code[place + 1 :], public())


@pytest.mark.parametrize(
    "text",
    ["", "RV01", "RV02" + "A" * 20, "hello", "x" * 10_000, "RV01AAAA265E265EAI.", "RV01 é"],
)
def test_what_is_malformed_is_refused_cleanly(text):
    with pytest.raises(offline.BadProof):
        offline.read(text, public())


def test_a_cut_signature_is_refused():
    with pytest.raises(offline.BadProof, match="incomplète"):
        offline.read(build()[:-24], public())


def test_a_proof_of_somebody_else_is_refused():
    theirs = build(ec.generate_private_key(ec.SECP256R1()))

    with pytest.raises(offline.BadProof, match="autre clé"):
        offline.read(theirs, public())
    ours = offline.key_name(public())
    with pytest.raises(offline.BadProof, match="n’a pas été émis"):
        offline.read(theirs[:4] + ours + theirs[8:], public())


def test_larger_curves_are_read_too():
    key = ec.generate_private_key(ec.SECP384R1())

    assert offline.read(build(key), key.public_key()).fields == FIELDS


def run(file, code):
    command = [sys.executable, offline.__file__, "--key", str(file), code]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_command_line_needs_only_the_published_key(client, tmp_path):
    file = tmp_path / "cle.pem"
    file.write_bytes(client.get(reverse("core:published_key")).content)

    good, bad = run(file, build()), run(file, build()[:-1])

    assert good.returncode == 0
    assert "AUTHENTIQUE" in good.stdout
    assert FIELDS[offline.NUMBER] in good.stdout
    assert "22/11/2026" in good.stdout
    assert (bad.returncode, bad.stdout) == (1, "")
    assert "REFUSÉ" in bad.stderr


def test_the_command_line_in_this_process(monkeypatch, tmp_path, capsys):
    file = tmp_path / "cle.pem"
    file.write_bytes(seal_key.published())
    for code, status in ((build(), 0), ("RV01", 1)):
        monkeypatch.setattr(sys, "argv", ["offline", "--key", str(file), code])
        assert offline.main() == status
    assert "AUTHENTIQUE" in capsys.readouterr().out

    rsa = serialization.load_pem_public_key  # another kind of key is told at once
    monkeypatch.setattr(offline, "load_pem_public_key", lambda _: rsa)
    with pytest.raises(SystemExit):
        offline.main()
