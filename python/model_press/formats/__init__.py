"""File formats of model_press, with the standard library alone."""
