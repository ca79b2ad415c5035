"""Camera input of TensorFlow Lite models."""
