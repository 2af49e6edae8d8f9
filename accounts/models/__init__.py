from accounts.models.member import NOBODY, Member
from accounts.models.site import Site
from accounts.models.token import ApiToken
from accounts.models.user import User


__all__ = ["NOBODY", "ApiToken", "Member", "Site", "User"]
