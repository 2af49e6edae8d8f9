from django.conf import settings
from django.core.checks import CheckMessage, Error


# In the addresses of the sandbox, «bac à sable»: interop.md 4.1.
SANDBOX_MARK = ".bas."


def pro_sante_connect_is_whole(**_arguments: object) -> list[CheckMessage]:
    """Half a configuration, or fictive people in production, must not start."""
    if not settings.PSC_ISSUER:
        return []
    errors: list[CheckMessage] = []
    if not (settings.PSC_CLIENT_ID and settings.PSC_CLIENT_SECRET):
        errors.append(
            Error("PSC_ISSUER needs PSC_CLIENT_ID and PSC_CLIENT_SECRET.", id="accounts.E001")
        )
    if settings.SECURE and not settings.PSC_ISSUER.startswith("https:"):
        errors.append(Error("PSC_ISSUER must be reached by https.", id="accounts.E002"))
    is_sandbox = SANDBOX_MARK in settings.PSC_ISSUER
    if settings.SECURE and is_sandbox != settings.PSC_SANDBOX:
        errors.append(
            Error(
                "PSC_ISSUER and PSC_SANDBOX disagree: fictive people sign in at the sandbox only.",
                id="accounts.E003",
            )
        )
    return errors
