"""Makes the x86_64 library of an Android AAR loadable by a glibc process.

The library asks for Android's libc.so, libm.so and libdl.so, and for symbol versions (LIBC) that
glibc does not have. Its functions are the same ones, so it is enough to drop those names and
versions; the few functions that differ are renamed to those in liblog.c.
"""

import argparse
import sys

import lief

# Functions that take a bionic FILE* or a bionic constant.
_RENAMED = ("dlsym", "fflush", "fprintf", "fputc", "fputs", "fwrite", "sysconf", "vfprintf")
_KEPT_LIBRARY = "liblog.so"
_VERSION_TAGS = (
    lief.ELF.DynamicEntry.TAG.VERSYM,
    lief.ELF.DynamicEntry.TAG.VERDEF,
    lief.ELF.DynamicEntry.TAG.VERDEFNUM,
    lief.ELF.DynamicEntry.TAG.VERNEED,
    lief.ELF.DynamicEntry.TAG.VERNEEDNUM,
)


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--src", required=True, help="library out of the AAR")
    parser.add_argument("--out", required=True, help="where to write the changed library")
    args = parser.parse_args(argv)
    binary = lief.ELF.parse(args.src)
    if binary is None or binary.header.machine_type != lief.ELF.ARCH.X86_64:
        print(f"make_host_library: {args.src}: not an x86_64 ELF library", file=sys.stderr)
        return 1
    for library in list(binary.libraries):
        if library != _KEPT_LIBRARY:
            binary.remove_library(library)
    for tag in _VERSION_TAGS:
        if binary.has(tag):
            binary.remove(tag)
    for symbol in binary.dynamic_symbols:
        if symbol.imported and symbol.name in _RENAMED:
            symbol.name = f"host_{symbol.name}"
    binary.write(args.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
