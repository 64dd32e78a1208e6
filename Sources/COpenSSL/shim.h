#ifndef STRIPE_MIRAKL_COPENSSL_SHIM_H
#define STRIPE_MIRAKL_COPENSSL_SHIM_H
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#endif
