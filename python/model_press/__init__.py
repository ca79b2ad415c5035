"""model_press: the program behind the build rules that compress Keras models into TFLite variants."""
