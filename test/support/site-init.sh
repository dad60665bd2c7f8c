#!/bin/sh
# site-init.sh FOLDER: makes the Debian in FOLDER the root of a host of its own inside a lab, in a mount namespace of its own, and
# stays. The lab's engine programs, kernel and network are there; none of its files.
set -eu
site=$1
cd "$site"
mount --make-rslave /
mount --bind "$site" "$site"
cd "$site"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs -o mode=755 site run
mkdir -p run/docker/plugins run/lock usr/local/lib/engine old
[ -e var/run ] || ln -s ../run var/run
mount --bind /run/lab/packages usr/local/lib/engine
pivot_root . old
cd /
umount --lazy old
rmdir old
# As under systemd, where / is shared.
mount --make-rshared /
for lib in /usr/local/lib/engine/lib /usr/local/lib/engine/usr/lib; do echo "$lib"; ls -d "$lib"/*-linux-gnu* 2>/dev/null || :; done \
  >/etc/ld.so.conf.d/00-lab.conf
ldconfig
echo "127.0.0.1 localhost $(hostname)" >/etc/hosts
for program in docker dockerd; do
  ln -s "$(ls /usr/local/lib/engine/usr/*bin/$program)" /usr/local/bin/
done
ln -s ../lib/engine/usr/sbin/iptables-nft /usr/local/sbin/iptables
: >/run/ready
sleep infinity
