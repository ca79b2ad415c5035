"""The plots, as SVG that takes its colours from the page: the same bytes for the same figures.

matplotlib writes placeholder colours, which become CSS variables of the page (`--ink`, `--grid`, `--s0` ...), so that
one picture serves light, dark and print.
"""

import io
import os
import re
import tempfile
from collections.abc import Callable, Sequence
from typing import Any

# Distinct placeholders; what they stand for is in page.css.
_INK, _GRID = "#010101", "#010102"
_SERIES = [f"#0102{index:02x}" for index in range(16)]
_VARIABLES = {_INK: "var(--ink)", _GRID: "var(--grid)"}
_VARIABLES.update({color: f"var(--s{index % 8})" for index, color in enumerate(_SERIES)})
_MARKERS = "osD^vPX*<>hd"
_SIZE_IN = (4.6, 3.3)
# Ratio of the largest to the smallest x from which on the axis is logarithmic.
_LOG_FROM = 15
# Longest name of which three fit beside each other.
_SHORT_NAME = 14


def pareto(
    points: Sequence[tuple[int, str, float, float]], x_label: str, y_label: str, salt: str
) -> str:
    """Return a scatter plot with the Pareto front (least x, most y) as a line; y is a fraction, shown in per cent.

    Args:
      points: (number of the series, name, x, y), in the order of the legend. The number gives colour and marker.
      salt: keeps the identifiers of two plots on one page apart.
    """

    def draw(axes: Any) -> None:
        from matplotlib import ticker

        # A front among variants that kept little is useless.
        shown = lowest_shown([y for *_, y in points])
        front = pareto_front([(x, y) for *_, x, y in points if y >= shown])
        axes.plot(
            [x for x, _ in front], [y for _, y in front], color=_GRID, linewidth=1.5, zorder=1
        )
        low, high = shown, max(y for *_, y in points)
        room = max(0.12 * (high - low), 0.0005)
        for index, name, x, y in points:
            if y < shown:
                name, y = f"{name}: below, {y:.0%}", low - room
            axes.plot(
                [x],
                [y],
                linestyle="none",
                clip_on=False,
                marker=_MARKERS[index % len(_MARKERS)],
                markersize=9,
                color=_SERIES[index % len(_SERIES)],
                markeredgewidth=0,
                label=name,
                zorder=2,
            )
        xs = [x for _, _, x, _ in points]
        if max(xs) > _LOG_FROM * min(xs):
            axes.set_xscale("log")
            axes.set_xlim(0.7 * min(xs), 1.4 * max(xs))
            axes.xaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
            axes.xaxis.set_minor_formatter(ticker.NullFormatter())
        else:
            axes.set_xlim(0, 1.08 * max(xs))
        axes.set_ylim(low - room, high + room)
        axes.yaxis.set_major_formatter(
            ticker.PercentFormatter(1, decimals=2 if high - low < 0.02 else 0)
        )
        axes.yaxis.set_major_locator(ticker.MaxNLocator(5, steps=[1, 2, 5, 10]))
        axes.set_xlabel(x_label)
        axes.set_ylabel(y_label)

    return _svg(draw, salt)


def lowest_shown(ys: Sequence[float]) -> float:
    """Return where the y axis may begin: points far below all others would squeeze those into one line.

    They are left out where the others keep within a quarter of the whole range.
    """
    ordered = sorted(ys)
    gaps = [after - before for before, after in zip(ordered, ordered[1:], strict=False)]
    if not gaps:
        return ordered[0]
    cut = max(range(len(gaps)), key=gaps.__getitem__)
    rest, whole = ordered[-1] - ordered[cut + 1], ordered[-1] - ordered[0]
    return ordered[cut + 1] if rest <= whole / 4 and cut + 1 <= len(ys) / 3 else ordered[0]


def pareto_front(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the points that no other beats in both: less (or equal) x and more (or equal) y, by growing x."""
    best: list[tuple[float, float]] = []
    for x, y in sorted(set(points), key=lambda point: (point[0], -point[1])):
        if not best or y > best[-1][1]:
            best.append((x, y))
    return best


def layer_lines(series: Sequence[tuple[int, str, Sequence[float | None]]], salt: str) -> str:
    """Plot the signal to noise (dB) of each layer, one line per variant; a layer without error leaves a gap.

    Args:
      series: (number of the series, name, dB by layer in graph order).
    """

    def draw(axes: Any) -> None:
        for index, name, values in series:
            numbers = [float("nan") if value is None else value for value in values]
            axes.plot(
                range(1, len(numbers) + 1),
                numbers,
                color=_SERIES[index % len(_SERIES)],
                linewidth=1.4,
                label=name,
            )
        axes.set_xlabel("layer, input to output")
        axes.set_ylabel("signal to error, dB")

    return _svg(draw, salt)


def _svg(draw: Callable[[Any], None], salt: str) -> str:
    # Before their import: they would write caches into the home of the user, which an action does not have.
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MPLCONFIGDIR"] = os.environ["XDG_CACHE_HOME"] = folder
        import matplotlib
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure

        settings = {
            "svg.hashsalt": salt,
            "svg.fonttype": "none",
            "font.family": "DejaVu Sans",
            "font.size": 9,
            "text.color": _INK,
            "axes.labelcolor": _INK,
            "axes.edgecolor": _GRID,
            "xtick.color": _INK,
            "ytick.color": _INK,
            "grid.color": _GRID,
            "axes.grid": True,
            "grid.linewidth": 0.4,
            "axes.axisbelow": True,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "legend.frameon": False,
            "figure.facecolor": "none",
            "axes.facecolor": "none",
        }
        with matplotlib.rc_context(settings):
            figure = Figure(figsize=_SIZE_IN, layout="constrained")
            FigureCanvasSVG(figure)
            axes = figure.add_subplot()
            draw(axes)
            # Three columns of names such as pruned50_dynamic_int8 do not fit.
            handles, names = axes.get_legend_handles_labels()
            columns = 3 if max(map(len, names)) <= _SHORT_NAME else 2
            figure.legend(handles, names, loc="outside lower center", ncols=columns)
            out = io.StringIO()
            figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    return inline(out.getvalue(), salt)


def inline(svg: str, salt: str) -> str:
    """Return an SVG document as part of a page: no prologue, the page's colours and font, identifiers of its own."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    for placeholder, variable in _VARIABLES.items():
        svg = svg.replace(placeholder, variable)
    svg = re.sub(r"'DejaVu Sans'[^;\"]*", "var(--font)", svg)
    svg = re.sub(r'\bid="', f'id="{salt}-', svg)
    svg = re.sub(r'href="#', f'href="#{salt}-', svg)
    svg = re.sub(r"url\(#", f"url(#{salt}-", svg)
    # It scales with the column that it stands in.
    head, rest = svg.split(">", 1)
    return re.sub(r' (width|height)="[^"]*"', "", head) + ' role="img">' + rest
