#!/usr/bin/env bash
# Attacks a real server on loopback, with plain HTTP and with TLS, and says what held:
#   - 1,000 slow clients (slowhttptest: slow heads, bodies and readers): /health under 100 ms
#   - 10,000 idle keep-alive connections: less than 40 MB
#   - more connections than descriptors: nobody connected suffers, no CPU spins
#   - TLS: sslscan finds nothing weak; a bad new certificate keeps the old one
#   - with --checks DIR: the suites of that folder (http_suite.py, webhook_suite.py, tls_check.py)
#
#   deploy/hostile-test.sh [--quick] [--binary PATH] [--checks DIR] [--testssl]
#
# --quick leaves out the slow parts, for CI. Missing tools are installed with apt-get.
set -euo pipefail
cd "$(dirname "$0")/.."
. deploy/setup.sh
quick='' binary='' checks='' testssl=''
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=1; shift ;;
    --binary) binary=${2:?}; shift 2 ;;
    --checks) checks=${2:?}; shift 2 ;;
    --testssl) testssl=1; shift ;;
    *) die "unknown argument $1, see the head of deploy/hostile-test.sh" ;;
  esac
done
need_tools slowhttptest:slowhttptest sslscan:sslscan python3:python3 openssl:openssl curl:curl
[ -z "$testssl" ] || need_tools testssl:testssl.sh
if [ -z "$binary" ]; then
  need_swift
  need_headers
  swift build -c release --product stripe-mirakl "${build_flags[@]}" >&2
  binary=.build/release/stripe-mirakl
fi

work=$(mktemp -d)
servers=()
stop_all() {
  local server
  for server in "${servers[@]}"; do kill "$server" 2>/dev/null || true; done
  rm -rf "$work"
}
trap stop_all EXIT

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# serve NAME [VARIABLE=VALUE…]: sets $port and $pid; the database is $work/NAME.db.
serve() {
  local name=$1 scheme=http
  shift
  port=$(free_port)
  [[ "$*" == *TLS_KEY* ]] && scheme=https
  env -i PATH="$PATH" STRIPE_CLIENT_SECRET=sk_test_hostile STRIPE_API_BASE=http://127.0.0.1:9 \
    STRIPE_WEBHOOK_SECRET=whsec_new,whsec_old MIRAKL_HOST_NAME=http://127.0.0.1:9 \
    MIRAKL_API_KEY=key OPERATOR_PASSWORD=password BASE_HOST=localhost ENABLE_SCHEDULER=false \
    DATABASE_URL="sqlite://$work/$name.db" LISTEN_ADDRESS="127.0.0.1:$port" "$@" \
    "$binary" serve > "$work/$name.log" 2>&1 &
  pid=$!
  servers+=("$pid")
  local _
  for _ in $(seq 100); do
    curl -fsko /dev/null "$scheme://127.0.0.1:$port/health" 2>/dev/null && return
    sleep 0.1
  done
  cat "$work/$name.log" >&2
  die "the server does not start"
}

stop() {
  kill "$pid"
  local status=0
  wait "$pid" || status=$?
  [ "$status" -eq 0 ] || die "the server ended with status $status"
}

failures=0
# check WHAT COMMAND…: says what is looked at, runs it, counts a failure.
check() {
  local what=$1
  shift
  say "$what"
  "$@" >&2 || { say "  FAILED: $what"; failures=$((failures + 1)); }
}

slow_clients() {
  slowhttptest "$1" -c 1000 -r 1000 -i 5 -l 8 -x 24 -w 10 -y 20 -n 5 -z 32 -k 3 \
    -u "http://127.0.0.1:$port/health" > "$work/slow.log" 2>&1 &
  local tool=$! status=0
  sleep 2  # until they are connected
  python3 deploy/hostile/load.py probe "$port" 5 || status=1
  wait "$tool" || true
  return "$status"
}

nothing_weak() {
  sslscan --no-colour --xml="$work/scan.xml" "127.0.0.1:$port" > /dev/null
  python3 - "$work/scan.xml" <<'PYTHON'
import sys
import xml.etree.ElementTree as tree

scan = tree.parse(sys.argv[1]).getroot()
found = []
spoken = {(p.get("type"), p.get("version")) for p in scan.iter("protocol") if p.get("enabled") == "1"}
if spoken != {("tls", "1.2"), ("tls", "1.3")}:
    found.append(f"protocols {sorted(spoken)}")
ciphers = list(scan.iter("cipher"))
found += [f"{c.get('cipher')} is {c.get('strength')}" for c in ciphers if c.get("strength") not in ("strong", "acceptable")]
found += [c.get("cipher") for c in ciphers if not c.get("cipher").startswith(("TLS_", "ECDHE-")) or "SHA1" in c.get("cipher")]
found += ["heartbleed" for h in scan.iter("heartbleed") if h.get("vulnerable") == "1"]
found += ["compression" for c in scan.iter("compression") if c.get("supported") == "1"]
found += ["insecure renegotiation" for r in scan.iter("renegotiation") if r.get("supported") == "1" and r.get("secure") != "1"]
found += [g.get("name") for g in scan.iter("group") if int(g.get("bits")) < 112]
print(f"  {len(ciphers)} ciphers, " + (f"weak: {found}" if found else "nothing weak"))
sys.exit(1 if found or not ciphers else 0)
PYTHON
}

resumes() {
  local version
  for version in tls1_2 tls1_3; do
    printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' \
      | openssl s_client -connect "127.0.0.1:$port" "-$version" -sess_out "$work/session" -ign_eof \
        > /dev/null 2>&1
    printf 'GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' \
      | openssl s_client -connect "127.0.0.1:$port" "-$version" -sess_in "$work/session" -ign_eof \
        2> /dev/null | grep -q '^Reused,' || { say "  no resumption with $version"; return 1; }
  done
}

subject() {
  openssl s_client -connect "127.0.0.1:$port" < /dev/null 2> /dev/null | openssl x509 -noout -subject
}

# A new certificate is used; one that cannot be is not, and the log says why.
reloads() {
  local before after
  before=$(subject)
  cp "$certificates/renewed-chain.pem" "$work/chain.pem"
  kill -HUP "$pid"
  sleep 0.5
  [ "$(subject)" = "$before" ] || { say "  a certificate without its key was taken"; return 1; }
  grep -q 'is not the key of the certificate' "$work/tls.log" || return 1
  cp "$certificates/renewed-key.pem" "$work/key.pem"
  kill -HUP "$pid"
  sleep 0.5
  after=$(subject)
  say "  ${before#subject=} -> ${after#subject=}"
  [ "$after" != "$before" ]
}

certificates=Tests/TLSTestSupport/Certificates

serve plain
if [ -n "$checks" ]; then
  check "HTTP conformance" python3 "$checks/http_suite.py" 127.0.0.1 "$port" /health \
    --post /api/public/webhook/operator --readonly /health --pid "$pid"
  check "hostile webhooks" python3 "$checks/webhook_suite.py" "http://127.0.0.1:$port" whsec_new \
    --secret2 whsec_old --path /api/public/webhook/operator \
    --sql "$work/plain.db" 'select count(*) from event where external_id=?'
fi
for kind in -H -B -X; do
  [ -n "$quick" ] && [ "$kind" != -H ] && continue
  check "1,000 slow clients ($kind)" slow_clients "$kind"
done
check "10,000 idle connections" python3 deploy/hostile/load.py idle "$port" "$pid" 10000
stop

# As many descriptors as it has now and a few more: the next server runs out of them.
serve count
few=$(($(find "/proc/$pid/fd" -mindepth 1 | wc -l) + 12))
stop
limit=$(ulimit -Hn)
binary_unlimited=$binary
binary=$work/limited
printf '#!/bin/sh\nulimit -n %s; exec "%s" "$@"\n' "$few" "$(realpath "$binary_unlimited")" > "$binary"
chmod +x "$binary"
serve descriptors
check "out of descriptors ($few instead of $limit)" \
  python3 deploy/hostile/load.py descriptors "$port" "$pid" 200
stop
binary=$binary_unlimited

cp "$certificates/chain.pem" "$work/chain.pem"
cp "$certificates/server-key.pem" "$work/key.pem"
serve tls TLS_CERTIFICATE="$work/chain.pem" TLS_KEY="$work/key.pem"
check "TLS by sslscan" nothing_weak
check "session resumption" resumes
check "reload of the certificate" reloads
if [ -n "$checks" ]; then
  printf 'cp %q %q; cp %q %q; kill -HUP %s\n' "$certificates/chain.pem" "$work/chain.pem" \
    "$certificates/server-key.pem" "$work/key.pem" "$pid" > "$work/reload.sh"
  check "TLS behaviour" python3 "$checks/tls_check.py" 127.0.0.1 "$port" --path /health \
    --cafile "$certificates/root.pem" --reload "sh $work/reload.sh" ${testssl:+--testssl}
  [ -n "$quick" ] || check "HTTP conformance over TLS" python3 "$checks/http_suite.py" 127.0.0.1 \
    "$port" /health --post /api/public/webhook/operator --readonly /health --tls --pid "$pid"
fi
stop

[ "$failures" -eq 0 ] || die "$failures of the checks failed, see above"
say "all held"
