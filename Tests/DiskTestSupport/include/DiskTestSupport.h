#ifndef STRIPE_MIRAKL_DISK_TEST_SUPPORT_H
#define STRIPE_MIRAKL_DISK_TEST_SUPPORT_H
// A disk that fails on request, and that remembers what was written to it and what was synced.
//
// Loaded into the program under test with LD_PRELOAD; the program knows nothing of it. It looks at
// the files of one database only. What it does is told by environment variables:
//
//   DISK_PATH         the database: this file, and it with -wal, -journal and -shm behind
//   DISK_STATE        a file whose first word is how the disk is at this moment:
//                       full      nothing more fits: what would make a file longer fails, ENOSPC
//                       exhausted every write fails, ENOSPC (quotas, file systems that never
//                                 overwrite)
//                       readonly  no write, no opening for writing, EROFS
//                       failing   nothing can be synced, EIO
//                     anything else, or no file: as good as new
//   DISK_TRACE        a file that receives every write, sync, truncation, creation and removal, in
//                     order (struct disk_record, then the bytes of a write). Syncs are recorded
//                     and not made: the trace is what the disk would hold.
//   DISK_SYNCHRONOUS  what the program gets when it asks SQLite for synchronous=FULL, while it is
//                     told that it got it: to prove that a loss would be seen.

#include <stdint.h>

enum disk_operation {
  DISK_WRITE = 1,
  DISK_SYNC_BEGIN = 2,
  DISK_SYNC_END = 3,
  DISK_TRUNCATE = 4,
  DISK_CREATE = 5,
  DISK_REMOVE = 6,
};

/// In the byte order of the machine.
struct disk_record {
  uint8_t operation;
  /// 0: the folder, 1: the database, 2: its -wal, 3: its -journal.
  uint8_t file;
  uint16_t unused;
  /// Bytes that follow this record.
  uint32_t length;
  /// Of a write its first byte, of a truncation the new size.
  uint64_t offset;
};
#endif
