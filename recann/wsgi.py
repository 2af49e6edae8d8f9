import os

from django.core.wsgi import get_wsgi_application


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recann.settings")

application = get_wsgi_application()

# After Django is set up: refuse to serve with wrong keys, or a stray demonstration.
from core.checks import refuse_unsafe_start  # noqa: E402


refuse_unsafe_start()
