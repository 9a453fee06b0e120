"""A coding assistant for the terminal that runs on models on your own machine."""

__version__ = "0.1.0"
