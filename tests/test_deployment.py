"""docker-compose.yml held against the settings it feeds; no container engine is needed."""

import os
import re
import runpy

import pytest
import yaml

from devstack import names
from devstack.place import ROOT


COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
DJANGO = {name: service for name, service in SERVICES.items() if service.get("build")}
DEPLOY = ROOT / "deploy"
SECRET = re.compile(r"PASSWORD|SECRET|_KEYS?$|^KEY_ENC")
# Set by the launcher and by the tests alone; the image sets the last one.
NOT_FED = {"RECANN_DEMO", "RECANN_TESTING", "CAUGHT_MAIL_DIR", "STATEMENT_TIMEOUT", "STATIC_ROOT"}


class Recorder(dict):
    """An environment that remembers which variables were asked for."""

    def __init__(self, values):
        super().__init__(values)
        self.asked, self.required = set(), set()

    def __getitem__(self, name):
        self.required.add(name)
        self.asked.add(name)
        return super().__getitem__(name)

    def get(self, name, default=None):
        self.asked.add(name)
        return super().get(name, default)


def settings_read(monkeypatch, service):
    """What the settings ask for under the variables of one service."""
    values = {name: str(value) for name, value in service["environment"].items()}
    recorder = Recorder(values | {"EMAIL_PORT": "587"})
    with monkeypatch.context() as patch:
        patch.setattr(os, "environ", recorder)
        runpy.run_path(str(ROOT / "recann" / "settings.py"))
    return recorder


@pytest.mark.parametrize("name", DJANGO)
def test_each_service_is_given_all_that_the_settings_read(monkeypatch, name):
    fed = set(DJANGO[name]["environment"])

    read = settings_read(monkeypatch, DJANGO[name])

    assert read.required <= fed
    assert {found for found in read.asked - fed if found.isupper()} <= NOT_FED


def test_the_registry_has_its_processes_and_its_servers():
    assert set(SERVICES) == {
        "data", "keys", "valkey", "migrate", "web", "worker", "purge", "beat", "proxy"
    }  # fmt: skip
    assert set(DJANGO) == {"migrate", "web", "worker", "purge", "beat"}
    for name, service in DJANGO.items():
        assert service["environment"]["RECANN_ROLE"] in {"web", "worker", "beat", "command"}
        assert (name == "migrate") == (service["restart"] == "no")


def test_no_secret_is_written_down():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if SECRET.search(name):
                assert re.fullmatch(r"\$\{\w+:[?-]\}", str(value)) or name == "KEYS_PORT", name
    assert all(secret["file"].startswith("${") for secret in COMPOSE["secrets"].values())


def test_demonstration_never_runs_in_containers():
    for service in SERVICES.values():
        assert not {"RECANN_DEMO", "RECANN_TESTING"} & set(service.get("environment", {}))


@pytest.mark.parametrize(
    ("variable", "holders"),
    [("PURGE_PASSWORD", {"data", "purge"}), ("OWNER_PASSWORD", {"data", "migrate"})],
)
def test_a_strong_role_is_known_where_it_works_only(variable, holders):
    found = {
        name
        for name, service in SERVICES.items()
        if f"${{{variable}:?}}" in map(str, service.get("environment", {}).values())
    }

    assert found == holders


@pytest.mark.parametrize("name", DJANGO)
def test_only_the_migration_connects_as_owner(name):
    expected = names.OWNER if name == "migrate" else names.APP

    assert DJANGO[name]["environment"]["PGUSER"] == expected


def test_keys_have_a_server_of_their_own_without_archive():
    keys, data = SERVICES["keys"], SERVICES["data"]
    volumes = [{mount.split(":")[0] for mount in server["volumes"]} for server in (keys, data)]

    assert not volumes[0] & volumes[1]
    assert {"archive_mode=off", "max_wal_senders=0"} <= set(keys["command"])
    assert not [word for word in keys["command"] if "archive_command" in word]


def test_the_ledger_of_erasures_outlives_the_databases():
    ledger = DJANGO["purge"]["environment"]["PURGE_LEDGER"]
    holders = {name for name, one in SERVICES.items() if "ledger" in str(one.get("volumes"))}

    assert holders == {"purge"}
    assert DJANGO["purge"]["volumes"] == [f"${{PURGE_LEDGER_FOLDER:?}}:{ledger.rpartition('/')[0]}"]


def test_the_copies_of_the_seals_stand_outside_the_databases():
    copies = DJANGO["worker"]["environment"]["SEAL_COPIES"]
    holders = {name for name, one in SERVICES.items() if "/seals" in str(one.get("volumes"))}

    assert holders == {"worker"}
    assert DJANGO["worker"]["volumes"] == [f"${{SEAL_COPIES_FOLDER:?}}:{copies.rpartition('/')[0]}"]


def test_only_the_proxy_is_published():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    assert "reverse_proxy web:8000" in (DEPLOY / "Caddyfile").read_text()
    assert "0.0.0.0:8000" in (ROOT / "Dockerfile").read_text()


def test_everything_waits_for_the_migration():
    for name in set(DJANGO) - {"migrate"}:
        assert (
            DJANGO[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
        )


def test_the_example_names_every_variable():
    asked = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    example = (DEPLOY / "env.example").read_text()

    assert asked == set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    assert not re.search(r"^\w*(PASSWORD|KEY|KEYS)=.", example, re.MULTILINE)


def test_the_image_is_built_with_a_value_for_each_required_variable(monkeypatch):
    required = settings_read(monkeypatch, DJANGO["web"]).required
    build = (DEPLOY / "build.env").read_text()

    assert required - set(re.findall(r"^(\w+)=", build, re.MULTILINE)) <= {"EMAIL_PORT"}


def test_production_has_the_roles_of_a_demonstration():
    made = (DEPLOY / "init-data.sh").read_text() + (DEPLOY / "init-keys.sh").read_text()

    for role in (names.OWNER, names.APP, names.PURGE, names.KEYS):
        assert f"create role {role} login" in made
    assert f"create database {names.DATABASE} owner {names.OWNER}" in made
    assert f"create database {names.KEYS_DATABASE} owner {names.KEYS}" in made
    assert "recann-demo" not in made
