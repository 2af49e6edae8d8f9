"""What the database refuses of adverse events."""

from datetime import date

from tests.followup.refused import delete_as_owner
from tests.vigilance.factories import (
    AdverseEventFactory,
    DeclarationFactory,
    ReactionFactory,
    SuspectFactory,
)


def twice(factory, *names):
    row = factory()
    factory(**{name: getattr(row, name) for name in names})


REFUSED = {
    "vigilance_severity_known": lambda: AdverseEventFactory(severity="HUGE"),
    "vigilance_outcome_known": lambda: AdverseEventFactory(outcome="MAGIC"),
    "vigilance_serious_has_criteria": lambda: AdverseEventFactory(is_serious=True),
    "vigilance_criteria_known": lambda: AdverseEventFactory(is_serious=True, seriousness=["BAD"]),
    "vigilance_situations_known": lambda: AdverseEventFactory(situations=["ODD"]),
    "vigilance_ends_after_onset": lambda: AdverseEventFactory(ended_on=date(2026, 3, 9)),
    "vigilance_known_after_onset": lambda: AdverseEventFactory(known_on=date(2026, 3, 9)),
    "vigilance_term_once": lambda: twice(ReactionFactory, "event", "term"),
    "vigilance_suspect_once": lambda: twice(SuspectFactory, "event", "product"),
    "vigilance_action_known": lambda: SuspectFactory(action_taken="PRAYED"),
    "vigilance_declared_once_a_network": lambda: twice(DeclarationFactory, "event", "network"),
    "vigilance_network_known": lambda: DeclarationFactory(network="POLICE"),
    "event_never_deleted": lambda: delete_as_owner(AdverseEventFactory(reactions=False)),
}
