"""What is in a .tflite of anybody, how it runs here, who can load it, what is slow and what to do.

Not called `inspect`: Python puts a program's own folder first on the path, where that name would hide the standard
library's module from every program of model_press.
"""
