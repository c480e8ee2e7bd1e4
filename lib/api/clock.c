#include "api/face.h"

#include "bank/bank.h"
#include "base/time.h"

#include "cbank/api/v1/bank.pb-c.h"

#define DAY 86400

/* Whoever confirms reads a calendar, whose day may be another than that of UTC. */
static cbank_status check_confirmed(uint32_t day, int64_t now, cbank_error *err)
{
    char text[CBI_TIME_TEXT_MAX];

    if (now >= DAY && day >= cbi_date_of(now - DAY) && day <= cbi_date_of(now + DAY))
        return CBANK_OK;
    cbi_time_format(now, text);
    return cbi_fail(err, CBI_REASON_CLOCK_UNCONFIRMED, day, "confirm", "%s", text);
}

/* Taken only where it would be refused: a clock that is right needs no confirmation. */
static cbank_status confirm(cbi_bank *bank, int64_t now, bool dry_run, cbi_clock *clock,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (cbi_clock_check(clock, now, NULL) == CBANK_OK)
        return CBANK_OK;
    clock->taken = now;
    if (!dry_run)
        CBI_TRY(cbi_ledger_confirm_clock(bank->ledger, now, err));
done:
    return status;
}

cbank_status cbank_bank_clock(cbank_bank *bank, const uint8_t *request, size_t request_size,
                              cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__ClockReply answer = CBANK__API__V1__CLOCK_REPLY__INIT;
    Cbank__Api__V1__ClockRequest *asked = NULL;
    int64_t now = cbi_face_now();
    cbank_status status = CBANK_OK;
    cbi_bank *inner;
    cbi_clock clock;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__clock_request__descriptor, request, request_size,
                             &asked, err));
    CBI_TRY(cbi_ledger_clock(inner->ledger, &clock, err));
    if (asked->confirm != 0) {
        CBI_TRY(check_confirmed(asked->confirm, now, err));
        CBI_TRY(confirm(inner, now, asked->dry_run, &clock, err));
    }
    answer.clock = now;
    answer.newest = clock.newest;
    answer.taken = clock.taken;
    answer.stands_still = clock.taken < clock.newest;
    answer.refused = cbi_clock_check(&clock, now, NULL) != CBANK_OK;
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_message_free(asked);
    return status;
}
