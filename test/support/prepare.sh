#!/bin/sh
# prepare.sh [demo | test]: makes a checkout ready: npm packages as locked, unless they are there already. Before that, it says
# at once when what follows cannot work.
set -eu
cd "$(dirname "$0")/../.."

refuse() {
  printf 'dockerrun: %s\ndockerrun: hint: %s\n' "$1" "$2" >&2
  exit 1
}
if [ "$(id -u)" != 0 ]; then
  case ${1-} in
    demo) refuse 'the demo runs a real engine, in namespaces of its own, and so needs root' 'sudo npm run demo' ;;
    test)
      [ "${ENGINE_TESTS-}" = off ] ||
        refuse 'the engine tests need root' 'sudo npm test, or all others alone: ENGINE_TESTS=off npm test' ;;
  esac
fi

command -v cc >/dev/null ||
  refuse 'dockerrun-runtime is built from C, and there is no cc' 'apt-get install --no-install-recommends gcc libc6-dev'

cmp -s package-lock.json node_modules/.dockerrun-lock && exit
npm ci --no-audit --no-fund --loglevel=error >&2
cp package-lock.json node_modules/.dockerrun-lock
