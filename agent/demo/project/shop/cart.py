"""What somebody is about to buy."""

from shop.prices import parse_price


class Cart:
    def __init__(self):
        self.lines = []

    def add(self, name, price, quantity=1):
        """Put a product in the cart; the price is text, as the catalogue has it."""
        self.lines.append((name, parse_price(price), quantity))

    def total(self):
        """What it costs, in cents."""
        return sum(price * quantity for _, price, quantity in self.lines)
