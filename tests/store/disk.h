/*
 * disk.h - a disk that fails on demand, beneath the library and LMDB alike.
 *
 * The test program's own pwrite, writev, fdatasync and fstatvfs stand in front of the C library's.
 */
#ifndef CBI_TESTS_STORE_DISK_H
#define CBI_TESTS_STORE_DISK_H

/* From now on no file can grow, and there is no space left. */
void disk_fill(void);
/* The next flush of data fails. */
void disk_fail_flush(void);
/* The next write of LMDB's meta page fails, after all its data was written. */
void disk_fail_meta(void);
void disk_heal(void);

#endif
