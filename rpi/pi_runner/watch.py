"""`runner watch`: answers to every picture that appears in a folder."""

import contextlib
import os
import pathlib
import threading

from model_press.formats.errors import UserError

from pi_runner.classify import Printer

_SUFFIXES = {".bmp", ".jpeg", ".jpg", ".png", ".webp"}


class Folder:
    """Finds the new, complete pictures of a folder.

    A file counts once its size and time were the same at two looks: a camera or a copy is then done with it. Polled:
    inotify does not see what another machine writes to a network share.
    """

    def __init__(self, path: str | os.PathLike[str], existing: bool):
        self._path = pathlib.Path(path)
        if not self._path.is_dir():
            raise UserError(f"{path} is not a folder; give the folder that pictures arrive in")
        self._seen: dict[str, tuple[int, int]] = {}
        self._done: dict[str, tuple[int, int]] = {} if existing else self._stamps()

    def look(self) -> list[pathlib.Path]:
        """Return the pictures that became whole since the last look, by name."""
        stamps = self._stamps()
        ready = [
            name
            for name, stamp in stamps.items()
            if self._seen.get(name) == stamp and self._done.get(name) != stamp
        ]
        self._seen = stamps
        # What is gone is forgotten, so that the record cannot grow and a new file of the same name counts.
        self._done = {name: stamp for name, stamp in self._done.items() if name in stamps}
        self._done.update((name, stamps[name]) for name in ready)
        return [self._path / name for name in sorted(ready)]

    def _stamps(self) -> dict[str, tuple[int, int]]:
        stamps: dict[str, tuple[int, int]] = {}
        try:
            with os.scandir(self._path) as entries:
                for entry in entries:
                    # A picture may be moved or removed behind the listing: that is what a spool folder is for.
                    with contextlib.suppress(OSError):
                        if pathlib.Path(entry.name).suffix.lower() in _SUFFIXES and entry.is_file():
                            info = entry.stat()
                            stamps[entry.name] = info.st_size, info.st_mtime_ns
        except FileNotFoundError as error:
            raise UserError(f"folder {self._path} went away: {error}") from None
        return stamps


def watch(
    path: str, printer: Printer, interval: float, existing: bool, stop: threading.Event
) -> None:
    """Print answers until `stop` is set."""
    folder = Folder(path, existing)
    while not stop.is_set():
        for picture in folder.look():
            printer.show(picture, str(picture))
        stop.wait(interval)
