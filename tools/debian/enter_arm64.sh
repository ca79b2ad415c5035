#!/bin/bash
# enter_arm64.sh QEMU ROOT WORKDIR COMMAND...: enter.sh for an arm64 Debian on another processor. QEMU is the folder of Debian's
# qemu-user; PI_CPU its processor, such as cortex-a72. The kernel hands arm64 programs to it in this namespace only (Linux
# 6.7 and newer give each user namespace a binfmt_misc of its own; exit code 77 where they do not).
set -euo pipefail
qemu=$(realpath "$1")/usr/bin/qemu-aarch64
root=$2 work=$3
shift 3
# The first bytes of an arm64 ELF file, and which bits of them count. F: opened now, so that it is found in the root.
magic='\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00'
mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff'
# shellcheck disable=SC2016  # the inner shell expands it
exec unshare --user --map-root-user --mount bash -euc '
mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc 2>/dev/null || {
  echo "an emulated Pi needs Linux 6.7 (binfmt_misc in a user namespace); this is $(uname -r)" >&2
  exit 77
}
printf %s ":arm64:M::$1:$2:$3:F" >/proc/sys/fs/binfmt_misc/register
shift 3
exec "$@"
' _ "$magic" "$mask" "$qemu" \
  "$(dirname "$0")/enter.sh" "$root" "$work" /usr/bin/env "QEMU_CPU=${PI_CPU:-cortex-a72}" "$@"
