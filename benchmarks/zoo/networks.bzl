"""The networks on record: all of networks.py."""

NETWORKS = [
    "ConvNeXtTiny",
    "DenseNet121",
    "EfficientNetB0",
    "EfficientNetV2B0",
    "InceptionV3",
    "MobileNetV2",
    "MobileNetV3Large",
    "NASNetMobile",
    "ResNet50",
    "Xception",
]
