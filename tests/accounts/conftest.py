import pytest

from accounts import pro_sante_connect
from tests.accounts.provider import CLIENT, Gate, provider_process


@pytest.fixture(scope="session")
def provider():
    """The provider's process, for the whole run."""
    with provider_process() as port:
        gate = Gate(port)
        yield gate
        gate.close()


@pytest.fixture
def gate(provider, settings):
    """Pro Santé Connect, switched on and answering as it should."""
    provider.forget()
    pro_sante_connect._app_of.cache_clear()
    settings.PSC_ISSUER, settings.PSC_CLIENT_ID = provider.issuer, CLIENT
    settings.PSC_CLIENT_SECRET = "secret"
    settings.PSC_DISCOVERY = "/.well-known/openid-configuration"
    settings.PSC_SCOPE = "openid"
    return provider
