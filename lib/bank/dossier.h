/*
 * dossier.h - an account as a plan is made from it: its entries, those of the accounts merged into
 * it, and the recognitions that they name.
 */
#ifndef CBI_BANK_DOSSIER_H
#define CBI_BANK_DOSSIER_H

#include "bank/recognition.h"
#include "ledger/history.h"
#include "rules/portfolio.h"

/* Begins as {0}. */
typedef struct cbi_dossier {
    cbi_portfolio portfolio; /* to be settled */
    uint64_t *indices;       /* of its entries, in the log */
    uint32_t index_room;
    uint64_t sequences; /* entries of the account's own chain that were read */
    struct cbi_dossier_earlier *earlier;
    uint32_t earlier_count, earlier_room;
} cbi_dossier;

/*
 * Reads it; with `sequences` as it was when its own chain had so many entries, 0 as it is now.
 * NOT_FOUND (account), INVALID (it never had so many), TOO_LARGE, CORRUPT.
 */
cbank_status cbi_dossier_read(cbi_reader *reader, const char *account, uint64_t sequences,
                              cbi_dossier *out, cbank_error *err);
void cbi_dossier_clear(cbi_dossier *dossier);

#endif
