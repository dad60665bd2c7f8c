#!/bin/sh
# debian.sh TAR: a small Debian of this machine's own release, with openssh, as a file system that `docker import` takes; made
# by debootstrap, with its signature checks, from where the machine has its own packages.
set -eu
umask 022
tar=$1
packages=$(dirname "$tar")/packages

exec 9>"$tar.lock"
flock 9
[ ! -e "$tar" ] || exit 0
echo "making an image of Debian by debootstrap" >&2

# shellcheck source=/dev/null
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
# shellcheck disable=SC2016 # the variables are apt's
mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' Created-By:\ Packages Origin:\ Debian Component:\ main |
  sed -n "s/^$release //p" | head -n 1)
[ -n "$mirror" ] || { echo "this machine has no source of Debian's $release" >&2; exit 1; }
# apt's own setting, for wget.
eval "$(apt-config shell http_proxy Acquire::http::Proxy https_proxy Acquire::https::Proxy)"
[ -z "${http_proxy-}" ] || export http_proxy
[ -z "${https_proxy-}" ] || export https_proxy

# debootstrap fetches with wget, which a small Debian has not got.
command -v wget >/dev/null || {
  sh "$(dirname "$0")/packages.sh" "$packages" wget libpsl5
  PATH=$PATH:$packages/usr/bin
  LD_LIBRARY_PATH=$(dirname "$packages"/usr/lib/*/libpsl.so.5)
  export PATH LD_LIBRARY_PATH
}

work=$(mktemp -d "$tar.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# What it mounts goes with its mount namespace.
DEBOOTSTRAP_DIR=$packages/usr/share/debootstrap unshare --mount --propagation private \
  sh "$packages/usr/sbin/debootstrap" --variant=minbase --include=openssh-server "$release" "$work/root" "$mirror" \
  >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 1; }
cd "$work/root"
rm -rf dev proc sys run var/cache/apt var/lib/apt/lists usr/share/doc usr/share/locale usr/share/man usr/share/i18n
mkdir dev proc sys run var/cache/apt var/lib/apt/lists
tar --numeric-owner -C "$work/root" -cf "$work/tar" .
mv "$work/tar" "$tar"
