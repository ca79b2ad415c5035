"""report.json as one HTML page, as Markdown and as CSV."""

import csv
import io
import os
import pathlib
from typing import Any

import jinja2

from model_press.formats import files
from model_press.report import formats, plots, view

_FOLDER = pathlib.Path(__file__).parent
_SUFFIXES = (".html", ".md", ".csv", ".json")


def write(report: dict[str, Any], folder: str | os.PathLike[str], stem: str) -> list[pathlib.Path]:
    """Write <stem>.html, .md, .csv and .json into an existing folder; return their paths."""
    contents = (html(report), markdown(report), table(report), None)
    paths = [pathlib.Path(folder) / (stem + suffix) for suffix in _SUFFIXES]
    for path, text in zip(paths, contents, strict=True):
        if text is None:
            files.write_json(path, report)
        else:
            files.write_bytes(path, text.encode())
    return paths


def html(report: dict[str, Any]) -> str:
    """Return one self-contained page."""
    return _page("page.html.j2", report, is_html=True)


def markdown(report: dict[str, Any]) -> str:
    """Return the same tables as Markdown."""
    return _page("page.md.j2", report, is_html=False)


def _page(template: str, report: dict[str, Any], is_html: bool) -> str:
    environment = _environment(escape=is_html)
    text: str = environment.get_template(template).render(**_context(report, drawn=is_html))
    return text


def table(report: dict[str, Any]) -> str:
    """Return the main table as CSV: one line a variant, Core ML's last (recipe `coreml_<recipe>`).

    Bytes, ms and fractions; an empty field is what was not measured.
    """
    threads = sorted({t for v in report["variants"] for t in v["latency_ms"]}, key=int)
    header = ["name", "recipe", "bytes", "zipped_bytes", "apk_bytes"]
    header += [f"latency_ms_{t}_threads" for t in threads]
    header += ["peak_memory_bytes", "base_memory_bytes", "top1", "top1_drop", "top5"]
    header += ["top1_agreement_with_keras", "mean_kl", "max_diff", "mean_diff"]
    header += ["size_ratio", "latency_ratio", "memory_above_base_ratio", "partitions"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for variant in report["variants"]:
        agreement, ratios = variant["agreement"], variant["ratios"]
        row = [variant[key] for key in ("name", "recipe", "bytes", "zipped_bytes", "apk_bytes")]
        row += [variant["latency_ms"].get(t) for t in threads]
        row += [variant[key] for key in header[5 + len(threads) : 10 + len(threads)]]
        row += [agreement[key] for key in ("top1", "mean_kl", "max_diff", "mean_diff")]
        row += [ratios[key] for key in ("size", "latency", "memory_above_base")]
        row.append((variant["delegation"] or {}).get("partitions"))
        writer.writerow(row)
    for package in report["coreml"]:
        known = {
            **package["agreement"],
            **package,
            "recipe": f"coreml_{package['recipe']}",
            "size_ratio": package["ratios"]["size"],
            "top1_agreement_with_keras": package["agreement"]["top1"],
        }
        writer.writerow([known.get(key) for key in header])
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
        environment.filters[name] = getattr(formats, name)
    environment.filters["cell"] = lambda text: str(text).replace("|", "\\|")
    return environment


def _context(report: dict[str, Any], drawn: bool) -> dict[str, Any]:
    context = view.context(report)
    if drawn:
        context["css"] = (_FOLDER / "page.css").read_text("utf-8")
        context["pictures"] = _pictures(report, context)
    return context


def _pictures(report: dict[str, Any], context: dict[str, Any]) -> dict[str, str]:
    """Return the plots by name, without empty ones."""
    key, label, threads = context["quality_key"], context["quality"], context["threads"]
    rows = list(enumerate(context["rows"]))

    def score(row: dict[str, Any]) -> float:
        share: float = row["top1"] if key == "top1" else row["agreement"]["top1"]
        return share

    sizes = [(i, row["recipe_title"], row["bytes"] / 1e6, score(row)) for i, row in rows]
    found = {"size": plots.pareto(sizes, "file, MB", label, "size")}
    if threads:
        first = threads[0]
        times = [
            (i, row["recipe_title"], row["latency_ms"][first], score(row))
            for i, row in rows
            if first in row["latency_ms"]
        ]
        text = f"latency with {first} thread{'s' * (first != '1')}, ms"
        found["latency"] = plots.pareto(times, text, label, "latency")
    lines = []
    for i, row in rows:
        values = [layer["sqnr_db"] for layer in row["layers"]["layers"]] if row["layers"] else []
        if any(value is not None for value in values):
            lines.append((i, row["recipe_title"], values))
    if lines:
        found["layers"] = plots.layer_lines(lines, "layers")
    return found
