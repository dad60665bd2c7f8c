#!/bin/sh
# Debian's prerm. An engine whose daemon.json names a runtime that is gone starts no container, and none without its plugin: the
# package stays while a host is set up with it. Upgrades pass.
set -e
[ "$1" = remove ] || exit 0

refuse() {
  printf 'dockerrun: %s\ndockerrun: hint: %s\n' "$1" "$2" >&2
  exit 1
}
[ ! -e /etc/dockerrun/install.json ] ||
  refuse 'this host is set up with it, and its engine would start no container' 'dockerrunctl install --uninstall'
! grep -qs /usr/lib/dockerrun/ /etc/docker/daemon.json ||
  refuse '/etc/docker/daemon.json names it, and the engine would start no container' 'take it out of there'
