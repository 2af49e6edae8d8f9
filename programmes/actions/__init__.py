"""Every change of a programme's data made from a page; files are loaded by `programmes.loading`."""

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
    "NoticeText",
    "ProductFacts",
    "add_pack",
    "add_product",
    "change_product",
    "end_pack",
    "lift_notice",
    "publish_notice",
    "set_regime",
]
