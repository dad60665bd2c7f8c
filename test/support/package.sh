#!/bin/sh
# package.sh [FOLDER]: what build.sh has made, as packages: the npm tarball, a Debian package that brings a Node of its own, and
# their checksums; into packages/, unless told otherwise. The same tree gives the same bytes, wherever and whenever.
set -eu
umask 022
out=
[ $# = 0 ] || out=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "$0")/../.."
out=${out:-$PWD/packages}
mkdir -p "$out"
new=$(mktemp -d "$out/.new.XXXXXX")
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM

version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
architecture=$(dpkg --print-architecture)
# Nothing is dated by the clock: it is the day of the newest release in CHANGELOG.md, and before the first one what npm itself
# writes into each tarball.
released=$(sed -n 's/^## \[[0-9].*\] - \([0-9-]*\)$/\1/p' CHANGELOG.md | head -n 1)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date -d "${released:-1985-10-26 08:15} UTC" +%s)}
export SOURCE_DATE_EPOCH

# npm packs the modes it finds, and those are the umask's of whoever made the checkout.
mkdir "$new/npm"
cp -R bin dist entrypoint man LICENSE README.md package.json "$new/npm/"
chmod -R u=rwX,go=rX "$new/npm"
npm pack --ignore-scripts --silent --pack-destination "$new" "$new/npm" >&2

# Debian's package holds what npm's does: what one has, the other cannot lack.
root=$new/root
lib=$root/usr/lib/dockerrun share=$root/usr/share doc=$root/usr/share/doc/dockerrun
mkdir -p "$lib" "$doc" "$root/usr/bin" "$root/DEBIAN"
tar --no-same-owner --no-same-permissions --strip-components=1 -C "$lib" -xzf "$new/dockerrun-$version.tgz"
for page in "$lib"/man/*; do
  section=$share/man/man${page##*.}
  mkdir -p "$section"
  gzip -9n <"$page" >"$section/${page##*/}.gz"
done
gzip -9n <CHANGELOG.md >"$doc/changelog.gz"
rm -r "$lib/man" "$lib/package.json" "$lib/README.md" "$lib/LICENSE"

# The Node that the tests run on, without what only a debugger reads: 18 of 126 MB.
node=node_modules/node
strip -o "$lib/node" "$node/bin/node"
chmod 755 "$lib/node"
{
  cat LICENSE
  printf '\n/usr/lib/dockerrun/node is Node.js, which has a license of its own:\n\n'
  cat "$node"/node_modules/node-*/LICENSE
  printf '\nThe programs hold parts of other packages:\n\n'
  cat "$lib/dist/licenses.txt"
} >"$doc/copyright"

# By its path: what else PATH calls node is not started, least of all by root.
for program in "$lib"/bin/docker*; do
  sed -i '1s# node# /usr/lib/dockerrun/node#' "$program"
  ln -s "../lib/dockerrun/bin/${program##*/}" "$root/usr/bin/"
done

# One file serves both programs; bash and fish look for one by the name of the program, zsh reads the first line of each.
completion() {
  mkdir -p "$share/$2"
  "$lib/node" "$lib/dist/dockerrun.cjs" --completion "$1" >"$share/$2/$3"
  [ -z "${4-}" ] || ln -s "$3" "$share/$2/$4"
}
completion bash bash-completion/completions dockerrun dockerexec
completion fish fish/vendor_completions.d dockerrun.fish dockerexec.fish
completion zsh zsh/vendor-completions _dockerrun

depends=$(sh test/support/package-depends.sh "$lib/node")
cat >"$root/DEBIAN/control" <<END
Package: dockerrun
Version: $version
Architecture: $architecture
Maintainer: The maintainers of dockerrun <root@localhost>
Installed-Size: $(find "$root/usr" -printf '%y %s\n' | awk '{ kib += $1 == "f" ? int(($2 + 1023) / 1024) : 1 } END { print kib }')
Depends: $depends
Recommends: docker.io | docker-ce, runc
Suggests: sudo
Section: admin
Priority: optional
Description: containers for every user of a shared machine, and root for none
 Client programs, an authorization plugin and an OCI runtime by which ordinary
 users run containers on one Docker engine as themselves. Nothing is set up
 before "dockerrunctl install" is run.
END
(cd "$root" && find usr -type f | LC_ALL=C sort | xargs md5sum) >"$root/DEBIAN/md5sums"
for script in postinst prerm; do
  cp "test/support/package-$script.sh" "$root/DEBIAN/$script"
  chmod 755 "$root/DEBIAN/$script"
done
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
# zstd, which Debian 12 and Ubuntu 18.04 read: 35 MB in 4 s, where xz takes 27 s for 30 MB and 9 s for 32 MB.
dpkg-deb --root-owner-group --threads-max=1 -Zzstd -z10 --build "$root" "$new/dockerrun_${version}_$architecture.deb" >&2

cd "$new"
sha256sum ./*.tgz ./*.deb | sed 's#\./##' >SHA256SUMS
mv -f ./*.tgz ./*.deb SHA256SUMS "$out/"
