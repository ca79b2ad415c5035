"""Words of the shell scripts that start a program of the build: quoted for any characters in the names of files and targets."""

load("@bazel_skylib//lib:shell.bzl", "shell")
load(":label.bzl", "public_label")

def shell_options(options):
    """Options of a command line in a script that runs from the runfiles root.

    Args:
      options: dict of option name to File, string or number, or to a list of such, which repeats the option.

    Returns:
      string: the words `--name='value'`, in the dict's order.
    """
    words = []
    for option, values in options.items():
        for value in values if type(values) == "list" else [values]:
            text = value.short_path if type(value) == "File" else str(value)
            words.append("{}={}".format(option, shell.quote(text)))
    return " ".join(words)

def shell_label(label):
    """The label as a user types it, in quotes where it has a character that means something to the shell."""
    text = public_label(label)
    plain = all([character.isalnum() or character in "/:._-+=,@%" for character in text.elems()])
    return text if plain else shell.quote(text)
