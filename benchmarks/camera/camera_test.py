"""Ratios are of the right ways, and a run that cannot be used is named."""

from testing.raises import user_error

from benchmarks.camera import camera
from benchmarks.fused_benchmark import frame_of

_SAID = {
    "runtime": "2.16.1",
    "frame": [640, 480],
    "degrees": 90,
    "rounds": {
        "naive_input": [[8.0, 8.0], [8.0], [8.0]],
        "rows_input": [[2.0, 2.0], [2.0], [2.0]],
        "naive": [[10.0]] * 3,
        "rows": [[4.0]] * 3,
        "model": [[1.6], [1.6], [1.6]],
        "pipeline": [[2.0], [2.0], [1.0]],
    },
}


def test_ratios_are_of_the_named_ways():
    rows = {(row.what, row.against): row.ratio for row in camera.of_java("net_int8", _SAID)}
    assert rows == {
        ("frame to input, row by row", "pixel by pixel"): 0.25,
        ("frame to label, row by row", "pixel by pixel"): 0.4,
        ("frame to label, pipeline", "row by row"): 0.5,
        ("frame to label, pipeline", "its slower step alone"): 1.0,
    }


def test_a_pipeline_is_as_slow_as_its_slower_step():
    slow = {**_SAID, "rounds": _SAID["rounds"] | {"model": [[4.0]] * 3}}
    rows = {(r.what, r.against): r.ratio for r in camera.of_java("net_fp32", slow)}
    assert rows["frame to label, pipeline", "its slower step alone"] == 0.5


def test_planes_are_compared_where_they_were_timed():
    planes = {"planes": [[1.0]] * 3, "planes_input": [[0.5]] * 3}
    said = {**_SAID, "rounds": _SAID["rounds"] | planes}
    rows = {(r.what, r.against): r.ratio for r in camera.of_java("net_fp32", said)}
    assert rows["frame to label, planes", "row by row"] == 0.25
    assert rows["frame to input, planes", "pixel by pixel"] == 0.0625


def test_a_program_that_fails_is_named(tmp_path):
    program = tmp_path / "steps"
    program.write_text("#!/bin/sh\necho 'no such model' >&2\nexit 1\n")
    program.chmod(0o755)
    with user_error("net.tflite: no such model"):
        camera.run_java(str(program), "labels", ["net.tflite", "net.json"], 3)


def test_litert_takes_the_frame_that_all_runs_had():
    assert camera.frame_of([_SAID, _SAID]) == frame_of(480, 640, "NV21", 90)
    with user_error("0 runs of camera_steps had frames []"):
        camera.frame_of([])
    with user_error("had frames [(640, 480, 0), (640, 480, 90)], expected one"):
        camera.frame_of([_SAID, {**_SAID, "degrees": 0}])
