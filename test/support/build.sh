#!/bin/sh
# One bundled file per program in dist/. Left out: transports of dockerode that no engine here has, and what passwd-user would
# run on macOS. yargs asks where it lies; told so, it does not look for a package.json in the folder of whoever calls, which
# matters under sudo.
set -eu
cd "$(dirname "$0")/../.."
rm -rf dist
bundle() {
  esbuild "$@" --bundle --platform=node --target=node20.19 --format=cjs --out-extension:.js=.cjs --outdir=dist \
    --define:import.meta.dirname=__dirname '--define:import.meta.url="file:///node_modules/yargs/lib/platform-shims/esm.mjs"' \
    --minify-syntax --minify-whitespace --legal-comments=eof --log-level=warning
}
none=./src/host/left-out.ts
bundle src/cli/dockerrun.ts src/cli/dockerexec.ts --alias:execa=$none
bundle src/cli/dockerrun-authz.ts src/cli/dockerrunctl.ts --alias:ssh2=$none --alias:@grpc/grpc-js=$none --alias:@grpc/proto-loader=$none
