from datetime import date

import pytest

from core.months import add_months


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-01-31", 3, "2024-04-30"),
        ("2024-01-31", 6, "2024-07-31"),
        ("2023-01-29", 1, "2023-02-28"),
        ("2024-08-31", 6, "2025-02-28"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2008-02-29", 216, "2026-02-28"),
        ("2024-02-29", 24, "2026-02-28"),
        ("2024-02-29", 144, "2036-02-29"),
        ("2024-12-31", 24, "2026-12-31"),
        ("2024-12-31", 144, "2036-12-31"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-03-15", 0, "2026-03-15"),
    ],
)
def test_add_months(start, months, expected):
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(expected)
