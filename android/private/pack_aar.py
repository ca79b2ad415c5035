"""Packs classes into an .aar that a Gradle or Bazel Android project takes as a library.

It carries no native library and no other jar: the app declares the runtime as a dependency of its own,
as the .pom beside it says, so that there is one of each.
"""

import argparse
import pathlib
import sys

from android.private import pack_apk

_MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="{package}">
  <uses-sdk android:minSdkVersion="{min_sdk}" />
</manifest>
"""


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--classes", type=pathlib.Path, required=True, help="jar")
    parser.add_argument("--package", required=True)
    parser.add_argument("--min-sdk", type=int, required=True)
    parser.add_argument("--keep-rules", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--manifest", type=pathlib.Path, help="the library's own; made if absent")
    parser.add_argument("--resource", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--symbols", type=pathlib.Path, help="aapt2's list of the resources")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args(argv)
    rules = "".join(path.read_text(encoding="utf-8") for path in args.keep_rules)
    manifest = _MANIFEST.format(package=args.package, min_sdk=args.min_sdk).encode()
    entries = {
        "AndroidManifest.xml": args.manifest.read_bytes() if args.manifest else manifest,
        "R.txt": args.symbols.read_bytes() if args.symbols else b"",
        "classes.jar": args.classes.read_bytes(),
        "proguard.txt": rules.encode(),
    }
    for path in sorted(args.resource):
        entries[f"res/{path.parent.name}/{path.name}"] = path.read_bytes()
    pack_apk.pack(args.out, entries.items())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
