#include "store/ahead.h"

#include "base/process.h"
#include "store/engine.h"

void cbi_ahead_write(cbi_txn *reader, uint64_t bytes)
{
    if (reader->store->process == cbi_process())
        reader->store->engine->ahead(reader,
                                     bytes < CBI_TXN_DIRTY_MAX ? bytes : CBI_TXN_DIRTY_MAX);
}
