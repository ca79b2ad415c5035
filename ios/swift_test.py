"""The app's Swift on Linux, by Debian's Swift: its own tests, a type check against stand-ins, and the style.

The toolchain is a folder of 2.4 GB that is never copied: commands run in it as the root of a namespace of their own.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess

import numpy as np
import pytest
from model_press.camera_input import separate
from model_press.camera_input.coreml.runner import FusedPackage
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.formats import manifest
from model_press.images import decode
from PIL import Image
from testing.fuzz import corpus

_IOS = pathlib.Path("ios")
_FRONTEND = "/usr/libexec/swift/bin/swift-frontend"
# In the order in which they import each other.
_STUBS = [
    "CoreGraphics",
    "CoreVideo",
    "CoreML",
    "CoreImage",
    "AVFoundation",
    "UIKit",
    "Darwin",
    "SwiftUI",
    "PhotosUI",
]
_ENTER = """
mount --rbind /dev "$1/dev"
mount -t proc proc "$1/proc" 2>/dev/null || mount --rbind /proc "$1/proc"
mount -t tmpfs tmpfs "$1/tmp"
mkdir "$1/tmp/work"
mount --bind "$2" "$1/tmp/work"
root=$1
shift 2
exec chroot "$root" /usr/bin/env -i HOME=/tmp PATH=/usr/libexec/swift/bin:/usr/bin:/bin LANG=C.UTF-8 \
  /bin/sh -c 'cd /tmp/work && exec "$@"' sh "$@"
"""


@pytest.fixture(scope="module")
def root() -> pathlib.Path:
    """The folder of the toolchain; where Debian cannot be had, the reason is the reason of a skip."""
    record = pathlib.Path(os.environ["SWIFT_ROOT_RECORD"])
    folder = pathlib.Path(os.path.realpath(record)).parent
    reason = (folder / "unavailable.txt").read_text().strip()
    if reason:
        pytest.skip(reason)
    return (folder / "root").resolve()


@pytest.fixture(scope="module")
def stubs(root, tmp_path_factory) -> dict[str, pathlib.Path]:
    """The stand-ins as modules, by language mode."""
    folders = {}
    for version in ("5", "6"):
        folder = folders[version] = tmp_path_factory.mktemp("stubs" + version)
        (folder / "modules").mkdir()
        for name in _STUBS:
            shutil.copyfile(_IOS / "stubs" / f"{name}.swift", folder / f"{name}.swift")
            done = _module(root, folder, version, name, f"{name}.swift")
            assert done.returncode == 0, done.stdout
    return folders


@pytest.fixture
def work(tmp_path) -> pathlib.Path:
    """A writable copy of the sources."""
    for name in ("App", "Sources", "Tests"):
        shutil.copytree(_IOS / name, tmp_path / name)
    shutil.copy(_IOS / "Package.swift", tmp_path)
    for path in tmp_path.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for generated in _IOS.glob("*.swift"):
        if generated.name != "Package.swift":
            shutil.copy(generated, tmp_path / "App")
    return tmp_path


def _run(root: pathlib.Path, work: pathlib.Path, *command: str) -> subprocess.CompletedProcess:
    enter = ["unshare", "-Urmpf", "--kill-child", "/bin/sh", "-euc", _ENTER, "sh"]
    return subprocess.run(
        [*enter, str(root), str(work), *command],
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},  # chroot is in an sbin
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def _sources(work: pathlib.Path, folder: str) -> list[str]:
    return sorted(p.relative_to(work).as_posix() for p in (work / folder).rglob("*.swift"))


def _module(
    root: pathlib.Path, work: pathlib.Path, version: str, name: str, *sources: str
) -> subprocess.CompletedProcess:
    """Makes modules/NAME.swiftmodule."""
    output = ["-module-name", name, "-o", f"modules/{name}.swiftmodule"]
    options = ["-parse-as-library", *_options(version), *output]
    return _run(root, work, _FRONTEND, "-emit-module", *options, *sources)


def _options(version: str) -> list[str]:
    return ["-sdk", "/", "-swift-version", version, "-I", "modules"]


def _type_check(
    root: pathlib.Path, work: pathlib.Path, stubs: dict[str, pathlib.Path], version: str
) -> subprocess.CompletedProcess:
    """The app's sources and generated class in a language mode, with the portable package and the stand-ins."""
    shutil.copytree(stubs[version] / "modules", work / "modules")
    done = _module(root, work, version, "ModelPressCore", *_sources(work, "Sources"))
    assert done.returncode == 0, done.stdout
    check = ["-typecheck", "-parse-as-library", "-module-name", "ModelPressApp", *_options(version)]
    return _run(root, work, _FRONTEND, *check, *_sources(work, "App"))


def _resizes(folder: pathlib.Path) -> None:
    """The pictures and Pillow's answers that the Android app is tested with, with an alpha of 255."""
    folder.mkdir(parents=True)
    fixtures = pathlib.Path("schemas/pixel_fixtures")
    cases = [
        (
            path.name.removesuffix(".in.npy"),
            path,
            path.with_name(path.name.replace(".in.", ".out.")),
        )
        for path in sorted(fixtures.glob("resize_*.in.npy"))
    ]
    cases.append(("every_value_stretch", fixtures / "pixels.npy", fixtures / "pixels.npy"))
    for name, before, after in cases:
        pictures = [np.load(before), np.load(after)]
        sizes = [side for picture in pictures for side in picture.shape[1::-1]]
        header = np.array([*sizes, name.endswith("crop"), 0], "<i4")
        pixels = b"".join(_rgba(picture).tobytes() for picture in pictures)
        (folder / name).write_bytes(header.tobytes() + pixels)


def _photographs() -> dict[str, np.ndarray]:
    """uint8 RGB: the first is of the size that the camera's package asks for, of the others it is not."""
    every = np.load("schemas/pixel_fixtures/pixels.npy")
    noise = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
    half = noise // 2
    return {
        "every_value": np.tile(every, (640 // every.shape[0], 480 // every.shape[1], 1)),
        "8x8_noise": noise,
        "8x8_red": half + np.array([120, 0, 0], np.uint8),
        "8x8_blue": half + np.array([0, 0, 120], np.uint8),
        "landscape": np.random.default_rng(1).integers(0, 256, (480, 640, 3), np.uint8),
    }


def _handed_over(photo: np.ndarray, description: manifest.CoremlManifest) -> np.ndarray:
    """uint8 RGB of the size that a package asks for: its network's part of a photograph where it looks, else black."""
    camera = description.camera_input
    frame = np.zeros((camera.height, camera.width, 3), np.uint8)
    if photo.shape == frame.shape:
        return photo
    left, top, right, bottom = separate.box(camera, *camera.model_input_size)
    frame[top:bottom, left:right] = decode.fit(
        Image.fromarray(photo), right - left, bottom - top, camera.fit
    )
    return frame


def _camera(folder: pathlib.Path) -> None:
    """Write the scores of digits' packages with camera input, and of their plain one, for CameraInputTests.swift."""
    folder.mkdir(parents=True)
    digits = pathlib.Path("models/digits")
    packages = {}
    for name, target in {"camera": "camera", "labelled": "picture"}.items():
        path = digits / f"digits_coreml_int8_{target}.manifest.json"
        shutil.copyfile(path, folder / f"{name}.manifest.json")
        description = manifest.read_coreml(path, camera=True)
        package = digits / f"{description.name}.mlpackage"
        packages[name] = (FusedPackage(package, description), description)
    camera, description = packages["camera"]
    network = ImageClassifier(digits / "digits_coreml_int8.mlpackage")
    (folder / "labels.txt").write_text("".join(f"{label}\n" for label in network.labels))
    for name, photo in _photographs().items():
        frame = _handed_over(photo, description)
        seen = separate.pixels(
            frame, description.camera_input, *description.camera_input.model_input_size
        )
        scores, indices = camera.run(frame)
        answers = {
            "width": photo.shape[1],
            "height": photo.shape[0],
            "scores": scores.tolist(),
            "indices": indices.tolist(),
            "plain": network.run(seen[None])[0].tolist(),
            "labelled": packages["labelled"][0].run(frame)[0].tolist(),
        }
        (folder / f"{name}.json").write_text(json.dumps(answers))
        rgba = b"".join(_rgba(step).tobytes() for step in (photo, frame, seen))
        (folder / f"{name}.rgba").write_bytes(rgba)


def _rgba(rgb: np.ndarray) -> np.ndarray:
    return np.pad(rgb, ((0, 0), (0, 0), (0, 1)), constant_values=255)


def test_portable_package(root, work):
    fixtures = work / "Tests/ModelPressCoreTests/Fixtures"
    _resizes(fixtures / "resize")
    _camera(fixtures / "camera")
    shutil.copytree("schemas/examples", fixtures / "examples")
    kinds = ["bundle_index", "camera_coreml_manifest", "coreml_manifest", "labels"]
    corpus.write(fixtures / "fuzz", 10_000, kinds)
    done = _run(root, work, "swift", "test", "--disable-sandbox")
    assert done.returncode == 0, done.stdout
    counted = re.findall(r"Executed (\d+) tests?, with 0 failures", done.stdout)
    assert counted and int(counted[-1]) >= 26, done.stdout
    assert "skipped" not in done.stdout, done.stdout


@pytest.mark.parametrize("version", ["5", "6"])
def test_app_type_checks(root, work, stubs, version):
    assert len(_sources(work, "App")) >= 13  # with two generated classes
    done = _type_check(root, work, stubs, version)
    assert done.returncode == 0, done.stdout
    assert "warning:" not in done.stdout, done.stdout


@pytest.mark.parametrize(
    "file, old, new",
    [
        ("Classifier.swift", "MLFeatureValue(pixelBuffer:", "MLFeatureValue(pixelBufer:"),
        ("Classifier.swift", "?.multiArrayValue", "?.multiArayValue"),
        ("DigitsCoremlInt8Camera.swift", "?.multiArrayValue", "?.multiArayValue"),
        ("ModelFile.swift", ".cpuAndNeuralEngine", ".cpuAndNeuralEngin"),
        ("ClassifyView.swift", ".navigationTitle(", ".navigationTitel("),
        (
            "Camera.swift",
            "didOutput sampleBuffer: CMSampleBuffer",
            "didOutput sampleBuffer: CMSampleBufer",
        ),
    ],
)
def test_misspelt_api_is_an_error(root, work, stubs, file, old, new):
    path = work / "App" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    done = _type_check(root, work, stubs, "5")
    assert done.returncode != 0 and f"App/{file}:" in done.stdout and "error:" in done.stdout


@pytest.mark.parametrize(
    "source, modules",
    [("Session", ["SwiftUI"]), ("PixelBuffer", ["CoreGraphics", "CoreVideo"])],
)
def test_app_source_runs(root, work, source, modules):
    """A source of the app itself runs, with stand-ins for what it uses."""
    shutil.copytree(_IOS / "stubs" / source, work / "stand-ins")
    example = "schemas/examples/valid/manifest_mlpackage.json"
    shutil.copyfile(example, work / "manifest.json")
    built = ["swiftc", "-parse-as-library", "-I", "."]
    for name in modules:
        library = ["-emit-library", "-static", "-emit-module", "-module-name", name]
        done = _run(root, work, *built, *library, f"stand-ins/{name}.swift")
        assert done.returncode == 0, done.stdout
    sources = [*_sources(work, "Sources"), f"App/{source}.swift", f"Tests/{source}/Main.swift"]
    libraries = [f"lib{name}.a" for name in modules]
    done = _run(root, work, *built, "-o", "program", *sources, *libraries)
    assert done.returncode == 0, done.stdout
    done = _run(root, work, "./program")
    assert done.returncode == 0 and "PASSED" in done.stdout, done.stdout


def test_style(root, work):
    done = _run(root, work, "swift-format", "lint", "--strict", "-r", "App", "Sources", "Tests")
    generated = [line for line in done.stdout.splitlines() if "Digits" not in line]
    assert not generated, done.stdout
