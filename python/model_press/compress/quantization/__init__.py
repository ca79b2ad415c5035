"""Quantisation seen from the Keras graph: where int8 rounds, training with that rounding, and scales made even."""
