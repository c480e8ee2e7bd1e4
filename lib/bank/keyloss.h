/*
 * keyloss.h - keys in other hands: reported with the place in the log that dates it, and replaced.
 *
 * What the bank received under the key before that place holds, nothing from there on does. An
 * institution whose newest key is lost signs nothing until the bank has brought in another one,
 * which the lost one cannot vouch for: it stands on the bank's word.
 */
#ifndef CBI_BANK_KEYLOSS_H
#define CBI_BANK_KEYLOSS_H

#include "bank/institution.h"

typedef struct cbi_keyloss {
    const char *institution; /* "": one of the bank's earlier log keys */
    cbi_bytes key;           /* empty: the institution's newest */
    uint64_t since;          /* log position, of a log key a log size; 0: from now on */
    int64_t since_at;        /* as far as is known; or 0 */
    const char *reason;
    const char *document;
} cbi_keyloss;

/* What was written. */
typedef struct cbi_keyloss_noted {
    uint64_t index;
    uint64_t since;
    cbi_public key;
} cbi_keyloss_noted;

/*
 * NOT_FOUND (INSTITUTION_MISSING, BANK_KEY_UNKNOWN), STATE (KEY_IN_USE: the log key of today;
 * COMPROMISED_ALREADY; suspended with a batch under way), INVALID (COMPROMISE_PLACE).
 */
cbank_status cbi_keyloss_report(cbi_bank *bank, const cbi_keyloss *loss, cbi_bytes token,
                                int64_t now, cbi_keyloss_noted *out, cbank_error *err);

/* A new key on the bank's word. STATE (KEY_NOT_COMPROMISED), INVALID (KEY_USED_BEFORE). */
cbank_status cbi_keyloss_replace(cbi_bank *bank, const char *institution, const cbi_public *key,
                                 cbi_bytes token, int64_t now, cbank_error *err);

#endif
