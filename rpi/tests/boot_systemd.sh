#!/bin/bash
# boot_systemd.sh ROOT STATE: boots the systemd of ROOT, an installed Debian that belongs to user 100000, in namespaces of its
# own (users, processes, mounts, network, control groups): it can reach nothing of this machine. Needs root for the range of
# users that DynamicUser takes from. STATE is an empty folder; STATE/pid gets the id of the process whose end ends all.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin # where pivot_root is
root=$(realpath "$1") state=$(realpath "$2")
first=100000 count=65536
group=$(findmnt --noheadings --output TARGET --types cgroup2 | head -n 1)/model_press_$$
mkdir "$group"
chown -R $first:$first "$group"
echo $$ >"$group/cgroup.procs"
# shellcheck disable=SC2016  # the inner shells expand it
unshare --user --keep-caps bash -c '
until [ -s "$1/mapped" ]; do sleep 0.1; done
exec unshare --setuid 0 --setgid 0 --mount --pid --fork --kill-child --uts --ipc --net --cgroup bash -euc "$3" _ "$2"
' _ "$state" "$root" '
root=$1
hostname pi
mount --bind "$root" "$root"
cd "$root"
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
  touch "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
ln -s /proc/self/fd dev/fd
ln -s pts/ptmx dev/ptmx
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
# pivot_root, not chroot: in a chroot no further user namespace can be made, and the service has one (PrivateUsers).
mkdir -p old
pivot_root . old
umount -l /old
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=multi-user.target \
  </dev/null >/dev/null 2>&1
' &
child=$!
# The first process of the namespace takes all others with it.
end() {
  xargs --no-run-if-empty kill -KILL <"/proc/$child/task/$child/children" || true
  wait $child || true
  echo $$ >"${group%/*}/cgroup.procs"
  find "$group" -depth -type d -exec rmdir {} +
}
trap end EXIT
trap 'exit 0' TERM
while [ "$(readlink "/proc/$child/ns/user")" = "$(readlink /proc/self/ns/user)" ]; do sleep 0.1; done
echo "0 $first $count" >"/proc/$child/uid_map"
echo "0 $first $count" >"/proc/$child/gid_map"
echo $child >"$state/pid"
echo yes >"$state/mapped"
wait $child
