#!/bin/sh
# Debian's postinst. A first installation starts nothing and changes nothing of the host's; after an upgrade the gate starts again.
set -e
[ "$1" = configure ] || exit 0

if [ -z "$2" ]; then
  echo 'dockerrun: nothing is set up by itself: see dockerrunctl install --dry-run'
elif [ -d /run/systemd/system ]; then
  # Only where it runs. Its socket unit holds what the engine asks meanwhile, and systemd tries on where it does not start.
  systemctl try-restart dockerrun-authz.service ||
    echo 'dockerrun: the gate did not start again: see systemctl status dockerrun-authz.service' >&2
fi
