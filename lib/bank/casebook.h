/*
 * casebook.h - cases of recognition as the bank holds them: how far each has come.
 *
 * A case is a chain of its own in the log, of the subject "INSTITUTION/number"; its rows, which say
 * what the chain says, stand in `recognition` beside those of recognition.h:
 *   'k' | institution | 00 | number               -> the row below
 *   'd' | institution | 00 | due u32 | number     -> 01, while it is not at an end
 *   'm' | account | institution | 00 | number     -> 01
 */
#ifndef CBI_BANK_CASEBOOK_H
#define CBI_BANK_CASEBOOK_H

#include "bank/bank.h"
#include "record/account.h"
#include "record/case.h"

#define CBI_CASE_ID_MAX (CBI_INSTITUTION_CODE_MAX + 1 + CBI_REFERENCE_MAX)

typedef struct cbi_case_row {
    char institution[CBI_INSTITUTION_CODE_MAX + 1];
    char number[CBI_REFERENCE_MAX + 1];
    cbi_case_state state;
    uint32_t due_on; /* 0: by no day */
    int64_t opened_at;
    int64_t moved_at;
    uint64_t index; /* of the newest step in the log */
    uint64_t steps;
    cbi_account account;
    char assigned_to[CBI_REFERENCE_MAX + 1];
} cbi_case_row;

/* The subject's id, as the text that `out` holds. */
cbi_subject cbi_case_subject(const char *institution, const char *number,
                             char out[CBI_CASE_ID_MAX + 1]);

/* NOT_FOUND (CASE_UNKNOWN). */
cbank_status cbi_case_read(cbi_txn *txn, const char *institution, const char *number,
                           cbi_case_row *out, cbank_error *err);
/* In place of `before`, which is NULL for a new one. */
cbank_status cbi_case_write(cbi_txn *txn, const cbi_case_row *before, const cbi_case_row *row,
                            cbank_error *err);
/*
 * What a step that is entered at this time and place makes of the row; an empty one for the first.
 * STATE (CASE_STATE).
 */
cbank_status cbi_case_move(cbi_case_row *row, const Cbank__V1__CaseStep *step, int64_t at,
                           uint64_t index, cbank_error *err);

/* ---- lists --------------------------------------------------------------------------------- */

typedef enum cbi_case_order {
    CBI_CASES_DUE = 'd',     /* of an institution, those not at an end, by the day they are due */
    CBI_CASES_NUMBER = 'k',  /* of an institution, all, by number */
    CBI_CASES_ACCOUNT = 'm', /* of an account */
} cbi_case_order;

/* A place in a list: the key of a row. {0}: before the first. */
typedef struct cbi_case_place {
    uint8_t key[CBI_KEY_MAX];
    size_t size;
} cbi_case_place;

bool cbi_case_is_in(const cbi_case_place *place, cbi_case_order order, const char *whose);
/*
 * The next one of whom (an institution's code, an account's digits), and its place. ARGUMENT for a
 * place in another list.
 */
cbank_status cbi_case_after(cbi_txn *txn, cbi_case_order order, const char *whose,
                            cbi_case_place *place, cbi_case_row *out, bool *found,
                            cbank_error *err);

/* ---- for the check, and for erasing --------------------------------------------------------- */

/* Whether the rows are exactly these. */
bool cbi_case_is(cbi_txn *txn, const cbi_case_row *row);
/* Whether a row of this key and value belongs to a case that is there. */
bool cbi_case_has_row(cbi_txn *txn, cbi_bytes key, cbi_bytes value);

/*
 * Erases cases of the account, chains and rows, as far as one act may; `*more`: there are others.
 */
cbank_status cbi_case_forget(cbi_append *append, const char *account, bool *more,
                             cbank_error *err);

#endif
