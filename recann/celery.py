"""The Celery application: `celery -A recann worker`, `celery -A recann beat`."""

import os

from celery import Celery


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recann.settings")

app = Celery("recann")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["accounts.directories", "patients.takeover"])
