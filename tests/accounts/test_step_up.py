import pytest
from django.test import RequestFactory
from django.urls import reverse

from accounts import factors, step_up
from accounts.forms import SignatureForm
from core.models import JournalLine
from tests.accounts.factories import PASSWORD, MemberFactory, UserFactory
from tests.sessions import one_time_code, open_session


CODES = reverse("accounts:new_backup_codes")


def posted(client, user, secret):
    """A request of this session that signs."""
    request = RequestFactory().post("/", {"secret": secret})
    request.user, request.session = user, client.session
    return request


def test_the_first_signature_of_a_session_takes_a_one_time_code(client):
    user = MemberFactory().user
    code = one_time_code(user)
    refused = posted(client, user, PASSWORD)
    accepted = posted(client, user, code)

    assert step_up.must_prove(refused)
    assert not step_up.signature(refused).is_valid()
    assert step_up.must_prove(refused)
    signature = step_up.signature(accepted)
    assert signature.fields["secret"].label == "Code de vérification"
    assert signature.is_valid()
    assert not step_up.must_prove(accepted)
    # Shown again when the act is refused: it asks for what signs from then on.
    assert signature["secret"].label == "Mot de passe ou code de vérification"


def test_afterwards_a_password_is_enough(client):
    member = MemberFactory()
    open_session(client, member, proved=True)

    assert step_up.signature(posted(client, member.user, PASSWORD)).is_valid()
    assert not step_up.signature(posted(client, member.user, "faux")).is_valid()
    assert list(JournalLine.objects.order_by("pk").values_list("action", flat=True)) == [
        "signature.proved",
        "second_factor.refused",
        "signature.refused",
    ]


def test_a_code_that_signed_in_does_not_sign_too(client):
    member = MemberFactory()
    code = one_time_code(member.user)
    from django.utils import timezone

    assert factors.prove(member.user, code, at=timezone.now())
    open_session(client, member)

    assert not step_up.signature(posted(client, member.user, code)).is_valid()


def test_the_code_of_somebody_else_does_not_sign(client):
    member = MemberFactory()
    open_session(client, member)
    one_time_code(member.user)

    assert not step_up.signature(
        posted(client, member.user, one_time_code(UserFactory()))
    ).is_valid()


def test_failures_are_counted(client):
    member = MemberFactory()
    open_session(client, member, proved=True)
    for _ in range(5):
        assert not step_up.signature(posted(client, member.user, "faux")).is_valid()

    assert not step_up.signature(posted(client, member.user, PASSWORD)).is_valid()
    assert JournalLine.objects.filter(action="signature.throttled").count() == 1


def test_a_form_that_nobody_verifies_is_never_valid():
    form = SignatureForm(UserFactory(), {"secret": PASSWORD})

    assert not form.is_valid()


def test_what_is_typed_to_sign_is_never_sent_back(client):
    open_session(client, MemberFactory())

    page = client.post(CODES, {"secret": "mon secret"}).content.decode()

    assert "mon secret" not in page
    assert "code ne sert qu’une fois" in page
    assert "new_codes" not in client.session


@pytest.mark.parametrize("proved", [True, False])
def test_new_backup_codes_replace_the_earlier_ones(client, proved):
    member = MemberFactory()
    earlier = factors.make_backup_codes(member.user)
    open_session(client, member, proved=proved)
    secret = PASSWORD if proved else one_time_code(member.user)

    page = client.post(CODES, {"secret": secret}, follow=True).content.decode()

    assert all(code in page for code in client.session["new_codes"])
    assert factors.backup_codes_left(member.user) == 10
    assert not step_up.signature(posted(client, member.user, earlier[0])).is_valid()
