#!/bin/sh
# One bundled file per program in dist/. dockerode's ssh transport (and the native modules behind it) stays out. yargs asks
# where it lies; told so, it does not look for a package.json in the folder of whoever calls, which matters under sudo.
set -eu
cd "$(dirname "$0")/../.."
rm -rf dist
exec esbuild src/cli/dockerrun.ts src/cli/dockerexec.ts src/cli/dockerrun-authz.ts src/cli/dockerrunctl.ts \
  --bundle --platform=node --target=node20.19 --format=cjs --out-extension:.js=.cjs --outdir=dist \
  --define:import.meta.dirname=__dirname '--define:import.meta.url="file:///node_modules/yargs/lib/platform-shims/esm.mjs"' \
  --minify-syntax --minify-whitespace --legal-comments=eof \
  --alias:ssh2=./src/host/no-transport.ts --alias:@grpc/grpc-js=./src/host/no-transport.ts \
  --alias:@grpc/proto-loader=./src/host/no-transport.ts --log-level=warning
