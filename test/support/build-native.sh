#!/bin/sh
# dist/native/dockerrun: the programs of users as one native file, which is the one whose name it is called by. esbuild puts the
# sources together as it does for Node, so that both artefacts are one program; bun makes a file of it that needs no Node.
set -eu
cd "$(dirname "$0")/../.."
PATH=$PWD/node_modules/.bin:$PATH

native=dist/native
isCurrent() {
  [ -e "$native/dockerrun" ] &&
    [ -z "$(find src package.json package-lock.json test/support/build-native.sh -newer "$native/dockerrun" -print -quit)" ]
}
! isCurrent || exit 0

new=$PWD/.lab/native.$$
trap 'rm -rf "$new"' EXIT
trap 'exit 1' HUP INT TERM
mkdir -p "$new" "$native"
start=$(date +%FT%T.%N)
# Where the program lies is asked when it runs: entrypoint/ is found from there, as it is from dist/dockerrun.cjs.
esbuild src/cli/native.ts --bundle --platform=node --target=esnext --format=cjs --outfile="$new/native.cjs" --log-level=warning \
  --alias:execa=./src/host/left-out.ts --define:import.meta.dirname=builtFolder --legal-comments=none \
  --banner:js='const { dirname: folderOf } = require("node:path"), builtFolder = folderOf(folderOf(process.execPath));'
# esbuild would copy each property of process, and so open stdin, stdout and stderr, which Bun does when they are first looked at.
sed -i 's#__toESM(require("node:process"), 1)#{ default: process }#; s#__toESM(require("node:process"))#{ default: process }#' "$new/native.cjs"
# What lies in the folder of whoever calls is none of our business: .env and bunfig.toml would be read there, unless told. A run is
# over before compiled code pays off, and the compiler's threads hold 4 MB: it begins ten times later than Bun has it.
(cd "$new" && bun build --compile --minify --bytecode --no-compile-autoload-dotenv --no-compile-autoload-bunfig \
  --no-compile-autoload-tsconfig --no-compile-autoload-package-json --compile-jit-policy=10 native.cjs --outfile dockerrun) >"$new/log" 2>&1 ||
  { cat "$new/log" >&2; exit 1; }
chmod 755 "$new/dockerrun"
touch -d "$start" "$new/dockerrun"
mv -f "$new/dockerrun" "$native/"
ln -sfn dockerrun "$native/dockerexec"
