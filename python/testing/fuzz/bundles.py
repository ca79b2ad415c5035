"""Valid indices of bundles, for the apps' and the Pi's readers."""

from model_press.formats import bundle


def index(*names: str) -> bundle.Index:
    """Return an index of .tflite variants with these names."""
    return bundle.make(
        bundle.Variant(n, f"{n}/model.tflite", f"{n}/manifest.json", f"{n}/labels.txt")
        for n in names
    )
