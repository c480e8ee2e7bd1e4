#include "store/trap.h"

#include <setjmp.h>

#include "store/fault.h"

static _Thread_local jmp_buf *way_out;

static void spring(MDB_env *handle, const char *message)
{
    atomic_int *health = mdb_env_get_userctx(handle);

    (void)message;
    atomic_store(health, CBI_HEALTH_DEAD);
    /* Outside of a trap LMDB goes on to print the message and to abort. */
    if (way_out != NULL)
        longjmp(*way_out, 1);
}

int cbi_trap_set(MDB_env *handle, atomic_int *health)
{
    int code = mdb_env_set_userctx(handle, health);

    return code != 0 ? code : mdb_env_set_assert(handle, spring);
}

int cbi_trap_run(int (*call)(void *), void *argument)
{
    jmp_buf here;
    int code;

    if (setjmp(here) != 0) {
        way_out = NULL;
        return CBI_FAULT_ASSERTED;
    }
    way_out = &here;
    code = call(argument);
    way_out = NULL;
    return code;
}
