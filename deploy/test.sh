#!/usr/bin/env bash
# Sets up what is missing, builds everything with warnings as errors, checks the style, and runs
# all tests. Arguments go to `swift test`, e.g. `deploy/test.sh --filter DomainTests`.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/setup.sh
need_swift
need_headers
swift format lint --recursive --strict --parallel Package.swift Sources Tests deploy
# Warnings are errors in our own sources; those of dependencies are their authors' business.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
swift build --build-tests "${build_flags[@]}" 2>&1 | tee "$log"
if grep -E "^$PWD/(Sources|Tests)/.*: warning:" "$log"; then
  die "the build has warnings, see above"
fi
swift test --skip-build "$@"
