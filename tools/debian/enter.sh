#!/bin/bash
# enter.sh ROOT WORKDIR COMMAND...: runs a command as root of ROOT, an unpacked Debian. Needs no root rights (user and mount
# namespaces). WORKDIR is the one folder of this machine that the command sees; what it writes elsewhere is thrown away.
# With ENTER_UID it runs as that user, without a capability; every file is then the user's own. ENTER_FIRST is a script of
# WORKDIR that root runs before; with ENTER_READ_ONLY everything but WORKDIR, /tmp and /dev is read-only after it.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin # where chroot is
# shellcheck disable=SC2016  # the inner shell expands it
exec unshare --user --map-root-user --mount --pid --fork --kill-child bash -euc '
lower=$(realpath "$1") work=$(realpath "$2")
shift 2
layers=$(mktemp -d)
mount -t tmpfs tmpfs "$layers"
mkdir "$layers"/{upper,scratch,root}
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$layers/upper,workdir=$layers/scratch,userxattr" "$layers/root"
root=$layers/root
mkdir -p "$root"/{dev,proc,run,sys,tmp} "$root$work"
mount --rbind /dev "$root/dev"
mount --rbind /sys "$root/sys"
mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mkdir -p "$root$work"
mount --bind "$work" "$root$work"
become=(chroot "$root")
if [ -n "${ENTER_UID:-}" ]; then
  become=(unshare --user "--map-user=$ENTER_UID" "--map-group=$ENTER_UID" "--root=$root")
fi
clean=(/usr/bin/env -i HOME=/tmp LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
  sh -c "cd \"\$0\" && exec \"\$@\"" "$work")
if [ -n "${ENTER_FIRST:-}" ]; then
  chroot "$root" "${clean[@]}" sh "$ENTER_FIRST"
fi
if [ -n "${ENTER_READ_ONLY:-}" ]; then
  mount -o remount,bind,ro "$root"
fi
exec "${become[@]}" "${clean[@]}" "$@"
' _ "$@"
