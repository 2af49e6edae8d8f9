from accounts.models.closure import Closure
from accounts.models.directory import (
    DirectoryPlace,
    DirectoryProfessional,
    ImportedFile,
    Settled,
)
from accounts.models.factor_reset import FactorReset
from accounts.models.link import AccountLink
from accounts.models.member import NOBODY, Member
from accounts.models.open_session import OpenSession
from accounts.models.provider_identity import ProviderIdentity
from accounts.models.site import Site
from accounts.models.token import ApiToken
from accounts.models.totp import TotpDevice
from accounts.models.user import User


__all__ = [
    "NOBODY",
    "AccountLink",
    "ApiToken",
    "Closure",
    "DirectoryPlace",
    "DirectoryProfessional",
    "FactorReset",
    "ImportedFile",
    "Member",
    "OpenSession",
    "ProviderIdentity",
    "Settled",
    "Site",
    "TotpDevice",
    "User",
]
