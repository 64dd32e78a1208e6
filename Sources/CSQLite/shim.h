#ifndef STRIPE_MIRAKL_CSQLITE_SHIM_H
#define STRIPE_MIRAKL_CSQLITE_SHIM_H
#include <sqlite3.h>
#endif
