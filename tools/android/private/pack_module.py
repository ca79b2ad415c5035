"""Packs an app as the base module of an app bundle, the zip that bundletool takes.

Resources and manifest are in aapt2's proto form; each kind of file has a folder of its own.
"""

import argparse
import json
import pathlib
import sys
import zipfile

import pack_apk

# What the app maps must not be compressed in the APKs that a store makes of the bundle, as in our own.
CONFIG = {
    "compression": {"uncompressedGlob": ["assets/**.tflite"]},
    "optimizations": {"uncompressNativeLibraries": {"enabled": True}},
}

_MANIFEST = "AndroidManifest.xml"


def module_path(name: str) -> str:
    """Where an entry of aapt2's proto APK lies in a module."""
    return f"manifest/{name}" if name == _MANIFEST else name


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument(
        "--resources", type=pathlib.Path, required=True, help="aapt2's proto APK, without assets"
    )
    parser.add_argument(
        "--assets", type=pathlib.Path, required=True, help="aapt2's APK with the assets"
    )
    parser.add_argument("--dex", type=pathlib.Path, required=True, help="zip of classes*.dex")
    parser.add_argument("--jni", action="append", default=[], metavar="ABI=FILE")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--out-config", type=pathlib.Path, required=True)
    args = parser.parse_args(argv)
    entries = [
        (module_path(name), content)
        for name, content in pack_apk.zip_entries(args.resources, assets=False)
    ]
    entries += pack_apk.zip_entries(args.assets, assets=True)
    entries += [(f"dex/{name}", content) for name, content in pack_apk.zip_entries(args.dex)]
    for library in sorted(args.jni):
        abi, _, file = library.partition("=")
        path = pathlib.Path(file)
        entries.append((f"lib/{abi}/{path.name}", path.read_bytes()))
    with zipfile.ZipFile(args.out, "w") as module:
        for name, content in entries:
            pack_apk.add(module, name, content)
    args.out_config.write_text(json.dumps(CONFIG), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
