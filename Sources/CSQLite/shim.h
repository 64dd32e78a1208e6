#ifndef STRIPE_MIRAKL_CSQLITE_SHIM_H
#define STRIPE_MIRAKL_CSQLITE_SHIM_H
#include <sqlite3.h>

// sqlite3_config is variadic, which Swift does not import. Without the statistics of its memory,
// SQLite needs no mutex for every allocation. To be called once, before the first connection.
static inline int csqlite_omit_memory_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
#endif
