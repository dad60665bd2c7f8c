#!/bin/sh
# lab-holder.sh ID eof|stopped INIT-ARGUMENT...: keeps one lab, from outside of it, until its own standard input ends or until
# the lab's first process is killed. All processes and mounts of a lab end with that one; what the kernel keeps (empty
# cgroups) is removed here, also when the one who started the lab was killed.
set -u
id=$1 until=$2; shift 2
exec 3<&0
unshare --mount --net --pid --ipc --uts --fork --kill-child --mount-proc --propagation private \
  sh "$(dirname "$0")/lab-init.sh" "$@" </dev/null 3<&- &
lab=$!

# A program that is stopped stops its nsenter too, which is outside and then does not bury it: the lab would never end. So
# whoever has the lab as the place of its children is woken.
wake() {
  find /proc/[0-9]*/ns/pid_for_children -printf '%l %p\n' 2>/dev/null | while IFS=' /' read -r space _ pid _; do
    [ "$space" != "$1" ] || kill -CONT "$pid" 2>/dev/null
  done
}
# What is frozen cannot end (docker pause).
thaw() {
  find /sys/fs/cgroup/freezer -path "*$id*" -name freezer.state 2>/dev/null | while read -r state; do echo THAWED >"$state"; done
}
end() {
  while kill -0 "$lab"; do
    thaw
    first=
    read -r first _ <"/proc/$lab/task/$lab/children" || :
    if [ -n "$first" ]; then
      kill -KILL "$first"
      wake "$(readlink "/proc/$first/ns/pid")"
    fi
    sleep 0.1
  done
}
if [ "$until" = eof ]; then
  { read -r _ <&3; end 2>/dev/null; } &
  watch=$!
fi
exec 3<&-
wait "$lab"
status=$?
[ "$until" != eof ] || kill "$watch" 2>/dev/null

# The engines' and, where it has one, those of Slurm's nodes.
cgroups() { find /sys/fs/cgroup -mindepth 1 -maxdepth 2 -type d \( -name "$id" -o -name "slurm_$id-*" \); }
tries=0
while [ -n "$(cgroups)" ] && [ $tries -lt 50 ]; do
  cgroups | while read -r top; do find "$top" -depth -type d -exec rmdir {} + 2>/dev/null; done
  [ -z "$(cgroups)" ] || sleep 0.1
  tries=$((tries + 1))
done
exit $status
