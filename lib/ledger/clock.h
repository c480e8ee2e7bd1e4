/*
 * clock.h - which readings of the clock a ledger goes by.
 *
 * Times in the log never fall, so a clock that was once wrong leaves its mark. Each reading is held
 * against the last one that was taken, which is the newest statement's time. One behind it, by more
 * than a request may have waited for its turn, is refused: this machine's clock is wrong, or was.
 * So is one too far ahead, before it gets into the log, where nothing takes it out again.
 *
 * How far: a bank is used at least once in a school year, and what partners pin of it lasts 365
 * days; 400 days without a statement are a clock, or a bank that has slept. Which of the two, no
 * program can tell. So a person who has looked at another clock confirms the reading, and it is
 * taken: ahead of the log, as after a sleep, or behind it, after the clock was ahead. In the second
 * case time stands still: statements get the newest one's time until the clock has caught up, and
 * readings are held against those that were taken since, so that the clock cannot fall unnoticed
 * meanwhile. Nothing else hangs on these times: what counts is places in the log (DESIGN 4).
 *
 * `meta` has a row "clock" -> the reading taken u64, only while that is not the newest statement's
 * time.
 */
#ifndef CBI_LEDGER_CLOCK_H
#define CBI_LEDGER_CLOCK_H

#include "store/store.h"

/* What a request may have waited for its turn; it is then given the newest statement's time. */
#define CBI_CLOCK_SLACK_S 60
#define CBI_CLOCK_LEAP_S (400 * (int64_t)86400)

typedef struct cbi_clock {
    int64_t newest; /* time of the newest statement; 0 before the first */
    int64_t taken;  /* the last reading that was taken */
    bool kept;      /* in a row of its own */
} cbi_clock;

/* `newest` is the tree's. CORRUPT. */
cbank_status cbi_clock_read(cbi_txn *txn, int64_t newest, cbi_clock *out, cbank_error *err);
/* STATE (CLOCK_BEHIND, CLOCK_AHEAD) for a reading that is not taken. */
cbank_status cbi_clock_check(const cbi_clock *clock, int64_t now, cbank_error *err);
/* The time for statements at a reading that was checked. */
int64_t cbi_clock_take(cbi_clock *clock, int64_t now);
/* Keeps the reading, or what is kept no more, once the newest statement has `newest`. */
cbank_status cbi_clock_keep(cbi_txn *txn, cbi_clock *clock, int64_t newest, cbank_error *err);
/* Takes a reading whatever it is, because somebody has confirmed it. Writes the row. */
cbank_status cbi_clock_confirm(cbi_txn *txn, cbi_clock *clock, int64_t now, cbank_error *err);

#endif
