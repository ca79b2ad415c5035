"""The rendered report: complete, self-contained, escaped, equal bytes, and silent about nothing that is missing."""

import csv
import dataclasses
import html.parser
import io
import re

import pytest
from testing.report_facts import INT8, facts_of, metrics_of, record_of

from model_press.report import build, formatting, plots, render


def _report(trained=True, measured=True, **keywords):
    device = metrics_of(record_of(INT8, 4, 30.0, 60_000_000), kind="android")
    return build.build(facts_of(trained, **keywords), metrics_of() if measured else None, [device])


@pytest.fixture(scope="module")
def page() -> str:
    return render.html(_report())


class _Checker(html.parser.HTMLParser):
    """Collects text and identifiers; fails on a tag that is not closed in order."""

    _VOID = ("meta", "br", "link", "img")

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.text, self.rows = [], [], [], []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "tr":
            self.rows.append(0)
        if tag in ("td", "th"):
            self.rows[-1] += int(attributes.get("colspan", 1))
        if tag not in self._VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self._VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "defs"):
            self.text.append(data)


def _checked(page: str) -> _Checker:
    checker = _Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


@pytest.mark.parametrize("trained", [True, False])
@pytest.mark.parametrize("measured", [True, False])
def test_the_page_is_well_formed_and_self_contained(trained, measured):
    page = render.html(_report(trained, measured))
    checker = _checked(page)
    assert len(checker.ids) == len(set(checker.ids)), "two elements have one id"
    assert not re.search(r"https?://(?!www\.w3\.org/)", page), "the page loads something"
    assert "<script" not in page
    text = " ".join(checker.text)
    assert ("not measured" in text) or measured
    assert ("untrained" in text) != trained


def test_every_table_is_rectangular(page):
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        assert len(set(_checked(table).rows)) == 1, table[:300]


@pytest.mark.parametrize(("cores", "said"), [(1, "1 core"), (2, "2 cores")])
def test_one_core_is_not_several(cores, said):
    def on(measured):
        machine = dataclasses.replace(measured.machine, cores=cores)
        return dataclasses.replace(measured, machine=machine)

    device = metrics_of(record_of(INT8, 1, 30.0, 60_000_000), kind="android")
    report = build.build(facts_of(), on(metrics_of()), [on(device)])
    page, text = render.html(report), render.markdown(report)
    # The machine of the build, at the top and among the conditions, and the device.
    assert (len(re.findall(f", {said}[,<]", page)), len(re.findall(f", {said}[.,]", text))) == (
        3,
        2,
    )


def test_names_are_escaped(page):
    assert "cat &amp; dog" in page and "&lt;bird&gt;" in page and "<bird>" not in page
    assert "Test CPU &lt;i9&gt;" in page and "coreml_palette4" in page


@pytest.mark.parametrize(
    "parts",
    [
        ["2.50_ms", "55.0_MB", "2.00 points less", "2 RELU", "98.70_%"],
        ["fails", "holds", "zeros are stored densely"],
        ["conv<1> \N{MULTIPLICATION SIGN}_5.00", "below 0.01_%", "1.00_%"],
        ["3 of 45 points, for the smallest size ratio with top-1 drop at most 0.015"],
        ["channels.budget 0.3, channels.least 0.2", "the winner", "is above 0.015"],
        ["layer <x> cannot be pruned"],
    ],
    ids=["figures", "claims", "calibration", "search", "trials", "failed trial"],
)
def test_the_text_of_the_page_has(page, parts):
    text = re.sub(r"[ \n]+", " ", " ".join(_checked(page).text))
    assert [part for part in parts if part.replace("_", "\N{NO-BREAK SPACE}") not in text] == []


def test_untrained_plots_show_agreement_and_say_so(page):
    untrained = render.html(_report(trained=False))
    assert "same answer as Keras against file size" in untrained
    assert "top-1 accuracy against" not in untrained
    assert "top-1 accuracy against file size" in page


def test_without_published_figures_there_is_no_column():
    page = render.html(_report(article=None))
    assert "The paper" not in page and 'class="published' not in page


def test_markdown_tables_are_rectangular():
    text = render.markdown(_report())
    widths = []
    for line in [*text.splitlines(), ""]:
        if line.startswith("|"):
            widths.append(len(re.findall(r"(?<!\\)\|", line)))
        elif widths:
            assert len(set(widths)) == 1, f"table before {line!r} has rows of {widths}"
            widths = []
    assert "bias \\| of an integer operator" in text
    assert "| int8 | 0.250" in text


def test_unmeasured_markdown_says_so():
    assert "| not measured" in render.markdown(_report(measured=False))


def test_csv_has_bytes_and_fractions():
    rows = list(csv.DictReader(io.StringIO(render.table(_report()))))
    assert rows[1]["name"] == INT8
    assert (rows[1]["bytes"], rows[1]["latency_ms_1_threads"]) == ("250000", "2.5")
    assert (rows[1]["top1"], rows[1]["top1_drop"], rows[1]["partitions"]) == ("0.93", "0.02", "1")
    assert (rows[2]["recipe"], rows[2]["bytes"]) == ("coreml_palette4", "125000")
    assert (rows[2]["top1"], rows[2]["latency_ms_1_threads"]) == ("0.94", "")
    unmeasured = list(csv.DictReader(io.StringIO(render.table(_report(False, False)))))
    assert (unmeasured[1]["top1"], unmeasured[1]["peak_memory_bytes"]) == ("", "")


def test_same_report_same_bytes(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        paths = render.write(_report(), tmp_path / folder, "report")
        assert [path.suffix for path in paths] == [".html", ".md", ".csv", ".json"]
    for path in paths:
        assert path.read_bytes() == (tmp_path / "a" / path.name).read_bytes(), path.name


def test_plots_take_every_colour_from_the_page():
    svg = plots.pareto([(0, "a", 1.0, 0.9), (1, "b", 2.0, 0.8)], "MB", "accuracy", "t")
    assert svg.startswith("<svg") and " width=" not in svg[: svg.index(">")]
    assert not re.search(r"(fill|stroke): #", svg)
    assert "var(--s0)" in svg and "var(--s1)" in svg and "var(--ink)" in svg


def test_points_far_below_do_not_squeeze_the_others():
    assert plots.lowest_shown([0.95, 0.94, 0.96, 0.05]) == 0.94
    assert plots.lowest_shown([0.95, 0.5, 0.2]) == 0.2
    assert plots.lowest_shown([0.9]) == 0.9
    assert plots.lowest_shown([0.95, 0.93]) == 0.93
    points = [(0, "a", 1.0, 0.95), (1, "b", 2.0, 0.96), (2, "c", 0.5, 0.94), (3, "d", 0.1, 0.05)]
    assert "d: below, 5%" in plots.pareto(points, "MB", "accuracy", "t")


def test_pareto_front():
    points = [(3.0, 0.9), (1.0, 0.5), (2.0, 0.4), (2.0, 0.8), (4.0, 0.9)]
    assert plots.pareto_front(points) == [(1.0, 0.5), (2.0, 0.8), (3.0, 0.9)]


@pytest.mark.parametrize(
    ("value", "text"), [(123.4, "123"), (24.18, "24.2"), (2.5, "2.50"), (0.2912, "0.291")]
)
def test_three_digits(value, text):
    assert formatting.milliseconds(value) == f"{text}\N{NO-BREAK SPACE}ms"


def test_loss_in_words():
    assert formatting.points(0.0015) == "0.15 points less"
    assert formatting.points(-0.0005) == "0.05 points more"
    assert formatting.points(0.0) == "the same"
