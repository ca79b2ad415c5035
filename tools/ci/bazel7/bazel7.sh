#!/bin/bash
# bazel7.sh ROOT BAZEL_ARGUMENTS...: run Bazel 7.7.1 of ROOT (made by make_root.sh) on the tree this script lies in.
# $BAZEL7_WORKSPACE names another workspace inside the tree, such as e2e/consumer.
set -euo pipefail

[ $# -ge 2 ] || { echo "usage: bazel7.sh ROOT BAZEL_ARGUMENTS..." >&2; exit 2; }
root=$1
shift
here=$(cd -- "$(dirname -- "$0")" && pwd)
tree=$(realpath -- "$here/../../..")

# The same path inside as outside: each tree keeps its own output base and server there.
# shellcheck disable=SC2016  # the shell inside expands this text
ENTER_READ_ONLY=$tree exec "$here/../machine/enter.sh" "$root" /bin/sh -c '
  cd "$1" && shift && exec bazel --max_idle_secs=600 "$@"' bazel7 "$tree/${BAZEL7_WORKSPACE-}" "$@"
