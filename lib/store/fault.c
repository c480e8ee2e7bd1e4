#include "store/fault.h"

#include <errno.h>
#include <lmdb.h>
#include <string.h>

static cbi_reason reason_of_lmdb(int code)
{
    switch (code) {
    case MDB_KEYEXIST:
        return CBI_REASON_KEY_TAKEN;
    case MDB_NOTFOUND:
        return CBI_REASON_KEY_NOT_FOUND;
    case MDB_PAGE_NOTFOUND:
    case MDB_CORRUPTED:
    /*
     * LMDB met a page that is none, and ended the transaction by itself. A full disk or quota does
     * not come here: that has a code of its own, which dooms the transaction (lmdb.c), so that LMDB
     * is not asked again.
     */
    case MDB_BAD_TXN:
    case CBI_FAULT_ASSERTED:
        return CBI_REASON_STORE_DAMAGED;
    case MDB_INVALID:
        return CBI_REASON_STORE_FOREIGN;
    case MDB_INCOMPATIBLE: /* a table that is not there */
        return CBI_REASON_STORE_TABLES;
    case MDB_VERSION_MISMATCH:
        return CBI_REASON_STORE_VERSION;
    case MDB_MAP_FULL:
        return CBI_REASON_QUOTA_FULL;
    case MDB_READERS_FULL:
        return CBI_REASON_READERS_FULL;
    case MDB_MAP_RESIZED:
        return CBI_REASON_TXN_IN_THE_WAY;
    case MDB_TXN_FULL:
        return CBI_REASON_TXN_TOO_LARGE;
    case MDB_PANIC:
        return CBI_REASON_STORE_IO;
    default:
        return CBI_REASON_INTERNAL;
    }
}

static cbi_reason reason_of_errno(int code)
{
    switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return CBI_REASON_DISK_FULL;
    case EACCES:
    case EPERM:
    case EROFS:
        return CBI_REASON_STORE_DENIED;
    case ENOENT:
    case ENOTDIR:
        return CBI_REASON_STORE_MISSING;
    case EEXIST:
    case ENOTEMPTY:
        return CBI_REASON_STORE_EXISTS;
    case ENOMEM:
    case EAGAIN: /* of a thread, which LMDB makes for a copy */
        return CBI_REASON_NO_MEMORY;
    default:
        return CBI_REASON_STORE_IO;
    }
}

cbank_status cbi_fault_report(int code, const char *object, cbank_error *err)
{
    char text[96];

    if (code > 0)
        return cbi_fail(err, reason_of_errno(code), 0, object, "errno %d, %s", code,
                        strerror_r(code, text, sizeof(text)));
    if (code == CBI_FAULT_ASSERTED)
        return cbi_fail(err, reason_of_lmdb(code), 0, object, "LMDB assertion");
    return cbi_fail(err, reason_of_lmdb(code), 0, object, "%d, %s", code, mdb_strerror(code));
}

bool cbi_fault_is_full(int code)
{
    return code > 0 && reason_of_errno(code) == CBI_REASON_DISK_FULL;
}

bool cbi_fault_breaks(int code)
{
    return code == MDB_PANIC || (code > 0 && code != ENOMEM);
}

bool cbi_fault_is_unknown(int code)
{
    return cbi_fault_breaks(code) && !cbi_fault_is_full(code);
}
