"""Environment of an action that runs one of the build's own Python programs."""

# The packages are directory artifacts: bytecode written into one would change its digest.
PYTHON_ENV = {"PYTHONDONTWRITEBYTECODE": "1"}
