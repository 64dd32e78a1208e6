#ifndef STRIPE_MIRAKL_COPENAPI_H
#define STRIPE_MIRAKL_COPENAPI_H
// The description of the API as a part of the program, so that no file beside it is needed.
#include <stddef.h>

/// The bytes of `openapi.yaml` as it was when the program was built; they live for ever.
const unsigned char *copenapi_bytes(void);

/// How many there are.
size_t copenapi_count(void);
#endif
