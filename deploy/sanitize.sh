#!/usr/bin/env bash
# Runs the tests of the server (parser, sockets, TLS, event loops) with the address sanitizer and
# with the thread sanitizer. Only what they need is built, in .build/sanitize-*.
#
#   deploy/sanitize.sh [address|thread] [swift test options]
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/setup.sh
kinds=(address thread)
case ${1:-} in
  address | thread) kinds=("$1"); shift ;;
esac
need_swift
need_headers

export ONLY_TESTS="ThreadingTests HTTPFormatTests SocketsTests OpenSSLTests HTTPServerTests"
# A finding ends the run with an error. Swift's own runtime keeps what leak detection would report.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:symbolize=1
export TSAN_OPTIONS=halt_on_error=1:abort_on_error=1
# Backtraces of a process with a sanitizer take minutes; its own report tells where.
export SWIFT_BACKTRACE=enable=no

# The thread sanitizer needs the memory layout of a kernel without much randomness in it.
plain=()
command -v setarch >/dev/null 2>&1 && setarch -R true 2>/dev/null && plain=(setarch -R)

for kind in "${kinds[@]}"; do
  say "tests of the server with the $kind sanitizer"
  options=(--sanitize="$kind" --scratch-path ".build/sanitize-$kind" "${build_flags[@]}")
  swift build --build-tests "${options[@]}" > ".build/sanitize-$kind.log" 2>&1 || {
    grep -E 'error:' ".build/sanitize-$kind.log" >&2 || tail -n 20 ".build/sanitize-$kind.log" >&2
    die "the build with the $kind sanitizer failed, see .build/sanitize-$kind.log"
  }
  "${plain[@]}" swift test --skip-build "${options[@]}" "$@"
done
