from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class MemberToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema tells programs to sign in: found by drf-spectacular once it is imported."""

    target_class = "accounts.api.MemberTokenAuthentication"
    name = "jeton"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer"}
