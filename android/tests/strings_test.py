"""Every string of the app is there in Chinese, with the same places for values."""

import os
import pathlib
import re
from xml.etree import ElementTree

_ENGLISH = pathlib.Path(os.environ["ENGLISH"])
_CHINESE = pathlib.Path(os.environ["CHINESE"])

_WITHOUT_WORDS = {
    "app_name",
    "benchmark_running",
    "variant_entry",
    "result_description",
    "model_line",
    "megabytes",
    "millis",
    "problem",
    "none",
}


def _strings(path: pathlib.Path) -> dict[str, list[str]]:
    """Name -> the places for values in its text, sorted; of plurals those of the form "other"."""
    found = {}
    for element in ElementTree.parse(path).getroot():
        text = (
            element.text if element.tag == "string" else element.findtext("item[@quantity='other']")
        )
        found[element.attrib["name"]] = sorted(re.findall(r"%\d\$\w", text or ""))
    return found


def test_both_languages_have_the_same_strings():
    english, chinese = _strings(_ENGLISH), _strings(_CHINESE)
    # A name is one in every language.
    english.pop("app_name")
    chinese.pop("app_name", None)
    assert len(english) > 50
    assert english == chinese


def test_chinese_is_chinese():
    text = _CHINESE.read_text("utf-8")
    written = re.findall(r"<string name=\"(\w+)\">([^<]*)</string>", text)
    latin = [name for name, value in written if not re.search(r"[\u4e00-\u9fff]", value)]
    # Numbers and units only.
    assert set(latin) <= _WITHOUT_WORDS, latin
