/*
 * token.h - the acts of the last weeks, by the caller's token, so that asking twice is harmless.
 *
 * A row of `token` is token 16 -> time u64 | digest of the request 32 | result.
 */
#ifndef CBI_LEDGER_TOKEN_H
#define CBI_LEDGER_TOKEN_H

#include "ledger/act.h"

/* Of a row without a result: time and digest. */
#define CBI_TOKEN_ROW_MIN 40

/*
 * Looks the act's token up. Found: `replayed` is set and the result filled. CONFLICT if it stood
 * for another request.
 */
cbank_status cbi_token_find(cbi_txn *txn, cbi_act *act, cbank_error *err);

/*
 * Keeps the act's result, and removes tokens older than CBI_TOKEN_DAYS among the few rows that
 * follow it. Tokens are random, so in time every row has been a neighbour of a new one.
 */
cbank_status cbi_token_keep(cbi_txn *txn, int64_t at, const cbi_act *act, cbank_error *err);

#endif
