/*
 * exchange.h - a second bank, and the acts of the first one that the two do with each other.
 *
 * In the second bank the same college has the same learner. Whatever it does has been done before
 * anything fails; the files that come of it are at hand.
 */
#ifndef FAULT_EXCHANGE_H
#define FAULT_EXCHANGE_H

#include "world.h"

#include "cbank/api/v1/transfer.pb-c.h"

typedef struct exchange {
    world peer; /* closed */
    cbank_verifier *trust; /* its directory */
    cbank_buffer offer;    /* of its record "new-0" */
    cbank_buffer receipt;  /* for what the first bank has offered of its own "base-1" */
    char given[WORLD_ID_MAX]; /* id of the transfer that brought the first bank "kept-0" */
    char free[WORLD_ID_MAX];  /* id of the first bank's "base-0" */
} exchange;

/* `it` is open and holds records of these ids, the first of which is not yet offered. */
void exchange_begin(exchange *out, world *it, const char *folder, const char *free,
                    const char *offered);
void exchange_end(exchange *it);

/* Acts of the first bank, each with this token: it offers, receives, hears, and gives back. */
cbank_status exchange_make(exchange *it, world *first, uint64_t token);
cbank_status exchange_receive(exchange *it, world *first, uint64_t token);
cbank_status exchange_hear(exchange *it, world *first, uint64_t token);
cbank_status exchange_return(exchange *it, world *first, uint64_t token);

/* How many transfers of the bank are in this state. */
cbank_status exchange_count(world *it, Cbank__Api__V1__TransferState state, size_t *out);

#endif
