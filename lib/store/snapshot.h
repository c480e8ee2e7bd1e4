/* snapshot.h - a store's data as one sealed file. */
#ifndef CBI_STORE_SNAPSHOT_H
#define CBI_STORE_SNAPSHOT_H

#include "store/environment.h"

/* Writes a compacted copy of the newest commit to the new file `path`, from inside. EXISTS. */
cbank_status cbi_snapshot_write(cbi_environment *environment, const char *path, cbank_error *err);

#endif
