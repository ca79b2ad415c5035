"""The bundle for Xcode: every file that the app reads is in it and agrees; sources and property lists are whole."""

import json
import pathlib
import plistlib
import re
import zipfile

import pytest
from model_press.camera_input.coreml.runner import FusedPackage
from model_press.coreml import package
from model_press.coreml.evaluator.classifier import ImageClassifier
from model_press.formats import bundle as bundles
from model_press.formats import files, manifest, metrics

_APP = pathlib.Path("ios/App")
_RESOURCES = "App/Resources/"


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    """The folder of the unzipped app package."""
    folder = tmp_path_factory.mktemp("bundle")
    with zipfile.ZipFile("ios/ModelPress.swiftpm.zip") as archive:
        archive.extractall(folder)
    return folder / "ModelPress.swiftpm"


def test_every_listed_variant_is_whole_and_runs(bundle):
    variants = bundles.read(bundle / _RESOURCES / "index.json").variants
    assert len(variants) >= 2
    for entry in variants:
        description = manifest.read_coreml(bundle / _RESOURCES / entry.manifest)
        folder = bundle / _RESOURCES / entry.model
        assert package.digest(folder) == description.model.sha256
        labels = bundle / _RESOURCES / entry.labels
        assert files.sha256(labels) == description.labels.sha256
        if description.camera_input is not None:
            FusedPackage(folder, description)
        else:
            assert ImageClassifier(folder).labels == labels.read_text().splitlines()
        name = "".join(part.capitalize() for part in description.name.split("_"))
        source = (bundle / f"App/Generated/{name}.swift").read_text()
        assert f"public final class {name} {{" in source
        assert f"imageWidth = {description.input.width}\n" in source


def test_one_variant_takes_the_cameras_frames(bundle):
    variants = bundles.read(bundle / _RESOURCES / "index.json").variants
    asked = [manifest.read_coreml(bundle / _RESOURCES / entry.manifest) for entry in variants]
    fused = [d for d in asked if d.camera_input is not None]
    # FrameSize.vga in ios/Sources.
    assert [(d.input.width, d.input.height, d.top_k) for d in fused] == [(480, 640, 5)]


def test_package_lists_every_resource(bundle):
    text = (bundle / "Package.swift").read_text()
    listed = set(re.findall(r'\.copy\("Resources/([^"]+)"\)', text))
    assert listed == {path.name for path in (bundle / _RESOURCES).iterdir()}
    assert "// RESOURCES" not in text
    assert (bundle / "App/PrivacyInfo.xcprivacy").exists()


def test_all_sources_are_in_it(bundle):
    for folder in ("App", "Sources/ModelPressCore"):
        expected = {p.name: p.read_bytes() for p in pathlib.Path("ios", folder).glob("*.swift")}
        assert len(expected) >= 8
        found = {p.name: p.read_bytes() for p in (bundle / folder).glob("*.swift")}
        assert found == expected


def test_info_plist_says_why_the_camera_is_used():
    info = plistlib.loads((_APP / "Info.plist").read_bytes())
    assert len(info["NSCameraUsageDescription"]) > 20
    assert info["CFBundlePackageType"] == "APPL"
    assert "UILaunchScreen" in info


def test_privacy_manifest_names_the_apis_that_need_a_reason():
    privacy = plistlib.loads((_APP / "PrivacyInfo.xcprivacy").read_bytes())
    assert privacy["NSPrivacyTracking"] is False and privacy["NSPrivacyCollectedDataTypes"] == []
    named = {
        entry["NSPrivacyAccessedAPIType"]: entry["NSPrivacyAccessedAPITypeReasons"]
        for entry in privacy["NSPrivacyAccessedAPITypes"]
    }
    # Apple's list of required reason API: what marks each category in Swift, as far as an app like this could use it.
    marks = {
        "NSPrivacyAccessedAPICategoryFileTimestamp": "contentModificationDate|creationDate|modificationDate",
        "NSPrivacyAccessedAPICategoryUserDefaults": "UserDefaults|AppStorage",
        "NSPrivacyAccessedAPICategoryDiskSpace": "volumeAvailableCapacity|systemFreeSize",
        "NSPrivacyAccessedAPICategorySystemBootTime": r"systemUptime|mach_absolute_time",
    }
    text = "".join(path.read_text() for path in _APP.glob("*.swift"))
    used = {category for category, mark in marks.items() if re.search(mark, text)}
    assert used == set(named) and all(named.values())


def test_asset_catalogue_is_whole():
    contents = list(_APP.glob("Assets.xcassets/**/Contents.json"))
    assert len(contents) >= 2
    for path in contents:
        assert json.loads(path.read_text())["info"] == {"author": "xcode", "version": 1}
    for folder in _APP.glob("Assets.xcassets/*.*set"):
        assert (folder / "Contents.json").exists()


def test_metrics_of_the_app_are_read():
    """The fixture is what the Swift test compares the app's own JSON with."""
    read = metrics.read("ios/Tests/ModelPressCoreTests/Fixtures/metrics.json")
    assert read.machine.kind == "ios"
    assert read.records[0].delegate == "cpu_and_neural_engine"
