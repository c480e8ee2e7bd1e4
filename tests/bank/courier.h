/* courier.h - two banks that know each other, and what is carried between them. */
#ifndef CBI_TESTS_BANK_COURIER_H
#define CBI_TESTS_BANK_COURIER_H

#include "bank/acknowledge.h"
#include "bank/offer.h"
#include "bank/receive.h"
#include "bank/stranger.h"

/*
 * Two banks in which the same college has the same learner, and the same key; all records are in
 * the first.
 */
extern teller courier_a, courier_b;
extern teller_id courier_ids[3]; /* "A" of 3.5 credits, "B" of 1, "C" of 0.5 */
void courier_begin(void);
void courier_begin_of(cbi_suite suite);
/* The same, but that under the college's code each bank knows another key. */
void courier_begin_apart(cbi_suite suite);
/* Both are sound. */
void courier_end(void);

/* Offers these records of the bank's learner to another bank (none: all); which must work. */
cbi_transfer_row courier_offer(teller *from, const char *to, const teller_id *ids, size_t count);
cbank_status courier_try_offer(teller *from, const char *to, const teller_id *ids, size_t count,
                               cbi_transfer_row *out, cbank_error *err);
/* Its file. The caller clears it. */
cbank_buffer courier_file(teller *from, const cbi_transfer_row *row);

/* How a bank answers; `{0}` takes everything and opens accounts. */
typedef struct courier_answer {
    bool decline;
    const cbi_hash *refuse;
    size_t refuse_count;
    bool known_only; /* open no accounts */
    bool refuse_unknown_keys;
    int64_t at;      /* 0: now */
    cbi_bytes token; /* none: a new one */
} courier_answer;

/* `to` trusts the directory that `from` makes of itself. */
cbank_status courier_receive(teller *from, teller *to, const cbank_buffer *file,
                             const courier_answer *answer, cbi_received *out, cbank_error *err);
/* Its receipt, taken in by `from`. */
cbank_buffer courier_receipt(teller *to, const cbi_transfer_row *row);
cbank_status courier_ack(teller *from, teller *to, const cbank_buffer *receipt,
                         cbi_transfer_row *out, bool *known, cbank_error *err);

/* The first offers, the second answers so, the first hears of it; all of which must work. */
cbi_transfer_row courier_carry(const teller_id *ids, size_t count, const courier_answer *answer,
                               cbi_received *received);
void courier_fails_to_offer(teller *from, const char *to, const teller_id *id, cbi_reason reason);
/* The id of a record in every bank. */
cbi_hash courier_record(teller *it, const teller_id *id);
/* What the second gives back: the newest answer of its row. */
cbank_status courier_return(const cbi_transfer_row *row, cbi_received *out, cbank_error *err);

/* Why the first bank is told that a record was not taken. */
void courier_expect_refusal(const cbi_received *received, const teller_id *id, const char *reason);
void courier_name(const cbi_transfer_row *row, char out[17]);

/* The file as `to` reads it; ended by stranger_leave. */
void courier_meet(teller *from, teller *to, const cbank_buffer *file, stranger *out);
/* Another bank with the same keys and the same log so far, as from a copy; the caller closes it. */
void courier_copy(teller *it, teller *twin);
/* Its newest signed checkpoint. The caller clears it. */
cbank_buffer courier_note(teller *it);
/* In place of courier_end, for a bank that is not sound. */
void courier_end_unsound(void);

/* What a transcript of the bank's learner says they hold. */
int64_t courier_credits(teller *it);
/* A transcript and the status file of the moment agree about what is out. */
void courier_expect_fresh(teller *it);

#endif
