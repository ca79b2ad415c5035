"""Camera input: a frame's crop, resize and rotation inside a model."""
