"""Renders a report as an HTML page, Markdown, CSV and JSON."""

import csv
import io
import json
import os
import pathlib
from collections.abc import Sequence
from typing import Any

import jinja2

from model_press.evaluate import summary
from model_press.formats import files, strict_json
from model_press.report import formatting, model, plots
from model_press.search import lock, outcome

_FOLDER = pathlib.Path(__file__).parent
_SUFFIXES = (".html", ".md", ".csv", ".json")
_WORST_SHOWN = 4
# A table of more classes is hard to read: only those that lose most are shown.
_MANY_CLASSES = 30
_SHOWN_CLASSES = 10


def write(report: model.Report, folder: str | os.PathLike[str], stem: str) -> list[pathlib.Path]:
    """Write <stem>.html, .md, .csv and .json into an existing folder; return their paths."""
    contents = (html(report), markdown(report), table(report), None)
    paths = [pathlib.Path(folder) / (stem + suffix) for suffix in _SUFFIXES]
    for path, text in zip(paths, contents, strict=True):
        if text is None:
            strict_json.write(path, report)
        else:
            files.write_bytes(path, text.encode())
    return paths


def html(report: model.Report) -> str:
    """Return one self-contained page."""
    return _page("page.html.j2", report, is_html=True)


def markdown(report: model.Report) -> str:
    """Return the same tables as Markdown."""
    return _page("page.md.j2", report, is_html=False)


def _page(template: str, report: model.Report, is_html: bool) -> str:
    environment = _environment(escape=is_html)
    text: str = environment.get_template(template).render(**_context(report, drawn=is_html))
    return text


def table(report: model.Report) -> str:
    """Return the main table as CSV: one line for each variant, Core ML's last (recipe `coreml_<recipe>`).

    Values are bytes, milliseconds and fractions. A field without a measurement is empty.
    """
    threads = sorted({t for v in report.variants for t in v.latency_ms}, key=int)
    header = ["name", "recipe", "bytes", "zipped_bytes", "apk_bytes"]
    header += [f"latency_ms_{t}_threads" for t in threads]
    header += ["peak_memory_bytes", "base_memory_bytes", "top1", "top1_drop", "top5"]
    header += ["top1_agreement_with_keras", "mean_kl", "max_diff", "mean_diff"]
    header += ["size_ratio", "latency_ratio", "memory_above_base_ratio", "partitions"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for each in (*report.variants, *report.coreml):
        agreement, ratios = each.agreement, each.ratios
        recipe = each.recipe if each.format == "tflite" else f"coreml_{each.recipe}"
        row = [each.name, recipe, each.bytes, each.zipped_bytes, each.apk_bytes]
        row += [each.latency_ms.get(t) for t in threads]
        row += [each.peak_memory_bytes, each.base_memory_bytes]
        row += [each.top1, each.top1_drop, each.top5]
        row += [agreement.top1, agreement.mean_kl, agreement.max_diff, agreement.mean_diff]
        row += [ratios.size, ratios.latency, ratios.memory_above_base]
        row.append(each.delegation and each.delegation.partitions)
        writer.writerow(row)
    return out.getvalue()


def _environment(escape: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=escape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for function in vars(formatting).values():
        if getattr(function, "__module__", "") == formatting.__name__:
            environment.filters[function.__name__] = function
    for function in (_words, _fields, _bounds, _ranked, _verdict):
        environment.filters[function.__name__.lstrip("_")] = function
    environment.filters["cell"] = lambda text: str(text).replace("|", "\\|")
    return environment


def _context(report: model.Report, drawn: bool) -> dict[str, Any]:
    """Return the templates' values: the report itself and the tables that are derived from it."""
    variants = report.variants
    threads = sorted({t for v in variants for t in v.latency_ms}, key=int)
    trained = any(v.top1 is not None for v in variants)
    published = report.published.rows if report.published else ()
    recipes = {variant.recipe for variant in variants}
    context = {
        "report": report,
        "rows": list(variants),
        "published_by_recipe": {row.recipe: row for row in published},
        "threads": threads,
        "threads_shown": threads or ["1", "2"],
        "trained": trained,
        "quality": "top-1 accuracy" if trained else "same answer as Keras",
        "no_accuracy": next((v.no_accuracy for v in variants if v.no_accuracy), ""),
        "absent": [row for row in published if row.recipe not in recipes],
        "worst_shown": _WORST_SHOWN,
        "ops": _ops(variants),
        "classes": _classes(report),
        "baseline_title": report.baseline_variant.title,
    }
    if drawn:
        context["css"] = (_FOLDER / "page.css").read_text("utf-8")
        context["pictures"] = _pictures(report, context)
    return context


def _words(figure: str) -> str:
    return figure.replace("_", " ").replace("top1", "top-1")


def _fields(values: str) -> str:
    return ", ".join(f"{name} {value}" for name, value in json.loads(values).items())


def _bounds(bounds: outcome.Bounds) -> str:
    known = {name: bound for name, bound in vars(bounds).items() if bound is not None}
    return ", ".join(f"{_words(name)} at most {bound:g}" for name, bound in known.items())


def _verdict(tried: lock.Tried, search: lock.Lock) -> str:
    if tried.outcome.point == search.winner.point:
        return "the winner"
    return tried.rejected or "keeps the bounds"


def _ranked(search: lock.Lock) -> list[lock.Tried]:
    """Return the trials of a search with the winner first, then by the goal."""

    def key(tried: lock.Tried) -> tuple[bool, bool, float]:
        figure = getattr(tried.outcome, search.goal)
        return tried.outcome.point != search.winner.point, figure is None, figure or 0.0

    return sorted(search.trace, key=key)


def _ops(variants: Sequence[model.Variant]) -> list[tuple[str, int, list[int]]]:
    """Return each operator, its version and the number of nodes in each variant."""
    counts = [{(op.name, op.version): op.count for op in v.ops} for v in variants]
    keys = sorted({key for each in counts for key in each})
    return [(*key, [each.get(key, 0) for each in counts]) for key in keys]


def _classes(
    report: model.Report,
) -> list[tuple[summary.ClassRow, list[float | None]]]:
    """Return each class of the baseline and its recall in each variant; of many, those that lose most."""
    rows = []
    for index, own in enumerate(report.baseline_variant.classes):
        rows.append((own, [v.classes[index].recall for v in report.variants]))
    if len(rows) <= _MANY_CLASSES:
        return rows

    def kept(row: tuple[summary.ClassRow, list[float | None]]) -> float:
        known = [recall for recall in row[1] if recall is not None]
        return min(known) - (row[0].recall or 0.0) if known else 0.0

    return sorted(rows, key=kept)[:_SHOWN_CLASSES]


def _pictures(report: model.Report, context: dict[str, Any]) -> dict[str, str]:
    """Return the plots by name; one without data is missing."""
    label, threads = context["quality"], context["threads"]
    rows = list(enumerate(report.variants))

    def score(row: model.Variant) -> float:
        return row.agreement.top1 if row.top1 is None else row.top1

    sizes = [(i, row.title, row.bytes / 1e6, score(row)) for i, row in rows]
    found = {"size": plots.pareto(sizes, "file, MB", label, "size")}
    if threads:
        first = threads[0]
        times = [
            (i, row.title, row.latency_ms[first], score(row))
            for i, row in rows
            if first in row.latency_ms
        ]
        text = f"latency with {first} thread{'s' * (first != '1')}, ms"
        found["latency"] = plots.pareto(times, text, label, "latency")
    lines = []
    for i, row in rows:
        values = [layer.sqnr_db for layer in row.layers.layers] if row.layers else []
        if any(value is not None for value in values):
            lines.append((i, row.title, values))
    if lines:
        found["layers"] = plots.layer_lines(lines, "layers")
    return found
