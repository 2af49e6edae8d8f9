"""The three servers of one stack: data, keys, Valkey."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from devstack import names
from devstack.credentials import Credentials
from devstack.place import Place
from devstack.postgres import NO_ARCHIVE, PORT, Cluster
from devstack.valkey import Valkey


class Mark(StrEnum):
    """What a database was made for; written on it at creation, never changed."""

    DEMO = "recann-demo"
    EMPTY = "recann-empty"


class Role(StrEnum):
    """As whom Django connects to the data."""

    OWNER = "owner"
    APP = "app"
    PURGE = "purge"


@dataclass
class Servers:
    """Start, know and stop the servers of one folder."""

    place: Place
    credentials: Credentials
    data: Cluster
    keys: Cluster
    valkey: Valkey

    @classmethod
    def of(cls, var: Path, *, durable: bool = True) -> Self:
        place = Place(var)
        return cls(
            place=place,
            credentials=Credentials(place),
            data=Cluster(place, "data", durable=durable),
            keys=Cluster(place, "keys", options=dict(NO_ARCHIVE), durable=durable),
            valkey=Valkey(place),
        )

    def start(self) -> None:
        """Start the three together, then wait for each."""
        self.place.make()
        self.credentials.make()
        for server in (self.valkey, self.data, self.keys):
            server.begin()
        for server in (self.valkey, self.data, self.keys):
            server.wait()

    def make_databases(self, mark: Mark) -> Mark:
        """Make roles and databases where they are missing. Returns the mark of the database."""
        if known := self.mark():
            return known
        from devstack import roles  # psycopg: a slow import, of use once

        with roles.connect(self.data, self.credentials) as connection:
            found = Mark(roles.mark_of(connection, names.DATABASE) or mark)
            roles.make_data(connection, self.credentials, mark=found)
        with roles.connect(self.keys, self.credentials) as connection:
            roles.make_keys(connection, self.credentials, mark=found)
        self.place.note("mark", f"{found}{self.fingerprint()}")
        return found

    def mark(self) -> Mark | None:
        """What these very clusters were made for, as noted once that was done to the end."""
        mark, _, clusters = self.place.noted("mark", default="").partition(" ")
        return Mark(mark) if mark and f" {clusters}" == self.fingerprint() else None

    def fingerprint(self) -> str:
        """Changes when either cluster was made anew."""
        made = ((cluster.data / "PG_VERSION").stat() for cluster in (self.data, self.keys))
        return "".join(f" {stat.st_mtime_ns}" for stat in made)

    def stop(self) -> None:
        for server in (self.valkey, self.data, self.keys):
            server.stop()

    def variables(self, role: Role = Role.APP) -> dict[str, str]:
        """The variables of the settings that this folder decides; secrets included."""
        return self.credentials.variables() | {
            "PGHOST": str(self.data.host),
            "PGPORT": PORT,
            "PGDATABASE": names.DATABASE,
            "PGUSER": f"recann_{role}",
            "PGPASSWORD": self.credentials.password(role),
            "KEYS_HOST": str(self.keys.host),
            "KEYS_PORT": PORT,
            "KEYS_DATABASE": names.KEYS_DATABASE,
            "KEYS_USER": names.KEYS,
            "KEYS_PASSWORD": self.credentials.password("keys"),
            "REDIS_URL": self.valkey.url,
            "STATIC_ROOT": str(self.place.static),
        }

    def purge_variables(self) -> dict[str, str]:
        """What the purge worker alone is given."""
        return {"PURGE_USER": names.PURGE, "PURGE_PASSWORD": self.credentials.password(Role.PURGE)}
