#!/usr/bin/env bash
# Sets up what is missing, builds, and runs the whole product against built-in sandboxes of Stripe
# and Mirakl. Arguments go to `stripe-mirakl demo`, e.g. `deploy/demo.sh --faults 10`.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/setup.sh
need_swift
need_headers
swift build -c release --product stripe-mirakl "${build_flags[@]}" >&2
exec "$(swift build -c release --show-bin-path)/stripe-mirakl" demo "$@"
