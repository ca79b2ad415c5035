# shellcheck shell=bash
# What ./bazelw looks at before it runs Bazel. Sourced; changes nothing; keeps to bash 3.2, which macOS has.
#
# shellcheck disable=SC2034,SC2154  # bazelw sets here, and reads what these functions set
#
# It runs before every Bazel command, so it starts as few processes as it can: a look costs some ten milliseconds.

readonly FIRST_BUILD_GB=15 LATER_BUILD_GB=3
# Tests put a made-up machine here; empty means this machine.
readonly SYSROOT=${BAZELW_SYSROOT-}

say() { printf 'bazelw: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

# True on Debian, Ubuntu and what is derived from them.
is_debian() {
  local line
  [ -r "$SYSROOT/etc/os-release" ] || return 1
  while read -r line; do
    case $line in
      ID=*debian* | ID=*ubuntu* | ID_LIKE=*debian* | ID_LIKE=*ubuntu*) return 0 ;;
    esac
  done <"$SYSROOT/etc/os-release"
  return 1
}

# Sets own_bazel to a Bazel or Bazelisk that the user brought, '' where there is none or Debian's is to be used.
find_own_bazel() {
  own_bazel=$(command -v bazel || command -v bazelisk || true)
  if is_debian; then
    case $own_bazel in
      "$SYSROOT/usr/bin/bazel" | "$SYSROOT/bin/bazel") own_bazel= ;;
    esac
  fi
}

# Sets the array missing: one "package found-by name-elsewhere why" row of the table for each thing this machine lacks.
find_missing() {
  local package found_by elsewhere why debian=
  missing=()
  find_own_bazel
  ! is_debian || debian=1
  while read -r package found_by elsewhere why; do
    case $package:$own_bazel in
      '':* | '#'*) continue ;;
      bazel-*:?*) continue ;;
    esac
    if [ -z "$debian" ] && [ "$elsewhere" = - ]; then
      continue
    fi
    case $found_by in
      /*) [ ! -e "$SYSROOT$found_by" ] || continue ;;
      *) ! command -v "$found_by" >/dev/null || continue ;;
    esac
    missing+=("$package $found_by $elsewhere $why")
  done <"$here/tools/start/debian_packages.txt"
}

# check_disk BAZEL_ARGUMENTS...: dies when the disk under Bazel's outputs or under the user's cache is too full.
check_disk() {
  local need=$FIRST_BUILD_GB argument folder folders=() kilobytes mount _
  local outputs=${XDG_CACHE_HOME:-$HOME/.cache}
  case ${OSTYPE-} in
    darwin*) outputs=/private/var/tmp ;;
  esac
  for argument in "$@"; do
    case $argument in
      --output_base=* | --output_user_root=*) outputs=${argument#*=} ;;
      --*) ;;
      *) break ;;
    esac
  done
  # What a first build fills is in place already.
  [ ! -d "$here/bazel-out" ] || need=$LATER_BUILD_GB
  need=${MODEL_PRESS_MIN_FREE_GB:-$need}
  case $need in
    '' | *[!0-9]*) die "MODEL_PRESS_MIN_FREE_GB is '$need': a whole number of gigabytes is expected, e.g. 10" ;;
  esac
  for folder in "$outputs" "$HOME/.cache/model_press"; do
    while [ ! -d "$folder" ]; do
      folder=$(dirname -- "$folder")
    done
    folders+=("$folder")
  done
  while read -r _ _ _ kilobytes _ mount; do
    if [ "$kilobytes" != Available ] && [ "$((kilobytes >> 20))" -lt "$need" ]; then
      die "$mount has $((kilobytes >> 20)) GB of free disk, a build needs $need: free some, or set MODEL_PRESS_MIN_FREE_GB"
    fi
  done < <(df -Pk -- "${folders[@]}")
}

# Dies unless there is a Python that the locked wheels exist for, where //tools/python:host_python.bzl looks: it has the
# last word, this is the early one.
check_python() {
  local path version name
  path=$(command -v "${MODEL_PRESS_PYTHON:-python3}" || true)
  if [ -n "$path" ]; then
    # The name behind the link tells the version without starting Python.
    version=$(readlink -f -- "$path" 2>/dev/null || true)
    is_supported_python "${version##*/python}" && return
  fi
  if [ -z "${MODEL_PRESS_PYTHON-}" ]; then
    for name in python3.11 python3.12 python3.13; do
      ! command -v "$name" >/dev/null || return 0
    done
  fi
  [ -n "$path" ] || die "${MODEL_PRESS_PYTHON:-python3} is missing: install Python 3.11, 3.12 or 3.13"
  version=$("$path" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || die "$path does not run"
  is_supported_python "$version" ||
    die "$path is Python $version, but the locked wheels are for 3.11, 3.12 and 3.13: install one, or point MODEL_PRESS_PYTHON at it"
}

is_supported_python() {
  case $1 in
    3.11 | 3.12 | 3.13) return 0 ;;
    *) return 1 ;;
  esac
}

# Sets bazel to the program to run.
choose_bazel() {
  local version
  bazel=${own_bazel:-bazel}
  case ${own_bazel##*/} in
    bazel)
      version=$("$own_bazel" --version 2>/dev/null || true)
      version=${version#bazel }
      case $version in
        [0-6].* | '' | *[!0-9.a-z-]*)
          die "$own_bazel is ${version:-of unknown version}, but 7 or newer is needed: install Bazelisk, or remove it" ;;
      esac
      ;;
  esac
}
