"""Timing: child processes that load and time a model."""
