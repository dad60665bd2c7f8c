#!/bin/sh
# Makes a checkout ready: npm packages as locked, unless they are there already.
set -eu
cd "$(dirname "$0")/../.."
cmp -s package-lock.json node_modules/.dockerrun-lock && exit
npm ci --no-audit --no-fund --loglevel=error >&2
cp package-lock.json node_modules/.dockerrun-lock
