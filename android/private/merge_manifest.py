"""Merges an app's AndroidManifest.xml: fills in ${applicationId} and adds its libraries' declarations.

Added are permissions, features, queries and the components of each library, their class names made
whole. Where the app declares the same element otherwise, it must say so: tools:node="replace" keeps the
app's, tools:node="remove" leaves the element out. Attributes of <application> are the app's alone.
"""

import argparse
import copy
import pathlib
import re
import sys
from xml.etree import ElementTree

ANDROID = "http://schemas.android.com/apk/res/android"
TOOLS = "http://schemas.android.com/tools"

_NAME = f"{{{ANDROID}}}name"
_NODE = f"{{{TOOLS}}}node"
_MIN_SDK = f"{{{ANDROID}}}minSdkVersion"
_PLACEHOLDER = "${applicationId}"
_TOP = ("permission", "uses-feature", "uses-permission", "uses-permission-sdk-23")
_COMPONENTS = ("activity", "activity-alias", "provider", "receiver", "service")
_IN_APPLICATION = (*_COMPONENTS, "meta-data", "property", "uses-library", "uses-native-library")
# Attributes that hold a class of the library; it may be written relative to the library's package.
_CLASS_ATTRIBUTES = tuple(
    f"{{{ANDROID}}}{name}" for name in ("name", "parentActivityName", "targetActivity")
)


class MergeError(Exception):
    """A one-line reason why the manifests cannot be merged."""


def _named(element: ElementTree.Element) -> str:
    name = element.get(_NAME)
    return f"<{element.tag}>" if name is None else f'<{element.tag} android:name="{name}">'


def _whole_name(name: str, package: str) -> str:
    """Return a class name as Android reads it in a manifest of `package`."""
    if name.startswith("."):
        return package + name
    return name if "." in name else f"{package}.{name}"


def _key(element: ElementTree.Element, package: str) -> tuple[str, str]:
    name = element.get(_NAME, "")
    return element.tag, _whole_name(name, package) if element.tag in _COMPONENTS else name


def _make_names_whole(element: ElementTree.Element, package: str) -> None:
    if element.tag in _COMPONENTS:
        for attribute in _CLASS_ATTRIBUTES:
            if attribute in element.attrib:
                element.set(attribute, _whole_name(element.get(attribute, ""), package))


def _canonical(element: ElementTree.Element, package: str) -> str:
    """Return text that is equal for equal elements, regardless of layout and tools: attributes."""
    plain = copy.deepcopy(element)
    plain.tail = None  # text behind it, which is its parent's
    _make_names_whole(plain, package)
    for each in plain.iter():
        for name in [name for name in each.attrib if name.startswith(f"{{{TOOLS}}}")]:
            del each.attrib[name]
    return ElementTree.canonicalize(ElementTree.tostring(plain, "unicode"), strip_text=True)


def _add(
    parent: ElementTree.Element, element: ElementTree.Element, package: str, label: str
) -> None:
    """Add a library's element unless the app has it or does not want it."""
    own = [each for each in parent if _key(each, package) == _key(element, package)]
    if any(each.get(_NODE) in ("remove", "replace") for each in own):
        return
    if not own:
        parent.append(element)
    elif _canonical(own[0], package) != _canonical(element, package):
        raise MergeError(
            f"{_named(element)} of {label} is declared otherwise by the app or another library; "
            'say which in the app\'s manifest: tools:node="replace" or "remove" on that element'
        )


def _child(parent: ElementTree.Element, tag: str) -> ElementTree.Element:
    found = parent.find(tag)
    return ElementTree.SubElement(parent, tag) if found is None else found


def _merge(
    main: ElementTree.Element, library: ElementTree.Element, label: str, min_sdk: int
) -> None:
    package = library.get("package")
    if not package:
        raise MergeError(
            f"the manifest of {label} names no package; give <manifest> the attribute `package`"
        )
    app_package = main.get("package", "")
    for element in library:
        if element.tag == "uses-sdk":
            _check_sdk(element.get(_MIN_SDK), label, min_sdk)
        elif element.tag in _TOP:
            _add(main, element, app_package, label)
        elif element.tag == "queries":
            queries = _child(main, "queries")
            for each in element:
                if _canonical(each, "") not in [_canonical(own, "") for own in queries]:
                    queries.append(each)
        elif element.tag == "application":
            _merge_application(main, element, package, label)
        else:
            raise MergeError(
                f"{_named(element)} of {label} cannot be merged; declare it in the app"
            )


def _merge_application(
    main: ElementTree.Element, library: ElementTree.Element, package: str, label: str
) -> None:
    if library.attrib:
        name = sorted(library.attrib)[0].rpartition("}")[2]
        raise MergeError(f"{label} states android:{name} of <application>; only the app may")
    application = _child(main, "application")
    for element in library:
        if element.tag not in _IN_APPLICATION:
            raise MergeError(
                f"{_named(element)} of {label} cannot be merged; declare it in the app"
            )
        _make_names_whole(element, package)
        _add(application, element, main.get("package", ""), label)


def _check_sdk(stated: str | None, label: str, min_sdk: int) -> None:
    if stated and not re.fullmatch(r"[0-9]{1,5}", stated):
        raise MergeError(
            f"the manifest of {label} states minSdkVersion {stated!r:.60}, expected a number such as {min_sdk}"
        )
    if stated and int(stated) > min_sdk:
        raise MergeError(
            f"{label} needs API level {stated}, the app's min_sdk_version is {min_sdk}; raise it to {stated}"
        )


def _parse(text: str, label: str) -> ElementTree.Element:
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        raise MergeError(f"the manifest of {label} is not XML: {error}") from None
    if root.tag != "manifest":
        raise MergeError(f"the manifest of {label} begins with <{root.tag}>, expected <manifest>")
    return root


def read(path: pathlib.Path) -> str:
    """Return the text of a manifest; raise MergeError if it is not UTF-8."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise MergeError(f"manifest {path} is not UTF-8 text ({error}); save it as UTF-8") from None


def _without_tools(root: ElementTree.Element) -> None:
    for parent in list(root.iter()):
        for child in [child for child in parent if child.get(_NODE) == "remove"]:
            parent.remove(child)
        for name in [name for name in parent.attrib if name.startswith(f"{{{TOOLS}}}")]:
            del parent.attrib[name]


def merge(
    main: str, libraries: list[tuple[str, str, int]], application_id: str, min_sdk: int
) -> str:
    """Return the app's manifest.

    Args:
      main: text of the app's own manifest.
      libraries: (label, text of its manifest, its oldest API level) of each library.
      application_id: package on the device; the manifest's if empty.
      min_sdk: oldest API level that the app installs on.

    Raises:
      MergeError: if a manifest is none, or two disagree.
    """
    root = _parse(main, "the app")
    application_id = application_id or root.get("package", "")
    if not libraries and _NODE not in {name for each in root.iter() for name in each.attrib}:
        # As it was written, comments and all.
        return main.replace(_PLACEHOLDER, application_id)
    for label, text, level in libraries:
        _check_sdk(str(level), label, min_sdk)
        _merge(root, _parse(text, label), label, min_sdk)
    _without_tools(root)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, "unicode")
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        + text.replace(_PLACEHOLDER, application_id)
        + "\n"
    )


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, fromfile_prefix_chars="@")
    parser.add_argument("--label", required=True, help="target to name in errors")
    parser.add_argument("--manifest", type=pathlib.Path, required=True)
    parser.add_argument("--application-id", default="")
    parser.add_argument("--min-sdk", type=int, required=True)
    parser.add_argument(
        "--library",
        action="append",
        default=[],
        nargs=3,
        metavar=("LABEL", "MIN_SDK", "MANIFEST"),
    )
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args(argv)
    ElementTree.register_namespace("android", ANDROID)
    ElementTree.register_namespace("tools", TOOLS)
    try:
        libraries = [
            (label, read(pathlib.Path(path)), int(level)) for label, level, path in args.library
        ]
        text = merge(read(args.manifest), libraries, args.application_id, args.min_sdk)
    except MergeError as error:
        print(f"ERROR {args.label}: {error}", file=sys.stderr)
        return 1
    args.out.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
