"""Checks: what an inspection concludes from the facts."""
