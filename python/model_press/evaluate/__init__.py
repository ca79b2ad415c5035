"""Evaluates a variant from files alone, in cached, deterministic actions."""
