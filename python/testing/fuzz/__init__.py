"""Hostile input: damaged files for every loader."""
