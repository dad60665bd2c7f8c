#!/bin/sh
# Makes a checkout ready: npm packages as locked, unless they are there already.
set -eu
cd "$(dirname "$0")/../.."
[ node_modules/.package-lock.json -nt package-lock.json ] || { npm ci --no-audit --no-fund --loglevel=error >&2; touch node_modules/.package-lock.json; }
