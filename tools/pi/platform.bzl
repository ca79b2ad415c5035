"""`pi_platform`."""

PiPlatformInfo = provider(
    doc = "The packages that the runner imports on one machine with one Python.",
    fields = {
        "site": "File: folder of installed packages.",
        "tag": "string: Python and machine, such as cp311-aarch64.",
    },
)

def _pi_platform_impl(ctx):
    return [PiPlatformInfo(site = ctx.file.site, tag = ctx.attr.tag)]

pi_platform = rule(
    implementation = _pi_platform_impl,
    doc = "A Python on a machine that a `pi_runner` serves.",
    attrs = {
        "site": attr.label(allow_single_file = True, mandatory = True, doc = "Folder of installed packages."),
        "tag": attr.string(mandatory = True, doc = "Python and machine, such as cp311-aarch64."),
    },
)
