"""Tests that start a runner file or a Debian, here or on an emulated Raspberry Pi."""

load("//tools/python:pytest.bzl", "pytest_test")

# The apps' example photo and its class, see pi_test's `files`.
PHOTO = {
    "PI_PHOTO": "//android/tests:example_photo.png",
    "PI_PHOTO_LABEL": "//android/tests:example_label.txt",
}

# Debian of a Pi -> (processor as qemu calls it, Python version): a Pi 4 and a Pi 5.
_EMULATED = {
    "bookworm_arm64": ("cortex-a72", "3.11"),
    "trixie_arm64": ("cortex-a76", "3.13"),
}

def pi_test(name, files, srcs = None, debian = None, cpu = None, data = [], env = {}, **kwargs):
    """A pytest_test that can import launch.py and what lies beside it.

    Args:
      name: target name.
      files: environment variable -> label of the file that it names.
      srcs: test files; by default the one of the target's name.
      debian: the repository @debian_<this>, for debian.py; launch.py starts runners on an emulated one of arm64.
      cpu: processor of that as qemu calls it; by default that of a Pi.
      data: further files.
      env: further environment.
      **kwargs: attributes of the test.
    """
    files = dict(files)
    env = dict(env)
    if debian:
        root = "@debian_{}//:".format(debian)
        data = data + [root + "packages.json"]
        files["PI_ENTER"] = "//tools/debian:enter.sh"
        files["PI_ROOT"] = root + "root"
        files["PI_UNAVAILABLE"] = root + "unavailable.txt"
    if debian in _EMULATED:
        data = data + ["//tools/debian:enter.sh", "@debian_qemu//:packages.json"]
        files["PI_ENTER"] = "//tools/debian:enter_arm64.sh"
        files["PI_QEMU"] = "@debian_qemu//:root"
        env["PI_CPU"] = cpu or _EMULATED[debian][0]
        env["PI_PYTHON"] = _EMULATED[debian][1]
    for variable, label in files.items():
        env[variable] = "$(rootpath {})".format(label)
    pytest_test(
        name = name,
        srcs = srcs or [name + ".py"],
        data = data + files.values(),
        env = env,
        deps = ["//rpi/tests:launch"],
        **kwargs
    )

def golden_test(name, runner, variants, count = 50, model = "//models/digits", images = "held_out", **kwargs):
    """Compares a runner's answers with the build's on a model's own pictures.

    Args:
      name: target name.
      runner: the pi_runner.
      variants: names of the model's variants.
      count: number of pictures.
      model: package of the model.
      images: name of the image_set there.
      **kwargs: attributes of pi_test.
    """
    stem = model.split("/")[-1]
    files = {
        "PI_IMAGES": ":{}_{}_images".format(stem, images),
        "PI_RUNNER": runner,
    }
    for variant in variants:
        files["PI_EXPECTED_{}_{}".format(stem, variant).upper()] = "{}:{}_on_{}".format(model, variant, images)
    pi_test(
        name = name,
        srcs = ["golden_test.py"],
        env = {
            "PI_COUNT": str(count),
            "PI_VARIANTS": ",".join(["{}_{}".format(stem, variant) for variant in variants]),
        },
        files = files,
        **kwargs
    )
