"""The pages under docs/python: which modules are public, and how they are written as Markdown."""

import dataclasses
import pathlib
import re
from collections.abc import Iterator, Mapping

import docstrings
import markdown
import python_api
from generated import MARK, cell, first_sentence, prose
from pages import FORMAT_MODULES
from programs import Option, Program
from python_api import Entry, Module

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
            "model_press.formats.camera_manifest",
            "model_press.formats.coreml_manifest",
            "model_press.formats.metrics",
        ),
    ),
    "runtime.md": Page(
        "Running variants",
        "//python:runtime",
        (
            "model_press.images.decode",
            "model_press.formats.preprocess",
            "model_press.tflite.interpreter",
            "model_press.camera_input.tflite.runner",
            "model_press.memory.batches",
        ),
        example="""\
from model_press.images import preprocess
from model_press import images, manifest, preprocess
from model_press.tflite.interpreter import Interpreter

sheet = manifest.read("model.manifest.json")
_, height, width, _ = sheet.input.shape
pixels = images.fit(images.decode("photo.jpg"), width, height, sheet.preprocess.resize.fit)
codes = Interpreter("model.tflite").run(preprocess.encode_input(pixels[None], sheet))
scores = preprocess.decode_output(codes, sheet.output)[0]
print(scores.argmax(), scores.max())
""",
    ),
    "inspection.md": Page(
        "Looking into a .tflite",
        "//python:inspection",
        ("model_press.tflite.reader", "model_press.inspect.inspection"),
    ),
    "coreml_evaluator.md": Page(
        "Running Core ML packages off a Mac",
        "//python:coreml_evaluator",
        ("model_press.coreml.evaluator.classifier",),
    ),
}

_LISTS = {"Args": "", "Returns": "Returns: ", "Yields": "Yields: ", "Raises": "Raises "}


def _doc(text: str, fields: frozenset[str] = frozenset()) -> Iterator[str]:
    """A docstring as Markdown; what it says line by line of a dataclass's fields becomes a list."""
    found = docstrings.parse(text)
    for paragraph in filter(None, found.text.split("\n\n")):
        yield "\n".join(_fields_as_list(paragraph.splitlines(), fields)) + "\n"
    items = [
        f"- {_LISTS[section]}{f'`{name}`: ' if name else ''}{prose(said)}"
        for section, said_of in found.sections.items()
        for name, said in said_of
    ]
    if items:
        yield "\n".join(items) + "\n"


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


def _entry(entry: Entry) -> Iterator[str]:
    yield f"### {entry.name}\n"
    yield _code(entry.code)
    fields = re.findall(r"^    (\w+):", entry.code, re.MULTILINE)
    yield from _doc(entry.doc, frozenset(fields if entry.kind == "dataclass" else ()))
    properties = [member for member in entry.members if member.kind == "property"]
    for member in properties:
        kind = member.code.partition("-> ")[2].removesuffix(":")
        said = f": {prose(first_sentence(member.doc))}" if member.doc else ""
        yield f"- `{member.name}` ({kind}){said}"
    if properties:
        yield ""
    for member in entry.members:
        if member.kind == "method":
            yield _code(member.code)
            yield from _doc(member.doc)


def _module(module: Module) -> Iterator[str]:
    yield f"## {module.name}\n"
    yield from _doc(module.doc)
    if module.constants:
        yield _code("\n".join(module.constants))
    title = _FORMATS.get(module.name)
    entries = module.entries
    if title:
        classes = ", ".join(f"`{entry.name}`" for entry in entries if entry.kind == "dataclass")
        link = f"[the format's](../rules/formats.md#{markdown.anchor(title)})"
        yield f"Dataclasses, whose fields are {link}: {classes}.\n"
        entries = tuple(entry for entry in entries if entry.kind != "dataclass")
    for entry in entries:
        yield from _entry(entry)


# Modules whose dataclasses the formats' page describes already -> its heading.
_FORMATS = {
    path.removesuffix(".py").replace("/", "."): title for title, path in FORMAT_MODULES.items()
}


def _page(page: Page, modules: list[Module]) -> str:
    lines = [MARK, f"# {page.title}\n"]
    package, _, name = modules[0].name.rpartition(".")
    lines.append(
        f'    deps = ["{page.target}"]    # from another workspace: "@model_press{page.target}"\n'
    )
    lines.append(f"    from {package} import {name}\n")
    if len(modules) > 1:
        links = (f"[{module.name}](#{markdown.anchor(module.name)})" for module in modules)
        lines.append(" · ".join(links) + "\n")
    if page.example:
        lines.append(_code(page.example.rstrip()))
    for module in modules:
        lines += _module(module)
    return "\n".join(lines).rstrip() + "\n"


def _option(option: Option) -> str:
    default = "" if option.default is None else f"`{option.default}`"
    return f"| `{option.usage}` | {default} | {cell(option.text)} |"


def _programs_page(programs: Mapping[str, Program]) -> str:
    lines = [MARK, "# Programs\n"]
    lines.append(
        "What stands behind `--` in `bazel run TARGET -- ...`. Paths are meant from where you type it. A mistake ends "
        "a program with 1 and one line on standard error.\n"
    )
    for target, program in programs.items():
        lines += [f"## {target}\n", prose(program.text) + "\n"]
        if program.options:
            lines.append("| option | default | |\n|---|---|---|")
            lines += [_option(option) for option in program.options]
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _index(modules: Mapping[str, list[Module]], programs: Mapping[str, Program]) -> str:
    lines = [MARK, "# Python reference\n"]
    lines.append(
        "Modules that a program of yours may import, by the target that it depends on, written from their docstrings. "
        "Other modules may change in any release ([versions](../versions.md)). None of them imports TensorFlow before "
        "a function that needs it is called.\n"
    )
    for name, page in PAGES.items():
        lines += [f"## [{page.title}]({name})\n", f"`{page.target}`\n", "| | |\n|---|---|"]
        for module in modules[name]:
            link = f"[{module.name}]({name}#{markdown.anchor(module.name)})"
            lines.append(f"| {link} | {cell(first_sentence(module.doc))} |")
        lines.append("")
    lines += ["## [Programs](programs.md)\n", "| | |\n|---|---|"]
    for target, program in programs.items():
        link = f"[{target}](programs.md#{markdown.anchor(target)})"
        lines.append(f"| {link} | {cell(first_sentence(program.text))} |")
    return "\n".join(lines) + "\n"


def public_modules(root: pathlib.Path) -> dict[str, list[Module]]:
    """Page -> the modules that it documents."""
    return {
        name: [python_api.read(root / "python", module) for module in page.modules]
        for name, page in PAGES.items()
    }


def render(root: pathlib.Path, programs: Mapping[str, Program]) -> dict[str, str]:
    """Path in the workspace -> content, for every page."""
    modules = public_modules(root)
    pages = {name: _page(page, modules[name]) for name, page in PAGES.items()}
    pages["README.md"] = _index(modules, programs)
    pages["programs.md"] = _programs_page(programs)
    return {f"{FOLDER}/{page}": text for page, text in sorted(pages.items())}
