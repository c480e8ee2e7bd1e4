/*
 * trap.h - LMDB's assertions, which would end the process, as an error.
 *
 * When one fails, LMDB's state is of no use any more: the environment is marked dead, and nothing
 * of it is called again but to end readers, not even to close it.
 */
#ifndef CBI_STORE_TRAP_H
#define CBI_STORE_TRAP_H

#include <lmdb.h>
#include <stdatomic.h>

typedef enum cbi_health {
    CBI_HEALTH_SOUND,
    CBI_HEALTH_BROKEN, /* to be closed and opened anew */
    CBI_HEALTH_DEAD,   /* never to be touched again */
} cbi_health;

/* A failed assertion of `handle` makes `health` CBI_HEALTH_DEAD. */
int cbi_trap_set(MDB_env *handle, atomic_int *health);

/* The answer of `call`, or CBI_FAULT_ASSERTED if an assertion failed within. Does not nest. */
int cbi_trap_run(int (*call)(void *), void *argument);

#endif
