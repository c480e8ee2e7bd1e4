/*
 * grades_part.h - what reading a file of results and judging one of its rows share.
 */
#ifndef CBI_EXCHANGE_GRADES_PART_H
#define CBI_EXCHANGE_GRADES_PART_H

#include "crypto/spool.h"
#include "exchange/grades.h"
#include "exchange/result.h"
#include "exchange/retake.h"
#include "record/seen.h"

struct cbi_grades {
    cbi_grades_options options;
    cbi_profile own;            /* of a built-in format */
    const cbi_profile *profile; /* NULL: the generic format alone */
    cbi_grid *grid;
    cbi_mapping *mapping;
    cbi_draft *draft;
    cbi_seen *seen;
    cbank_buffer content; /* of the row in hand */
    cbi_row_draft row;
    size_t turn; /* subject of the row in hand, where one row holds many */
    cbi_grades_counts counts;
    cbi_damage damage; /* of the column of document numbers */

    /* Where attempts count once, the file is read twice: to see them all, and to hand them out. */
    cbi_retake *retake; /* NULL: once */
    bool looking;       /* the first time */
    cbi_spool *file;
    uint64_t again; /* bytes of it that have been fed again */
    bool ended;
};

/* Makes a draft of the row in hand. The class is REJECTED before, and stays so or is SKIPPED. */
cbank_status cbi_grades_judge(cbi_grades *grades, cbank_error *err);
/* Notes a passed attempt, while all of them are looked at. */
cbank_status cbi_grades_note_attempt(cbi_grades *grades, cbank_error *err);

#endif
