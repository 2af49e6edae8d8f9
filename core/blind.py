import hmac

from django.conf import settings

from core.text import fold


# Bytes kept of the digest: short enough to index, long enough never to collide here.
LENGTH = 16


def index(namespace: str, value: str, *, key: str = "") -> bytes:
    """Return what a sensitive value is searched by: equality only, useless without the key.

    The value is folded first, so that «Dupré» and «DUPRE» are found together.

    :param key: `INDEX_KEY` by default
    """
    message = namespace.encode() + b"\0" + fold(value).encode()
    return hmac.digest((key or settings.INDEX_KEY).encode(), message, "sha256")[:LENGTH]
