"""Starts the runner file: unpacks its Python packages into a cache folder once and runs it.

Native libraries and memory-mapped models must be real files. They are unpacked into a folder named by the content of
the runner file, and only what is missing there, or has another content, is written again. Standard library only, and
understood by any Python 3, so that a wrong one is told so in words.
"""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import time
import zipfile

_CACHE_VARIABLE = "MODEL_PRESS_CACHE"
_UNUSED_S = 30 * 24 * 3600
_BUNDLE_EXIT = 3  # ExitCode.BUNDLE of model_press.formats.errors


def platform_tag() -> str:
    """Return the Python and machine, such as cp311-aarch64."""
    # A 32-bit Python may run on a 64-bit kernel.
    machine = os.uname().machine if sys.maxsize > 2**32 else "32bit"
    return f"cp{sys.version_info[0]}{sys.version_info[1]}-{machine}"


def cache_root() -> str:
    """Return the folder of all unpacked runners: $MODEL_PRESS_CACHE, systemd's cache folder, or the user's."""
    chosen = os.environ.get(_CACHE_VARIABLE) or os.environ.get("CACHE_DIRECTORY")
    if chosen:
        return chosen
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(home, "model_press")


class Unpacked:
    """The folder of one runner file for one Python.

    archive: path of the runner file. tag: see platform_tag().
    """

    def __init__(self, archive: str, tag: str) -> None:
        self.archive = archive
        self._prefix = f"site/{tag}/"
        with zipfile.ZipFile(archive) as file:
            about = json.loads(file.read("runner.json").decode())
            self._infos = [info for info in file.infolist() if self._is_needed(info.filename)]
        if tag not in about["platforms"]:
            raise SystemExit(
                "ERROR this runner is for {}; this is {}".format(
                    " and ".join(about["platforms"]), tag
                )
            )
        self._sha256: dict[str, str] = about["sha256"]
        name = "{}-{}-{}".format(about["name"], about["key"][:16], tag)
        self.folder = os.path.join(cache_root(), name)

    def _is_needed(self, name: str) -> bool:
        """Return whether a file of the archive belongs in the folder: other Pythons' packages do not."""
        return name.startswith((self._prefix, "app/", "models/"))

    def _path(self, info: zipfile.ZipInfo) -> str:
        name = info.filename
        if name.startswith(self._prefix):
            name = "site/" + name[len(self._prefix) :]
        return os.path.join(self.folder, name)

    def _wrong(self, info: zipfile.ZipInfo) -> bool:
        """Return whether a file is not as it was packed. Of models the size is enough: the program checks them."""
        path, expected = self._path(info), self._sha256.get(info.filename)
        try:
            if os.stat(path).st_size != info.file_size:
                return True
            if not expected:
                return False
            with open(path, "rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest() != expected
        except OSError:
            return True

    def prepare(self) -> None:
        """Write the missing files; processes that start at once wait for the first."""
        wrong = [info for info in self._infos if self._wrong(info)]
        if wrong:
            os.makedirs(self.folder, exist_ok=True)
            if sys.stderr.isatty():
                size = sum(info.file_size for info in wrong) / 1e6
                print(f"unpacking {size:.0f} MB, once", file=sys.stderr)
            with open(os.path.join(self.folder, ".lock"), "w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                self._write([info for info in wrong if self._wrong(info)])
        try:
            os.utime(self.folder)
        except OSError:
            return  # read-only, but whole
        self._drop_unused()

    def repair(self, name: str) -> None:
        """Write one file of models/ again, even if it exists."""
        self._write([info for info in self._infos if info.filename == "models/" + name])

    def _write(self, infos: "list[zipfile.ZipInfo]") -> None:
        with zipfile.ZipFile(self.archive) as file:
            for info in infos:
                path = self._path(info)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                part = f"{path}.{os.getpid()}.part"
                try:
                    with file.open(info) as source, open(part, "wb") as target:
                        shutil.copyfileobj(source, target, 1 << 20)
                    os.replace(part, path)
                except BaseException:
                    if os.path.exists(part):
                        os.unlink(part)
                    raise

    def _drop_unused(self) -> None:
        """Remove the folders of other versions that were not started for a month."""
        root, own = os.path.split(self.folder)
        for name in os.listdir(root):
            path = os.path.join(root, name)
            kin = name.split("-")[0] == own.split("-")[0] and name != own
            if kin and os.path.isdir(path) and os.stat(path).st_mtime < time.time() - _UNUSED_S:
                shutil.rmtree(path, ignore_errors=True)


def main() -> int:
    """Start the runner; return its exit code."""
    archive = os.path.dirname(os.path.abspath(__file__))
    unpacked = Unpacked(archive, platform_tag())
    try:
        unpacked.prepare()
    except OSError as error:
        message = "ERROR cannot unpack into {}: {}; set {} to a writable folder with 200 MB"
        reason = error.strerror or error
        print(message.format(unpacked.folder, reason, _CACHE_VARIABLE), file=sys.stderr)
        return _BUNDLE_EXIT
    # Packages of the system stay out: its NumPy is another.
    system = ("dist-packages", "site-packages")
    sys.path[:] = [os.path.join(unpacked.folder, part) for part in ("app", "site")] + [
        path for path in sys.path if path != archive and os.path.basename(path) not in system
    ]
    from pi_runner import cli

    return cli.main(sys.argv[1:], os.path.join(unpacked.folder, "models"), unpacked.repair)


if __name__ == "__main__":
    sys.exit(main())
