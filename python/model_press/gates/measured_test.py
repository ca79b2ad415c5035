"""The measured gates on real (tiny) models: green on a good variant, red on a worse one."""

import pytest

from model_press.formats.errors import UserError
from model_press.gates import delegation, latency, memory, size
from model_press.measure import machine

# Made by testing_models in a build action: a convolution net, the same with more channels, and one whose int8 graph a
# stand-alone RELU cuts in two.
SMALL, LARGE, BROKEN = (f"python/testing/{name}.tflite" for name in ("small", "large", "broken"))


# shows: gate size_test: a bigger net
def test_size_passes_and_goes_red_on_a_bigger_variant():
    assert size.check(SMALL, LARGE, 0.9, None, zipped=False).green
    assert not size.check(LARGE, SMALL, 0.9, None, zipped=False).green
    assert not size.check(SMALL, None, None, 10, zipped=True).green
    with pytest.raises(UserError, match="max_ratio 0.9 and baseline None; give max_bytes, or"):
        size.check(SMALL, None, 0.9, None, zipped=False)


# shows: gate latency_test: a bigger net
def test_latency_passes_and_goes_red_on_a_slower_variant():
    assert latency.check(SMALL, LARGE, {"*": 0.9}, threads=1).green
    slower = latency.check(LARGE, SMALL, {"*": 1.1}, threads=1)
    assert not slower.green and slower.measures[0].measured > 1.1


# shows: pain D29
def test_latency_without_a_bound_for_this_cpu_says_so():
    result = latency.check(SMALL, LARGE, {"another-cpu": 0.1}, threads=1)
    here = machine.this_machine().cpu_class
    assert result.green and f"no bound for this CPU ({here})" in result.facts["verdict"]


# shows: gate memory_test: a bigger net
def test_memory_passes_and_goes_red_on_a_bigger_variant():
    assert memory.check(SMALL, LARGE, 0.95, threads=1).green
    assert not memory.check(LARGE, SMALL, 0.95, threads=1).green


# shows: pain D28; gate delegation_test: a stand-alone ReLU
def test_delegation_names_what_breaks_the_graph():
    assert delegation.check(SMALL, 1, ["QUANTIZE", "SOFTMAX"]).green
    with pytest.raises(UserError, match="RELU writing .*; at most 1 partitions"):
        delegation.check(BROKEN, 1, ["QUANTIZE", "SOFTMAX"])
