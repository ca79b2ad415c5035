"""Tests that start a runner file, here or on an emulated Raspberry Pi."""

load("//tools/python:pytest.bzl", "pytest_test")

def _emulation_files(system):
    root = "@debian_{}_arm64//:".format(system)
    files = [root + name for name in ["packages.json", "root", "unavailable.txt"]]
    return files + ["@debian_qemu//:packages.json", "@debian_qemu//:root"]

def _emulation_env(system, cpu):
    root = "@debian_{}_arm64//:".format(system)
    return {
        "PI_CPU": cpu,
        "PI_QEMU": "$(rootpath @debian_qemu//:root)",
        "PI_ROOT": "$(rootpath {}root)".format(root),
        "PI_UNAVAILABLE": "$(rootpath {}unavailable.txt)".format(root),
    }

def photo_files(system = None):
    """Files of a test that classifies the apps' example photo.

    Args:
      system: Debian release of an emulated Pi, bookworm or trixie; None for this machine.

    Returns:
      Labels for `data`.
    """
    photo = ["//android/tests:example_label.txt", "//android/tests:example_photo.png"]
    return photo + (_emulation_files(system) if system else [])

def photo_env(system = None, cpu = None):
    """Environment that names photo_files.

    Args:
      system: as there.
      cpu: processor of the emulated Pi as qemu calls it.

    Returns:
      A dict for `env`.
    """
    return dict(
        _emulation_env(system, cpu) if system else {},
        PI_PHOTO = "$(rootpath //android/tests:example_photo.png)",
        PI_PHOTO_LABEL = "$(rootpath //android/tests:example_label.txt)",
    )

def runner_test(name, srcs, runner, data = [], env = {}, system = None, python = None, cpu = None, **kwargs):
    """A pytest_test whose cases start a `pi_runner` by launch.py.

    Args:
      name: target name.
      srcs: test files.
      runner: the pi_runner.
      data: further files.
      env: further environment.
      system: Debian release of the emulated Pi, bookworm or trixie; None for this machine.
      python: its Python version.
      cpu: processor as qemu calls it.
      **kwargs: attributes of the test.
    """
    files, emulated = [], {}
    if system:
        files = _emulation_files(system)
        emulated = dict(_emulation_env(system, cpu), PI_PYTHON = python)
    pytest_test(
        name = name,
        srcs = srcs,
        data = data + files + [runner],
        env = dict(env, PI_RUNNER = "$(rootpath {})".format(runner), **emulated),
        deps = [
            "//rpi/tests:launch",
            "@pypi//:numpy",
            "@pypi//:pillow",
        ],
        **kwargs
    )

def golden_test(name, variants, count = 50, model = "//models/digits", images = "held_out", **kwargs):
    """Compares a runner's answers with the build's on a model's own pictures.

    Args:
      name: target name.
      variants: names of the model's variants.
      count: number of pictures.
      model: package of the model.
      images: name of the image_set there.
      **kwargs: attributes of runner_test.
    """
    stem = model.split("/")[-1]
    expected = {
        "PI_EXPECTED_{}_{}".format(stem, variant).upper(): "{}:{}_on_{}".format(model, variant, images)
        for variant in variants
    }
    pixels = ":{}_{}_images".format(stem, images)
    env = {variable: "$(rootpath {})".format(label) for variable, label in expected.items()}
    runner_test(
        name = name,
        srcs = ["golden_test.py"],
        data = expected.values() + [pixels],
        env = dict(
            env,
            PI_COUNT = str(count),
            PI_IMAGES = "$(rootpath {})".format(pixels),
            PI_VARIANTS = ",".join(["{}_{}".format(stem, variant) for variant in variants]),
        ),
        **kwargs
    )
