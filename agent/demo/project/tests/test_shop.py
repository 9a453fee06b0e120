import unittest

from shop.cart import Cart
from shop.prices import format_price, parse_price
from shop.receipt import receipt


class PriceTest(unittest.TestCase):
    def test_plain_price(self):
        self.assertEqual(parse_price("12.50"), 1250)

    def test_symbol_and_blanks(self):
        self.assertEqual(parse_price(" € 3 "), 300)

    def test_thousands(self):
        self.assertEqual(parse_price("1,299.00"), 129900)

    def test_format(self):
        self.assertEqual(format_price(129900), "€1,299.00")


class CartTest(unittest.TestCase):
    def test_total(self):
        cart = Cart()
        cart.add("lamp", "€1,050.00", 2)
        cart.add("bulb", "4.99", 3)
        self.assertEqual(cart.total(), 211497)

    def test_receipt(self):
        cart = Cart()
        cart.add("bulb", "4.99", 2)
        self.assertEqual(receipt(cart), "2 x bulb  €9.98\ntotal  €9.98")


if __name__ == "__main__":
    unittest.main()
