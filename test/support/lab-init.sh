#!/bin/sh
# lab-init.sh CHECKOUT PACKAGES NODE RELEASES: the first process of a lab. Everything it makes is in memory and in namespaces of its
# own, so that nothing of the machine changes and nothing is left. Then it lives until it is killed.
set -eu
umask 022
# Wherever they lie, also below what is covered from here on. mount must not look up the path behind them again.
exec 4<"$1" 5<"$2" 6<"$3" 7<"$4"
checkout=/proc/self/fd/4 packages=/proc/self/fd/5 node=/proc/self/fd/6 releases=/proc/self/fd/7

# As under systemd, where / is shared; the peers are this lab's own mounts only.
mount --make-rshared /
mount -t tmpfs -o mode=755 lab /run
mkdir -p /run/lock /run/docker/plugins /run/lab/packages /run/lab/releases /run/lab/engines
mount --no-canonicalize --bind "$packages" /run/lab/packages
mount --no-canonicalize --bind "$releases" /run/lab/releases
: >/run/lab/node
mount --no-canonicalize --bind "$node" /run/lab/node
# On a stock kernel an engine would load its AppArmor profile into the machine's kernel, where it stays.
[ ! -d /sys/kernel/security ] || mount -t tmpfs -o mode=755 lab /sys/kernel/security

# What programs share through memory would be files of the machine, and stay where they are killed.
[ ! -d /dev/shm ] || mount -t tmpfs -o mode=1777 lab /dev/shm

for folder in etc var usr/local; do
  over=/run/lab/over/$folder
  mkdir -p "$over/upper" "$over/work"
  mount -t overlay -o "lowerdir=/$folder,upperdir=$over/upper,workdir=$over/work" lab "/$folder"
done

# Only the machine's system accounts: a lab makes its people itself.
for file in passwd group; do
  awk -F: '$3 < 1000 || $3 == 65534' "/etc/$file" >"/run/lab/$file"
  cat "/run/lab/$file" >"/etc/$file"
done
echo 'dockremap:x:980:980::/nonexistent:/usr/sbin/nologin' >>/etc/passwd
echo 'dockremap:x:980:' >>/etc/group
echo 'dockremap:1000000:65536' | tee /etc/subuid >/etc/subgid
sed -i -E 's/^(passwd|group|shadow|initgroups):.*/\1: files extrausers/' /etc/nsswitch.conf
rm -rf /etc/docker /etc/dockerrun /var/lib/dockerrun /var/log/dockerrun /var/lib/extrausers
mkdir -p /var/lib/extrausers /usr/local/bin /usr/local/sbin /usr/local/lib
: >/var/lib/extrausers/passwd
: >/var/lib/extrausers/group

# The package as an administrator would install it, and the engine's programs, for every account to reach.
rm -rf /usr/local/lib/dockerrun /usr/local/lib/engine /usr/local/lib/releases
mkdir -p /usr/local/lib/dockerrun /usr/local/lib/engine /usr/local/lib/releases
for part in bin entrypoint package.json; do cp -R "$checkout/$part" /usr/local/lib/dockerrun/; done
mkdir -p /usr/local/lib/dockerrun/dist/native
find "$checkout/dist/" -maxdepth 1 -type f -exec cp -t /usr/local/lib/dockerrun/dist {} +
chmod -R a+rX,go-w /usr/local/lib/dockerrun
mount --bind /run/lab/packages /usr/local/lib/engine
# Whole, since those that a test asks for come later.
mount --bind /run/lab/releases /usr/local/lib/releases
for program in /usr/local/lib/dockerrun/bin/docker*; do ln -sf "../lib/dockerrun/bin/${program##*/}" /usr/local/bin/; done
# 110 MB are not copied for each lab. CLIENT=native: what users call is that file, and not the bundles for Node.
if [ -e "$checkout/dist/native/dockerrun" ]; then
  : >/usr/local/lib/dockerrun/dist/native/dockerrun
  mount --no-canonicalize --bind "$checkout/dist/native/dockerrun" /usr/local/lib/dockerrun/dist/native/dockerrun
  ln -s dockerrun /usr/local/lib/dockerrun/dist/native/dockerexec
fi
if [ "${CLIENT-}" = native ]; then
  [ -e "$checkout/dist/native/dockerrun" ] || { echo 'CLIENT=native wants dist/native/dockerrun: npm run build:native' >&2; exit 1; }
  for program in dockerrun dockerexec; do ln -sf "../lib/dockerrun/dist/native/$program" /usr/local/bin/; done
fi
ln -sf ../lib/engine/usr/bin/docker /usr/local/bin/docker
ln -sf ../lib/engine/usr/sbin/iptables-nft /usr/local/sbin/iptables
ln -sf ../lib/engine/usr/sbin/ip6tables-nft /usr/local/sbin/ip6tables
rm -f /usr/local/bin/node
: >/usr/local/bin/node
mount --bind /run/lab/node /usr/local/bin/node
for lib in /usr/local/lib/engine/lib /usr/local/lib/engine/usr/lib; do echo "$lib"; ls -d "$lib"/*-linux-gnu* 2>/dev/null || :; done \
  >/etc/ld.so.conf.d/00-lab.conf
ldconfig

/run/lab/packages/bin/busybox ip link set lo up

cd /
exec 4<&- 5<&- 6<&- 7<&-
mount -t tmpfs -o mode=755 lab /home
mount -t tmpfs -o mode=755 lab /srv
mount -t tmpfs -o mode=700 lab /root
mount -t tmpfs -o mode=1777 lab /tmp
# What is left of the machine can be read here and not be changed.
mount -o remount,bind,ro /
: >/run/lab/ready
# A child, and this shell stays: it buries those that lose their parents.
sleep infinity
