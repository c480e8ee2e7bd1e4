/*
 * position.h - what has been decided so far, what follows from it, and the way back.
 *
 * A move decides one thing and carries out what must follow: applications that share a record, a
 * group or a course are closed, places for which a row has no room left are barred, and a grant of
 * a chosen application that has one place left goes there. A move answers false if it led to a
 * contradiction; the position is then only good for going back.
 */
#ifndef CBI_RULES_POSITION_H
#define CBI_RULES_POSITION_H

#include "rules/model.h"

enum { CBI_OPEN, CBI_CHOSEN, CBI_CLOSED };

/* Lives in the arena it was built in. */
typedef struct cbi_position {
    const cbi_model *model;
    uint8_t *state;      /* of each application */
    uint8_t *barred;     /* of each place */
    uint32_t *placed;    /* of each grant: a place, or CBI_NONE */
    uint32_t *open;      /* of each grant: places that are not barred */
    uint32_t *live;      /* of each application: grants that are placed or can be */
    int64_t *used;       /* of each row, by what is placed, at the least */
    uint32_t *forced;    /* places to be taken at once */
    uint32_t forced_count;
    int64_t *gain;       /* of each application: room for a sum */
    struct cbi_step *trail;
    uint32_t trail_count;
} cbi_position;

cbank_status cbi_position_build(cbi_arena *arena, const cbi_model *model, cbi_position *out,
                                cbank_error *err);

/* Everything done after the mark is undone. */
uint32_t cbi_position_mark(const cbi_position *position);
void cbi_position_back(cbi_position *position, uint32_t mark);

bool cbi_position_choose(cbi_position *position, uint32_t application);
bool cbi_position_close(cbi_position *position, uint32_t application);
bool cbi_position_place(cbi_position *position, uint32_t place);
bool cbi_position_bar(cbi_position *position, uint32_t place);

/* False if a row that is over its limit stays so, whatever else is chosen. */
bool cbi_position_stands(const cbi_position *position);

/* True if the grant can still be decided: its application is chosen, it is not placed, and some
 * place is open. */
bool cbi_position_is_pending(const cbi_position *position, uint32_t grant);

#endif
