"""Schema, static files and demonstration data, brought up to date."""

from devstack import environment
from devstack.jobs import Job, do, due, schema_fingerprint, static_fingerprint
from devstack.say import step
from devstack.servers import Mark, Role, Servers


def bring_up_to_date(servers: Servers, *, mark: Mark, address: str, demo: bool) -> None:
    """Migrate both databases, collect static files, load the demonstration into a new one."""
    owner = environment.variables(servers, mark=mark, address=address, role=Role.OWNER)
    schema = schema_fingerprint(servers)
    jobs = [
        Job("migrate", ["migrate", "--no-input"], owner, schema),
        Job("migrate-keys", ["migrate", "--no-input", "--database", "keys"], owner, schema),
        Job(
            "collectstatic",
            ["collectstatic", "--no-input", "--clear"],
            owner,
            static_fingerprint(),
        ),
    ]
    if any(due(job, servers) for job in jobs):
        with step("Bases et fichiers statiques à jour"):
            do(jobs, servers)
    loading = Job("demo", ["demo"], owner, servers.fingerprint())
    if demo and mark is Mark.DEMO and due(loading, servers):
        with step("Données de démonstration"):
            do([loading], servers)
