"""Every change of a programme's data made from a page; files are loaded by `programmes.loading`."""

from programmes.actions.openings import (
    CannotPublish,
    discard_opening,
    draft_opening,
    end_opening,
    publish_opening,
)
from programmes.actions.products import (
    CannotChange,
    NoticeText,
    ProductFacts,
    add_pack,
    add_product,
    change_product,
    end_pack,
    lift_notice,
    publish_notice,
    set_regime,
)


__all__ = [
    "CannotChange",
    "CannotPublish",
    "NoticeText",
    "ProductFacts",
    "add_pack",
    "add_product",
    "change_product",
    "discard_opening",
    "draft_opening",
    "end_opening",
    "end_pack",
    "lift_notice",
    "publish_notice",
    "publish_opening",
    "set_regime",
]
