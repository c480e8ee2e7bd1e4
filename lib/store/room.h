/* room.h - how much a writer may put, as far as quota and disk go. */
#ifndef CBI_STORE_ROOM_H
#define CBI_STORE_ROOM_H

#include "store/environment.h"

typedef struct cbi_room {
    uint64_t bytes;     /* of dirt */
    cbi_reason refusal; /* for more than that */
} cbi_room;

/*
 * Sees to the reserve, and to what is left beside it; an ERASE may use that, too. Only under the
 * writer's lock of LMDB.
 */
cbank_status cbi_room_find(cbi_environment *environment, cbi_txn_mode mode, cbi_room *out,
                           cbank_error *err);
/* Sees to the reserve of a store that is `bytes` larger, if it can. Under the same lock. */
void cbi_room_extend(cbi_environment *environment, uint64_t bytes);

#endif
