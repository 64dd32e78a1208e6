#!/usr/bin/env bash
# Fuzzes what the internet can reach, with libFuzzer and the address sanitizer of the Swift
# toolchain: the HTTP parser with the life of a connection, and the webhook verifier with the event
# decoder.
#
#   deploy/fuzz.sh [--seconds N] [http|webhook]     N seconds for each target, 30 by default
#
# New inputs are kept in .build/fuzz/corpus and go on where the last run ended; the stored ones
# (Tests/HTTPFormatTests/Corpus, deploy/fuzz/webhook) are only read. A finding is written to
# .build/fuzz/findings: repeat it with `.build/fuzz/TARGET FILE`, and make it a unit test.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/setup.sh
seconds=30 targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
    http | webhook) targets+=("$1"); shift ;;
    *) die "unknown argument $1: deploy/fuzz.sh [--seconds N] [http|webhook]" ;;
  esac
done
[[ $seconds =~ ^[1-9][0-9]*$ ]] || die "--seconds needs a whole number, not $seconds"
[ ${#targets[@]} -gt 0 ] || targets=(http webhook)
need_swift
need_headers

out=$PWD/.build/fuzz
mkdir -p "$out/findings"
options=(-O -sanitize=fuzzer,address -parse-as-library -swift-version 6 -enable-testing
  -suppress-warnings -enable-upcoming-feature ExistentialAny
  -enable-upcoming-feature MemberImportVisibility -I "$out"
  -Xcc "-I$out/CLinux" -Xcc "-fmodule-map-file=$PWD/Sources/COpenSSL/module.modulemap"
  -Xcc "-fmodule-map-file=$PWD/Sources/CSQLite/module.modulemap")

# Without SwiftPM, whose executables have a `main` of their own, as libFuzzer has. Only what a
# target needs is built, each module in one piece.
module() {
  local name=$1 files
  mapfile -t files < <(find "Sources/$name" -name '*.swift' | sort)
  local newest
  newest=$(find "Sources/$name" deploy/fuzz.sh -newer "$out/$name.o" -print -quit 2>/dev/null || echo new)
  [ -n "$newest" ] || return 0
  swiftc "${options[@]}" -wmo -module-name "$name" -emit-module \
    -emit-module-path "$out/$name.swiftmodule" -c -o "$out/$name.o" "${files[@]}"
}

build() {
  local target=$1 name objects=()
  shift
  mkdir -p "$out/CLinux"
  cp Sources/CLinux/include/CLinux.h "$out/CLinux/"
  printf 'module CLinux { header "CLinux.h" export * }\n' > "$out/CLinux/module.modulemap"
  clang -O1 -c -ISources/CLinux/include Sources/CLinux/CLinux.c -o "$out/CLinux.o"
  for name in "$@"; do
    module "$name"
    objects+=("$out/$name.o")
  done
  # The linker warns of symbols of the sanitizer's own.
  swiftc "${options[@]}" -module-name "Fuzz_$target" "deploy/fuzz/$target.swift" "$out/CLinux.o" \
    "${objects[@]}" -o "$out/$target" 2> "$out/link.log" || { cat "$out/link.log" >&2; exit 1; }
}

fuzz() {
  local target=$1 stored=$2 length=$3
  mkdir -p "$out/corpus/$target"
  say "fuzzing $target for $seconds s"
  # The backtraces of Swift would be looked up for minutes; the finding is what counts.
  SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=symbolize=0:detect_leaks=0 "$out/$target" \
    "$out/corpus/$target" "$stored" "-dict=deploy/fuzz/$target.dict" "-max_len=$length" \
    "-max_total_time=$seconds" -timeout=5 -rss_limit_mb=1024 -print_final_stats=1 \
    "-artifact_prefix=$out/findings/$target-" > "$out/$target.log" 2>&1 || {
    tail -n 30 "$out/$target.log" >&2
    die "$target has a finding, see above: it is in .build/fuzz/findings"
  }
  grep -E 'number_of_executed_units|^Done|INITED' "$out/$target.log" | sed 's/^/  /' >&2
}

for target in "${targets[@]}"; do
  case $target in
    http)
      build http Threading HTTPFormat Sockets OpenSSL HTTPServer
      fuzz http Tests/HTTPFormatTests/Corpus 16384 ;;
    webhook)
      build webhook Domain HTTPFormat Threading OpenSSL SQLite Store WebhookAPI
      fuzz webhook deploy/fuzz/webhook 4096 ;;
  esac
done
