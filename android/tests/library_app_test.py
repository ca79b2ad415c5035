"""What an app with an Android library carries: what is used, and the licences; and the library as an .aar."""

import os
import pathlib
import re
import subprocess
import zipfile

_APK = pathlib.Path(os.environ["APK"])
_UNSHRUNK = pathlib.Path(os.environ["UNSHRUNK"])


def _strings(apk: pathlib.Path) -> set[str]:
    """Names of the string resources in an APK's table."""
    run = subprocess.run(
        [pathlib.Path(os.environ["AAPT2"]).absolute(), "dump", "resources", apk],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(re.findall(r"resource 0x\w+ string/(\w+)", run.stdout))


def _files(apk: pathlib.Path) -> set[str]:
    with zipfile.ZipFile(apk) as archive:
        return set(archive.namelist())


def test_what_nothing_uses_is_gone():
    unused = {"res/drawable/greeting_unused.xml"}
    assert unused <= _files(_UNSHRUNK)
    assert not unused & _files(_APK)
    assert "greeting_unused" in _strings(_UNSHRUNK)
    assert "greeting_unused" not in _strings(_APK)


def test_what_a_layout_or_the_code_leads_to_stays():
    assert "res/drawable/greeting_used.xml" in _files(_APK)
    assert "res/layout/greeting.xml" in _files(_APK)
    # Of the app: the first from a layout, the second from code only.
    assert {"pick_photo", "photo_error", "greeting_kept", "greeting_changed"} <= _strings(_APK)
    # Each form of a resource, and what the manifest names.
    forms = {
        "res/layout-w720dp/main.xml",
        "res/xml/no_backup.xml",
        "res/drawable/ic_launcher.xml",
    }
    assert forms <= _files(_APK), sorted(_files(_APK))


def test_assets_are_not_shrunk():
    def assets(apk: pathlib.Path) -> set[str]:
        return {name for name in _files(apk) if name.startswith("assets/")}

    assert assets(_APK) == assets(_UNSHRUNK)
    assert "assets/models/index.json" in assets(_APK)


def test_the_notice_names_what_ships():
    with zipfile.ZipFile(_APK) as archive:
        notice = archive.read("assets/NOTICE.txt").decode()
    assert "  org.tensorflow:tensorflow-lite 2.16.1: Apache-2.0\n" in notice
    assert "Apache License" in notice
    # The platform's own.
    assert "org.json" not in notice


def test_the_aar_has_the_librarys_resources():
    (aar,) = [
        path for path in map(pathlib.Path, os.environ["AAR"].split()) if path.suffix == ".aar"
    ]
    with zipfile.ZipFile(aar) as archive:
        names = archive.namelist()
        symbols = archive.read("R.txt").decode()
        manifest = archive.read("AndroidManifest.xml").decode()
        with archive.open("classes.jar") as jar, zipfile.ZipFile(jar) as classes:
            compiled = classes.namelist()
    assert "res/layout/greeting.xml" in names and "res/values/strings.xml" in names
    assert re.search(r"^int string greeting_kept 0x", symbols, re.MULTILINE)
    assert "org.modelpress.fixture" in manifest and ".GreetingActivity" in manifest
    # The app that takes it makes the R class.
    assert compiled == ["org/modelpress/fixture/GreetingActivity.class"]
