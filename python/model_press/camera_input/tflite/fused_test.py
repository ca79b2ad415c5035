"""A fused graph answers as the separate steps do: on every byte value, on 8x8, at every filter, order and style."""

import dataclasses
import itertools

import numpy as np
import pytest
from PIL import Image
from testing import camera_networks
from testing.raises import user_error

from model_press.camera_input import separate, triangle, yuv
from model_press.camera_input.tflite import fusing
from model_press.camera_input.tflite.ports import PortGraph
from model_press.camera_input.tflite.runner import FusedRunner, frame_of
from model_press.formats import manifest, normalization
from model_press.formats.camera_input import CameraFrame, Postprocess, make_postprocess
from model_press.images import decode, preprocess
from model_press.tflite import delegation

SIZE = 8
ALL = make_postprocess((), 0, 1)
# Fit and filter.
_CROP = ("crop", "bilinear_antialias")


def _network(dtype: str, height: int = SIZE, width: int = SIZE):
    return camera_networks.pixels(dtype, height, width)


def _run(data, plain, camera, frame, answer=ALL, delegate="xnnpack"):
    made = fusing.fuse(data, plain, "net_camera", camera, answer)
    return FusedRunner(made.data, made.manifest, 1, delegate).run(frame)


def _noise(height, width, channels=3, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def _assert_pixels(network, camera, side=SIZE, delegate="xnnpack"):
    """Noise has no flat place where a wrong phase would not show: the pixels are equal to the byte."""
    frame = _noise(*camera.shape)
    scores, _ = _run(*network, camera, frame, delegate=delegate)
    expected = separate.pixels(frame, camera, side, side)
    np.testing.assert_array_equal(scores.reshape(expected.shape), expected)


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize("filter", ["bilinear_antialias", "bilinear", "nearest"])
def test_every_byte_value_passes_every_filter(dtype, filter, delegate):
    """256 flat frames: a filter whose weights do not sum to one, or that rounds down, changes some."""
    data, plain = _network(dtype)
    made = fusing.fuse(data, plain, "net_camera", CameraFrame(30, 50, "RGB", "crop", filter), ALL)
    runner = FusedRunner(made.data, made.manifest, 1, delegate)
    for value in range(256):
        scores, _ = runner.run(np.full((30, 50, 3), value, np.uint8))
        assert set(scores.tolist()) == {value}


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
@pytest.mark.parametrize("fit", ["crop", "stretch"])
@pytest.mark.parametrize(
    ("height", "width"), [(8, 8), (16, 16), (37, 53), (64, 48), (8, 31), (29, 8), (5, 3), (6, 21)]
)
@pytest.mark.parametrize("filter", ["bilinear_antialias", "bilinear", "nearest"])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_pixels_are_those_of_the_separate_steps(dtype, filter, height, width, fit, delegate):
    camera = CameraFrame(height, width, "BGR", fit, filter)
    _assert_pixels(_network(dtype), camera, delegate=delegate)


@pytest.mark.parametrize(
    ("camera", "delegate"),
    [
        *itertools.product(
            [
                CameraFrame(height, width, "RGBA", *_CROP)
                for height, width in [(480, 640), (720, 1280), (240, 320), (1080, 1440)]
            ],
            ["xnnpack", "none"],
        ),
        (CameraFrame(480, 640, "NV21", *_CROP), "xnnpack"),
        (CameraFrame(480, 640, "NV21", *_CROP, 90), "xnnpack"),
    ],
)
def test_a_phones_frames_keep_their_pixels(camera, delegate):
    """At whole shrink factors many sums are ties, which Pillow's own weights decide."""
    _assert_pixels(_network("uint8", 80, 80), camera, 80, delegate)


def test_planes_become_rgb_as_jpegs_do():
    """Y 80, U 90, V 240: 80 + 1.402 * 112, 80 + 0.344136 * 38 - 0.714136 * 112, 80 - 1.772 * 38."""
    for order, colour in (("NV12", (90, 240)), ("NV21", (240, 90))):
        frame = np.array([[80, 0], [255, 7], colour], np.uint8)[..., None]
        rgb = yuv.to_rgb(frame, order)
        assert rgb[0, 0].tolist() == [237, 13, 13]
        assert rgb[1, 0].tolist() == [255, 188, 188]
    for value in range(0, 256, 15):
        grey = np.full((4, 6, 3), value, np.uint8)
        assert set(yuv.from_rgb(grey, "NV21").ravel().tolist()) <= {value, yuv.NEUTRAL}
        np.testing.assert_array_equal(yuv.to_rgb(yuv.from_rgb(grey, "NV21"), "NV21"), grey)
    smooth = np.linspace(0, 255, 64 * 64 * 3).reshape(64, 64, 3).astype(np.uint8)
    again = yuv.to_rgb(yuv.from_rgb(smooth, "NV12"), "NV12")
    assert np.abs(again.astype(int) - smooth).max() <= 4


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
def test_every_colour_of_planes_is_exact(delegate):
    """All pairs of U and V, each with four of the 256 brightnesses; nothing is resized."""
    side = 512
    data, plain = _network("uint8", side, side)
    camera = CameraFrame(side, side, "NV21", *_CROP)
    u, v = np.meshgrid(np.arange(256), np.arange(256))
    pairs = np.stack([v, u], -1).reshape(256, side)
    for seed in range(4):
        frame = np.concatenate([_noise(side, side, 1, seed)[..., 0], pairs]).astype(np.uint8)
        scores, _ = _run(data, plain, camera, frame[..., None], delegate=delegate)
        expected = yuv.to_rgb(frame[..., None], "NV21")
        np.testing.assert_array_equal(scores.reshape(expected.shape), expected)


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("order", "height", "width"),
    [
        ("NV21", 48, 64),
        ("NV12", 64, 48),
        ("NV21", 38, 54),
        ("NV12", 8, 8),
        ("RGBA", 48, 64),
        ("BGR", 37, 53),
        ("RGB", 8, 31),
    ],
)
def test_planes_and_rotated_frames_keep_their_pixels(order, height, width, rotation, delegate):
    """Whole and broken shrink factors, boxes with odd corners, sides that stay."""
    for fit in ("crop", "stretch"):
        camera = CameraFrame(height, width, order, fit, "bilinear_antialias", rotation)
        _assert_pixels(_network("float32"), camera, delegate=delegate)


def test_what_stands_upright():
    """A picture that is sent sideways is seen as it was before."""
    upright = _noise(6, 4)
    for rotation in (0, 90, 180, 270):
        sent = np.rot90(upright, rotation // 90)
        camera = CameraFrame(*sent.shape[:2], "RGB", "stretch", "bilinear_antialias", rotation)
        np.testing.assert_array_equal(separate.upright(sent, camera), upright)


@pytest.mark.parametrize(
    ("camera", "message"),
    [
        (CameraFrame(481, 640, "NV21", *_CROP), "height 481 is odd"),
        (CameraFrame(480, 641, "NV12", *_CROP), "width 641 is odd"),
        (CameraFrame(480, 640, "NV12", "crop", "nearest"), "filter 'nearest' picks pixels"),
        (
            CameraFrame(480, 640, "RGB", "crop", "bilinear", 90),
            "rotation_degrees 90 with filter 'bilinear'",
        ),
        (CameraFrame(8, 8, "RGB", "crop", "nearest"), "takes 8x8 RGB bytes"),
    ],
)
def test_impossible_frames_are_refused(camera, message):
    data, plain = _network("uint8")
    with user_error(message):
        fusing.fuse(data, plain, "n", camera, ALL)


@pytest.mark.parametrize(("size", "out"), [(640, 80), (53, 8), (8, 53), (299, 299), (4000, 8)])
def test_the_parts_of_the_weights_are_exact(size, out):
    whole, parts = triangle.weights(size, out), triangle.matrices(size, out)
    np.testing.assert_allclose(whole.sum(1), 1 << 22, atol=np.count_nonzero(whole, 1).max())
    assert (whole >= 0).all()
    assert np.count_nonzero(whole, 1).max() <= 2 * max(size / out, 1) + 1
    low = 0 if parts.low is None else parts.low.astype(np.float64) * parts.low_scale
    np.testing.assert_array_equal((parts.high + low) * (1 << 22), whole)
    for matrix, unit in ((parts.high, parts.low_scale), (parts.low, 2.0**-22 / parts.low_scale)):
        # Every sum of whole pixels is an integer that a float32 holds.
        assert matrix is None or matrix.astype(np.float64).sum(1).max() / unit * 255 < 1 << 24


@pytest.mark.parametrize(
    ("size", "out", "pixels"),
    [(480, 80, 6), (720, 80, 9), (16, 8, 2), (1120, 80, None), (53, 8, None)],
)
def test_whole_factors_are_strides_and_others_are_not(size, out, pixels):
    step = triangle.step(size, out)
    assert (step.pixels if step else None) == pixels
    data, plain = _network("uint8", out, out)
    camera = CameraFrame(size, size, "RGB", *_CROP)
    graph = PortGraph(fusing.fuse(data, plain, "n", camera, ALL).data)
    names = {graph.name(operator) for operator in graph.operators}
    assert ("DEPTHWISE_CONV_2D" in names) == (pixels is not None)
    assert ("FULLY_CONNECTED" in names) == (pixels is None)


@pytest.mark.parametrize("order", ["RGB", "BGR", "RGBA", "BGRA"])
@pytest.mark.parametrize("style", sorted(normalization.NAMED))
def test_styles_equal_the_preprocessing(style, order):
    """Caffe, torch and tf in front of a network that wants normalised floats."""
    data, plain = _network("float32")
    wanted = normalization.NAMED[style]
    pre = manifest.Preprocess(
        wanted.color_order, plain.preprocess.resize, False, wanted.mean, wanted.std
    )
    plain = dataclasses.replace(plain, preprocess=pre)
    camera = CameraFrame(SIZE, SIZE, order, *_CROP)
    rgb = np.repeat(np.arange(256, dtype=np.uint8), 3).reshape(4, SIZE, SIZE, 3)
    rgb[..., 1] = rgb[..., 1] // 2 + 3
    rgb[..., 2] = 255 - rgb[..., 2]
    for image in rgb:
        scores, _ = _run(data, plain, camera, separate.frame_showing(image, camera))
        np.testing.assert_allclose(
            scores.reshape(image.shape), preprocess.normalize(image, wanted), rtol=1e-5, atol=2e-5
        )


def test_a_quantised_input_of_normalised_pixels_is_refused():
    data, plain = _network("uint8")
    tf = normalization.NAMED["tf"]
    pre = manifest.Preprocess("RGB", plain.preprocess.resize, False, tf.mean, tf.std)
    camera = CameraFrame(16, 16, "RGB", "crop", "nearest")
    with user_error('"preprocess": "fused"'):
        fusing.fuse(data, dataclasses.replace(plain, preprocess=pre), "n", camera, ALL)


@pytest.mark.parametrize(
    ("camera", "front"),
    [
        (CameraFrame(30, 50, "BGR", *_CROP), ["SLICE", "CAST"]),
        (CameraFrame(30, 50, "BGR", "crop", "bilinear"), ["SLICE", "CAST"]),
        (
            CameraFrame(30, 50, "BGR", "crop", "nearest"),
            ["SLICE", "RESIZE_NEAREST_NEIGHBOR", "CAST"],
        ),
        *(
            (CameraFrame(height, width, "NV21", *_CROP, rotation), ["SLICE", "CAST"] * 2)
            for (height, width), rotation in itertools.product([(38, 54), (48, 64)], [0, 90, 180])
        ),
    ],
)
def test_the_delegate_keeps_one_partition(camera, front):
    data, plain = _network("uint8")
    made = fusing.fuse(data, plain, "n", camera, make_postprocess(("topk",), 3, 192))
    runner = FusedRunner(made.data, made.manifest, 1)
    partitions, rest = delegation.partitions_and_rest(runner.ops)
    assert partitions == 1
    assert [op["op_name"] for op in rest] == [*front, "TOPK_V2"]


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
@pytest.mark.parametrize(
    "steps",
    [("topk",), ("argmax",), ("softmax",), ("softmax", "topk"), ("softmax", "argmax")],
)
def test_answers_are_those_of_the_separate_steps(steps, dtype):
    """Many pixels are equal: of equal scores the lower index must come first."""
    data, plain = _network(dtype)
    answer = make_postprocess(steps, 7, SIZE * SIZE * 3)
    camera = CameraFrame(SIZE, SIZE, "RGB", "crop", "nearest")
    for seed in range(20):
        frame = _noise(SIZE, SIZE, seed=seed) // 16 * 16
        scores, indices = _run(data, plain, camera, frame, answer)
        expected, best = separate.answer(frame.ravel().astype(np.float32), answer)
        np.testing.assert_allclose(scores, expected, rtol=1e-6, atol=1e-7)
        assert (indices is None) == (best is None)
        if best is not None:
            np.testing.assert_array_equal(indices, best)


def test_a_second_softmax_is_refused():
    data, plain = _network("float32")
    softmax = make_postprocess(("softmax",), 0, 192)
    once = fusing.fuse(data, plain, "once", CameraFrame(8, 8, "RGB", "crop", "nearest"), softmax)
    again = PortGraph(once.data)
    assert again.name(again.writer(again.output)) == "SOFTMAX"
    larger = CameraFrame(9, 9, "RGB", "crop", "nearest")
    with user_error("ends in SOFTMAX already"):
        fusing.fuse(once.data, plain, "twice", larger, softmax)


@pytest.mark.parametrize(
    ("steps", "top", "message"),
    [
        (("topk", "softmax"), 3, "not a valid order"),
        (("topk", "topk"), 3, "not a valid order"),
        (("max",), 3, "'max' is unknown"),
        (("topk",), 193, "1 to 192"),
        (("topk",), 0, "1 to 192"),
    ],
)
def test_impossible_answers_are_refused(steps, top, message):
    with user_error(message):
        make_postprocess(steps, top, 192)


def test_the_same_bytes_each_time():
    data, plain = _network("uint8")
    camera, answer = CameraFrame(30, 50, "BGRA", *_CROP), make_postprocess(("topk",), 5, 192)
    first, second = (fusing.fuse(data, plain, "n", camera, answer) for _ in range(2))
    assert first == second


def test_frames_show_the_image_where_the_network_looks():
    image = np.asarray(_noise(2, 2) // 64 * 64)
    image = np.kron(image, np.ones((4, 4, 1), np.uint8))
    orders = ("RGB", "BGRA", "NV12")
    for order, fit, rotation in itertools.product(orders, ("crop", "stretch"), (0, 90, 180)):
        camera = CameraFrame(48, 64, order, fit, "bilinear_antialias", rotation)
        seen = separate.pixels(separate.frame_showing(image, camera), camera, SIZE, SIZE)
        assert np.abs(seen.astype(int) - image).mean() < 10


def _ramps(height, width):
    """Across, down and both: a picture whose every part has colours of its own."""
    y, x = np.mgrid[:height, :width]
    ramps = [x * 255 // (width - 1), y * 255 // (height - 1), (x + y) * 255 // (width + height - 2)]
    return np.stack(ramps, -1).astype(np.uint8)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize(("height", "width"), [(64, 48), (48, 64), (200, 90), (31, 77)])
def test_a_photograph_is_cropped_once(height, width, rotation):
    """A model that crops its frame sees as much of a photograph of any shape as one that is given its own pixels."""
    data, plain = _network("uint8")
    photo = Image.fromarray(_ramps(height, width))
    for order, fit in itertools.product(("RGB", "BGRA", "NV21"), ("crop", "stretch")):
        camera = CameraFrame(48, 64, order, fit, "bilinear_antialias", rotation)
        made = fusing.fuse(data, plain, "n", camera, ALL)
        scores, _ = FusedRunner(made.data, made.manifest, 1).run(frame_of(photo, made.manifest))
        seen, wanted = scores.reshape(SIZE, SIZE, 3), decode.fit(photo, SIZE, SIZE, fit)
        # Two resizes and a camera's colours; a second crop is off by 20 at the border.
        assert np.abs(seen - wanted).max() <= 8
        if order != "NV21" and fit == "crop" and min(height, width) == 48:
            # The square is as large as the frame's.
            np.testing.assert_array_equal(seen, wanted)


def test_a_photograph_meets_the_networks_shape():
    """Not that of the frame, nor that of the part of it that the network sees, whose sides are rounded."""
    camera, network = CameraFrame(50, 60, "RGB", *_CROP), (7, 3)
    photo = Image.fromarray(_noise(500, 600))
    left, top, right, bottom = separate.box(camera, *network)
    seen = separate.place(photo, camera, network)[top:bottom, left:right]
    part = photo.crop(decode.crop_box(600, 500, 3, 7))
    np.testing.assert_array_equal(seen, decode.fit(part, right - left, bottom - top, "stretch"))


def test_a_picture_of_the_frames_size_goes_in_as_it_is():
    data, plain = _network("uint8")
    camera = CameraFrame(48, 64, "RGB", *_CROP, 90)
    made = fusing.fuse(data, plain, "n", camera, ALL).manifest
    rgb = _noise(64, 48)
    np.testing.assert_array_equal(
        separate.upright(frame_of(Image.fromarray(rgb), made), camera), rgb
    )


def test_answer_is_data():
    assert make_postprocess(("argmax",), 9, 10) == Postprocess(("argmax",), 1)
