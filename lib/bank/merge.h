/*
 * merge.h - two accounts of one person become one, and can be told apart again.
 *
 * Nothing is copied: the chain that ends is committed to by the one that goes on, and a transcript
 * carries both. Records of an account that was merged change on the chain that goes on; if the
 * merger is undone, those changes are written again where the records are. An account that others
 * were merged into may be merged itself; what was merged last is undone first.
 */
#ifndef CBI_BANK_MERGE_H
#define CBI_BANK_MERGE_H

#include "bank/family.h"
#include "bank/order.h"

#define CBI_MERGE_LIST_MAX 1000u

/* Records that somebody has to look at: log indices. */
typedef struct cbi_merge_list {
    uint64_t *indices; /* CBI_MERGE_LIST_MAX */
    size_t count;
    uint64_t more; /* left out */
} cbi_merge_list;

/*
 * Merges FROM into INTO, on the word of two operators. `doubles` receives records of FROM that INTO
 * seems to hold as well (institution, code and title); a dry run judges and lists only.
 * NOT_FOUND; STATE unless both are simply open; ARGUMENT for one account; DENIED; TOO_LARGE.
 */
cbank_status cbi_merge_accounts(cbi_bank *bank, const char *from, const char *into,
                                const cbi_order *order, cbi_merge_list *doubles,
                                cbank_error *err);

/*
 * Undoes the merger of an account that was merged away; it goes on by itself. `to_move` receives
 * records that have come to the other one since, for documents of this account: their
 * institutions have to move them. STATE if it is not merged, if the other account was merged away
 * since (UNMERGE_INNER), or if a recognition has come to rest on both (UNMERGE_RECOGNISED); DENIED.
 */
cbank_status cbi_merge_undo(cbi_bank *bank, const char *account, const cbi_order *order,
                            cbi_merge_list *to_move, cbank_error *err);

void cbi_merge_list_clear(cbi_merge_list *list);

#endif
