/*
 * folder.h - the folder of a store, and how files appear all at once or not at all.
 *
 * LMDB never syncs a directory, and its very first pages may be torn by a power loss. So whatever
 * is new is made under a temporary name beside its place, synced, renamed, and the parent synced.
 */
#ifndef CBI_STORE_FOLDER_H
#define CBI_STORE_FOLDER_H

#include <limits.h>

#include "base/error.h"

/* Room for a path, and the last name of one for messages. */
typedef struct cbi_path {
    char text[PATH_MAX];
} cbi_path;
const char *cbi_path_name(const char *path);

/*
 * One process at a time opens a store; waits. Whoever is killed while LMDB makes a new lock file
 * would else leave those that wait for it with one that is half made: they would read, and write
 * on, an older commit. Closing `*out_fd` ends the lock, and so does the end of the process.
 */
cbank_status cbi_folder_lock(const char *path, int *out_fd, cbank_error *err);

/* The data file in the folder `path`. */
cbank_status cbi_folder_data(const char *path, cbi_path *out, cbank_error *err);

/* UNSUPPORTED on a file system that LMDB's shared memory and locks do not work on. */
cbank_status cbi_folder_check_local(const char *path, cbank_error *err);
/* True for statfs's number of NFS, CIFS, 9p, FUSE, AFS, Ceph and their like. */
bool cbi_folder_is_remote(uint64_t file_system);

/* Makes a temporary folder beside `path`, which must not exist: EXISTS. */
cbank_status cbi_folder_start(const char *path, cbi_path *out, cbank_error *err);
/* Syncs its data file, gives it its name. */
cbank_status cbi_folder_finish(const cbi_path *temporary, const char *path, cbank_error *err);
/* Removes a temporary folder that was not finished. */
void cbi_folder_drop(const cbi_path *temporary);

/* Makes a temporary file beside `path`, which must not exist, open for writing. */
cbank_status cbi_folder_start_file(const char *path, cbi_path *out, int *out_fd, cbank_error *err);
/* Renames without ever replacing anything (EXISTS), and syncs the parent. */
cbank_status cbi_folder_publish(const char *from, const char *to, cbank_error *err);

#endif
