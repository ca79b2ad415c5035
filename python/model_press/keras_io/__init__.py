"""Keras models: detecting the format, loading safely, saving, running."""
