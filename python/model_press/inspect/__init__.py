"""Inspects any .tflite: its contents, its speed here, the runtimes that load it, and advice.

Not called `inspect`: Python puts a program's own folder first on the path, where that name would hide the standard
library's module from every program of model_press.
"""
