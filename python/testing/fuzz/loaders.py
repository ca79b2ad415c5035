"""Every loader of files that users hand in, by name."""

# Each module registers its loaders when it is imported.
from testing.fuzz import (  # noqa: F401
    android_files,
    coreml,
    image_files,
    json_formats,
    keras_files,
    tflite_files,
)
from testing.fuzz.loader import LOADERS, Loader

__all__ = ["LOADERS", "Loader"]
