"""Batches within a budget answer as single images do; what cannot be split says so in a line."""

import pathlib

import numpy as np
import pytest
from testing import memory_graphs
from testing.raises import user_error

from model_press.formats import manifest
from model_press.images import preprocess
from model_press.memory import batches
from model_press.tflite import arena, reader
from model_press.tflite.interpreter import Interpreter

SHAPE = (1, 16, 16, 4)
ONE = 16 * 16 * 4 * 4  # bytes of a tensor, a multiple of the alignment
NEEDED = 3 * ONE  # of a chain: the input and two tensors


def _written(folder: pathlib.Path, data: bytes) -> pathlib.Path:
    path = folder / "net.tflite"
    path.write_bytes(data)
    return path


def _chain(folder: pathlib.Path, **options: object) -> pathlib.Path:
    return _written(folder, memory_graphs.chain(SHAPE, 3, **options))


def _images(count: int) -> np.ndarray:
    return np.random.default_rng(0).normal(size=(count, *SHAPE[1:])).astype(np.float32)


def _one_by_one(path: pathlib.Path, images: np.ndarray) -> np.ndarray:
    runner = batches.BatchRunner(path, NEEDED + ONE)
    assert runner.batch == 1
    return runner.run(images)


def test_the_largest_batch_fits_and_one_more_does_not():
    main = reader.parse(memory_graphs.chain(SHAPE, 4), "net")
    one = arena.plan(main).arena_bytes
    budget = 10 * one + one // 2
    assert batches.largest_batch(main, budget) == 10
    assert batches.plan_of_batch(main, 10).arena_bytes <= budget
    assert batches.plan_of_batch(main, 11).arena_bytes > budget
    assert batches.largest_batch(main, one) == 1


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("mean", [False, True])
def test_batches_answer_as_single_images_do(tmp_path, dynamic, mean):
    """Whether the batch is dynamic or written as 1; the last part is smaller."""
    path = _chain(tmp_path, dynamic=dynamic, mean=mean)
    images = _images(11)
    runner = batches.BatchRunner(path, 4 * NEEDED)
    assert runner.batch == 4
    expected = _one_by_one(path, images)
    np.testing.assert_array_equal(runner.run(images), expected)
    np.testing.assert_array_equal(runner.run(images[:2]), expected[:2])
    np.testing.assert_array_equal(batches.run_in_batches(path, images, 5 * NEEDED), expected)


def test_of_dense_layers_too(tmp_path):
    path = _written(tmp_path, memory_graphs.dense(64, 3))
    images = np.random.default_rng(1).normal(size=(9, 64)).astype(np.float32)
    single, several = batches.BatchRunner(path, 64 * 12), batches.BatchRunner(path, 64 * 12 * 4)
    assert (single.batch, several.batch) == (1, 4)
    np.testing.assert_allclose(several.run(images), single.run(images), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("end", ["reshape", "mixture", "faint"])
def test_a_graph_of_one_image_runs_image_by_image(tmp_path, end):
    """A shape that is written into it cannot be resized; a mean over the batch can, and would be wrong.

    Also where it shows in images of the model's own range only: numbers about 0 change a faint one's answer by less
    than another order of sums may.
    """
    path = _chain(tmp_path, end=end)
    runner = batches.BatchRunner(path, 8 * NEEDED)
    assert runner.batch == 1
    images = _images(3)
    np.testing.assert_array_equal(runner.run(images), _one_by_one(path, images))


def test_a_model_of_no_negative_numbers_is_tried_on_others(tmp_path):
    path = _chain(tmp_path, end="root")
    assert batches.BatchRunner(path, 8 * NEEDED).batch == 8


def test_what_no_image_tells_apart_is_not_batched(tmp_path):
    """Of a model that answers all images alike, a batch that answers so shows nothing."""
    path = _chain(tmp_path, end="zero")
    assert batches.BatchRunner(path, 8 * NEEDED).batch == 1


@pytest.mark.parametrize(("end", "budget", "batch"), [("", 4, 4), ("", 2, 2), ("reshape", 5, 4)])
def test_a_model_of_a_larger_batch_takes_any_number(tmp_path, end, budget, batch):
    """In smaller ones where it can be resized, else by its own."""
    path = _written(tmp_path, memory_graphs.chain((4, *SHAPE[1:]), 3, end=end))
    single = tmp_path / "single"
    single.mkdir()
    images = _images(7)
    runner = batches.BatchRunner(path, budget * NEEDED)
    assert runner.batch == batch
    expected = _one_by_one(_written(single, memory_graphs.chain(SHAPE, 3)), images)
    np.testing.assert_array_equal(runner.run(images), expected)
    assert runner.run(images[:0]).shape == (0, *SHAPE[1:])


@pytest.mark.parametrize(
    ("batch", "end", "budget", "said"),
    [
        (1, "", 1, ("one image needs 0.0123 MB", "at most the budget of 0.0123 MB; raise")),
        (4, "", 1, ("one image needs 0.0123 MB",)),
        (
            *(4, "reshape", 4),
            (
                "own batch of 4, which cannot be resized, needs 0.0492 MB",
                "convert it with batch 1, raise",
            ),
        ),
    ],
)
def test_what_does_not_fit_is_said(tmp_path, batch, end, budget, said):
    path = _written(tmp_path, memory_graphs.chain((batch, *SHAPE[1:]), 3, end=end))
    with user_error(*said, "inspect --memory"):
        batches.run_in_batches(path, _images(2), budget * NEEDED - 1)


def test_other_images_are_refused_and_none_are_taken(tmp_path):
    path = _chain(tmp_path)
    runner = batches.BatchRunner(path, 2 * NEEDED)
    with user_error("images are float64 [2, 16, 16, 4], expected float32 ['N', 16, 16, 4]"):
        runner.run(_images(2).astype(np.float64))
    with user_error("images are float32 [16, 16, 4]"):
        runner.run(_images(2)[0])
    assert runner.run(_images(0)).shape == (0, *SHAPE[1:])


def test_after_a_batch_that_cannot_be_allocated_smaller_ones_run(tmp_path, monkeypatch):
    path, images = _chain(tmp_path), _images(4)
    runner = batches.BatchRunner(path, 4 * NEEDED)

    def fail():
        raise RuntimeError("no memory")

    with monkeypatch.context() as patch:
        patch.setattr(runner._interpreter, "allocate_tensors", fail)
        with user_error("cannot run 4 images at once: no memory; lower the budget"):
            runner.run(images)
    np.testing.assert_array_equal(runner.run(images[:1]), _one_by_one(path, images[:1]))


def test_two_outputs_are_refused(tmp_path):
    path = _chain(tmp_path, end="two")
    with user_error("1 inputs and 2 outputs, expected one of each"):
        batches.BatchRunner(path, 10 * NEEDED)


def test_the_callers_process_is_not_limited(tmp_path, monkeypatch):
    """It may hold more memory than inspection allows itself, and run threads."""

    def limit(*_):
        pytest.fail("limits the address space of the whole process")

    monkeypatch.setattr("resource.setrlimit", limit)
    path = _chain(tmp_path)
    assert batches.BatchRunner(path, 2 * NEEDED).batch == 2


@pytest.mark.parametrize("variant", ["int8", "fp32"])
def test_digits_answer_as_one_by_one(variant):
    """The build's own variants, whose batch is written as 1."""
    stem = f"models/digits/digits_{variant}"
    variant_manifest = manifest.read(f"{stem}.manifest.json")
    pixels = np.load("models/digits/held_out.images.npy", mmap_mode="r")[:50]
    inputs = preprocess.encode_input(pixels, variant_manifest)
    interpreter = Interpreter(f"{stem}.tflite")
    expected = np.concatenate([interpreter.run(image[None]) for image in inputs])
    assert len({row.tobytes() for row in expected}) == 50
    one = arena.plan(reader.read(f"{stem}.tflite")).arena_bytes
    runner = batches.BatchRunner(f"{stem}.tflite", 7 * one + one // 2)
    assert runner.batch == 7
    np.testing.assert_array_equal(runner.run(inputs), expected)
