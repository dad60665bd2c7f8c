#!/bin/sh
# lab-holder.sh ID INIT-ARGUMENT...: keeps one lab, from outside of it. All processes and mounts of a lab end with its first
# process; what the kernel keeps (empty cgroups) is removed here, also when the one who started the lab was killed.
set -u
id=$1; shift
unshare --mount --net --pid --ipc --uts --fork --kill-child --mount-proc --propagation private \
  sh "$(dirname "$0")/lab-init.sh" "$@"
status=$?
cgroups() { find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d -name "$id"; }
tries=0
while [ -n "$(cgroups)" ] && [ $tries -lt 50 ]; do
  cgroups | while read -r top; do find "$top" -depth -type d -exec rmdir {} + 2>/dev/null; done
  [ -z "$(cgroups)" ] || sleep 0.1
  tries=$((tries + 1))
done
exit $status
