/* telling_part.h - the act behind telling.h, for its parts. */
#ifndef CBI_BANK_TELLING_PART_H
#define CBI_BANK_TELLING_PART_H

#include "bank/telling.h"
#include "record/lifecycle.h"

/* One statement to be entered. */
typedef struct cbi_told {
    int kind;
    const void *body;
} cbi_told;

typedef struct cbi_telling cbi_telling;
struct cbi_telling {
    cbi_act act;
    cbi_bank *bank;
    const cbi_notice *notice;
    bool registers; /* the first of its chain */
    bool ends;      /* so does what it has under way */
    /*
     * Fills or judges, from the row as it stands, what is to be entered: before the check, and
     * again before the write, where it answers the same. NULL: nothing hangs on the row.
     */
    cbank_status (*prepare)(cbi_telling *it, const Cbank__V1__DirectoryInstitution *row,
                            cbank_error *err);
    cbi_told told[1 + CBI_TELLING_SUCCESSIONS_MAX];
    size_t count;
    Cbank__V1__DirectoryInstitution *row; /* as read last */
};

/* Where an institution's chain is; NONE for a row that is empty. */
cbi_lifecycle cbi_telling_life(const Cbank__V1__DirectoryInstitution *row);

/* Enters it all in one act. */
cbank_status cbi_telling_submit(cbi_telling *it, cbank_error *err);

#endif
