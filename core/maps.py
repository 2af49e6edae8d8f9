"""The map of the départements as a menu: each one that holds something leads to it."""

from collections.abc import Mapping, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from core import charts


def linked_map(
    title: str,
    values: Mapping[str, float],
    links: Mapping[str, str],
    *,
    unit: str = "",
    classes: Sequence[tuple[float, str]] = charts.COUNT_CLASSES,
) -> SafeString:
    """The same map, whose départements lead somewhere: each link is named and takes the focus.

    :param links: addresses, by code of département; the others are drawn and lead nowhere
    """
    shapes = charts.shapes()
    parts = [charts.frames(shapes["texts"])]
    for area in shapes["areas"]:
        code, rank = area["code"], charts.class_of(values.get(area["code"], 0), classes)
        words = charts.told(f"{area['name']} ({code})", values.get(code, 0), unit)
        path = format_html(
            '<path class="rc-map__area rc-map__area--{}" fill="{}" stroke="#ffffff" d="{}">'
            "<title>{}</title></path>",
            *(rank, charts.MAP_COLOURS[rank], area["d"], words),
        )
        link = '<a class="rc-map__link" href="{}" aria-label="{}">{}</a>'
        parts.append(format_html(link, links[code], words, path) if code in links else path)
    return format_html(
        '<svg class="rc-chart rc-map" viewBox="{}" role="group" aria-label="{}">{}</svg>',
        *(shapes["view_box"], title, SafeString("".join(parts))),
    )
