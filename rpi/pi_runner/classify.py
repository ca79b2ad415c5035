"""`runner classify`, and the code that `watch` and `camera` share with it."""

import dataclasses
import json
import pathlib
import sys
from typing import Any

from model_press.formats.errors import UserError
from model_press.process import progress

from pi_runner import photo
from pi_runner.classifier import Classifier


@dataclasses.dataclass(frozen=True)
class Printer:
    """Classifies pictures with one or more variants and prints each answer at once.

    classifiers: the loaded variants. top: number of classes to print. as_json: one JSON object a line instead of text.
    raw: add the whole output to the JSON. megapixels: largest picture.
    """

    classifiers: list[Classifier]
    top: int = 3
    as_json: bool = False
    raw: bool = False
    megapixels: float = photo.DEFAULT_MEGAPIXELS

    def show(self, source: pathlib.Path | bytes, name: str) -> bool:
        """Classify and print one picture; False (and one line on standard error) where it cannot be read."""
        try:
            image = photo.decode(source, name, self.megapixels)
        except UserError as error:
            print(f"ERROR {error}", file=sys.stderr, flush=True)
            if self.as_json:
                self._print({"photo": name, "error": str(error)})
            return False
        for classifier in self.classifiers:
            result = classifier.classify(image, self.top)
            if self.as_json:
                self._print(result.as_json(name, classifier.variant.name, self.raw))
            else:
                several = len(self.classifiers) > 1
                shown = f"{name} [{classifier.variant.name}]" if several else name
                print(result.as_line(shown), flush=True)
        return True

    def _print(self, value: dict[str, Any]) -> None:
        print(json.dumps(value, ensure_ascii=False), flush=True)


def classify(photos: list[str], printer: Printer) -> bool:
    """Print the answer to each photo; True if all could be read."""
    answered = [printer.show(pathlib.Path(path), path) for path in progress.track(photos, "photos")]
    return all(answered)
