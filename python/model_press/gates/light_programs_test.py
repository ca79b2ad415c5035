"""Programs that never run Keras import no TensorFlow: it costs seconds at every start."""

import json
import subprocess
import sys

import pytest

from model_press.gates.gates_program import GATES


@pytest.mark.parametrize(
    "modules",
    [
        ["images.image_set_program", "convert.label_manifest_program", "tflite.predict_program"],
        ["evaluate.calibration_ranges_program", "evaluate.evaluate_program"],
        [f"gates.{name}" for name in GATES.values()],
    ],
)
def test_light_programs_import_no_tensorflow(modules):
    code = (
        "import sys\n"
        + "".join(f"import model_press.{module}\n" for module in modules)
        + "print('[]' if not {'tensorflow', 'keras', 'tf_keras', 'h5py'} & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == []
