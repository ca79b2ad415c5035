"""Compression of Keras models before conversion: a Keras model goes in, a plain Keras model comes out."""
