import pytest

from accounts import rules


COMMON = {"password", "motdepasse", "soleil", "dragon", "azerty123", "iloveyou"}
PLACES = ["chu de lyon", "hopital lariboisiere", "paris"]


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("password", id="common"),
        pytest.param("password20261125", id="common, then digits"),
        pytest.param("2026-password-2026", id="common between digits"),
        pytest.param("passwordpassword", id="common twice"),
        pytest.param("soleil soleil soleil", id="common three times"),
        pytest.param("soleil!dragon!2026", id="two common ones"),
        pytest.param("azertyuiopqsdfgh", id="along the keyboard"),
        pytest.param("mlkjhgfdsqpoiuytreza", id="along it, backwards"),
        pytest.param("abcdefghijklmnop", id="alphabet"),
        pytest.param("123456789012345", id="digits in order"),
        pytest.param("aaaaaaaaaaaaaaaa", id="one letter"),
        pytest.param("1212121212121212", id="two digits"),
        pytest.param("cannabis-recann-2026", id="words of the registry"),
        pytest.param("ansm cannabis ansm", id="the agency"),
        pytest.param("lariboisiere75010", id="own hospital"),
        pytest.param("cannabis lariboisiere paris", id="own hospital and registry"),
        pytest.param("recann motdepasse", id="registry and a common one"),
        pytest.param("recann abcde 2026", id="five letters of one's own"),
    ],
)
def test_what_is_easy_to_guess(password):
    assert rules.is_guessable(password, common=COMMON, context=PLACES)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("une phrase de passe bien longue", id="a sentence"),
        pytest.param("le cannabis pousse au jardin", id="a sentence with a word of the place"),
        pytest.param("recann abcdxf 2026", id="six letters of one's own"),
        pytest.param("soleil dragon tempete", id="a common pair and another word"),
        pytest.param("83746291038475612", id="digits at random"),
        pytest.param("kx7 qv2 zr9 wt4 bn6", id="letters at random"),
        pytest.param("chu chu chu marmotte", id="a word too short to count"),
    ],
)
def test_what_is_not(password):
    assert not rules.is_guessable(password, common=COMMON, context=PLACES)
