#!/bin/bash
# make_root.sh DIR SUITE [PACKAGE...]: a minimal Debian machine of SUITE in the folder DIR, with PACKAGEs added.
#
# Everything comes from the mirror that this machine's own apt uses. Needs root and debootstrap.
# The folder appears only when it is complete: it is built beside its place and then renamed.
set -euo pipefail

die() { printf 'make_root.sh: %s\n' "$*" >&2; exit 1; }

[ $# -ge 2 ] || die "usage: make_root.sh DIR SUITE [PACKAGE...]"
dir=$1 suite=$2
shift 2

[ "$(id -u)" -eq 0 ] || die "root is needed (debootstrap unpacks device files and owners)"
command -v debootstrap >/dev/null || die "debootstrap is missing: apt-get install debootstrap"
[ ! -e "$dir" ] || die "$dir exists: remove it, or name another folder"

# shellcheck disable=SC2016  # apt, not the shell, expands this format
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sed -n 1p)
[ -n "$mirror" ] || die "apt knows no Debian mirror on this machine"

partial=$dir.partial
rm -rf -- "$partial"
mkdir -p -- "$partial"
trap 'rm -rf -- "$partial"' EXIT

debootstrap --variant=minbase --include=ca-certificates "$suite" "$partial" "$mirror" >"$partial.log" 2>&1 ||
  die "debootstrap failed; its log is $partial.log"
# The machine inside reaches the network the way this one does.
cp -- /etc/resolv.conf /etc/hosts "$partial/etc/"
cp -a -- /etc/ssl/certs/. "$partial/etc/ssl/certs/"
find /etc/apt/apt.conf.d -type f -exec grep -lqi proxy {} \; -exec cp -t "$partial/etc/apt/apt.conf.d" {} +

if [ $# -gt 0 ]; then
  "$(dirname "$0")/enter.sh" "$partial" /bin/sh -c '
    export DEBIAN_FRONTEND=noninteractive
    # A mirror of unstable may lag behind its own "valid until"; the signature is still checked.
    apt-get -o Acquire::Check-Valid-Until=false update -qq && apt-get install -y -qq --no-install-recommends "$@"' sh "$@" >>"$partial.log" 2>&1 ||
    die "installing $* failed; the log is $partial.log"
fi

mv -- "$partial" "$dir"
rm -f -- "$partial.log"
trap - EXIT
