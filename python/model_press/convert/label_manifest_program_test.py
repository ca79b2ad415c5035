"""label_manifest_program: labels reach a manifest without another conversion."""

import dataclasses

from testing import programs
from testing.manifests import manifest_of

from model_press.convert import label_manifest_program
from model_press.formats import files, manifest


def test_labels_reach_a_manifest_that_has_none(tmp_path):
    count = manifest_of().labels.count
    unlabelled, labelled = tmp_path / "a.json", tmp_path / "b.json"
    manifest.write(
        unlabelled, dataclasses.replace(manifest_of(), labels=manifest.Labels("", count, ""))
    )
    names = tmp_path / "net.labels.txt"
    names.write_text("".join(f"class {number}\n" for number in range(count)))
    arguments = (f"--manifest={unlabelled}", f"--labels={names}", f"--out-manifest={labelled}")
    assert programs.lines(arguments, label_manifest_program.COMMAND) == (0, [])
    assert manifest.read(labelled).labels.sha256 == files.sha256(names)
