#!/bin/bash
# worker.sh FOLDER: one machine that runs actions for the BuildGrid of buildgrid.sh, with this machine's own programs.
#
# Needs buildbox-casd, buildbox-worker and buildbox-run-hosttools on the PATH (Debian unstable: buildbox). FOLDER keeps its cache.
# $BUILDGRID_ADDRESS is the server (127.0.0.1:50051), $BUILDGRID_JOBS how many actions run at once (the number of cores).
set -euo pipefail

die() { printf 'worker.sh: %s\n' "$*" >&2; exit 1; }

[ $# -eq 1 ] || die "usage: worker.sh FOLDER"
for program in buildbox-casd buildbox-worker buildbox-run-hosttools; do
  command -v "$program" >/dev/null || die "$program is missing (Debian unstable: apt-get install buildbox)"
done
server=http://${BUILDGRID_ADDRESS:-127.0.0.1:50051}
local=127.0.0.1:50055
mkdir -p -- "$1"

buildbox-casd --cas-remote="$server" --ac-remote="$server" --bind="$local" "$1" &
casd=$!
trap 'kill "$casd"' EXIT
# It serves once its port can be connected to.
for _ in $(seq 50); do
  ! (exec 3<>"/dev/tcp/${local%:*}/${local#*:}") 2>/dev/null || break
  sleep 0.2
done
buildbox-worker --bots-remote="$server" --cas-remote="http://$local" --logstream-remote="http://$local" \
  --platform OSFamily=linux --buildbox-run=buildbox-run-hosttools --concurrent-jobs="${BUILDGRID_JOBS:-$(nproc)}" "$(hostname)"
