"""`maven_repository`: locked Maven artifacts, fetched by the user's own mvn, as Java targets."""

_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
_LOCK_COMMAND = "bazel run //tools/maven:lock"
_RULES = Label("//tools/maven:artifact.bzl")

# A first fetch is 300 MB a repository; a slow line needs longer than Bazel's 10 minutes.
_TIMEOUT_SECONDS = 3600

_EXCLUDE_ALL = (
    "<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>"
)

# What Maven and Java say, as lower-case parts of a line, and what that means for the user.
_REASONS = [
    (["no space left on device", "disk quota exceeded"], "the disk is full; free some space"),
    (
        [
            "unknown host",
            "unknownhostexception",
            "name resolution",
            "connection refused",
            "connect timed out",
            "network is unreachable",
            "no route to host",
            "could not transfer",
            "connection reset",
            "cannot access",
        ],
        "no network: Maven's repository cannot be reached (mirrors and proxies belong in ~/.m2/settings.xml)",
    ),
    (
        ["could not find artifact", "was not found in"],
        "an artifact is missing in the user's Maven repository",
    ),
    (
        ["java_home", "no compiler", "unable to locate a java runtime"],
        "mvn finds no JDK; ./bazelw installs one on Debian",
    ),
]

def _fail(rctx, problem):
    fail("@%s: %s" % (rctx.attr.repository, problem))

def _file_name(artifact):
    _, name, packaging, version = artifact["coordinates"].split(":")
    return "%s-%s.%s" % (name, version, packaging)

def _dependency(artifact):
    group, name, packaging, version = artifact["coordinates"].split(":")
    return (
        "<dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version>" +
        "<type>{}</type>{}</dependency>"
    ).format(group, name, version, packaging, _EXCLUDE_ALL)

def _pom(artifacts):
    return (
        "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><modelVersion>4.0.0</modelVersion>" +
        "<groupId>model_press</groupId><artifactId>fetch</artifactId><version>1</version>" +
        "<packaging>pom</packaging><dependencies>%s</dependencies></project>\n"
    ) % "".join([_dependency(artifact) for artifact in artifacts])

def _reason(output):
    lowered = output.lower()
    for needles, reason in _REASONS:
        for needle in needles:
            if needle in lowered:
                return reason
    return "mvn failed"

def _first_error(output):
    for line in output.split("\n"):
        # Some builds of Maven colour even a log that goes to a file.
        text = line.partition("[ERROR]")[2].strip()
        if text:
            return text.partition(" -> [Help")[0]
    return output.strip().split("\n")[-1]

def _download(rctx, artifacts):
    mvn = rctx.which("mvn")
    if not mvn:
        _fail(rctx, "mvn is not installed and fetches the Java parts; ./bazelw installs it (Debian package maven)")
    rctx.file("pom.xml", _pom(artifacts))
    rctx.report_progress("mvn fetches %d artifacts" % len(artifacts))
    run = rctx.execute(
        [
            mvn,
            "-B",
            "-q",
            "-f",
            rctx.path("pom.xml"),
            _PLUGIN,
            "-DoutputDirectory=%s" % rctx.path("files"),
        ],
        # Maven runs for seconds: the second compiler takes as much time as all the rest.
        environment = {"MAVEN_OPTS": (rctx.os.environ.get("MAVEN_OPTS", "") + " -XX:TieredStopAtLevel=1").strip()},
        timeout = _TIMEOUT_SECONDS,
    )
    if run.return_code != 0:
        output = run.stdout + run.stderr
        _fail(rctx, "%s: %s" % (_reason(output), _first_error(output)))

def _verify(rctx, artifacts):
    """Refuses fetched files that are not the locked ones."""
    if rctx.which("sha256sum"):
        hasher = ["sha256sum"]
    else:
        # macOS
        hasher = ["shasum", "-a", "256"]
    for artifact in artifacts:
        file = "files/" + _file_name(artifact)
        if not rctx.path(file).exists:
            _fail(rctx, "%s: mvn did not deliver it; re-lock with: %s" % (artifact["coordinates"], _LOCK_COMMAND))
        run = rctx.execute(hasher + [file])
        if run.return_code != 0:
            _fail(rctx, "%s: cannot hash it: %s" % (artifact["coordinates"], run.stderr.strip()))
        found = run.stdout.split(" ")[0]
        if found != artifact["sha256"]:
            _fail(rctx, "%s: expected sha256 %s, found %s; if the change is wanted, re-lock with: %s" % (
                artifact["coordinates"],
                artifact["sha256"],
                found,
                _LOCK_COMMAND,
            ))

def _unpack(rctx, artifact, directory):
    """Unpacks an archive whose name need not end in .zip."""
    archive = directory + ".zip"
    rctx.symlink("files/" + _file_name(artifact), archive)
    rctx.extract(archive, directory)
    rctx.delete(archive)

def _extracted_rules(rctx, artifact):
    if not artifact["extract"]:
        return []
    name = artifact["name"]
    directory = "unpacked/" + name
    _unpack(rctx, artifact, directory)
    rules = []
    for target, path in artifact["extract"].items():
        rctx.symlink("%s/%s" % (directory, path), "bin/" + target)
        rctx.execute(["chmod", "+x", rctx.path("%s/%s" % (directory, path))])
        rules.append("filegroup(name = \"%s\", srcs = [\"bin/%s\"])" % (target, target))
    return rules

def _aar_rules(rctx, artifact):
    """Unpacks an .aar; returns the path of its classes and a filegroup for each native ABI."""
    directory = "aar/" + artifact["name"]
    _unpack(rctx, artifact, directory)
    rules = []
    jni = rctx.path(directory + "/jni")
    if jni.exists:
        for abi in sorted([path.basename for path in jni.readdir()]):
            rules.append("filegroup(name = \"%s_jni_%s\", srcs = glob([\"%s/jni/%s/*.so\"]))" % (
                artifact["name"],
                abi,
                directory,
                abi,
            ))
    return directory + "/classes.jar", rules

def _artifact_rules(rctx, artifact):
    jar = "files/" + _file_name(artifact)
    rules = ["filegroup(name = \"%s_file\", srcs = [\"%s\"])" % (artifact["name"], jar)]
    if artifact["coordinates"].split(":")[2] == "aar":
        jar, native = _aar_rules(rctx, artifact)
        rules += native
    rules += _extracted_rules(rctx, artifact)
    rules.append("maven_artifact(name = %s, jar = %s, coordinates = %s, deps = %s)" % (
        repr(artifact["name"]),
        repr(jar),
        repr(artifact["coordinates"]),
        repr([":" + dep for dep in artifact["deps"]]),
    ))
    return rules

def _maven_repository_impl(rctx):
    lock = json.decode(rctx.read(rctx.attr.lock))
    if rctx.attr.repository not in lock["repositories"]:
        _fail(rctx, "%s has no such repository; re-lock with: %s" % (rctx.attr.lock, _LOCK_COMMAND))
    artifacts = lock["repositories"][rctx.attr.repository]
    _download(rctx, artifacts)
    _verify(rctx, artifacts)
    rules_label = str(_RULES)
    if rules_label.startswith("//"):
        rules_label = "@" + rules_label
    lines = [
        "load(\"%s\", \"maven_artifact\")" % rules_label,
        "package(default_visibility = [\"//visibility:public\"])",
        "exports_files(glob([\"files/*\"]))",
    ]
    for artifact in artifacts:
        lines += _artifact_rules(rctx, artifact)
    rctx.file("BUILD.bazel", "\n".join(lines) + "\n")

maven_repository = repository_rule(
    implementation = _maven_repository_impl,
    doc = "One repository of //third_party/maven:maven_lock.json. Each artifact is a target with " +
          "JavaInfo under its name; `<name>_file` is the file itself, `<name>_jni_<abi>` the " +
          "native libraries of an .aar. A file whose sha256 is not the locked one is refused.",
    attrs = {
        "lock": attr.label(default = Label("//third_party/maven:maven_lock.json"), allow_single_file = True),
        "repository": attr.string(mandatory = True, doc = "Key in the lock's `repositories`."),
    },
)
