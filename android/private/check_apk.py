"""Checks an APK: packing, signature, manifest, libraries and the model's bundle.

Prints one line a finding. Exits 1 if a finding is a fault; known limits of the runtime are named and
pass. It is what `apk_test` runs.
"""

import argparse
import collections
import dataclasses
import hashlib
import io
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Sequence

import lief
from model_press.formats import bundle
from model_press.formats.errors import UserError

from android.private import bundle_model, pack_apk

lief.logging.disable()

# Processors whose devices may have 16 KB pages.
_LARGE_PAGE_ABIS = ("arm64-v8a", "x86_64")
_LARGE_PAGE_BYTES = 16384
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
# Stores take a tenth of it; what unpacks to more is a bomb.
_MOST_BYTES = 1 << 30
# What a damaged archive raises, and what is in it.
_DAMAGED = (
    ArithmeticError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
# What to read of a library beside its segments: nothing.
_ELF_SEGMENTS = lief.ELF.ParserConfig()
_ELF_SEGMENTS.parse_dyn_symbols = False
_ELF_SEGMENTS.parse_notes = False
_ELF_SEGMENTS.parse_overlay = False
_ELF_SEGMENTS.parse_relocations = False
_ELF_SEGMENTS.parse_symbol_versions = False
_ELF_SEGMENTS.parse_symtab_symbols = False
_INDEX = "assets/models/index.json"
_NOTICE = "assets/NOTICE.txt"
# Libraries of TensorFlow Lite and of its successor: an app that ships two has two sets of kernels.
_RUNTIME_LIBRARIES = re.compile(r"lib(tensorflowlite|LiteRt|litert|tflite)[^/]*\.so")
# The runtime finds these by name; a shrinker that renames them breaks the app at its start.
_REFLECTED_CLASSES = (
    "org.tensorflow.lite.InterpreterApi",
    "org.tensorflow.lite.InterpreterFactoryImpl",
    "org.tensorflow.lite.NativeInterpreterWrapper",
)
_MODEL_PATTERN = re.compile(r"assets/models/([^/]+)/model\.(tflite|packed)")


@dataclasses.dataclass(frozen=True)
class Expected:
    """The expected contents of the APK."""

    application_id: str
    min_sdk: int
    target_sdk: int
    elf_page_bytes: int
    recipes: tuple[str, ...] | None = None
    runtime: str | None = None
    abis: tuple[str, ...] | None = None
    max_bytes: int | None = None
    permissions: Sequence[str] = ()
    debuggable: bool = False


@dataclasses.dataclass
class Report:
    """Findings in the order that they were made."""

    faults: list[str] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)


def data_offset(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """Return where the entry's data starts in the file, in bytes."""
    with open(str(archive.filename), "rb") as stream:
        stream.seek(entry.header_offset)
        fields: tuple[int, ...] = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
    return entry.header_offset + _LOCAL_HEADER.size + fields[-2] + fields[-1]


def load_alignment(elf: bytes) -> int:
    """Return the smallest alignment of an ELF library's loadable segments, in bytes."""
    library = lief.ELF.parse(io.BytesIO(elf), _ELF_SEGMENTS)
    segments = list(library.segments) if isinstance(library, lief.ELF.Binary) else []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a segment whose type is unknown
        alignments = [s.alignment for s in segments if s.type == lief.ELF.Segment.TYPE.LOAD]
    if not alignments or len(segments) != library.header.numberof_segments:
        raise ValueError("a damaged library")
    return min(alignments)


def defined_classes(dex: bytes) -> list[str]:
    """Return the classes that a .dex file defines, such as "org.example.Outer$Inner".

    Raises:
      ValueError: it is no .dex file, or a damaged one.
    """
    # The library reads .dex files from a disk only.
    with tempfile.NamedTemporaryFile(suffix=".dex") as file:
        file.write(dex)
        file.flush()
        parsed = lief.DEX.parse(file.name)
    if parsed is None:
        raise ValueError("not a .dex file")
    count = parsed.header.classes[1]
    # Classes that are only referred to have an index beyond all that are defined.
    defined = [found for found in parsed.classes if found.index < count]
    if len(defined) != count or parsed.header.file_size != len(dex):
        raise ValueError("a damaged .dex file")
    return [found.fullname[1:-1].replace("/", ".") for found in defined]


def check_bytes(archive: zipfile.ZipFile) -> None:
    """Raise ValueError if its entries unpack to more than any app has."""
    total = sum(entry.file_size for entry in archive.infolist())
    if total > _MOST_BYTES:
        raise ValueError(f"its entries unpack to {total} bytes, expected at most {_MOST_BYTES}")


def check_packing(archive: zipfile.ZipFile, report: Report) -> None:
    """Check that stored entries are stored and aligned."""
    for entry in archive.infolist():
        if not entry.filename.endswith(pack_apk.STORED_SUFFIXES):
            continue
        if entry.compress_type != zipfile.ZIP_STORED:
            report.faults.append(
                f"{entry.filename} is compressed; Android cannot map it, so store it"
            )
            continue
        alignment = pack_apk.alignment_of(entry.filename)
        offset = data_offset(archive, entry)
        if offset % alignment:
            report.faults.append(
                f"{entry.filename} starts at byte {offset}, not on a boundary of {alignment}"
            )


def check_libraries(archive: zipfile.ZipFile, elf_page_bytes: int, report: Report) -> None:
    """Check that 64-bit libraries are linked for the page size that the runtime states."""
    names = [name for name in archive.namelist() if name.startswith("lib/")]
    if not names:
        report.faults.append("no native library: the runtime is missing")
    for name in names:
        if name.split("/")[1] not in _LARGE_PAGE_ABIS:
            continue
        alignment = load_alignment(archive.read(name))
        if alignment < elf_page_bytes:
            report.faults.append(
                f"{name} is linked for pages of {alignment} bytes, expected {elf_page_bytes}"
            )
        elif alignment < _LARGE_PAGE_BYTES:
            report.notes.append(
                f"{name} is linked for pages of {alignment} bytes: "
                "devices with 16 KB pages cannot load it (a limit of this runtime's release)"
            )


def check_runtime(archive: zipfile.ZipFile, expected: Expected, report: Report) -> None:
    """Check that the APK carries one TensorFlow Lite for each of its ABIs, and each class once."""
    names = archive.namelist()
    classes = [
        name
        for entry in names
        if re.fullmatch(r"classes\d*\.dex", entry)
        for name in defined_classes(archive.read(entry))
    ]
    libraries: dict[str, list[str]] = {}
    for name in names:
        parts = name.split("/")
        if parts[0] == "lib" and len(parts) == 3:
            libraries.setdefault(parts[1], []).append(parts[2])
    for abi, files in sorted(libraries.items()):
        runtimes = sorted(file for file in files if _RUNTIME_LIBRARIES.fullmatch(file))
        if len(runtimes) != 1:
            report.faults.append(
                f"lib/{abi} has {', '.join(runtimes) or 'no runtime'}, expected one TensorFlow Lite"
            )
    if expected.abis is not None and sorted(libraries) != sorted(expected.abis):
        report.faults.append(
            f"ABIs {', '.join(sorted(libraries)) or 'none'}, expected {', '.join(expected.abis)}"
        )
    twice = sorted(name for name, count in collections.Counter(classes).items() if count > 1)
    if twice:
        report.faults.append(f"{len(twice)} classes are defined twice, for example {twice[0]}")
    report.faults.extend(
        f"class {name} is missing or renamed: the runtime finds it by name, so keep it"
        for name in _REFLECTED_CLASSES
        if name not in classes
    )


def check_notice(archive: zipfile.ZipFile, report: Report) -> None:
    """Check that the licences of all contents are included, as most of them demand."""
    if _NOTICE not in archive.namelist():
        report.faults.append(f"no {_NOTICE}: the licences of what ships are missing")
    elif b"tensorflow" not in archive.read(_NOTICE):
        report.faults.append(f"{_NOTICE} does not name the runtime")


def check_size(apk: pathlib.Path, expected: Expected, report: Report) -> None:
    """Check that the APK is within its budget."""
    size = apk.stat().st_size
    report.notes.append(f"{size} bytes")
    if expected.max_bytes is not None and size > expected.max_bytes:
        report.faults.append(f"{size} bytes, expected at most {expected.max_bytes}")


def check_models(archive: zipfile.ZipFile, expected: Expected, report: Report) -> None:
    """Check that the APK carries the models of the app, each with its manifest and labels."""
    entries = archive.namelist()
    matches = [match for name in entries if (match := _MODEL_PATTERN.fullmatch(name))]
    found = [match[1] for match in matches]
    models = {match[1]: match[0] for match in matches}
    names: tuple[str, ...] = ()
    try:
        if _INDEX in entries:
            index = bundle_model.parse_json(archive.read(_INDEX), bundle.INDEX)
            names = bundle.parse(index, bundle.INDEX).names
    except UserError as error:
        report.faults.append(f"{_INDEX}: {error}")
        return
    wanted: tuple[str | None, ...] = expected.recipes or (None,) * len(names)
    if not names or sorted(names) != sorted(found) or len(names) != len(wanted):
        report.faults.append(
            f"models {', '.join(found) or 'none'} under assets/models, expected {len(wanted) or 1}, "
            f"as {_INDEX} lists them"
        )
        return
    for name, recipe in zip(names, wanted, strict=True):
        folder = f"assets/models/{name}"
        try:
            bundle_model.check(
                bundle_model.parse_manifest(
                    archive.read(f"{folder}/manifest.json"), "manifest.json"
                ),
                archive.read(models[name]),
                archive.read(f"{folder}/labels.txt"),
                recipe=recipe,
                runtime=expected.runtime,
            )
        except (UserError, KeyError) as error:
            report.faults.append(f"{folder}: {error}")


def _run(*command: str) -> tuple[int, str]:
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def check_signature(apk: pathlib.Path, min_sdk: int, apksigner: list[str], report: Report) -> None:
    """Check that Android's apksigner accepts the signature."""
    status, output = _run(*apksigner, "verify", "-v", "--min-sdk-version", str(min_sdk), str(apk))
    if status != 0 or "APK Signature Scheme v2): true" not in output:
        reason = next((line for line in output.splitlines() if "ERROR" in line), output.strip())
        report.faults.append(f"apksigner verify: {reason}")


def check_alignment(apk: pathlib.Path, zipalign: str, report: Report) -> None:
    """Check that Android's zipalign accepts the packing."""
    status, output = _run(zipalign, "-c", "-p", "-v", "4", str(apk))
    if status != 0:
        bad = [line.strip() for line in output.splitlines() if "BAD" in line]
        report.faults.append(f"zipalign: {'; '.join(bad) or output.strip()}")


def check_badging(apk: pathlib.Path, expected: Expected, aapt2: str, report: Report) -> None:
    """Check that Android's aapt2 reads the expected values from the manifest."""
    status, output = _run(aapt2, "dump", "badging", str(apk))
    if status != 0:
        report.faults.append(f"aapt2 dump badging: {output.strip()}")
        return
    for pattern, wanted in (
        (r"package: name='([^']*)'", expected.application_id),
        (r"minSdkVersion:'([^']*)'", str(expected.min_sdk)),
        (r"targetSdkVersion:'([^']*)'", str(expected.target_sdk)),
    ):
        match = re.search(pattern, output)
        got = match.group(1) if match else "nothing"
        if got != wanted:
            field = pattern.partition(":")[0]
            report.faults.append(f"{field}: badging says {got}, expected {wanted}")
    allowed = ", ".join(expected.permissions) or "none"
    report.faults.extend(
        f"asks for {permission}; permissions of this app: {allowed}; name it in `permissions`, or drop it"
        for permission in re.findall(r"uses-permission: name='([^']*)'", output)
        if permission not in expected.permissions
    )
    if ("application-debuggable" in output) != expected.debuggable:
        report.faults.append(
            "expected a debuggable app"
            if expected.debuggable
            else "is debuggable: anyone with a cable can read the app's data, so build it without"
        )
    if "launchable-activity" not in output:
        report.faults.append("no launchable activity")


def check_content(apk: pathlib.Path, expected: Expected, report: Report) -> bool:
    """Run the checks that need no tool of Android; return False if the file cannot be read."""
    try:
        with zipfile.ZipFile(apk) as archive:
            check_bytes(archive)
            check_packing(archive, report)
            check_libraries(archive, expected.elf_page_bytes, report)
            check_runtime(archive, expected, report)
            check_models(archive, expected, report)
            check_notice(archive, report)
        check_size(apk, expected, report)
    except _DAMAGED as error:
        said = " ".join(str(error).split())[:300] or type(error).__name__
        report.faults.append(f"no APK, or a damaged one: {said}")
        return False
    return True


def _comma_separated(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apk", type=pathlib.Path, required=True)
    parser.add_argument("--aapt2", required=True)
    parser.add_argument("--java", required=True)
    parser.add_argument("--apksigner-jar", required=True)
    parser.add_argument("--zipalign", required=True)
    parser.add_argument("--application-id", required=True)
    parser.add_argument("--min-sdk", type=int, required=True)
    parser.add_argument("--target-sdk", type=int, required=True)
    parser.add_argument("--elf-page-bytes", type=int, required=True)
    parser.add_argument(
        "--recipes",
        type=_comma_separated,
        help="of the models in the order of the index, comma between",
    )
    parser.add_argument("--runtime")
    parser.add_argument("--abis", type=_comma_separated, help="comma between")
    parser.add_argument("--max-bytes", type=int, help="of the whole APK")
    parser.add_argument(
        "--permission",
        action="append",
        default=[],
        dest="permissions",
        help="one that it may ask for",
    )
    parser.add_argument("--debuggable", action="store_true", help="expect a debuggable app")
    args = parser.parse_args(argv)
    expected = Expected(
        **{field.name: getattr(args, field.name) for field in dataclasses.fields(Expected)}
    )
    report = Report()
    if check_content(args.apk, expected, report):
        apksigner = [args.java, "-jar", args.apksigner_jar]
        check_signature(args.apk, expected.min_sdk, apksigner, report)
        check_alignment(args.apk, args.zipalign, report)
        check_badging(args.apk, expected, args.aapt2, report)
    digest = hashlib.sha256(args.apk.read_bytes()).hexdigest() if args.apk.exists() else "-"
    print(f"{args.apk.name}: sha256 {digest}")
    for note in report.notes:
        print(f"NOTE {note}")
    for fault in report.faults:
        print(f"FAULT {args.apk.name}: {fault}", file=sys.stderr)
    return 1 if report.faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
