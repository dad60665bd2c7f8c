#!/bin/sh
# packages.sh [--release NAME] FOLDER PACKAGE...: unpacks Debian packages of this machine's own release, or of another, under
# FOLDER. Nothing is installed: apt works with its signature checks and the machine's sources and proxies, but in a state
# folder of its own and without hooks.
set -eu
umask 022
release=
if [ "$1" = --release ]; then release=$2; shift 2; fi
folder=$1; shift

missing() { for name; do [ -e "$folder/.unpacked/$name" ] || printf '%s ' "$name"; done; }
[ -n "$(missing "$@")" ] || exit 0

mkdir -p "$folder/.unpacked"
exec 9>"$folder.lock"
flock 9
need=$(missing "$@")
[ -n "$need" ] || exit 0
echo "unpacking Debian's $need${release:+of $release}" >&2

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
update() { apt-get -qq update >"$state/log" 2>&1 || cat "$state/log" >&2; }
download() { apt-get -qq download "$@" >"$state/log" 2>&1 || { cat "$state/log" >&2; exit 1; }; }

# Another release is had from where the machine's own is had, with the keys that the newest keyring of its own brings. Of
# the machine's settings, those that name releases do not fit.
turnTo() {
  # shellcheck source=/dev/null
  own=$(. /etc/os-release && echo "$VERSION_CODENAME")
  download debian-archive-keyring
  dpkg-deb -x debian-archive-keyring_*.deb "$state/keys"
  # shellcheck disable=SC2016 # the variables are apt's
  apt-get indextargets --format '$(CODENAME) $(REPO_URI)' Created-By:\ Packages Origin:\ Debian Component:\ main | sort -u |
    while read -r suite uri; do
      # sid gets its fixes without such a detour.
      case $suite:$1 in
        "$own-security:sid") ;;
        "$own:"* | "$own-security:"*) echo "deb [signed-by=$state/keys/usr/share/keyrings/debian-archive-keyring.gpg] $uri $1${suite#"$own"} main" ;;
      esac
    done >"$state/sources"
  [ -s "$state/sources" ] || { echo "this machine has no source of Debian's $own, from where $1 could be had too" >&2; exit 1; }
  cat >>"$state/conf" <<END
Dir::Etc::sourcelist "$state/sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Default-Release "";
END
  update
}

update
cd "$state/archives"
[ -z "$release" ] || turnTo "$release"
# shellcheck disable=SC2086 # several names; at once, since each call of apt's costs most of a second
download $need
for name in $need; do
  dpkg-deb -x "$name"_*.deb "$folder"
  : >"$folder/.unpacked/$name"
done
