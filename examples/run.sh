#!/usr/bin/env bash
# Builds the product, installs the examples and runs both suites; arguments go to Vitest. From anywhere, after npm ci.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Node of the product, which is new enough, whatever Node npm itself runs on.
export PATH="$(cd .. && pwd)/node_modules/.bin:$PATH"

npm --prefix .. run build
npm ci --no-audit --no-fund
npm run types
npm test -- "$@"
