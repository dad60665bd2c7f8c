#!/bin/sh
# mpi-image.sh TAR DEBIAN FOLDER: the Debian of the tar DEBIAN with FOLDER laid over it, as a file system that `docker import` takes.
set -eu
tar=$1 debian=$2 folder=$3

exec 9>"$tar.lock"
flock 9
if [ -e "$tar" ] && [ -z "$(find "$debian" "$folder/usr/local/bin/mpi-rank" -newer "$tar")" ]; then exit 0; fi

work=$(mktemp -d "$tar.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
cp "$debian" "$work/tar"
# An engine takes no path twice, be it a folder.
tar -tf "$debian" | sed 's,/$,,' | LC_ALL=C sort >"$work/there"
cd "$folder"
find ./etc ./usr -name doc -prune -o -name man -prune -o -print | LC_ALL=C sort | LC_ALL=C comm -13 "$work/there" - >"$work/new"
tar --numeric-owner --owner=0 --group=0 --no-recursion -rf "$work/tar" -T "$work/new"
mv "$work/tar" "$tar"
