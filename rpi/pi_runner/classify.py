"""`runner classify`, and the code that `watch` and `camera` share with it."""

import json
import pathlib
import sys
from typing import Any

from model_press.formats.errors import UserError
from model_press.process import progress

from pi_runner import output, photo
from pi_runner.classifier import Classifier


class Printer:
    """Classifies pictures with one or more variants and prints each answer at once.

    Args:
      classifiers: the loaded variants.
      top: number of classes to print.
      as_json: one JSON object a line instead of text.
      raw: add the whole output to the JSON.
      megapixels: largest picture.
    """

    def __init__(
        self,
        classifiers: list[Classifier],
        top: int = 3,
        as_json: bool = False,
        raw: bool = False,
        megapixels: float = photo.DEFAULT_MEGAPIXELS,
    ):
        self._classifiers = classifiers
        self._top = top
        self._json = as_json
        self._raw = raw
        self._megapixels = megapixels

    def show(self, source: pathlib.Path | bytes, name: str) -> bool:
        """Classify and print one picture; False (and one line on standard error) where it cannot be read."""
        try:
            image = (
                photo.decode(source, name, self._megapixels)
                if isinstance(source, bytes)
                else photo.read(source, self._megapixels)
            )
        except UserError as error:
            print(f"ERROR {error}", file=sys.stderr, flush=True)
            if self._json:
                self._print({"photo": name, "error": str(error)})
            return False
        for classifier in self._classifiers:
            result = classifier.classify(image, self._top)
            if self._json:
                self._print(output.as_json(name, classifier.variant.name, result, self._raw))
            else:
                shown = (
                    f"{name} [{classifier.variant.name}]" if len(self._classifiers) > 1 else name
                )
                print(output.as_line(shown, result), flush=True)
        return True

    def _print(self, value: dict[str, Any]) -> None:
        print(json.dumps(value, ensure_ascii=False), flush=True)


def classify(photos: list[str], printer: Printer) -> bool:
    """Print the answer to each photo; True if all could be read."""
    answered = [printer.show(pathlib.Path(path), path) for path in progress.track(photos, "photos")]
    return all(answered)
