"""The command line of `start.py`."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from devstack.place import ROOT


DEFAULT_PORT = 8000
COMMANDS = {
    "run": "démarrer le registre (commande par défaut)",
    "test": "lancer toutes les vérifications\u202f; ce qui suit va à pytest",
    "check": "lancer les vérifications rapides, en moins de deux minutes",
    "session": "donner un cookie de session d’un compte de démonstration",
    "bench": "mesurer, sur un dossier à part\u202f; ce qui suit va à `manage.py bench`",
    "manage": "lancer `manage.py` avec les serveurs de ce dossier",
}
# Their last words belong to another program.
PASS_ON = {"test", "bench", "manage"}


@dataclass(frozen=True)
class Options:
    """What was asked."""

    command: str
    port: int
    var: Path
    empty: bool
    role: str | None
    rest: list[str]

    @property
    def needs_dev(self) -> bool:
        return self.command in {"test", "check"}


def parse(words: list[str]) -> Options:
    """Read the words typed after `start.py`."""
    parser = argparse.ArgumentParser(
        prog="start.py", description="Le registre, en une commande.", allow_abbrev=False
    )
    _common(parser, first=True)
    commands = parser.add_subparsers(dest="command", metavar="COMMANDE")
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
        _common(command, first=False)
        if name == "manage":
            command.add_argument(
                "--as", dest="role", choices=("owner", "app", "purge"), help="rôle dans la base"
            )
        if name == "session":
            command.add_argument("rest", nargs=1, metavar="UTILISATEUR")
    read, left = parser.parse_known_args(words)
    asked: str = read.command or "run"
    if left and asked not in PASS_ON:
        parser.error(f"mots inconnus\u202f: {' '.join(left)}")
    default = ROOT / "var" / "bench" if asked == "bench" else ROOT / "var"
    return Options(
        command=asked,
        port=read.port,
        var=Path(read.var).absolute() if read.var else default,
        empty=read.empty,
        role=getattr(read, "role", None),
        rest=[*getattr(read, "rest", []), *left],
    )


def _common(parser: argparse.ArgumentParser, *, first: bool) -> None:
    """The options that may stand before or after the command: the second place is silent."""
    silent = argparse.SUPPRESS
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT if first else silent, help="port HTTP (8000)"
    )
    parser.add_argument(
        "--var", default=None if first else silent, metavar="DOSSIER", help="données (var/)"
    )
    parser.add_argument(
        "--empty",
        action="store_true",
        default=False if first else silent,
        help="base vide, sans démonstration",
    )
