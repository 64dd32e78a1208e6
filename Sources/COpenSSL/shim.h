#ifndef STRIPE_MIRAKL_COPENSSL_SHIM_H
#define STRIPE_MIRAKL_COPENSSL_SHIM_H
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

// What Swift does not import: macros with casts, and constants of 64 bits.

/// TLS 1.2 and 1.3 without compression and renegotiation; a missing close_notify is an end, because
/// HTTP frames its messages itself.
static inline int copenssl_server_options(SSL_CTX *context) {
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA |
                                   SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

static inline int copenssl_set_versions(SSL_CTX *context, int lowest, int highest) {
  return SSL_CTX_set_min_proto_version(context, lowest) == 1 &&
         SSL_CTX_set_max_proto_version(context, highest) == 1;
}

/// Sessions are kept by the clients, in tickets: the server keeps none.
static inline void copenssl_tickets_only(SSL_CTX *context) {
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

static inline int copenssl_set_groups(SSL_CTX *context, const char *groups) {
  return (int)SSL_CTX_set1_groups_list(context, groups);
}

/// The certificates behind the server's own, as they are sent.
static inline STACK_OF(X509) *copenssl_chain(SSL_CTX *context) {
  STACK_OF(X509) *chain = NULL;
  SSL_CTX_get0_chain_certs(context, &chain);
  return chain;
}

static inline int copenssl_count(const STACK_OF(X509) *chain) {
  return chain == NULL ? 0 : sk_X509_num(chain);
}

static inline X509 *copenssl_certificate(const STACK_OF(X509) *chain, int index) {
  return sk_X509_value(chain, index);
}

/// The key of a certificate, whose owner it stays.
static inline EVP_PKEY *copenssl_key(X509 *certificate) { return X509_get0_pubkey(certificate); }
#endif
