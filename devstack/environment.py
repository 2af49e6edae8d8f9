"""The variables of `recann/settings.py`, as one folder and one address give them."""

import os

from devstack.servers import Mark, Role, Servers


# Of the caller's own variables, the only ones that a Django process receives.
PASSED_ON = (
    "PATH", "HOME", "LANG", "TERM", "TMPDIR", "SITE_BRAND", "PYTHONPYCACHEPREFIX",
    # The demonstration has no provider, unless one is given.
    "PSC_ISSUER", "PSC_CLIENT_ID", "PSC_CLIENT_SECRET", "PSC_DISCOVERY", "PSC_SCOPE",
)  # fmt: skip


def variables(
    servers: Servers, *, mark: Mark, address: str, process: str = "command", role: Role = Role.APP
) -> dict[str, str]:
    """Everything one Django process reads; `process` is web, worker, beat or command."""
    caller = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    made = (
        caller
        | servers.variables(role)
        | {
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "recann.settings",
            "RECANN_ROLE": process,
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "PUBLIC_URL": address,
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": servers.place.noted("mail-port", default="25"),
            "CAUGHT_MAIL_DIR": str(servers.place.mail),
        }
    )
    if role is Role.OWNER:
        made["STATEMENT_TIMEOUT"] = "0"
    if mark is Mark.DEMO:
        made["RECANN_DEMO"] = "1"
    return made
