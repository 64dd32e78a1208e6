#!/usr/bin/env bash
# Makes the certificates of the tests anew. Their keys are in the repository: they prove nothing.
set -euo pipefail
cd "$(dirname "$0")"
rm -f ./*.pem
days=36500
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1-key.pem"; }
# sign NAME SUBJECT ISSUER EXTENSIONS [openssl x509 options]
sign() {
  local name=$1 subject=$2 issuer=$3 extensions=$4
  shift 4
  [ -e "$name-key.pem" ] || key "$name"
  openssl req -new -key "$name-key.pem" -subj "$subject" -out request.tmp
  openssl x509 -req -in request.tmp -CA "$issuer.pem" -CAkey "$issuer-key.pem" -CAcreateserial \
    -extfile <(printf '%b' "$extensions") -days "$days" -out "$name.pem" "$@" 2>/dev/null
}
authority='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n'
leaf='basicConstraints=CA:FALSE\nsubjectAltName=DNS:localhost,DNS:connect.example.org,IP:127.0.0.1\n'

key root
openssl req -x509 -key root-key.pem -subj '/CN=Test root' -days "$days" -out root.pem \
  -addext keyUsage=critical,keyCertSign,cRLSign
sign middle '/CN=Test intermediate' root "$authority"
sign server '/CN=localhost' middle "$leaf"
sign renewed '/CN=localhost, renewed' middle "$leaf"
cat server.pem middle.pem > chain.pem
cat renewed.pem middle.pem > renewed-chain.pem
# What must be refused
cat server.pem root.pem > gap.pem
cat middle.pem server.pem > reversed.pem
openssl genrsa -out weak-key.pem 1024 2>/dev/null
sign weak '/CN=weak' middle "$leaf"
openssl genrsa -out rsa-key.pem 2048 2>/dev/null
openssl ec -in server-key.pem -aes256 -passout pass:secret -out encrypted-key.pem 2>/dev/null
echo 'not a certificate' > garbage.pem
rm -f request.tmp ./*.srl root-key.pem middle-key.pem
