#!/bin/sh
# First process of a container made by dockerrun: makes the home, enters the working directory, becomes the command.
# It reads DOCKERRUN_HOME and DOCKERRUN_WORKDIR (src/contract/overlay.ts). Nothing outside the shell is needed but mkdir.

fail() {
	printf 'dockerrun: %s\n' "$2" >&2
	exit "$1"
}

if [ -n "${DOCKERRUN_HOME-}" ] && [ ! -d "$DOCKERRUN_HOME" ]; then
	mkdir -p -- "$DOCKERRUN_HOME" 2>/dev/null || export HOME=/tmp
fi

# As the engine would, a working directory that is missing is made, but here with the user's own rights.
if [ "${DOCKERRUN_WORKDIR:-/}" != / ]; then
	[ -d "$DOCKERRUN_WORKDIR" ] || mkdir -p -- "$DOCKERRUN_WORKDIR" 2>/dev/null
	cd -- "$DOCKERRUN_WORKDIR" 2>/dev/null || fail 126 "cannot enter $DOCKERRUN_WORKDIR: choose another folder with -w"
fi
unset DOCKERRUN_HOME DOCKERRUN_WORKDIR OLDPWD

case $1 in
'' | -*)
	fail 127 "$1: not found in the image"
	;;
*/*)
	[ -e "$1" ] || [ -h "$1" ] || fail 127 "$1: not found in the image"
	if [ -d "$1" ] || [ ! -x "$1" ]; then fail 126 "$1: cannot be executed"; fi
	;;
*)
	command -v "$1" >/dev/null 2>&1 || fail 127 "$1: not found in the image"
	;;
esac

exec "$@"
