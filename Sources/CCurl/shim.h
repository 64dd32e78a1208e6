#ifndef STRIPE_MIRAKL_CCURL_SHIM_H
#define STRIPE_MIRAKL_CCURL_SHIM_H
#include <curl/curl.h>
#endif
