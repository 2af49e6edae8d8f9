"""What is true everywhere: short files, honest names, nothing unused, nothing local."""

import ast
import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connections

from devstack.place import ROOT


APPS = [Path(config.path) for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
with_database = pytest.mark.django_db(databases=["default", "keys"])
EMPTY_NAMES = {"utils", "helpers", "common", "services", "mixins", "managers", "signals"}
# Django finds these by their name.
FOUND_BY_NAME = {"403.html", "404.html"}


def tracked():
    """The files of the repository, new ones included."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [path for path in map(ROOT.joinpath, listed.splitlines()) if path.is_file()]


TRACKED = tracked()
SOURCES = [path for path in TRACKED if path.suffix == ".py" and "migrations" not in path.parts]
MODULES = [path for path in SOURCES if path.relative_to(ROOT).parts[0] != "tests"]


def relative(path):
    return str(path.relative_to(ROOT))


# --- Sizes and names --------------------------------------------------------------------------


def test_no_file_and_no_function_is_too_long():
    too_long = []
    for path in SOURCES:
        source = path.read_text()
        if source.count("\n") > 400:
            too_long.append(relative(path))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.end_lineno - node.lineno >= 30:
                too_long.append(f"{relative(path)}: {node.name}")

    assert not too_long, "\n".join(too_long)


def test_no_module_is_named_after_nothing():
    assert [relative(path) for path in MODULES if path.stem in EMPTY_NAMES] == []


def test_no_app_hides_the_standard_library():
    assert not {path.name for path in APPS} & sys.stdlib_module_names


# --- Templates --------------------------------------------------------------------------------


def test_no_template_is_too_long():
    assert [relative(path) for path in TEMPLATES if path.read_text().count("\n") > 150] == []


def test_every_template_names_its_context_first():
    without = [
        relative(path)
        for path in TEMPLATES
        if not re.match(r"(\{% extends [^%]+%\}\s*)?\{#", path.read_text())
    ]

    assert not without, "\n".join(without)


def named_in(content, name):
    """Whether this text names the template, in full or as `f"folder/step_{step}.html"`."""
    if f'"{name}"' in content or f"'{name}'" in content:
        return True
    families = re.findall(r'f"([^"{]+)\{[^}]+\}([^"{]*\.html)"', content)
    return any(name.startswith(first) and name.endswith(last) for first, last in families)


def test_every_template_is_used():
    pages = {path.relative_to(ROOT / "templates").as_posix(): path for path in TEMPLATES}
    text = {path: path.read_text() for path in [*TEMPLATES, *MODULES]}
    unused = [
        name
        for name in sorted(pages.keys() - FOUND_BY_NAME)
        if not any(named_in(content, name) for path, content in text.items() if path != pages[name])
    ]

    assert not unused, "\n".join(unused)


def test_no_label_says_twice_that_it_is_optional():
    """`components/_label.html` says so of each field that may stay empty."""
    twice = re.compile(r'label="[^"]*\(facultatif')

    assert [path for path in [*MODULES, *TEMPLATES] if twice.search(path.read_text())] == []


# French marks take a narrow no-break space before them; « and » hold theirs.
BREAKS = re.compile(r"[\w»)}’%\]…] [;:!?»](?=[ $<.\",){-]|$)|« ")


def test_no_template_lets_a_line_break_before_a_mark():
    texts = [*TEMPLATES, *(ROOT / "templates").rglob("*.txt")]
    broken = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in texts
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if not line.lstrip().startswith("{#") and BREAKS.search(line)
    ]

    assert broken == []


def _said(path):
    """What a file may say to a person: its strings but docstrings, or everything of a data file."""
    text = path.read_text()
    if path.suffix != ".py":
        return [text]
    nodes = list(ast.walk(ast.parse(text)))
    held = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docs = {ast.get_docstring(node, clean=False) for node in nodes if isinstance(node, held)}
    strings = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return [one for one in strings if isinstance(one, str) and one not in docs]


def test_nothing_that_people_read_names_a_document_of_ours():
    ours = re.compile(r"\b(?:domain|design|features|programmes|security|interop)\.md|\bADR \d")
    read = [
        path
        for path in TRACKED
        if path.suffix in {".py", ".json", ".html", ".txt"}
        and path.relative_to(ROOT).parts[0] not in {"tests", "devstack", "docs"}
        and path.name != "bench.py"
    ]

    assert [relative(path) for path in read if any(map(ours.search, _said(path)))] == []


def test_no_template_needs_inline_script_or_style():
    inline = re.compile(r"<style|<script(?![^>]*\bsrc=)(?![^>]*application/json)|\sstyle=|\son\w+=")

    pages = [path for path in TEMPLATES if "pdf" not in path.parts]
    assert [relative(path) for path in pages if inline.search(path.read_text())] == []


# --- What is committed ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.name
)
def test_a_lock_names_no_host_and_hashes_everything(lock):
    text = lock.read_text()
    packages = re.findall(r"^[a-z0-9].*$", text, re.MULTILINE)

    assert not re.search(r"https?:|file:|--index|--find-links", text)
    assert packages
    assert all("==" in line and line.endswith("\\") for line in packages)


def test_no_path_of_a_machine_is_committed():
    machine = re.compile(rb"(^|[ \"'=])/(work|root|home/[a-z]+)/", re.MULTILINE)
    binary = {".png", ".ico", ".woff2", ".pdf", ".svg"}

    found = [
        relative(path)
        for path in TRACKED
        if path.suffix not in binary
        and "vendor" not in path.parts
        and path != Path(__file__).resolve()
        and machine.search(path.read_bytes())
    ]

    assert not found, "\n".join(found)


def test_vendored_files_are_those_that_were_reviewed():
    folder = ROOT / "static" / "vendor"
    listed = dict(
        re.findall(
            r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", (folder / "VENDOR.md").read_text(), re.M
        )
    )
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "VENDOR.md"
    }

    assert found == listed


# --- The database -----------------------------------------------------------------------------


@with_database
@pytest.mark.parametrize("alias", ["default", "keys"])
def test_no_extension_is_needed(alias):
    with connections[alias].cursor() as cursor:
        cursor.execute("select extname from pg_extension")

        assert cursor.fetchall() == [("plpgsql",)]


@with_database
def test_tests_run_as_the_runtime_role():
    with connections["default"].cursor() as cursor:
        cursor.execute("select current_user")

        assert cursor.fetchone() == ("recann_app",)
