#!/bin/sh
# systemd-init.sh ID: becomes systemd, as process 1 of namespaces of its own inside the lab ID, with the programs of
# /run/lab/systemd over those of the lab. Nothing of the machine's own is changed: its sysctls and /dev are read-only here.
set -eu
if [ $# = 1 ]; then
  for top in /sys/fs/cgroup/unified /sys/fs/cgroup; do [ ! -e "$top/cgroup.procs" ] || break; done
  group=$top/$1/systemd
  mkdir -p "$group"
  echo $$ >"$group/cgroup.procs"
  exec unshare --mount --pid --ipc --uts --cgroup --fork --kill-child --mount-proc --propagation unchanged \
    sh "$0"
fi
# The lab's later mounts come in, ours stay ours.
mount --make-rslave /
umount --recursive /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount --rbind /dev /dev
mount -o remount,bind,ro /dev
mount --bind /dev/null /dev/console
at=/run/lab/systemd
mount -t overlay -o "lowerdir=$at/bin:$at/usr/bin:/usr/bin" lab /usr/bin
mount -t overlay -o "lowerdir=$at/lib:$at/usr/lib:/usr/lib" lab /usr/lib
mount --bind "$at/units" /usr/lib/systemd/system
# As on any machine with systemd: the namespaces of services are to ours as ours is to the lab's.
mount --make-rshared /
rm -rf /etc/systemd/system /run/systemd
mkdir -p /etc/systemd/system
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin container=lab SYSTEMD_GENERATOR_PATH=/nonexistent \
  SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/nonexistent \
  /usr/lib/systemd/systemd --system --unit=multi-user.target --show-status=no --log-target=null
