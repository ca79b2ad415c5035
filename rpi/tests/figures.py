"""The figures of rpi/README.md: `bazel run //rpi/tests:figures`, on a machine that does nothing else.

Start to first answer, memory and latency of `serve`, its file unpacked before. Wall time and processor time, because
only the second means something on a busy machine.
"""

import argparse
import http.client
import os
import pathlib
import sys
import tempfile
import time

import numpy as np


def _processor_s(pid: int) -> float:
    """Return the processor time of a process (proc(5), fields 14 and 15)."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runner", required=True)
    parser.add_argument("--photo", required=True)
    parser.add_argument("--starts", type=int, default=15)
    parser.add_argument("--requests", type=int, default=2000)
    options = parser.parse_args(argv)
    os.environ["PI_RUNNER"] = options.runner
    import launch
    import service_process

    body = pathlib.Path(options.photo).read_bytes()
    print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} processors, {os.uname().machine}")
    with tempfile.TemporaryDirectory() as name:
        cache = pathlib.Path(name)
        begun = time.monotonic()
        launch.run(cache, "variants")
        print(f"first start, unpacking: {time.monotonic() - begun:.2f} s")
        size = sum(path.stat().st_size for path in cache.rglob("*") if path.is_file())
        file_size = os.path.getsize(options.runner)
        print(f"file {file_size / 1e6:.1f} MB, unpacked {size / 1e6:.1f} MB")
        wall, processor, memory = [], [], []
        for _ in range(options.starts):
            with service_process.running(cache) as service:
                status, _ = service.request("POST", "/classify", body)
                assert status == 200
                wall.append(time.monotonic() - service.started)
                processor.append(_processor_s(service.process.pid))
                memory.append(service.memory() / 1e6)
                assert service.end() == 0
        for what, values, unit in (
            ("start to first answer, wall", wall, "s"),
            ("the same, processor", processor, "s"),
            ("resident memory then", memory, "MB"),
        ):
            print(
                f"{what}: median {np.median(values):.2f}, {min(values):.2f} to {max(values):.2f} {unit}"
            )
        with service_process.running(cache) as service:
            connection = http.client.HTTPConnection("127.0.0.1", service.port)
            times = []
            for _ in range(options.requests):
                begun = time.perf_counter()
                connection.request("POST", "/classify", body)
                answer = connection.getresponse()
                answer.read()
                times.append((time.perf_counter() - begun) * 1e3)
                assert answer.status == 200
            low, high = np.percentile(times[10:], (50, 99))
            print(
                f"one client, {options.requests} pictures: p50 {low:.2f} ms, p99 {high:.2f} ms; "
                f"memory {service.memory() / 1e6:.1f} MB"
            )
    print(f"load {os.getloadavg()[0]:.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
