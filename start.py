#!/usr/bin/env python3
"""One command on a bare machine. Python 3.11 and its standard library are all it needs."""

import sys


if sys.version_info < (3, 11):  # noqa: UP036 - this very file says it to older ones
    sys.exit("Il faut Python 3.11 ou plus récent.")

from devstack import bootstrap
from devstack.arguments import parse


if __name__ == "__main__":
    bootstrap.prepare(dev=parse(sys.argv[1:]).needs_dev)
    bootstrap.enter(sys.argv[1:])
