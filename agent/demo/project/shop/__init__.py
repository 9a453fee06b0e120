"""A small shop: prices as people type them, a cart, a receipt."""
