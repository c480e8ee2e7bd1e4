/*
 * ahead.h - space for transactions to come, written while one is under way: by a thread that helps
 * its writer, so that the next writer need not begin with it.
 */
#ifndef CBI_STORE_AHEAD_H
#define CBI_STORE_AHEAD_H

#include "store/store.h"

/*
 * For `bytes` more than there are. On a read transaction, while another thread of this process has
 * the write transaction and does not end it. Short of space it does what it can: whoever needs the
 * space is told so.
 */
void cbi_ahead_write(cbi_txn *reader, uint64_t bytes);

#endif
