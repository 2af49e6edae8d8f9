import subprocess
import sys

import pytest

from devstack.arguments import parse
from devstack.place import ROOT


def test_no_word_means_run_on_the_usual_port_and_folder():
    options = parse([])

    assert (options.command, options.port, options.var) == ("run", 8000, ROOT / "var")
    assert not options.empty


@pytest.mark.parametrize("words", [["--port", "9000", "check"], ["check", "--port", "9000"]])
def test_an_option_may_stand_on_either_side(words):
    assert parse(words).port == 9000


@pytest.mark.parametrize(
    ("words", "rest"),
    [
        (["test", "-q", "tests/core", "-k", "name"], ["-q", "tests/core", "-k", "name"]),
        (["bench", "--json", "out.json"], ["--json", "out.json"]),
        (
            ["manage", "--as", "owner", "generate", "--patients", "10"],
            ["generate", "--patients", "10"],
        ),
        (["session", "a@exemple.fr"], ["a@exemple.fr"]),
    ],
)
def test_the_last_words_go_to_the_other_program(words, rest):
    assert parse(words).rest == rest


@pytest.mark.parametrize("words", [["frobnicate"], ["--nope"], ["check", "more"], ["session"]])
def test_unknown_words_are_refused(words):
    with pytest.raises(SystemExit):
        parse(words)


def test_measures_never_touch_the_data_of_the_demonstration():
    assert parse(["bench"]).var != parse([]).var


def test_the_launcher_needs_nothing_but_the_standard_library():
    program = "\n".join(
        [
            f"import sys; sys.path.insert(0, {str(ROOT)!r})",
            "import devstack.arguments, devstack.bootstrap",
        ]
    )

    subprocess.run([sys.executable, "-I", "-S", "-c", program], check=True)
