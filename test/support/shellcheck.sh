#!/bin/sh
# Debian's shellcheck over every shell script of ours, installed or unpacked.
set -eu
cd "$(dirname "$0")/../.."
check=$(command -v shellcheck) || { sh test/support/packages.sh "$PWD/.lab/packages" shellcheck libgmp10 libffi8; check=.lab/packages/usr/bin/shellcheck; }
set --
for script in entrypoint/*.sh test/support/*.sh .ci/run; do [ ! -e "$script" ] || set -- "$@" "$script"; done
exec "$check" "$@"
