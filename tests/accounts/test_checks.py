import pytest

from accounts.checks import pro_sante_connect_is_whole


REAL = "https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet"
SANDBOX = "https://auth.bas.psc.esante.gouv.fr/auth/realms/esante-wallet"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"PSC_ISSUER": ""}, []),
        ({}, []),
        ({"PSC_CLIENT_SECRET": ""}, ["accounts.E001"]),
        ({"PSC_CLIENT_ID": ""}, ["accounts.E001"]),
        ({"PSC_ISSUER": "http://auth.esw.esante.gouv.fr"}, ["accounts.E002"]),
        ({"PSC_ISSUER": SANDBOX}, ["accounts.E003"]),
        ({"PSC_ISSUER": SANDBOX, "PSC_SANDBOX": True}, []),
        ({"PSC_SANDBOX": True}, ["accounts.E003"]),
        ({"PSC_ISSUER": "http://localhost:9400", "SECURE": False}, []),
    ],
)
def test_half_a_configuration_does_not_start(settings, changes, found):
    whole = {
        "SECURE": True,
        "PSC_ISSUER": REAL,
        "PSC_CLIENT_ID": "recann",
        "PSC_CLIENT_SECRET": "secret",
        "PSC_SANDBOX": False,
    }
    for name, value in (whole | changes).items():
        setattr(settings, name, value)

    assert [error.id for error in pro_sante_connect_is_whole()] == found
