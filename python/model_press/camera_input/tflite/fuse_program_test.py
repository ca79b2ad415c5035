"""The build actions of fused input and output: what they write, what they refuse, and the gate going red."""

import dataclasses
import json

import numpy as np
import pytest
from testing import camera_networks, programs

from model_press.camera_input.tflite import fuse_program
from model_press.formats import files, manifest
from model_press.gates import gates_program
from model_press.tflite import delegation

SIZE = 8


@pytest.fixture
def variant(tmp_path):
    data, description = camera_networks.pixels("uint8", SIZE, SIZE)
    (tmp_path / "net.tflite").write_bytes(data)
    manifest.write(tmp_path / "net.manifest.json", description)
    np.save(
        tmp_path / "images.npy",
        np.random.default_rng(0).integers(0, 256, (30, SIZE, SIZE, 3), np.uint8),
    )
    return tmp_path


def _run(*arguments) -> tuple[int, str]:
    if arguments[0] == "fuse":
        code, lines = programs.lines(arguments[1:], fuse_program.COMMAND)
    else:
        code, lines = programs.lines(arguments, *gates_program.commands(arguments), prog="gates")
    return code, "\n".join(lines)


def _fuse(folder, *options, name="net_camera"):
    return _run(
        "fuse",
        "--label=//m:camera",
        f"--model={folder}/net.tflite",
        f"--manifest={folder}/net.manifest.json",
        f"--out-model={folder}/{name}.tflite",
        f"--out-manifest={folder}/{name}.manifest.json",
        *options,
    )


def _check(folder, name="net_camera", **changes):
    options = {
        "model": f"{folder}/{name}.tflite",
        "manifest": f"{folder}/{name}.manifest.json",
        "plain-model": f"{folder}/net.tflite",
        "plain-manifest": f"{folder}/net.manifest.json",
        "images": f"{folder}/images.npy",
        "count": 30,
        "min-agreement": 1,
        "max-difference": 0,
        "out": f"{folder}/verdict.json",
    } | changes
    return _run("check-camera-parity", "--label=//m:t", *(f"--{k}={v}" for k, v in options.items()))


CAMERA = ("--height=30", "--width=40", "--color-order=BGRA", "--postprocess=topk", "--top=3")


def test_a_camera_variant_and_its_gate(variant):
    assert _fuse(variant, *CAMERA) == (0, "")
    made = manifest.read_tflite(variant / "net_camera.manifest.json")
    assert made.model.sha256 == files.sha256(variant / "net_camera.tflite")
    assert (made.input.shape, made.camera_input.model_input_size) == ((1, 30, 40, 4), (SIZE, SIZE))
    assert (made.output.shape, made.output.indices, made.top_k) == ((1, 3), "answer/indices", 3)
    assert made.camera_input.fit == "crop"  # the variant's own
    code, said = _check(variant)
    assert code == 0, said
    verdict = json.loads((variant / "verdict.json").read_text())
    assert verdict["green"] and verdict["facts"]["partitions"] == 1


@pytest.mark.parametrize(
    ("before", "after", "green"), [(0, 1, True), (1, 1, True), (0, 2, False), (1, 2, False)]
)
def test_a_network_outside_the_delegate_may_get_a_partition_in_front(
    variant, monkeypatch, before, after, green
):
    """int16x8 has none, since XNNPACK takes no int16; crop and resize are then one by themselves."""
    counts = [after, before]
    monkeypatch.setattr(delegation, "partitions_and_rest", lambda ops: (counts.pop(0), []))
    assert _fuse(variant, *CAMERA)[0] == 0
    code, said = _check(variant)
    assert code == (0 if green else 1)
    assert green or "partitions more than unfused: measured 1, at most 0" in said


PLANES = (*CAMERA, "--color-order=NV21", "--rotation-degrees=90")


def test_a_variant_of_planes_and_its_gate(variant):
    assert _fuse(variant, *PLANES) == (0, "")
    made = manifest.read_tflite(variant / "net_camera.manifest.json")
    assert (made.input.shape, made.camera_input.rotation_degrees) == ((1, 45, 40, 1), 90)
    assert made.preprocess.color_order == "RGB"
    code, said = _check(variant)
    assert code == 0, said


# shows: gate camera_parity_test: U and V exchanged, another turn
@pytest.mark.parametrize("other", ["--color-order=NV12", "--rotation-degrees=270"])
def test_the_gate_is_red_on_other_planes_than_the_manifest_says(variant, other):
    _fuse(variant, *PLANES)
    _fuse(variant, *PLANES, other, name="net_other")
    _assert_red(variant)


# shows: gate camera_parity_test: another filter, colour order or fit than the manifest says
@pytest.mark.parametrize(
    "other", ["--filter=nearest", "--filter=bilinear", "--color-order=RGBA", "--fit=stretch"]
)
def test_the_gate_is_red_on_other_preprocessing_than_the_manifest_says(variant, other):
    """The graph of one entry under the manifest of another."""
    _fuse(variant, *CAMERA)
    _fuse(variant, *CAMERA, other, name="net_other")
    _assert_red(variant)


def _assert_red(variant):
    """net_other's graph under net_camera's manifest."""
    honest = manifest.read_tflite(variant / "net_camera.manifest.json")
    other_model = manifest.read_tflite(variant / "net_other.manifest.json").model
    lying = dataclasses.replace(honest, model=other_model)
    manifest.write(variant / "net_other.manifest.json", lying)
    code, said = _check(variant, "net_other")
    assert code == 1
    assert "ERROR //m:t: fused parity: frames with the same classes" in said


# shows: gate camera_parity_test: another model
def test_the_gate_is_red_on_another_model(variant):
    _fuse(variant, *CAMERA)
    with open(variant / "net_camera.tflite", "ab") as file:
        file.write(b"\0")
    code, said = _check(variant)
    assert code == 1 and "is not the file its manifest names" in said


def test_the_gate_refuses_images_that_show_nothing(variant):
    _fuse(variant, *CAMERA)
    np.save(variant / "flat.npy", np.zeros((30, SIZE, SIZE, 3), np.uint8))
    code, said = _check(variant, images=variant / "flat.npy")
    assert code == 1 and "degenerate" in said


def test_a_variant_with_camera_input_is_not_fused_again(variant):
    _fuse(variant, *CAMERA)
    code, said = _run(
        "fuse",
        f"--model={variant}/net_camera.tflite",
        f"--manifest={variant}/net_camera.manifest.json",
        f"--out-model={variant}/x.tflite",
        f"--out-manifest={variant}/x.json",
    )
    assert code == 1 and "net_camera.manifest.json: camera_input is set, expected" in said
    assert not (variant / "x.tflite").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "takes 8x8 RGB bytes"),
        (("--height=0", "--width=5"), "height 0 must be 1 to"),
        (("--postprocess=topk", "--top=193"), "top 193 must be 1 to 192"),
        (("--postprocess=best",), "postprocess 'best' is unknown"),
        (("--color-order=GRB",), "invalid choice"),
    ],
)
def test_mistakes_get_one_line_and_write_nothing(variant, options, message):
    code, said = _fuse(variant, *options)
    assert code in (1, 2) and message in said
    assert said.count("\n") == 0
    assert not (variant / "net_camera.tflite").exists()


def test_a_runtime_without_the_operators_is_named(variant):
    _fuse(variant, *CAMERA)
    table = {"runtime": "tiny", "version": "1", "ops": {"CAST": {"max_version": 1}}}
    (variant / "table.json").write_text(json.dumps(table))
    code, said = _run(
        "check-runtime",
        f"--model={variant}/net_camera.tflite",
        f"--manifest={variant}/net_camera.manifest.json",
        f"--runtime={variant}/table.json",
        f"--out={variant}/verdict.json",
    )
    assert code == 1
    assert "TOPK_V2 version 2 (tiny 1 has none" in said
