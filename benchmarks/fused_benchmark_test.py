"""The table has a line for each frame and number of threads, with both times and their ratio."""

import numpy as np
import pytest
from model_press.camera_input import separate
from model_press.formats import manifest
from model_press.formats.camera_input import CameraFrame
from testing import camera_networks

from benchmarks import fused_benchmark


def test_a_line_for_each_frame(tmp_path):
    data, description = camera_networks.pixels("uint8", 32, 32)
    (tmp_path / "net.tflite").write_bytes(data)
    manifest.write(tmp_path / "net.json", description)
    pair = (str(tmp_path / "net.tflite"), str(tmp_path / "net.json"))
    lines = fused_benchmark.table([pair], 3).splitlines()
    rows = [line for line in lines if line.startswith("| digits_int8")]
    assert len(rows) == 2 * len(fused_benchmark.FRAMES)
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        fused, separate, ratio = float(cells[3]), float(cells[4]), float(cells[5].split()[0])
        assert min(fused, separate, ratio) > 0


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("order", ["RGBA", "NV12", "NV21"])
def test_the_separate_steps_see_the_same_picture(order, turn):
    entry = CameraFrame(48, 64, order, "crop", "bilinear_antialias", turn)
    frame = np.random.default_rng(0).integers(0, 256, entry.shape, np.uint8)
    seen = np.asarray(fused_benchmark.upright_rgb(frame, entry)).astype(int)
    # Pillow rounds each colour's part by itself.
    assert np.abs(seen - separate.upright(frame, entry)).max() <= (2 if entry.is_planar else 0)
