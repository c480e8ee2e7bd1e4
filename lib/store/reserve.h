/*
 * reserve.h - space kept behind the last page, so that a full disk still lets a delete through.
 *
 * LMDB never writes in place: a delete, too, needs pages. The space is written with zeros, since
 * space that is only allocated costs a journal commit at its first use. It grows with the store,
 * up to 64 MiB or a sixteenth of the quota.
 */
#ifndef CBI_STORE_RESERVE_H
#define CBI_STORE_RESERVE_H

#include <stdint.h>

uint64_t cbi_reserve_size(uint64_t used_bytes, uint64_t quota_bytes);

/*
 * Sees to it that `fd` holds `reserve` bytes beyond `used_bytes`; zero or errno: ENOSPC also if
 * the disk has hardly more. Only under the writer's lock: nobody else may be adding to the file.
 */
int cbi_reserve_keep(int fd, uint64_t used_bytes, uint64_t reserve);

#endif
