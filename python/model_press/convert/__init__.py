"""Keras model + recipe -> TFLite model + manifest."""
