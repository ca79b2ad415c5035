"""Libraries add to an app's manifest what they need, and nothing in secret."""

from xml.etree import ElementTree

import pytest

from android.private import merge_manifest

_A = f"{{{merge_manifest.ANDROID}}}"
_SPACES = f'xmlns:android="{merge_manifest.ANDROID}" xmlns:tools="{merge_manifest.TOOLS}"'


def _manifest(package: str, top: str = "", application: str = "") -> str:
    inside = f"<application>{application}</application>" if application else ""
    return f'<manifest {_SPACES} package="{package}">{top}{inside}</manifest>'


def _merge(
    main: str, *libraries: str, min_sdk: int = 24, application_id: str = ""
) -> ElementTree.Element:
    named = [(f"//lib:{i}", text, 24) for i, text in enumerate(libraries)]
    return ElementTree.fromstring(merge_manifest.merge(main, named, application_id, min_sdk))


def _names(root: ElementTree.Element, path: str) -> list[str]:
    return [element.get(_A + "name", "") for element in root.iterfind(path)]


def test_without_libraries_the_manifest_is_as_written():
    main = '<!-- why -->\n<manifest package="a.b" x="${applicationId}.files" />'
    assert merge_manifest.merge(main, [], "", 24) == main.replace("${applicationId}", "a.b")
    assert 'x="c.d.files"' in merge_manifest.merge(main, [], "c.d", 24)


def test_permissions_features_and_components_are_added():
    library = _manifest(
        "org.lib",
        '<uses-sdk android:minSdkVersion="21"/><uses-permission android:name="p.CAMERA"/>'
        '<queries><package android:name="x.y"/></queries>',
        '<activity android:name=".Scan" android:parentActivityName="Home"/>'
        '<provider android:name="org.other.P" android:authorities="${applicationId}.p"/>'
        '<meta-data android:name="key" android:value="1"/>',
    )
    root = _merge(
        _manifest("org.app", "", '<activity android:name=".Main"/>'), library, application_id="a.b"
    )
    assert _names(root, "uses-permission") == ["p.CAMERA"]
    assert _names(root, "queries/package") == ["x.y"]
    assert _names(root, "application/activity") == [".Main", "org.lib.Scan"]
    scan = root.findall("application/activity")[1]
    assert scan.get(_A + "parentActivityName") == "org.lib.Home"
    provider = root.find("application/provider")
    assert provider is not None and provider.get(_A + "authorities") == "a.b.p"
    assert _names(root, "application/meta-data") == ["key"]
    assert root.find("uses-sdk") is None


def test_the_same_twice_stands_once():
    library = _manifest(
        "org.lib", '<uses-permission android:name="p"/>', '<service android:name=".S"/>'
    )
    root = _merge(_manifest("org.app", '<uses-permission  android:name="p" />'), library, library)
    assert _names(root, "uses-permission") == ["p"]
    assert _names(root, "application/service") == ["org.lib.S"]


def test_the_apps_name_of_a_librarys_class_may_be_relative():
    library = _manifest("org.app.lib", "", '<service android:name=".S"/>')
    root = _merge(_manifest("org.app", "", '<service android:name=".lib.S"/>'), library)
    assert _names(root, "application/service") == [".lib.S"]


def test_a_contradiction_is_refused_until_the_app_decides():
    library = _manifest("org.lib", "", '<activity android:name=".S" android:exported="true"/>')
    own = '<activity android:name="org.lib.S" android:exported="false"{}/>'
    with pytest.raises(
        merge_manifest.MergeError, match=r'"org.lib.S"> of //lib:0 is declared otherwise'
    ):
        _merge(_manifest("org.app", "", own.format("")), library)
    root = _merge(_manifest("org.app", "", own.format(' tools:node="replace"')), library)
    (activity,) = root.iterfind("application/activity")
    assert activity.attrib == {_A + "name": "org.lib.S", _A + "exported": "false"}


def test_the_app_may_refuse_a_permission():
    library = _manifest("org.lib", '<uses-permission android:name="p.INTERNET"/>')
    own = '<uses-permission android:name="p.INTERNET" tools:node="remove"/>'
    root = _merge(_manifest("org.app", own), library)
    assert _names(root, "uses-permission") == []


@pytest.mark.parametrize(
    ("library", "message"),
    [
        ("<manifest", "//lib:0 is not XML"),
        ("<application/>", "begins with <application>, expected <manifest>"),
        ("<manifest/>", "names no package"),
        (_manifest("l", "<instrumentation/>"), "<instrumentation> of //lib:0 cannot be merged"),
        (_manifest("l", "", "<profileable/>"), "<profileable> of //lib:0 cannot be merged"),
        (
            f'<manifest {_SPACES} package="l"><application android:debuggable="true"/></manifest>',
            "states android:debuggable of <application>; only the app may",
        ),
        (_manifest("l", '<uses-sdk android:minSdkVersion="26"/>'), "needs API level 26"),
    ],
)
def test_what_cannot_be_merged_is_named(library, message):
    with pytest.raises(merge_manifest.MergeError, match=message):
        _merge(_manifest("org.app"), library)


def test_a_library_of_a_newer_level_is_refused():
    with pytest.raises(merge_manifest.MergeError, match="min_sdk_version is 24; raise it to 30"):
        merge_manifest.merge(_manifest("a.b"), [("//lib", _manifest("l"), 30)], "", 24)


def test_the_program_names_the_target(tmp_path, capsys):
    main, library = tmp_path / "main.xml", tmp_path / "lib.xml"
    main.write_text(_manifest("org.app"))
    library.write_text("<manifest/>")
    out = tmp_path / "out.xml"
    options = ["--label=//x:app", f"--manifest={main}", "--min-sdk=24", f"--out={out}"]
    assert merge_manifest.main([*options, "--library", "//x:lib", "24", str(library)]) == 1
    assert (
        capsys.readouterr().err
        == "ERROR //x:app: the manifest of //x:lib names no package; give <manifest> the attribute `package`\n"
    )
    assert not out.exists()
    library.write_text(_manifest("org.lib", "", '<service android:name=".S"/>'))
    assert merge_manifest.main([*options, "--library", "//x:lib", "24", str(library)]) == 0
    assert 'android:name="org.lib.S"' in out.read_text()


def test_text_behind_an_element_is_not_part_of_it():
    root = _merge(
        _manifest("org.app", '<uses-permission android:name="p"/>'),
        _manifest("org.lib", '<uses-permission android:name="p"/>stray'),
    )
    assert _names(root, "uses-permission") == ["p"]


@pytest.mark.parametrize("level", ["S", "0x18", "9" * 5000])
def test_an_api_level_that_is_no_number_is_refused_in_a_line(level):
    with pytest.raises(merge_manifest.MergeError, match="expected a number such as 24") as error:
        _merge(
            _manifest("org.app"),
            _manifest("org.lib", f'<uses-sdk android:minSdkVersion="{level}"/>'),
        )
    assert len(str(error.value)) < 300


def test_a_manifest_that_is_not_utf_8_is_refused(tmp_path):
    (tmp_path / "m.xml").write_bytes("<manifest a='ä'/>".encode("latin-1"))
    with pytest.raises(merge_manifest.MergeError, match="m.xml is not UTF-8 text"):
        merge_manifest.read(tmp_path / "m.xml")
