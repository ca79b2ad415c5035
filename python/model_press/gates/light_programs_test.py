"""Programs that never run Keras import no TensorFlow: it costs seconds at every start."""

import subprocess
import sys

import pytest

from model_press.gates import gates_program
from model_press.process import child

_ALL_GATES = (
    "from model_press.gates import gates_program; assert len(gates_program.commands([])) >= 10"
)


@pytest.mark.parametrize(
    "imports",
    [
        "from model_press.images import image_set_program",
        "from model_press.convert import label_manifest_program",
        "from model_press.tflite import predict_program",
        "from model_press.evaluate import evaluate_program",
        _ALL_GATES,
    ],
)
def test_light_programs_import_no_tensorflow(imports):
    code = (
        f"import sys\n{imports}\n"
        "print(sorted({'tensorflow', 'keras', 'tf_keras', 'h5py'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=child.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("asked", ["check-size", "check-camera-parity"])
def test_a_gate_is_loaded_alone(asked):
    assert [command.name for command in gates_program.commands([asked])] == [asked]


# command.py and result.py are beside the gates, and are none.
@pytest.mark.parametrize("asked", ["check-result", "check-command", "check-nothing", "size"])
def test_what_is_no_gate_is_refused_with_the_list_of_gates(asked):
    assert len(gates_program.commands([asked])) >= 10
