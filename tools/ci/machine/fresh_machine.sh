#!/bin/bash
# fresh_machine.sh DIR SUITE COMMAND...: run COMMAND in a clone of this tree on a fresh, minimal Debian of SUITE.
#
# DIR is made for the run and kept, e.g.: fresh_machine.sh /somewhere/bookworm bookworm ./bazelw test //...
# Only committed files are there, as in a user's clone. Needs root, debootstrap and git.
set -euo pipefail

[ $# -ge 3 ] || { echo "usage: fresh_machine.sh DIR SUITE COMMAND..." >&2; exit 2; }
dir=$1 suite=$2
shift 2
here=$(cd -- "$(dirname -- "$0")" && pwd)

[ -e "$dir" ] || "$here/make_root.sh" "$dir" "$suite"
if [ ! -e "$dir/srv/model_press" ]; then
  git -C "$here/../../.." archive --prefix=model_press/ HEAD | tar -x -C "$dir/srv"
fi
# shellcheck disable=SC2016  # the shell inside expands this text
exec "$here/enter.sh" "$dir" /bin/sh -c 'cd /srv/model_press && exec "$@"' fresh "$@"
