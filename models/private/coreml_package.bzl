"""The files of a Core ML package, as the rules that make one declare and return them."""

def declare_package(ctx, model_name):
    """Declares `<model>_<target>.mlpackage`, the same as .zip, and its manifest.

    Args:
      ctx: rule context.
      model_name: string: the Keras model's name.

    Returns:
      struct of name (string), package (directory), archive, manifest, and files, a list of these three.
    """
    name = "{}_{}".format(model_name, ctx.label.name)
    package = ctx.actions.declare_directory(name + ".mlpackage")
    archive = ctx.actions.declare_file(name + ".mlpackage.zip")
    manifest = ctx.actions.declare_file(name + ".manifest.json")
    return struct(
        name = name,
        package = package,
        archive = archive,
        manifest = manifest,
        files = [package, archive, manifest],
    )

def add_package_outputs(arguments, made):
    """Adds the options that name the outputs.

    Args:
      arguments: from tool_arguments().
      made: from declare_package().
    """
    arguments.add("--out-package=" + made.package.path)
    arguments.add("--out-zip=" + made.archive.path)
    arguments.add("--out-manifest=" + made.manifest.path)

def package_providers(ctx, made, labels):
    """DefaultInfo and OutputGroupInfo of a package.

    Args:
      ctx: rule context.
      made: from declare_package().
      labels: File with the class names.

    Returns:
      Both, in this order.
    """
    return [
        DefaultInfo(
            files = depset(made.files),
            runfiles = ctx.runfiles(files = [made.package, made.manifest, labels]),
        ),
        OutputGroupInfo(
            archive = depset([made.archive]),
            labels = depset([labels]),
            manifest = depset([made.manifest]),
            package = depset([made.package]),
        ),
    ]
