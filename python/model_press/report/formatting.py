"""Formats figures for people. None means not measured and is said in words."""

from collections.abc import Sequence

NOT_MEASURED = "not measured"
_SPACE = "\N{NO-BREAK SPACE}"


def megabytes(value: float | None) -> str:
    """Return the bytes as MB (10^6), three digits: "24.2 MB", with a space that does not break."""
    return NOT_MEASURED if value is None else f"{_digits(value / 1e6)}{_SPACE}MB"


def milliseconds(value: float | None) -> str:
    """Return the milliseconds, three digits: "0.291 ms"."""
    return NOT_MEASURED if value is None else f"{_digits(value)}{_SPACE}ms"


def ratio(value: float | None) -> str:
    """Return a ratio to the baseline: "x 0.265"; "" where there is none."""
    return "" if value is None else f"\N{MULTIPLICATION SIGN}{_SPACE}{_digits(value)}"


def percent(value: float | None, missing: str = NOT_MEASURED) -> str:
    """Return a fraction in per cent, two decimals."""
    return missing if value is None else f"{100 * value:.2f}{_SPACE}%"


def share(value: float) -> str:
    """Return a share from none to all in per cent; a small one is not rounded to none."""
    if 0 < value < 5e-5:
        return f"below 0.01{_SPACE}%"
    return percent(value)


def points(value: float | None) -> str:
    """Return a loss of accuracy in percentage points: "0.15 points less", "the same", "0.05 points more"."""
    if value is None:
        return ""
    if abs(value) < 5e-5:
        return "the same"
    return f"{abs(100 * value):.2f} points {'less' if value > 0 else 'more'}"


def number(value: float | None, digits: int = 3) -> str:
    """Format a number with a fixed number of digits."""
    return NOT_MEASURED if value is None else f"{value:.{digits}g}"


def divergence(value: float) -> str:
    """Return a Kullback-Leibler divergence in nats; the smallest differ by rounding only."""
    return "below 0.0001" if value < 1e-4 else f"{value:.2g}"


def short_layer(name: str) -> str:
    """Return the first part of a tensor's name: the converter joins the names of all layers that it fused by ";"."""
    return name.split(";")[0]


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the first names, and how many more there are."""
    shown = ", ".join(short_layer(name) for name in names[:most])
    return shown + (f" and {len(names) - most} more" if len(names) > most else "")


def _digits(value: float) -> str:
    if abs(value) >= 99.95:
        return f"{value:.0f}"
    if abs(value) >= 9.995:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 0.9995 else f"{value:.3f}"
