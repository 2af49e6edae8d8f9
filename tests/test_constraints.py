"""What the database refuses: one line per constraint and per trigger, complete by construction."""

from importlib import import_module
from pathlib import Path

import pgtrigger
import pytest
from django.apps import apps
from django.db import DatabaseError

from core.frozen import Refuse


ROOT = Path(__file__).resolve().parent.parent
OURS = [config for config in apps.get_app_configs() if Path(config.path).parent == ROOT]
WITH_MODELS = [config.label for config in OURS if list(config.get_models())]
REFUSED = {
    name: attempt
    for label in WITH_MODELS
    for name, attempt in import_module(f"tests.{label}.refused").REFUSED.items()
}


def constraints() -> set[str]:
    return {
        constraint.name
        for config in OURS
        for model in config.get_models()
        for constraint in model._meta.constraints
    }


def triggers() -> set[str]:
    return {trigger.name for _, trigger in pgtrigger.registered() if isinstance(trigger, Refuse)}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_the_database_refuses(name):
    with pytest.raises(DatabaseError, match=name):
        REFUSED[name]()


def test_every_constraint_and_trigger_is_tested():
    # A composite key written in SQL has a line too, and no model knows it.
    assert constraints() | triggers() <= set(REFUSED)
