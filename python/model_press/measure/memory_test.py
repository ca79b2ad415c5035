"""The reported peak is the kernel's own account of the finished process, asked for in another way."""

import json
import subprocess
import sys

import pytest

from model_press.process import child

# A parent of a few MB: a child's ru_maxrss begins with what its parent had before exec.
_PARENT = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], input=b"5\\n", stdout=subprocess.PIPE, check=True)
peak = json.loads(done.stdout.splitlines()[-1])["peak_memory_bytes"]
print(json.dumps([peak, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024]))
"""


@pytest.mark.parametrize("delegate", ["xnnpack", "none"])
@pytest.mark.parametrize("name", ["small", "large"])
def test_peak_agrees_with_getrusage_of_the_child(name, delegate):
    model = f"python/testing/{name}.tflite"
    probe = [sys.executable, "-m", "model_press.measure.probe", model, "1", delegate]
    done = subprocess.run(
        [sys.executable, "-S", "-c", _PARENT, *probe],
        env=child.environment(),
        stdout=subprocess.PIPE,
        check=True,
    )
    reported, independent = json.loads(done.stdout)
    assert independent > 20e6  # the child's, not the parent's
    assert reported == pytest.approx(independent, rel=0.05)
