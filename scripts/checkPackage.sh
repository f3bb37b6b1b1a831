#!/usr/bin/env bash
# Packs, installs into empty folders as a user would with npm 10 and 11, while no host but the registry can be reached, and uses
# what was installed: a tiny study there, and `decompose` in TypeScript. Takes the package away again.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
package="$work/$(npm pack --silent --pack-destination "$work" | tail -n 1)"

nowhere=http://127.0.0.1:9
registry=$(node -p 'new URL(process.argv[1]).hostname' "$(npm config get registry)")
export NO_PROXY=$registry no_proxy=$registry GLOBAL_AGENT_HTTPS_PROXY=$nowhere
export HTTP_PROXY=$nowhere HTTPS_PROXY=$nowhere http_proxy=$nowhere https_proxy=$nowhere

cp scripts/packageUse/* "$work"
tsc=$PWD/node_modules/.bin/tsc
cd "$work"
npm exec --yes --package=npm@10 -- npm install --no-audit --no-fund "$package"
npx lowlayer run config.yaml --progress none
for resolution in nodenext bundler; do
  module=$([ "$resolution" = bundler ] && echo preserve || echo nodenext)
  "$tsc" --strict --noEmit --target es2022 --types '' --module "$module" --moduleResolution "$resolution" use.ts
done
"$tsc" --target es2022 --types '' --module nodenext --moduleResolution nodenext --outDir . use.ts
node use.js

# npx keeps what it installed: in a cache that goes with this folder.
mkdir "$work/npx"
cd "$work/npx"
mv "$package" .
# Or npm would take the folder above, in which something is installed, for where it is.
echo '{}' > package.json
# The outer npm hands its --package on to the inner one, which would look for the file among the programs of that.
npm_config_cache=$work/cache npm exec --yes --package=npm@11 -- \
  env -u npm_config_package npx --yes "$(basename "$package")" --version
