#!/bin/bash
# buildgrid.sh FOLDER cache|execution: a BuildGrid server for a trial on this machine, see README.md beside this file.
#
# Installs the locked packages into FOLDER/site at its first start and keeps the cache in FOLDER/cas. It listens on port 50051
# of this machine alone, or on $BUILDGRID_ADDRESS, without encryption or passwords: nothing for a network that others are in.
# `execution` needs a PostgreSQL database: $BUILDGRID_DATABASE, such as postgresql+psycopg2://bgd:bgd@localhost/bgd.
set -euo pipefail

die() { printf 'buildgrid.sh: %s\n' "$*" >&2; exit 1; }

[ $# -eq 2 ] || die "usage: buildgrid.sh FOLDER cache|execution"
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
mkdir -p -- "$1"
folder=$(cd -- "$1" && pwd)
configuration=$here/$2.yml
[ -f "$configuration" ] || die "$2 is neither cache nor execution"
[ "$2" = cache ] || [ -n "${BUILDGRID_DATABASE-}" ] ||
  die "execution needs a PostgreSQL database: set BUILDGRID_DATABASE to its address, such as postgresql+psycopg2://bgd:bgd@localhost/bgd"
python=${MODEL_PRESS_PYTHON:-python3}
lock=$here/../../third_party/buildgrid/requirements_lock.txt

if ! cmp -s -- "$lock" "$folder/site/lock.txt"; then
  rm -rf -- "$folder/site.new"
  "$python" -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    --target "$folder/site.new" -r "$lock" || die "pip cannot install $lock; the lines above say why"
  cp -- "$lock" "$folder/site.new/lock.txt"
  rm -rf -- "$folder/site"
  mv -- "$folder/site.new" "$folder/site"
fi

export PYTHONPATH=$folder/site
# The configuration names these.
export BUILDGRID_FOLDER=$folder BUILDGRID_ADDRESS=${BUILDGRID_ADDRESS:-127.0.0.1:50051}
bgd() { "$python" -c 'import sys; from buildgrid.server.app import cli; sys.argv[0] = "bgd"; cli()' "$@"; }
if [ "$2" = execution ]; then
  bgd migrate apply "$BUILDGRID_DATABASE" || die "the database of BUILDGRID_DATABASE cannot be prepared"
fi
bgd server start "$configuration"
