/* letter.h - the letter of an office outside, which recognises records of the teller's learner. */
#ifndef CBI_TESTS_BANK_LETTER_H
#define CBI_TESTS_BANK_LETTER_H

#include "bank/outside.h"
#include "bank/teller.h"

#define LETTER_RECORDS 8
#define LETTER_OFFICE "省外学院"

/* About to be noted; everything in it may be changed before. It must not be moved. */
typedef struct letter {
    Cbank__V1__OutsideNotice notice;
    char *records[LETTER_RECORDS];
    cbi_order order;
    cbi_outside_terms terms;
} letter;

/* About these records, used up everywhere. */
void letter_write(letter *out, teller *it, const char *number, const teller_id *records,
                  size_t count);
cbank_status letter_note(teller *it, letter *from, cbi_recognised *out, cbank_error *err);
/* All in one, which must work. */
cbi_recognised letter_noted(teller *it, const char *number, const teller_id *records, size_t count,
                            Cbank__V1__UseScope scope);

#endif
