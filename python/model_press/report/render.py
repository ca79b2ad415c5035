"""Renders a report as an HTML page, Markdown, CSV and JSON."""

import csv
import io
import os
import pathlib
from typing import Any

import jinja2

from model_press.formats import files, strict_json
from model_press.report import formatting, model, plots, view

_FOLDER = pathlib.Path(__file__).parent
_SUFFIXES = (".html", ".md", ".csv", ".json")


def write(report: model.Report, folder: str | os.PathLike[str], stem: str) -> list[pathlib.Path]:
    """Write <stem>.html, .md, .csv and .json into an existing folder; return their paths."""
    contents = (html(report), markdown(report), table(report), None)
    paths = [pathlib.Path(folder) / (stem + suffix) for suffix in _SUFFIXES]
    for path, text in zip(paths, contents, strict=True):
        if text is None:
            files.write_json(path, strict_json.to_json(report))
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
    for name in (
        "megabytes",
        "milliseconds",
        "ratio",
        "percent",
        "share",
        "points",
        "number",
        "divergence",
        "short_layer",
        "listed",
    ):
        environment.filters[name] = getattr(formatting, name)
    environment.filters["cell"] = lambda text: str(text).replace("|", "\\|")
    return environment


def _context(report: model.Report, drawn: bool) -> dict[str, Any]:
    context = view.context(report)
    if drawn:
        context["css"] = (_FOLDER / "page.css").read_text("utf-8")
        context["pictures"] = _pictures(report, context)
    return context


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
