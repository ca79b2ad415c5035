"""Runs Core ML programs (.mlpackage image classifiers) on any machine, in NumPy."""
