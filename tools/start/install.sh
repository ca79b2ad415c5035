# shellcheck shell=bash
# How ./bazelw installs what find_missing listed. Sourced after machine.sh, and only when something is missing.
# shellcheck disable=SC2154  # machine.sh sets missing

# Sets names to the missing packages (Debian) or to their names in other package managers (elsewhere), each once.
list_names() {
  local row package elsewhere _
  names=()
  for row in "${missing[@]}"; do
    read -r package _ elsewhere _ <<<"$row"
    is_debian || package=$elsewhere
    case " ${names[*]-} " in
      *" $package "*) ;;
      *) names+=("$package") ;;
    esac
  done
}

# Says what is missing and why, a line each.
explain_missing() {
  local row package found_by why _
  for row in "${missing[@]}"; do
    read -r package found_by _ why <<<"$row"
    say "  $package (no $found_by here): $why"
  done
}

# The command that installs the missing packages, in one line.
apt_line() {
  printf 'apt-get update && apt-get install -y --no-install-recommends %s' "${names[*]}"
}

# --dry-run: what install_missing would do.
show_missing() {
  list_names
  if ! is_debian; then
    advise_elsewhere
  else
    say "would install ${#names[@]} packages:"
    explain_missing
    say "by: $(as_root)$(apt_line)"
  fi
}

# 'sudo ' for those who are not root.
as_root() { [ "$(id -u)" -eq 0 ] || printf 'sudo '; }

advise_elsewhere() {
  local tool='your package manager'
  ! command -v brew >/dev/null || tool='brew install'
  say "this machine lacks: ${names[*]}. Install them with $tool (Bazelisk also comes by: npm install -g @bazel/bazelisk)"
}

# Installs what is missing, or dies with one line that says who has to do what.
install_missing() {
  local log
  list_names
  if ! is_debian; then
    advise_elsewhere
    exit 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    say "packages are missing and only root can install them. Ask for: sudo sh -c '$(apt_line)'"
    exit 1
  fi
  log=$(mktemp -t bazelw-apt.XXXXXX)
  say "installing ${#names[@]} packages, log in $log:"
  explain_missing
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >"$log" 2>&1 ||
    die "apt-get update failed (no network?): $(tail -n 1 "$log")"
  apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "${names[@]}" >>"$log" 2>&1 ||
    die "apt-get install failed (log in $log): $(grep '^E:' "$log" | tail -n 1)"
  rm -f -- "$log"
  hash -r
  find_missing
  if [ "${#missing[@]}" -gt 0 ]; then
    die "apt-get succeeded, but still missing: $(printf '%s; ' "${missing[@]%% *}")see tools/start/debian_packages.txt"
  fi
}
