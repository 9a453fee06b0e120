"""The receipt that is printed."""

from shop.prices import format_price


def receipt(cart):
    """One line for each product, and the total."""
    lines = [f"{quantity} x {name}  {format_price(price * quantity)}" for name, price, quantity in cart.lines]
    return "\n".join([*lines, f"total  {format_price(cart.total())}"])
