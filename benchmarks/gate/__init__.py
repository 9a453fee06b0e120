"""How often the gate refuses a valid edit, and how often it lets a seeded syntax error through."""
