"""Packs an app as the base module of an app bundle, the zip that bundletool takes.

Resources and manifest are in aapt2's proto form; each kind of file has a folder of its own.
"""

import json
import pathlib
import sys

from android.private import pack_apk

# What the app maps must not be compressed in the APKs that a store makes of the bundle, as in our own.
CONFIG = {
    "compression": {"uncompressedGlob": ["assets/**.tflite"]},
    "optimizations": {"uncompressNativeLibraries": {"enabled": True}},
}

_MANIFEST = "AndroidManifest.xml"


def module_path(name: str) -> str:
    """Return where an entry of aapt2's proto APK lies in a module."""
    return f"manifest/{name}" if name == _MANIFEST else name


def main(argv: list[str]) -> int:
    parser = pack_apk.parser_of(__doc__)
    parser.add_argument("--out-config", type=pathlib.Path, required=True)
    args = parser.parse_args(argv)
    entries = [
        *((module_path(name), data) for name, data in pack_apk.zip_entries(args.resources, False)),
        *pack_apk.zip_entries(args.assets, assets=True),
        *((f"dex/{name}", data) for name, data in pack_apk.zip_entries(args.dex)),
        *pack_apk.library_entries(args.jni),
    ]
    pack_apk.pack(args.out, entries)
    args.out_config.write_text(json.dumps(CONFIG), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
