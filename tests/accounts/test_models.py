from accounts.models import User
from tests.accounts.factories import UserFactory


def test_an_address_is_found_as_it_is_typed():
    user = UserFactory(email="jeanne@exemple.test")

    assert User.objects.get_by_natural_key("Jeanne@Exemple.test") == user
