#!/usr/bin/env bash
# Runs random histories of the whole engine, each from its seed, in a release build:
#   deploy/simulate.sh [arguments of `bench simulate`]    default: --seeds 1000
# A seed that fails is printed with the command that replays it.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/setup.sh
need_swift
need_headers
swift build -c release --product bench "${build_flags[@]}"
[ "$#" -gt 0 ] || set -- --seeds 1000
exec "$(swift build -c release --product bench --show-bin-path)/bench" simulate "$@"
