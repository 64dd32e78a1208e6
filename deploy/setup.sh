#!/usr/bin/env bash
# Sourced by the other scripts: makes sure that the toolchain and the system packages are there.
# Only what is missing is installed, and only with apt-get.

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

need_swift() {
  if ! command -v swift >/dev/null 2>&1; then
    die "Swift is not installed (no 'swift' in PATH).
  This project needs a Swift 6.2 toolchain or newer. On Linux:
    1. get one from https://www.swift.org/install/linux/ (for example with swiftly), or use the
       container image 'swift:6.3'
    2. put its bin folder into PATH and run this script again"
  fi
  local version
  version=$(swift --version 2>/dev/null | grep -oE 'Swift version [0-9]+\.[0-9]+' | grep -oE '[0-9]+\.[0-9]+' | head -n 1)
  [ -n "$version" ] || die "'swift --version' gave no version; is the toolchain complete?"
  local major=${version%%.*} minor=${version#*.}
  if [ "$major" -lt 6 ] || { [ "$major" -eq 6 ] && [ "$minor" -lt 2 ]; }; then
    die "Swift $version is too old: 6.2 or newer is needed. See https://www.swift.org/install/linux/"
  fi
}

# need_headers: the C libraries with their headers, by the Debian names of their packages.
need_headers() {
  local missing=() header package
  while read -r header package; do
    [ -e "/usr/include/$header" ] || [ -e "/usr/include/$(gcc -dumpmachine 2>/dev/null)/$header" ] \
      || [ -e "/usr/include/$(uname -m)-linux-gnu/$header" ] || missing+=("$package")
  done <<'LIST'
openssl/ssl.h libssl-dev
sqlite3.h libsqlite3-dev
curl/curl.h libcurl4-openssl-dev
LIST
  command -v pkg-config >/dev/null 2>&1 || missing+=(pkg-config)
  install_packages "${missing[@]}"
}

# need_tools PROGRAM:PACKAGE…: what the scripts that test from outside call.
need_tools() {
  local missing=() tool
  for tool in "$@"; do
    command -v "${tool%%:*}" >/dev/null 2>&1 || missing+=("${tool#*:}")
  done
  install_packages "${missing[@]}"
}

# install_packages PACKAGE…: with apt-get, as root.
install_packages() {
  local missing=("$@") as_root=()
  [ "${#missing[@]}" -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    die "these system packages are missing: ${missing[*]}
  This script can install them only where apt-get exists. Install what your distribution calls
  them (lib…-dev: the development files of OpenSSL 3, SQLite 3.40+, libcurl), then run it again."
  fi
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || die "these system packages are missing: ${missing[*]}
  They need root to be installed. Run:
    sudo apt-get update && sudo apt-get install ${missing[*]}
  and then this script again."
    as_root=(sudo -n)
  fi
  say "installing ${missing[*]}"
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get update -qq >&2 \
    || die "'apt-get update' failed; is there a network?"
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends \
    "${missing[@]}" >&2 || die "'apt-get install ${missing[*]}' failed; see above"
}

# What every build is made with: an import that Package.swift does not declare is an error.
build_flags=(--explicit-target-dependency-import-check error)
