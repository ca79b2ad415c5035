"""Input and output in the model: camera bytes of a stated size go in, class indices and scores come out.

Works on a finished .tflite of any variant, so that the same conversion serves with and without. Needs no TensorFlow.
"""
