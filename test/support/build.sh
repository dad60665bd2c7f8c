#!/bin/sh
# One bundled file per program in dist/, unless those are newer than what they are made of. Left out: transports of dockerode
# that no engine here has, and what passwd-user would run on macOS. yargs asks where it lies; told so, it does not look for a
# package.json in the folder of whoever calls, which matters under sudo.
set -eu
cd "$(dirname "$0")/../.."

isCurrent() {
  for program in bin/docker*; do [ -e "dist/${program##*/}.cjs" ] || return 1; done
  [ -e dist/dockerrun-runtime ] || return 1
  for built in dist/*; do
    [ -d "$built" ] || [ -z "$(find src entrypoint package.json package-lock.json test/support/build.sh -newer "$built" -print -quit)" ] || return 1
  done
}
! isCurrent || exit 0

new=.lab/dist.$$
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$new" dist
# What is written while we build is newer than what we build.
start=$(date +%FT%T.%N)
bundle() {
  count=$((count + 1))
  esbuild "$@" --metafile="$new/$count.json" --bundle --platform=node --target=node20.19 --format=cjs --out-extension:.js=.cjs --outdir="$new" \
    --define:import.meta.dirname=__dirname '--define:import.meta.url="file:///node_modules/yargs/lib/platform-shims/esm.mjs"' \
    --minify-syntax --minify-whitespace --legal-comments=eof --log-level=warning
}
none=./src/host/left-out.ts
count=0
bundle src/cli/dockerrun.ts src/cli/dockerexec.ts --alias:execa=$none '--external:*/config-yaml.ts' '--external:*/completion.ts'
# What reads YAML is loaded where there is a file to read, and completion where it is asked for: they would double what Node has
# to look at for each command.
bundle dockerrun-config=src/client/config-yaml.ts dockerrun-completion=src/client/completion.ts
sed -i 's#import("./config-yaml.ts")#import("./dockerrun-config.cjs")#; s#import("../client/completion.ts")#import("./dockerrun-completion.cjs")#' \
  "$new/dockerrun.cjs" "$new/dockerexec.cjs"
bundle src/cli/dockerrun-authz.ts src/cli/dockerrun-look.ts src/cli/dockerrunctl.ts --alias:ssh2=$none --alias:@grpc/grpc-js=$none --alias:@grpc/proto-loader=$none
# What engines call, without a library of the host's: it runs in their mount namespace, whatever is installed there.
cc -std=c17 -O2 -static -s -Wall -Wextra -Werror -D_FORTIFY_SOURCE=2 -fstack-protector-strong -o "$new/dockerrun-runtime" src/runtime/native/*.c
node test/support/licenses.ts "$new"/*.json >"$new/licenses.txt"
rm "$new"/*.json
touch -d "$start" "$new"/*

# File by file, by rename: another run that copies dist at this moment finds each program there, and whole.
# dist/native is build-native.sh's.
for built in dist/*; do [ -e "$new/${built##*/}" ] || [ -d "$built" ] || rm -f "$built"; done
mv -f "$new"/* dist/
