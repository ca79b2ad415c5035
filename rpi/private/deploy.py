"""Copies a runner to a Raspberry Pi by ssh and rsync, checks it there, and puts it in place of the old one at once.

The plan is a list of commands that is known before the first of them runs: a dry run prints the very same list. What
runs on the Pi is POSIX shell. Nothing there changes before the Pi is known to fit, and the old runner stays until the
new one has arrived whole and has started once.
"""

import argparse
import dataclasses
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence

from model_press.formats import files
from model_press.formats.errors import UserError
from model_press.process import user_path

# A user and a host name, or a name of ssh's config. No address with colons: rsync reads a colon as the end of the host.
_HOST = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.@%+-]*")
_PATH = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./+-]*|/[A-Za-z0-9_./+-]+")
_TIMEOUT_S = 10  # until a host that is off counts as unreachable
_DAMAGED = 65  # exit code of the script on the Pi (sysexits.h, EX_DATAERR)
_LOST_CONNECTION = 255  # ssh's own, ssh(1)
_DEB_FOLDER = ".cache/model_press"
_UNIT_FOLDER = ".config/systemd/user"


@dataclasses.dataclass(frozen=True)
class Step:
    """One command of the plan.

    words: what runs on this machine. says: what the user reads before. check: reads its output, raises UserError.
    hint: how to go on if it fails.
    """

    words: tuple[str, ...]
    says: str
    check: Callable[[str], None] = lambda output: None
    hint: str = ""


@dataclasses.dataclass(frozen=True)
class Job:
    """A deployment.

    host: as ssh takes it. config: ssh's configuration file, None for its own. runner, deb, unit: files of this
    machine; deb is None unless the package is to be installed. name: of the runner on the Pi, and of its service.
    folder: where the runner goes, absolute or from the user's home. service: (re)start the service. tags: Pythons and
    machines of the runner.
    """

    host: str
    config: str | None
    runner: str
    deb: str | None
    unit: str
    name: str
    folder: str
    service: bool
    tags: tuple[str, ...]

    @property
    def ssh(self) -> tuple[str, ...]:
        """Ssh and its options, without the host."""
        config = ("-F", self.config) if self.config else ()
        return ("ssh", *config, "-o", f"ConnectTimeout={_TIMEOUT_S}")

    def remote(self, script: str) -> tuple[str, ...]:
        """Return the words that run a shell script on the Pi, for any login shell."""
        return (*self.ssh, self.host, "sh -c " + shlex.quote(script))

    def copy(self, source: str, target: str, prepare: str) -> tuple[str, ...]:
        """Return the words that copy a file over an older version of itself, sending only the differences.

        A transfer that broke off goes on where it was. prepare: shell commands on the Pi before.
        """
        shell = shlex.join(self.ssh)
        # Bazel's runfiles are links, and rsync passes over a link.
        options = ("--copy-links", "--ignore-times", "--perms", "--partial", "--progress")
        remote = (f"--rsh={shell}", f"--rsync-path={prepare}; rsync")
        return ("rsync", *options, *remote, source, f"{self.host}:{target}")


def plan(job: Job) -> list[Step]:
    """Return all commands, in their order."""
    steps = [_probe(job)]
    steps += _package(job, job.deb) if job.deb else _file(job)
    return steps


def _probe(job: Job) -> Step:
    """Ask the Pi for its platform. Its Python tells, not its kernel: a 32-bit system may run on a 64-bit kernel."""
    asked = (
        "import os, sys; print(sys.implementation.cache_tag, sys.maxsize >> 32 > 0, os.uname()[4])"
    )
    script = (
        f'echo python $(python3 -c "{asked}"); echo rsync $(command -v rsync); '
        "echo sudo $(id -u) $(sudo -n id -u); "
        "echo manager $(systemctl --user is-system-running)"
    )

    def check(output: str) -> None:
        known = dict((line + " ").split(" ", 1) for line in output.splitlines() if line)
        _check_python(job, known.get("python", "").split())
        if not known.get("rsync", "").strip():
            raise UserError(
                f"rsync is missing on {job.host}; run there: sudo apt-get install rsync"
            )
        if job.deb and "0" not in known.get("sudo", "").split():
            raise UserError(
                f"installing a package on {job.host} needs root: log in as root, or let sudo ask for no password; "
                f"without --package no root is needed"
            )
        if job.service and not job.deb and known.get("manager", "").strip() in ("", "offline"):
            raise UserError(
                f"{job.host} runs no systemd for its user; use --package, or deploy without --service"
            )

    return Step(
        job.remote(f"{{ {script}; }} 2>/dev/null"), f"asking {job.host} for its platform", check
    )


def _check_python(job: Job, found: list[str]) -> None:
    wanted = " or ".join(
        f"Python {tag[2]}.{tag[3:].partition('-')[0]} on {tag.partition('-')[2]}"
        for tag in job.tags
    )
    needed = f"the runner needs {wanted} (64-bit Raspberry Pi OS bookworm or trixie)"
    if not found:
        raise UserError(f"{job.host} has no python3; {needed}")
    tag, wide, machine = found
    number = tag.removeprefix("cpython-")
    if f"cp{number}-{machine}" not in job.tags or wide != "True":
        bits = "" if wide == "True" else ", a 32-bit system"
        raise UserError(
            f"{job.host} has Python {number[:1]}.{number[1:]} on {machine}{bits}; {needed}"
        )


def _verified(path: str, file: str) -> str:
    """Return shell commands that end the script unless a file of the Pi has the content of a local one."""
    return (
        f'echo "{files.sha256(file)}  {path}" | sha256sum --check --status'
        f" || {{ rm -f {path}; exit {_DAMAGED}; }}"
    )


def _file(job: Job) -> list[Step]:
    new = f"{job.folder}/.{job.name}.new"
    final = f"{job.folder}/{job.name}"
    # The old runner is what the new one is compared with; -n keeps what a broken transfer left.
    prepare = f"mkdir -p {job.folder}; cp -n {final} {new} 2>/dev/null"
    program = new if job.folder.startswith("/") else f"./{new}"
    swap = (
        f"set -e; {_verified(new, job.runner)}; chmod 755 {new}; "
        f"{program} variants >/dev/null; mv -f {new} {final}"
    )
    size = os.path.getsize(job.runner) / 1e6
    steps = [
        Step(job.copy(job.runner, new, prepare), f"copying {size:.0f} MB to {job.host}:{final}"),
        Step(
            job.remote(swap),
            "checking it there, starting it once, putting it in the old one's place",
        ),
    ]
    if job.service:
        unit = f"{_UNIT_FOLDER}/{job.name}.service"
        # A file of Bazel's is executable, of which systemd complains.
        start = (
            f"set -e; chmod 644 {unit}; loginctl enable-linger; systemctl --user daemon-reload; "
            f"systemctl --user enable --quiet {job.name}.service; systemctl --user restart {job.name}.service"
        )
        steps += [
            Step(
                job.copy(job.unit, unit, f"mkdir -p {_UNIT_FOLDER}"),
                f"copying {job.name}.service",
            ),
            Step(
                job.remote(start),
                f"starting {job.name}.service, now and at each boot",
                hint=f"ssh {job.host} journalctl --user --unit={job.name} tells more",
            ),
        ]
    return steps


def _package(job: Job, deb: str) -> list[Step]:
    target = f"{_DEB_FOLDER}/{job.name}.deb"
    # An edited configuration file is kept; without an answer dpkg would stop and ask.
    install = (
        f'set -e; {_verified(target, deb)}; [ $(id -u) = 0 ] || root="sudo -n"; '
        f"$root dpkg --force-confdef --force-confold --install {target} >/dev/null"
    )
    size = os.path.getsize(deb) / 1e6
    prepare = f"mkdir -p {_DEB_FOLDER}"
    steps = [
        Step(job.copy(deb, target, prepare), f"copying {size:.0f} MB to {job.host}"),
        Step(job.remote(install), f"checking and installing the package {job.name}"),
    ]
    if job.service:
        # dpkg's own restart swallows a failure.
        restart = f'[ $(id -u) = 0 ] || root="sudo -n"; $root systemctl restart {job.name}.service'
        steps.append(
            Step(
                job.remote(restart),
                f"restarting {job.name}.service",
                hint=f"ssh {job.host} sudo journalctl --unit={job.name} tells more",
            )
        )
    return steps


def run(job: Job, steps: Sequence[Step]) -> None:
    """Run the plan; UserError at the first step that fails."""
    for program in ("ssh", "rsync"):
        if not shutil.which(program):
            package = {"ssh": "openssh-client"}.get(program, program)
            raise UserError(f"{program} is missing on this machine; install {package}")
    for step in steps:
        print(step.says, flush=True)
        shown = step.words[0] == "rsync" and sys.stdout.isatty()
        done = subprocess.run(
            step.words,
            stdin=subprocess.DEVNULL,
            stdout=None if shown else subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        if done.returncode:
            raise UserError(_reason(job, step, done))
        step.check(done.stdout or "")


def _reason(job: Job, step: Step, done: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    # rsync's first line says what went wrong, its last only which code that is; ssh and others say it last.
    told = [line for line in lines if line.startswith(("rsync: ", "ERROR ", "dpkg: error"))]
    said = (told or lines[-1:] or [f"exit code {done.returncode}"])[0].removeprefix("ERROR ")
    if done.returncode == _LOST_CONNECTION:
        return f"cannot reach {job.host}: {said}; does `ssh {job.host}` work?"
    if done.returncode == _DAMAGED:
        return f"the file on {job.host} has another sha256 than here and was removed; deploy again"
    hint = f"; {step.hint}" if step.hint else ""
    return f"{step.says} failed: {said}{hint}"


def read_tags(runner: str) -> tuple[str, ...]:
    """Return the Python and machines that a runner file serves, such as cp311-aarch64."""
    with zipfile.ZipFile(runner) as archive:
        return tuple(json.loads(archive.read("runner.json"))["platforms"])


def parser() -> argparse.ArgumentParser:
    """Return the options."""
    result = argparse.ArgumentParser(
        prog="bazel run TARGET --",
        description="Copies the runner to a Raspberry Pi, checks it there, and puts it in place of the old one.",
        epilog="User, port and key of a host belong in ssh's own config (~/.ssh/config).",
    )
    for built in ("label", "runner", "unit", "name", "folder"):
        result.add_argument("--" + built, required=True, help=argparse.SUPPRESS)
    result.add_argument("--deb", help=argparse.SUPPRESS)
    result.add_argument("--deb-name", help=argparse.SUPPRESS)
    result.add_argument("host", metavar="HOST", help="as ssh takes it: pi@raspberrypi.local")
    result.add_argument(
        "--dry-run", action="store_true", help="only print the commands that would run"
    )
    result.add_argument(
        "--package", action="store_true", help="install the Debian package (needs root there)"
    )
    result.add_argument(
        "--service",
        action="store_true",
        help="run it as a service, now and at each boot: the package's, or one of the user's own",
    )
    result.add_argument("--ssh-config", metavar="FILE", help="as `ssh -F FILE`")
    return result


def make_job(options: argparse.Namespace) -> Job:
    """Return the job that the options ask for; UserError if they make no sense."""
    if not _HOST.fullmatch(options.host):
        raise UserError(
            f"HOST is '{options.host}', expected a name or an IPv4 address, with user@ before if needed; "
            "give others a name in ssh's config"
        )
    for what, value in (("folder", options.folder), ("program", options.name)):
        if not _PATH.fullmatch(value):
            raise UserError(f"{what} is '{value}', expected letters, digits and ._/+-")
    if options.package and not options.deb:
        raise UserError("--package: this target has no package; set its attribute `package`")
    config = options.ssh_config
    if config:
        config = user_path.resolve(config)
        if not os.path.isfile(config):
            raise UserError(f"--ssh-config {options.ssh_config} is not a file")
    return Job(
        host=options.host,
        config=config,
        # Absolute, so that what a dry run prints can be run from anywhere.
        runner=os.path.abspath(options.runner),
        deb=os.path.abspath(options.deb) if options.package else None,
        unit=os.path.abspath(options.unit),
        name=options.deb_name if options.package else options.name,
        folder=options.folder.rstrip("/"),
        service=options.service,
        tags=read_tags(options.runner),
    )


def main(argv: Sequence[str]) -> int:
    """Deploy, or print how; return the exit code."""
    options = parser().parse_args(argv)
    try:
        job = make_job(options)
        steps = plan(job)
        if options.dry_run:
            print("\n".join(shlex.join(step.words) for step in steps))
            return 0
        run(job, steps)
    except UserError as error:
        print(f"ERROR {options.label}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    where = f"package {job.name}" if job.deb else f"{job.folder}/{job.name}"
    state = ", its service runs" if job.service else ""
    print(f"{job.host} has the new {where}{state}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
