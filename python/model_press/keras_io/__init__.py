"""Keras models: what a file is, loading it safely, saving it, running it."""
