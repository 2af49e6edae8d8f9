"""The three servers of one stack: data, keys, Valkey."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from devstack import roles
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
        with roles.connect(self.data, self.credentials) as connection:
            found = roles.mark_of(connection)
            if found is None:
                roles.make_data(connection, self.credentials, mark=mark)
        with roles.connect(self.keys, self.credentials) as connection:
            if roles.mark_of(connection, roles.KEYS_DATABASE) is None:
                roles.make_keys(connection, self.credentials, mark=found or mark)
        return Mark(found or mark)

    def mark(self) -> Mark | None:
        with roles.connect(self.data, self.credentials) as connection:
            found = roles.mark_of(connection)
        return Mark(found) if found else None

    def stop(self) -> None:
        for server in (self.valkey, self.data, self.keys):
            server.stop()

    def variables(self, role: Role = Role.APP) -> dict[str, str]:
        """The variables of the settings that this folder decides; secrets included."""
        return self.credentials.variables() | {
            "PGHOST": str(self.data.host),
            "PGPORT": PORT,
            "PGDATABASE": roles.DATABASE,
            "PGUSER": f"recann_{role}",
            "PGPASSWORD": self.credentials.password(role),
            "KEYS_HOST": str(self.keys.host),
            "KEYS_PORT": PORT,
            "KEYS_DATABASE": roles.KEYS_DATABASE,
            "KEYS_USER": roles.KEYS,
            "KEYS_PASSWORD": self.credentials.password("keys"),
            "REDIS_URL": self.valkey.url,
            "STATIC_ROOT": str(self.place.static),
        }

    def purge_variables(self) -> dict[str, str]:
        """What the purge worker alone is given."""
        return {"PURGE_USER": roles.PURGE, "PURGE_PASSWORD": self.credentials.password(Role.PURGE)}
