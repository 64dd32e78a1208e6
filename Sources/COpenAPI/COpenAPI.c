#include "COpenAPI.h"

// `#embed` is C23; the compiler also notes the file as a dependency, so a change is built in.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char document[] = {
#embed "../../openapi.yaml"
};

const unsigned char *copenapi_bytes(void) { return document; }

size_t copenapi_count(void) { return sizeof document; }
