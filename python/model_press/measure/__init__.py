"""Measurements: latency, memory and size of a variant on this machine."""
