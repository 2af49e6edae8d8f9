"""What a page must be for everybody: nothing that axe finds wrong, nothing that sticks out."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error


# WCAG 2.1 AA, which the RGAA follows, and what axe calls good practice.
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    },
    "resultTypes": ["violations"],
}
# What axe meets when the page it reads gives way to the next one.
LEAVING = ("documentElement", "Execution context was destroyed")


def faults(page):
    """What axe finds, one line a node. A page that gives way is left for the one that comes."""
    try:
        report = Axe().run(page, options=RULES)
    except Error as error:
        if not any(words in str(error) for words in LEAVING):
            raise
        page.wait_for_load_state()
        report = Axe().run(page, options=RULES)
    return [
        f"{one['id']}: {node['html'][:160]}"
        for one in report.response["violations"]
        for node in one["nodes"]
    ]


def expect_accessible(page):
    """Fails with what axe finds, and when the page is wider than its window."""
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
