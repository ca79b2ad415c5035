"""TensorFlow Lite models: reading, editing and running them."""
