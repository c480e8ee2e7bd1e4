/*
 * mandate.h - who may award what, and who may sign for whom: read off a directory's entry.
 *
 * The entry is that of the institution that awards. `index` is the log position as of which it is
 * read: what was granted or ended later does not count yet; UINT64_MAX is now. The bank asks when
 * it judges a deposit, a verifier asks again with the position and the day of the receipt.
 *
 *   - An award must lie, on the day of the award, in a scope and in a licence, where there are
 *     any, and not after the institution's last day. A day that is not exact must lie in it whole.
 *     What a record does not state (a level, an area) is in no scope's way.
 *   - A delegation must hold on the day on which the bank receives what is signed under it: what
 *     was awarded before, and signed once it has ended, is refused.
 *   - An amendment was judged when it was first awarded: only who signs it is asked.
 *   - Now, nothing is taken under a grant that rests on a request under a key which was in other
 *     hands where the grant stands: DENIED (GRANT_KEY_LOST).
 */
#ifndef CBI_RECORD_MANDATE_H
#define CBI_RECORD_MANDATE_H

#include "wire/message.h"

#include "cbank/v1/directory.pb-c.h"
#include "cbank/v1/record.pb-c.h"

#define CBI_MANDATE_NOW UINT64_MAX

/* Who signs, and when the bank received it. */
typedef struct cbi_mandate_signer {
    const char *code;
    uint64_t index;
    uint32_t day;
    uint32_t since; /* the day before, where a receipt may have been written past midnight */
} cbi_mandate_signer;

/* The day of an award: when it was awarded, else of the exam, else of its end; 0: none stated. */
uint32_t cbi_mandate_day(const Cbank__V1__CreditRecord *record);

bool cbi_mandate_has_role(const Cbank__V1__DirectoryInstitution *entry,
                          Cbank__V1__InstitutionRole role);
/* Has it ended, and its last day for batches passed? */
bool cbi_mandate_is_over(const Cbank__V1__DirectoryInstitution *entry, uint64_t index,
                         uint32_t day);

/* DENIED: AWARD_SCOPE, AWARD_LICENCE, AWARD_AFTER_END, AWARD_DAY. Object: the reference. */
cbank_status cbi_mandate_check_award(const Cbank__V1__DirectoryInstitution *entry,
                                     const Cbank__V1__CreditRecord *record, uint64_t index,
                                     cbank_error *err);

/* What allows another institution to sign: one of the two. Lent by the entry. */
typedef struct cbi_mandate {
    const Cbank__V1__Delegation *delegation;
    const Cbank__V1__Succession *succession;
} cbi_mandate;

/* Digest of the statement that granted it, and whether the institution itself asked for it. */
cbi_bytes cbi_mandate_grant(const cbi_mandate *mandate);
bool cbi_mandate_is_own(const cbi_mandate *mandate);

/*
 * May this institution sign a record that names `record->delegation`? DENIED: DELEGATION_MISSING,
 * DELEGATION_TYPE, DELEGATION_PERIOD, SUCCESSION_POWER.
 */
cbank_status cbi_mandate_check_record(const Cbank__V1__DirectoryInstitution *entry,
                                      const Cbank__V1__CreditRecord *record,
                                      const cbi_mandate_signer *signer, cbi_mandate *out,
                                      cbank_error *err);
/* May it change a record of this type so? The same. */
cbank_status cbi_mandate_check_change(const Cbank__V1__DirectoryInstitution *entry,
                                      Cbank__V1__RecordType type, Cbank__V1__ChangeAction action,
                                      const cbi_mandate_signer *signer, cbi_mandate *out,
                                      cbank_error *err);
/* What a new record of this type, or (`amends`) a new revision of one, would be signed under. */
cbank_status cbi_mandate_find(const Cbank__V1__DirectoryInstitution *entry,
                              Cbank__V1__RecordType type, bool amends,
                              const cbi_mandate_signer *signer, cbi_mandate *out,
                              cbank_error *err);

#endif
