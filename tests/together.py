"""Several acts from the same instant: real threads, real transactions."""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


def together(acts):
    """Run them in as many threads, from the same instant; return what each gave or raised."""
    barrier = threading.Barrier(len(acts))

    def run(act):
        try:
            barrier.wait(timeout=20)
            return act()
        except Exception as error:  # noqa: BLE001 - the answer of the thread
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))
