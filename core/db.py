from django.contrib.postgres.fields import BigIntegerRangeField
from django.db import IntegrityError, connection
from django.db.models import BigIntegerField, Func, IntegerField, Transform, Value


def violated_constraint(error: IntegrityError) -> str:
    """Return the name of the constraint PostgreSQL refused the row for."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


def same(field: str) -> Func:
    """The field as a range of one value: two of them overlap when they are equal.

    Lets an exclusion constraint compare integers without any PostgreSQL extension.
    """
    return Func(
        field, field, Value("[]"), function="int8range", output_field=BigIntegerRangeField()
    )


class ClusterId(Func):
    """Identity of the PostgreSQL cluster: another one after a logical restore."""

    template = "core_cluster()"
    output_field = BigIntegerField()


class TransactionId(Func):
    """Number of the current transaction; only grows within one cluster."""

    template = "core_transaction()"
    output_field = BigIntegerField()


class OctetLength(Transform):
    """`field__octets`: how many bytes a binary column holds."""

    lookup_name = "octets"
    function = "octet_length"
    output_field = IntegerField()


def lock(name: str) -> None:
    """Wait for the others that do the same thing; freed with the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
