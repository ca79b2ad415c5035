"""The Raspberry Pi runner: classifies photographs with a bundled TFLite variant."""
