"""The pages under docs/python: which modules are public, and how they are written as Markdown."""

import dataclasses
import pathlib
import re
from collections.abc import Iterator, Mapping

import docstring_parser
import griffe
import markdown_page
import python_api
from markdown_page import MARK, cell, contents, first_sentence, prose, table
from pages import FORMAT_MODULES
from python_api import Program

FOLDER = "docs/python"


@dataclasses.dataclass(frozen=True)
class Page:
    """target: what a program depends on. modules: what it may then import; what they import in turn is not public.

    example: a program that runs beside the files that it names.
    """

    title: str
    target: str
    modules: tuple[str, ...]
    example: str = ""


PAGES = {
    "keras_file.md": Page(
        "Saving Keras models", "//python:keras_file", ("model_press.keras_io.keras_file",)
    ),
    "load.md": Page("Loading Keras models", "//python:load", ("model_press.keras_io.load",)),
    "formats.md": Page(
        "Reading and writing the formats",
        "//python:formats",
        (
            "model_press.formats.errors",
            "model_press.formats.recipes",
            "model_press.formats.compressions",
            "model_press.formats.coreml_recipes",
            "model_press.formats.manifest",
            "model_press.formats.camera_input",
            "model_press.formats.bundle",
            "model_press.formats.metrics",
        ),
    ),
    "runtime.md": Page(
        "Running variants",
        "//python:runtime",
        (
            "model_press.images.decode",
            "model_press.images.preprocess",
            "model_press.tflite.interpreter",
            "model_press.camera_input.tflite.runner",
            "model_press.memory.batches",
        ),
        example="""\
from model_press.formats import manifest
from model_press.images import decode, preprocess
from model_press.tflite.interpreter import Interpreter

described = manifest.read_tflite("model.manifest.json")
_, height, width, _ = described.input.shape
pixels = decode.fit(decode.decode("photo.jpg"), width, height, described.preprocess.resize.fit)
outputs = Interpreter("model.tflite").run(preprocess.encode_input(pixels[None], described))
scores = preprocess.decode_output(outputs, described.output)[0]
print(scores.argmax(), scores.max())
""",
    ),
    "inspection.md": Page(
        "Looking into a .tflite",
        "//python:inspection",
        ("model_press.tflite.reader", "model_press.inspect.inspect_model"),
    ),
    "coreml_evaluator.md": Page(
        "Running Core ML packages off a Mac",
        "//python:coreml_evaluator",
        ("model_press.coreml.evaluator.classifier",),
    ),
}


def _doc(text: str, fields: frozenset[str] = frozenset()) -> Iterator[str]:
    """Write a docstring as Markdown, with what it says of a dataclass's fields as a list."""
    found = docstring_parser.parse(text, docstring_parser.DocstringStyle.GOOGLE)
    for paragraph in filter(None, (found.description or "").split("\n\n")):
        yield "\n".join(_fields_as_list(paragraph.splitlines(), fields)) + "\n"
    items = [(f"`{each.arg_name.lstrip('*')}`", each) for each in found.params]
    for returned in found.many_returns:
        what = "Yields" if returned.is_generator else "Returns"
        items.append((f"{what}: {returned.type_name}" if returned.type_name else what, returned))
    items += [(f"Raises `{each.type_name}`", each) for each in found.raises]
    if items:
        said = (
            f"- {name}: {prose(' '.join((each.description or '').split()))}" for name, each in items
        )
        yield "\n".join(said) + "\n"


def _fields_as_list(lines: list[str], fields: frozenset[str]) -> Iterator[str]:
    """`name: text` of a field, with the indented lines after it, as an item."""
    in_list = False
    for number, line in enumerate(lines):
        start = re.match(r"(\w+(?:, \w+)*): ", line)
        if start and fields.issuperset(start[1].split(", ")):
            if number and not in_list:
                yield ""
            in_list = True
            names = ", ".join(f"`{name}`" for name in start[1].split(", "))
            yield f"- {names}: {prose(line[start.end() :])}"
        elif in_list and line.startswith(" "):
            yield f"  {prose(line.strip())}"
        else:
            if in_list:
                yield ""
            in_list = False
            yield prose(line)


def _code(text: str) -> str:
    return f"```python\n{text}\n```\n"


def _entry(entry: griffe.Object) -> Iterator[str]:
    yield f"### {entry.name}\n"
    yield _code(python_api.code(entry))
    members = list(python_api.public(entry)) if isinstance(entry, griffe.Class) else []
    fields = python_api.fields(entry) if isinstance(entry, griffe.Class) else []
    yield from _doc(python_api.doc(entry), frozenset(field.name for field in fields))
    properties = [each for each in members if "property" in each.labels]
    for each in properties:
        assert isinstance(each, griffe.Attribute)
        said = python_api.doc(each)
        yield f"- `{each.name}` ({each.annotation}){': ' + prose(first_sentence(said)) if said else ''}"
    if properties:
        yield ""
    for each in members:
        if each.is_function:
            yield _code(python_api.code(each))
            yield from _doc(python_api.doc(each))


def _module(module: griffe.Module) -> Iterator[str]:
    yield f"## {module.name}\n"
    yield from _doc(python_api.doc(module))
    constants = list(python_api.constants(module))
    if constants:
        yield _code("\n".join(constants))
    title = _FORMATS.get(module.name)
    entries = [each for each in python_api.public(module) if not each.is_attribute]
    if title:
        classes = ", ".join(f"`{each.name}`" for each in entries if "dataclass" in each.labels)
        link = f"[the format's](../rules/formats.md#{markdown_page.anchor(title)})"
        yield f"Dataclasses, whose fields are {link}: {classes}.\n"
        entries = [each for each in entries if "dataclass" not in each.labels]
    for entry in entries:
        yield from _entry(entry)


# Modules whose dataclasses the formats' page describes already -> its heading.
_FORMATS = {name: title for title, name in FORMAT_MODULES.items()}


def _page(page: Page, modules: list[griffe.Module]) -> str:
    lines = [MARK, f"# {page.title}\n"]
    package, _, name = modules[0].name.rpartition(".")
    lines.append(
        f'    deps = ["{page.target}"]    # from another workspace: "@model_press{page.target}"\n'
    )
    lines.append(f"    from {package} import {name}\n")
    if len(modules) > 1:
        links = (f"[{module.name}](#{markdown_page.anchor(module.name)})" for module in modules)
        lines.append(" · ".join(links) + "\n")
    if page.example:
        lines.append(_code(page.example.rstrip()))
    for module in modules:
        lines += _module(module)
    return "\n".join(lines).rstrip() + "\n"


def _programs_page(programs: Mapping[str, Program]) -> str:
    lines = [MARK, "# Programs\n"]
    lines.append(
        "What stands behind `--` in `bazel run TARGET -- ...`. Paths are meant from where you type it. A mistake ends "
        "a program with 1 and one line on standard error.\n"
    )
    for target, program in programs.items():
        lines += [f"## {target}\n", prose(program.text) + "\n"]
        if program.options:
            rows = [
                (
                    f"`{option.usage}`",
                    "" if option.default is None else f"`{option.default}`",
                    cell(option.text),
                )
                for option in program.options
            ]
            lines.append(table(["option", "default", ""], rows))
    return "\n".join(lines).rstrip() + "\n"


def _index(modules: Mapping[str, list[griffe.Module]], programs: Mapping[str, Program]) -> str:
    lines = [MARK, "# Python reference\n"]
    lines.append(
        "Modules that a program of yours may import, by the target that it depends on, written from their docstrings. "
        "Other modules may change in any release ([versions](../versions.md)). None of them imports TensorFlow before "
        "a function that needs it is called.\n"
    )
    for name, page in PAGES.items():
        rows = [(name, module.name, python_api.doc(module)) for module in modules[name]]
        lines += [f"## [{page.title}]({name})\n", f"`{page.target}`\n", contents(rows)]
    rows = [("programs.md", target, program.text) for target, program in programs.items()]
    lines += ["## [Programs](programs.md)\n", contents(rows).rstrip()]
    return "\n".join(lines) + "\n"


def public_modules(root: pathlib.Path) -> dict[str, list[griffe.Module]]:
    """Return the modules that each page documents."""
    return {
        name: [python_api.read(root / "python", module) for module in page.modules]
        for name, page in PAGES.items()
    }


def render(root: pathlib.Path, programs: Mapping[str, Program]) -> dict[str, str]:
    """Return the content of every page by path."""
    modules = public_modules(root)
    pages = {name: _page(page, modules[name]) for name, page in PAGES.items()}
    pages["README.md"] = _index(modules, programs)
    pages["programs.md"] = _programs_page(programs)
    return {f"{FOLDER}/{page}": text for page, text in sorted(pages.items())}
