/*
 * enroldesk.h - where an institution's key signs enrolments and the bank takes them in, in one go:
 * as desk.h does it for records.
 */
#ifndef CBI_BANK_ENROLDESK_H
#define CBI_BANK_ENROLDESK_H

#include "bank/desk.h"
#include "bank/enrolment.h"

/*
 * A draft lacks version, salt, holder and institution; of its programme the kind, the digest, and
 * maybe the edition: then it is the one in force on the day of admission.
 */
typedef struct cbi_enrol_draft {
    const char *account;
    const Cbank__V1__Enrolment *enrolment;
    const char *continues; /* display id; NULL or "": none, or as the draft says */
} cbi_enrol_draft;

/* A draft lacks version, salt, enrolment and revision; what its terms do not state stays. */
typedef struct cbi_enrol_change {
    const char *id; /* display id */
    const Cbank__V1__EnrolmentChange *change;
} cbi_enrol_change;

/* `items` has `count` places; their indices are of the enrolments. */
cbank_status cbi_enroldesk_add(cbi_bank *bank, const cbi_desk_order *order,
                               const cbi_enrol_draft *drafts, size_t count, cbi_deposited *items,
                               cbi_hash *batch, cbank_error *err);
cbank_status cbi_enroldesk_change(cbi_bank *bank, const cbi_desk_order *order,
                                  const cbi_enrol_change *changes, size_t count,
                                  cbi_deposited *items, cbi_hash *batch, cbank_error *err);

#endif
