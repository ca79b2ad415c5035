#!/bin/bash
# make_root.sh DIR: a Debian unstable machine in DIR with Bazel 7.7.1 and what ./bazelw would install.
#
# Debian's Bazel comes with the real rules_python, rules_cc, rules_java, bazel_skylib and platforms as folders, and its
# system rc points the modules of these names there. stub_modules.txt adds empty modules for what those name in turn.
# Needs root and debootstrap; see README.md beside this file.
set -euo pipefail

[ $# -eq 1 ] || { echo "usage: make_root.sh DIR" >&2; exit 2; }
dir=$1
here=$(cd -- "$(dirname -- "$0")" && pwd)
new=$dir.new
rm -rf -- "$new"
trap 'rm -rf -- "$new"' EXIT
[ ! -e "$dir" ] || { echo "make_root.sh: $dir exists: remove it, or name another folder" >&2; exit 1; }

mapfile -t packages < <(sed -n 's/^\([a-z][^ ]*\) .*/\1/p' "$here/../../start/debian_packages.txt")
# Unstable's own python3 is newer than the locked wheels.
"$here/../machine/make_root.sh" "$new" sid "${packages[@]}" bazel-java-tools python3.13 python3.13-venv
ln -s /usr/bin/python3.13 "$new/usr/local/bin/python3"

registry=$new/registry
mkdir -p "$registry"
echo '{}' >"$registry/bazel_registry.json"
while read -r name version; do
  case $name in
    '' | '#'*) continue ;;
  esac
  mkdir -p "$registry/modules/$name/$version" "$registry/src/$name"
  echo "module(name = \"$name\", version = \"$version\")" |
    tee "$registry/modules/$name/$version/MODULE.bazel" >"$registry/src/$name/MODULE.bazel"
  # What the rules depend on has the module's name; a genquery over programs follows it.
  echo "filegroup(name = \"$name\", visibility = [\"//visibility:public\"])" >"$registry/src/$name/BUILD.bazel"
  echo "{\"type\": \"local_path\", \"path\": \"/registry/src/$name\"}" >"$registry/modules/$name/$version/source.json"
done <"$here/stub_modules.txt"

# The tree is mounted read-only: no convenience links, no lock file.
cat >"$new/root/.bazelrc" <<'RC'
common --registry=file:///registry
common --lockfile_mode=off
build --symlink_prefix=/
RC

mv -- "$new" "$dir"
trap - EXIT
