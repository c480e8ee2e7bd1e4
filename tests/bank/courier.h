/* courier.h - two banks that know each other, and what is carried between them. */
#ifndef CBI_TESTS_BANK_COURIER_H
#define CBI_TESTS_BANK_COURIER_H

#include "bank/acknowledge.h"
#include "bank/offer.h"
#include "bank/receive.h"
#include "bank/stranger.h"

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
    int64_t at;      /* 0: now */
} courier_answer;

/* `to` trusts the directory that `from` makes of itself. */
cbank_status courier_receive(teller *from, teller *to, const cbank_buffer *file,
                             const courier_answer *answer, cbi_received *out, cbank_error *err);
/* Its receipt, taken in by `from`. */
cbank_buffer courier_receipt(teller *to, const cbi_transfer_row *row);
cbank_status courier_ack(teller *from, teller *to, const cbank_buffer *receipt,
                         cbi_transfer_row *out, bool *known, cbank_error *err);

/* What a transcript of the bank's learner says they hold. */
int64_t courier_credits(teller *it);
/* A transcript and the status file of the moment agree about what is out. */
void courier_expect_fresh(teller *it);

#endif
