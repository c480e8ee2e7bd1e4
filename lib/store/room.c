#include "store/room.h"

#include "store/fault.h"
#include "store/reserve.h"

/* As long as a transaction ends below the quota whatever it does, no free pages are counted. */
#define FAR_BYTES (4ull * CBI_TXN_DIRTY_MAX)

cbank_status cbi_room_find(cbi_environment *environment, cbi_txn_mode mode, cbi_room *out,
                           cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_room room = {.bytes = UINT64_MAX, .refusal = CBI_REASON_QUOTA_FULL};
    uint64_t quota = environment->quota_bytes;
    uint64_t reach = 0;
    uint64_t used = 0;
    int fd = -1;
    int code;

    CBI_TRY(cbi_environment_reach(environment, &reach, err));
    if (mode != CBI_TXN_ERASE && reach + FAR_BYTES > quota) {
        CBI_TRY(cbi_environment_measure(environment, &used, err));
        room.bytes = used < quota ? quota - used : 0;
    }
    code = mdb_env_get_fd(environment->handle, &fd);
    if (code == 0)
        code = cbi_reserve_keep(fd, reach, cbi_reserve_size(reach, quota));
    if (code != 0 && !cbi_fault_is_full(code))
        return cbi_environment_fail(environment, code, "reserve", err);
    if (code != 0 && mode != CBI_TXN_ERASE)
        room = (cbi_room){.bytes = 0, .refusal = CBI_REASON_DISK_FULL};
    *out = room;
done:
    return status;
}

void cbi_room_extend(cbi_environment *environment, uint64_t bytes)
{
    uint64_t reach = 0;
    int fd = -1;

    if (cbi_environment_reach(environment, &reach, NULL) != CBANK_OK ||
        mdb_env_get_fd(environment->handle, &fd) != 0)
        return;
    reach += bytes;
    if (reach <= environment->quota_bytes)
        (void)cbi_reserve_keep(fd, reach, cbi_reserve_size(reach, environment->quota_bytes));
}
