#!/bin/sh
# slurm-init.sh FOLDER NODE...: shows the programs of FOLDER/root to all of a lab in the places they were built for (slurmd knows its
# slurmstepd, and Open MPI its plugins, by their absolute paths), and makes accounts and folders.
set -eu
umask 022
folder=$1; shift
root=$folder/root
# As Debian's alternatives would.
for program in "$root"/usr/*bin/*-wlm; do ln -s "${program##*/}" "${program%-wlm}"; done
for part in bin lib sbin share; do
  mount -t overlay -o "lowerdir=$root/usr/$part:/usr/$part" lab "/usr/$part"
done
cp -R "$root/etc/openmpi" /etc/
cp "$root/usr/local/bin/mpi-rank" /usr/local/bin/

uid=981
for name in munge slurm; do
  getent passwd "$name" >/dev/null || {
    echo "$name:x:$uid:$uid::/nonexistent:/usr/sbin/nologin" >>/etc/passwd
    echo "$name:x:$uid:" >>/etc/group
  }
  uid=$((uid + 1))
done
install -d -o munge "$folder/munge"
install -d -o slurm "$folder/state"
head -c 1024 /dev/urandom >"$folder/munge/key"
chown munge "$folder/munge/key"
chmod 400 "$folder/munge/key"
mkdir -p "$folder/spool" /etc/slurm
for node; do
  mkdir "$folder/spool/$node"
  mkdir -m 1777 "/tmp/$node"
  echo "127.0.0.1 $node" >>/etc/hosts
done

# Slurm and Open MPI find no address by any name where a machine has none but that of its loopback (AI_ADDRCONFIG).
ip() { /usr/local/lib/engine/bin/busybox ip "$@"; }
ip link add lab-slurm type bridge
ip addr add 192.0.2.1/24 dev lab-slurm
ip link set lab-slurm up
