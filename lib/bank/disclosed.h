/*
 * disclosed.h - what was shown to whom: noted, extended, withdrawn.
 *
 * A transcript or claim counts as handed out when this is in the log; until then nobody gets it.
 */
#ifndef CBI_BANK_DISCLOSED_H
#define CBI_BANK_DISCLOSED_H

#include "bank/ground.h"

/* All borrowed. */
typedef struct cbi_disclosed {
    cbi_hash transcript; /* payload id; of a claim, which has no items, too */
    const cbi_verification *code;
    int64_t expires_at;
    uint32_t items;
    uint32_t shown;
    uint64_t size;
    const cbi_ground_ask *ask;
    const cbi_ground *ground;
} cbi_disclosed;

/*
 * Under the order's token, if it has one. DENIED or STATE if the ground no longer holds; STATE for
 * an account that is not open any more; EXISTS (DISCLOSURE_CODE_TAKEN).
 */
cbank_status cbi_disclosed_note(cbi_bank *bank, const cbi_disclosed *what, const cbi_order *order,
                                cbank_error *err);

/*
 * Under this ground, or the one it has. NOT_FOUND (DISCLOSURE_UNKNOWN), STATE
 * (DISCLOSURE_WITHDRAWN), INVALID (DISCLOSURE_EARLIER), and as cbi_ground_settle.
 */
cbank_status cbi_disclosed_extend(cbi_bank *bank, const char *code, int64_t expires_at,
                                  const cbi_ground_terms *ground, const cbi_order *order,
                                  cbi_consent_row *out, cbank_error *err);
/* NOT_FOUND, STATE (DISCLOSURE_WITHDRAWN). */
cbank_status cbi_disclosed_withdraw(cbi_bank *bank, const char *code, const cbi_order *order,
                                    cbi_consent_row *out, cbank_error *err);
/* Withdraws what stands under a consent; what has expired is left. `*count` grows. */
cbank_status cbi_disclosed_recall(cbi_bank *bank, const cbi_consent_row *consent,
                                  const cbi_order *order, uint32_t *count, cbank_error *err);

#endif
