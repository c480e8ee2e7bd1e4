/*
 * registry.h - the environments that this process has open, by the identity of their file.
 *
 * Opened twice in one process, LMDB loses its locks at the first close, and another process's
 * snapshot is overwritten under its eyes. So each file is opened once and shared.
 */
#ifndef CBI_STORE_REGISTRY_H
#define CBI_STORE_REGISTRY_H

#include "store/environment.h"

/* The open environment of that file, or one newly opened on `path`; the caller owns a share. */
cbank_status cbi_registry_open(const char *path, uint64_t quota_bytes, cbi_environment **out,
                               cbank_error *err);
/* Gives the share back; with the last one the environment is closed. */
void cbi_registry_close(cbi_environment *environment);

/* True if this process has that file open as a store. */
bool cbi_registry_holds(dev_t device, ino_t inode);

#endif
