"""How often single-token damage to real files is repaired, and repaired to the very same text."""
