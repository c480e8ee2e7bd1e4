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

/* A row from when it is taken to when it is settled; in the hands of one thread at a time. */
typedef struct cbi_grades_hand {
    const cbi_grades *grades;
    cbi_row_draft row;
    const cbi_mapping *mapping;
    size_t turn; /* subject of the row, where one row holds many */
    cbi_draft draft;
    cbank_buffer content; /* what the draft says */
    cbi_damage damage;    /* of its document number */
    cbank_status status;  /* with which drafting ended; `row.why` is its error */
} cbi_grades_hand;

cbank_status cbi_grades_hand_new(cbi_grades_hand **out, cbank_error *err);
/* Wipes. NULL is a no-op. */
void cbi_grades_hand_free(cbi_grades_hand *hand);
/* Makes it ready for another row, which is still to be set. */
void cbi_grades_hand_take(cbi_grades_hand *hand, const cbi_grades *grades,
                          const cbi_mapping *mapping);

struct cbi_grades {
    cbi_grades_options options;
    cbi_profile own;            /* of a built-in format */
    const cbi_profile *profile; /* NULL: the generic format alone */

    /* Whoever takes: */
    cbi_grid *grid;
    cbi_mapping *mapping;
    cbi_grid_row taken; /* as the grid lends it */
    size_t turn;        /* subject of the row, where one row holds many */
    /* Where attempts count once, the file is read twice: to see them all, and to hand them out. */
    cbi_retake *retake; /* NULL: once */
    bool looking;       /* the first time */
    cbi_spool *file;
    uint64_t again; /* bytes of it that have been fed again */
    bool ended;
    cbi_grades_hand *looks; /* at each row, the first time */

    /* Whoever settles: */
    cbi_seen *seen;
    cbi_grades_counts counts;
    cbi_damage damage; /* of the column of document numbers */
    const cbi_grades_hand *last;

    cbi_grades_share *single; /* of cbi_grades_next */
};

/* The next row that is told, into `grades->taken`: as cbi_grades_next, without a draft. */
cbank_status cbi_grades_read(cbi_grades *grades, cbi_grid_step *step, cbank_error *err);

/* Makes a draft of the row by itself. The class is REJECTED before, and stays so or is SKIPPED. */
cbank_status cbi_grades_judge(cbi_grades_hand *hand, cbank_error *err);
/* The same to its end: class, status and reason are the row's. */
void cbi_grades_hand_draft(cbi_grades_hand *hand);
/* Whether drafting met what is not about the row, and stops the work. */
bool cbi_grades_hand_stops(const cbi_grades_hand *hand, cbank_error *err);
/* A reference is there once in a file; the same row again is passed over. */
cbank_status cbi_grades_judge_reference(cbi_grades *grades, cbi_grades_hand *hand,
                                        cbank_error *err);
/* Notes a passed attempt, while all of them are looked at. */
cbank_status cbi_grades_note_attempt(cbi_grades *grades, const cbi_grades_hand *hand,
                                     cbank_error *err);

#endif
