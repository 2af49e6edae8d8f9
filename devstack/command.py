"""`start.py manage` and `start.py session`: a command beside the servers, running or not."""

import subprocess
import sys

from devstack import environment
from devstack.arguments import Options
from devstack.jobs import run_manage
from devstack.place import ROOT, Place
from devstack.prepare import bring_up_to_date
from devstack.running import servers_of
from devstack.say import complain, say
from devstack.servers import Mark, Role


# They make tables, or fill them past the triggers: only the owner may.
OWNERS = frozenset({"migrate", "makemigrations", "sqlmigrate", "generate", "demo", "pgtrigger"})


def manage(options: Options) -> int:
    """Run `manage.py …` as the runtime role, or as the owner when the command needs it."""
    name = options.rest[0] if options.rest else "help"
    role = Role(options.role or (Role.OWNER if name in OWNERS else Role.APP))
    with servers_of(options) as (servers, mark, alone):
        address = address_of(servers.place, options.port)
        if alone and name != "migrate":
            bring_up_to_date(servers, mark=mark, address=address, demo=False)
        variables = environment.variables(servers, mark=mark, address=address, role=role)
        if role is Role.PURGE:
            variables |= servers.purge_variables()
        return subprocess.run(
            [sys.executable, "manage.py", *options.rest], env=variables, cwd=ROOT, check=False
        ).returncode


def session(options: Options) -> int:
    """Print `session=<cookie>` of a demonstration account."""
    with servers_of(options) as (servers, mark, alone):
        if mark is not Mark.DEMO:
            complain("Refusé\u202f: ce dossier n’est pas une démonstration.")
            return 1
        address = address_of(servers.place, options.port)
        if alone:
            bring_up_to_date(servers, mark=mark, address=address, demo=True)
        variables = environment.variables(servers, mark=mark, address=address)
        minted = run_manage(["mint_session", *options.rest], variables)
    if minted.returncode:
        complain(minted.stderr.strip()[-800:])
        return 1
    say(f"session={minted.stdout.strip().removeprefix('session=')}")
    return 0


def address_of(place: Place, port: int) -> str:
    """Where the running registry answers, or would."""
    return place.noted("address", default=f"http://localhost:{port}")
