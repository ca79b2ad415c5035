#!/bin/bash
# enter.sh DIR COMMAND [ARGUMENT...]: run COMMAND in the machine that make_root.sh made in DIR.
#
# The mounts live in a namespace of their own and vanish with the last process inside, so nothing is left on this
# machine. pivot_root rather than chroot: in a chroot the kernel refuses user namespaces, which Bazel's sandbox needs.
# $ENTER_READ_ONLY names a folder of this machine to show inside, at the same path and read-only.
set -euo pipefail

[ $# -ge 2 ] || { echo "usage: enter.sh DIR COMMAND [ARGUMENT...]" >&2; exit 2; }
root=$(realpath -- "$1")
shift

# shellcheck disable=SC2016  # the shell inside expands this text
ENTER_ROOT=$root exec unshare --mount --propagation private /bin/bash -euc '
  mount --bind "$ENTER_ROOT" "$ENTER_ROOT"
  mount -t proc proc "$ENTER_ROOT/proc"
  mount --rbind /dev "$ENTER_ROOT/dev"
  mount --rbind /sys "$ENTER_ROOT/sys"
  if [ -n "${ENTER_READ_ONLY-}" ]; then
    mkdir -p "$ENTER_ROOT$ENTER_READ_ONLY"
    mount --bind "$ENTER_READ_ONLY" "$ENTER_ROOT$ENTER_READ_ONLY"
    mount -o remount,bind,ro "$ENTER_ROOT$ENTER_READ_ONLY"
  fi
  cd "$ENTER_ROOT"
  mkdir -p .outside
  pivot_root . .outside
  cd /
  umount -l /.outside
  exec env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' enter "$@"
