"""`app_screenshots`."""

def _app_screenshots_impl(ctx):
    pictures = [ctx.actions.declare_file(name) for name in ctx.attr.pictures]
    test = ctx.attr.test[DefaultInfo].files_to_run
    ctx.actions.run_shell(
        # The test log is of interest only when the test fails.
        command = """
set -eu
test="$PWD/$1"
export RUNFILES_DIR="$test.runfiles"
export TEST_UNDECLARED_OUTPUTS_DIR="$PWD/$(dirname "$2")"
"$test" > log 2>&1 || { cat log >&2; exit 1; }
""",
        arguments = [test.executable.path] + [picture.path for picture in pictures],
        tools = [test],
        outputs = pictures,
        mnemonic = "AppScreenshots",
        progress_message = "Taking pictures of the app's screen",
    )
    return [DefaultInfo(files = depset(pictures))]

app_screenshots = rule(
    implementation = _app_screenshots_impl,
    doc = "Pictures that a `robolectric_test` writes into TEST_UNDECLARED_OUTPUTS_DIR, as build outputs.",
    attrs = {
        "pictures": attr.string_list(mandatory = True, doc = "Names of the pictures."),
        "test": attr.label(cfg = "target", executable = True, mandatory = True),
    },
)
