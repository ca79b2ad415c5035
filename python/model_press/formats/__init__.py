"""File formats: what model_press reads and writes, with the standard library alone."""
