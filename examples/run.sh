#!/usr/bin/env bash
# Builds the product, installs the examples, checks their types and runs every suite. Each leaves a report in JUnit's
# format in the folder that is named, if there is one: examples/run.sh [FOLDER]
# Works from any folder, after npm ci in the product's.
set -uo pipefail
reports=$(realpath "${1:-$(mktemp -d)}")
cd "$(dirname "${BASH_SOURCE[0]}")"

# Node of the product, which is new enough, whatever Node npm itself runs on.
export PATH="$(cd .. && pwd)/node_modules/.bin:$PATH"

# step NAME COMMAND…: goes on when it fails, and remembers.
failed=()
step() {
  local name=$1
  shift
  printf '\n== examples: %s\n' "$name"
  "$@" || failed+=("$name")
}

npm --prefix .. run build && npm ci --no-audit --no-fund || exit 1
step 'types' npm run types
step 'Vitest, Pact and Postman' npm run test:vitest -- \
  --reporter=default --reporter=junit --outputFile.junit="$reports/examples-vitest.xml"
JEST_JUNIT_OUTPUT_FILE="$reports/examples-jest.xml" \
  step 'Jest' npm run test:jest -- --reporters=default --reporters=jest-junit
step 'node:test' node --test --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=junit --test-reporter-destination="$reports/examples-node.xml" 'node-test/*.test.ts'
PLAYWRIGHT_JUNIT_OUTPUT_FILE="$reports/examples-playwright.xml" \
  step 'Playwright' npm run test:playwright -- --reporter=list,junit

[ "${#failed[@]}" -eq 0 ] || { printf '\nfailed: %s\n' "${failed[*]}" >&2; exit 1; }
