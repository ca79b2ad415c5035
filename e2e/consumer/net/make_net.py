"""make_net.py FILE.keras: a small net, untrained."""

import sys

import tf_keras
from model_press.keras_io import keras_file
from tf_keras import layers

tf_keras.utils.set_random_seed(1)
net = tf_keras.Sequential(
    [
        layers.Input((32, 32, 3)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(3, activation="softmax"),
    ]
)
keras_file.save(net, sys.argv[1])
