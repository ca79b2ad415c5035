"""The machine's class is its best instruction set for inference."""

import pytest

from model_press.measure import machine


@pytest.mark.parametrize(
    ("architecture", "flags", "expected"),
    [
        ("x86_64", {"sse4_1", "avx2"}, "x86_64-avx2"),
        ("x86_64", {"avx2", "avx512f", "avx512_vnni"}, "x86_64-avx512_vnni"),
        ("aarch64", {"asimd", "asimddp"}, "aarch64-asimddp"),
        ("aarch64", {"asimd"}, "aarch64-asimd"),
        ("riscv64", {"v"}, "riscv64-baseline"),
    ],
)
def test_class(architecture, flags, expected):
    assert machine.cpu_class(architecture, flags) == expected


def test_one_is_not_several():
    assert [machine.counted(n, "core") for n in (1, 2)] == ["1 core", "2 cores"]


# shows: pain D29
def test_this_machine_is_named():
    found = machine.this_machine()
    assert found.cpu_model and found.cores >= 1 and found.memory_bytes > 0
    assert found.cpu_class.split("-")[1] in (*found.isa, "baseline")
