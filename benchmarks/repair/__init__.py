"""How many seeded bugs `agent.repair` mends: `python -m benchmarks.repair --help`."""
