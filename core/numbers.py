"""Numbers as French readers write them."""

from decimal import Decimal


def french_number(value: Decimal | float) -> str:
    """1 234,5: comma, no trailing zero, a narrow no-break space every three digits."""
    plain = f"{Decimal(str(value)):,f}"
    whole, _, decimals = plain.partition(".")
    decimals = decimals.rstrip("0")
    whole = whole.replace(",", "\u202f").replace("-", "\u2212")
    return f"{whole},{decimals}" if decimals else whole
