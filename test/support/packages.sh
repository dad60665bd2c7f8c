#!/bin/sh
# packages.sh FOLDER NAME...: unpacks Debian packages of this machine's own release under FOLDER. Nothing is installed: apt
# works with its signature checks and the machine's sources and proxies, but in a state folder of its own and without hooks.
set -eu
umask 022
folder=$1; shift

missing() { for name; do [ -e "$folder/.unpacked/$name" ] || printf '%s ' "$name"; done; }
[ -n "$(missing "$@")" ] || exit 0

mkdir -p "$folder/.unpacked"
exec 9>"$folder.lock"
flock 9
need=$(missing "$@")
[ -n "$need" ] || exit 0
echo "unpacking Debian's $need" >&2

state=$folder.apt
trap 'rm -rf "$state"' EXIT
rm -rf "$state"
mkdir -p "$state/lists/partial" "$state/archives/partial"
: >"$state/status"
apt-config dump | grep -v -e Invoke -e '^Dir::Etc::parts' -e '^Dir::Etc::main' >"$state/conf"
cat >>"$state/conf" <<END
Dir::Etc::parts "/dev/null";
Dir::Etc::main "/dev/null";
Dir::State "$state";
Dir::State::lists "$state/lists";
Dir::State::status "$state/status";
Dir::Cache "$state";
Dir::Cache::archives "$state/archives";
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
END
export APT_CONFIG="$state/conf"

# A source that cannot be reached is only a warning here: what counts is that the packages come.
apt-get -qq update >"$state/log" 2>&1 || cat "$state/log" >&2
cd "$state/archives"
for name in $need; do
  apt-get -qq download "$name" >"$state/log" 2>&1 || { cat "$state/log" >&2; exit 1; }
  dpkg-deb -x "$name"_*.deb "$folder"
  : >"$folder/.unpacked/$name"
done
