"""Records read back, pages say what records hold, and checked-in ones are current and keep their promises."""

import os
import pathlib

import pytest
from model_press.formats import files
from model_press.formats.metrics import Latency, Machine, Runtime

from benchmarks import record
from benchmarks.camera.report import Report as Camera
from benchmarks.camera.report import Row as CameraRow
from benchmarks.peers.report import Report as Peers
from benchmarks.peers.report import Row as PeersRow
from benchmarks.rewrites import networks
from benchmarks.rewrites.report import Codes, Left
from benchmarks.rewrites.report import Report as Rewrites
from benchmarks.rewrites.report import Row as RewritesRow
from benchmarks.zoo import networks as zoo_networks
from benchmarks.zoo import zoo
from benchmarks.zoo.report import SEEN, tried
from benchmarks.zoo.report import Report as Zoo

_MACHINE = Machine("host", "A CPU", "x86_64-avx2", ("avx2",), 2, 1 << 30, "Linux")
_RUN = (1, "2026-01-02", _MACHINE, 15)
_RUNTIME = Runtime("a-runtime", "1.0")
_FAST, _SLOW = Latency(0.5, 3.0, 0.5, 30, 3), Latency(2.0, 3.0, 0.5, 30, 3)
_LEFT = (Left("QUANTIZE", 2), Left("SOFTMAX", 1))
# What each record may hold, and parts of its page.
_MADE = [
    (
        Camera(
            *_RUN,
            *(640, 480, 90),
            (CameraRow("net_int8", _RUNTIME, "frame to input", "Pillow", 0.25, 0.2, 0.3),),
        ),
        ("640x480 NV21", "90 degrees"),
        "| net_int8 | a-runtime 1.0 | frame to input | Pillow | 0.250 (0.200 to 0.300) |",
    ),
    (
        Peers(
            *_RUN,
            *((_RUNTIME,), 2000, 200),
            (
                PeersRow("fp32", "LiteRT", 4_000_000, 0.95, _SLOW, 1.0),
                PeersRow("small", "Another", 1_000_000, 0.9425, _FAST, 0.25),
            ),
        ),
        ("a-runtime 1.0", "2,000 held-out images"),
        "| small | Another | 1.00 (0.250) | 94.25 % | -0.75 | 0.500 (0.250) |",
    ),
    (
        Rewrites(
            *_RUN,
            _RUNTIME,
            (
                RewritesRow(
                    *("Net", networks.REWRITTEN, 5_000_000, 1, _LEFT),
                    *((_SLOW, _SLOW), (0.25, 0.5), Codes(2, 0.125)),
                ),
            ),
        ),
        ("a-runtime 1.0",),
        "| Net | int8 rewritten | 5.0 | 1 | 2 QUANTIZE, 1 SOFTMAX | 2.00 (0.250) | 2.00 (0.500) | mean 0.12, most 2 |",
    ),
]


def _checked_in(kind):
    return record.read(kind, _folder(kind))


def _folder(kind) -> pathlib.Path:
    return pathlib.Path("benchmarks", kind.NAME, "records")


@pytest.mark.parametrize(("made", "parts", "line"), _MADE, ids=["camera", "peers", "rewrites"])
def test_the_page_is_of_the_record_which_reads_back(tmp_path, made, parts, line):
    record.write(made, tmp_path)
    assert record.read(type(made), tmp_path) == made
    page = (tmp_path / f"{made.NAME}.md").read_text()
    assert page == made.markdown()
    assert line in page.splitlines()
    for part in ("A CPU", "2026-01-02", "15 interleaved rounds", *parts):
        assert part in page


@pytest.mark.parametrize("kind", [Camera, Peers, Rewrites, Zoo])
def test_the_checked_in_page_is_of_the_checked_in_record(kind):
    page = (_folder(kind) / f"{kind.NAME}.md").read_text()
    assert page == _checked_in(kind).markdown()


@pytest.mark.parametrize("what", ["frame to input", "frame to label"])
def test_our_way_was_faster_than_pixel_by_pixel(what):
    rows = _checked_in(Camera).rows
    ours = [r for r in rows if (r.what, r.against) == (f"{what}, row by row", "pixel by pixel")]
    # As far as the label, a large model's own time may hide it in the interval.
    assert ours and all((row.high if what == "frame to input" else row.ratio) < 1 for row in ours)


def test_the_plain_recipe_differs_by_its_rewrites_alone():
    ours = files.read_json("models/recipes/int8.json", "recipe")
    plain = files.read_json("benchmarks/peers/plain_int8.json", "recipe")
    assert ours["rewrites"]
    assert plain == {**ours, "name": "plain_int8", "rewrites": []}


def test_ours_was_the_quickest_int8_of_the_same_net():
    found = _checked_in(Peers)
    assert found.images >= 2000
    assert {row.engine for row in found.rows} == {"LiteRT", "ONNX Runtime", "OpenVINO"}
    rows = {row.name: row for row in found.rows}
    ours = rows["int8 (model_press)"]
    for other in ("int8 (plain converter)", "ai-edge-quantizer static_wi8_ai8"):
        assert ours.latency.median_ms <= rows[other].latency.median_ms
    assert rows["fp32"].top1 - ours.top1 <= 0.015


def test_each_rewritten_network_was_one_partition():
    rows = _checked_in(Rewrites).rows
    assert {row.network for row in rows} == set(networks.NETWORKS)
    rewritten = {row.network: row for row in rows if row.variant == networks.REWRITTEN}
    for network in networks.NETWORKS:
        assert rewritten[network].partitions == 1, network
        assert {left.op for left in rewritten[network].left} <= {"QUANTIZE", "SOFTMAX"}, network


def test_every_network_of_the_zoo_is_on_record():
    shipped = {(row.network, row.recipe) for row in _checked_in(Zoo).rows if not row.cures}
    tested = os.environ["NETWORKS"].split(",")
    assert shipped == {(network, recipe) for network in tested for recipe in zoo.RECIPES}
    assert len(tested) >= 8 and set(tested) <= set(zoo_networks.NETWORKS)


def test_every_failure_on_record_has_a_cause_and_a_fix_and_something_tried_is_good():
    rows = _checked_in(Zoo).rows
    for row in rows:
        if not row.is_good or len(row.loads) < len(zoo.TABLES):
            assert row.problem and row.fix, row
            mended = [r for r in tried(row, rows) if not r.recipe.endswith(SEEN)]
            assert row.cures or any(other.is_good for other in mended), row
