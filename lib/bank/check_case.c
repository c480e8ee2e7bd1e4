/* check_case.c - cases: each chain again, step by step, and the rows that it must have come to. */
#include "bank/check_part.h"

#include <string.h>

#include "bank/casebook.h"
#include "base/memory.h"
#include "proof/casestep.h"

static cbank_status wrong(uint64_t index, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_CHAIN, CBI_TABLE_RECORD, index, detail);
}

/* The institution's key at that place signed it, for this bank and this case. */
static cbank_status check_signed(cbi_check *check, cbi_txn *txn, uint64_t index,
                                 const Cbank__V1__CaseMoved *moved, const cbi_case_step *step,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public key;

    if (strcmp(step->message->institution, moved->institution) != 0 ||
        strcmp(step->message->number, moved->number) != 0 ||
        strcmp(step->message->origin, check->bank->config.origin) != 0)
        CBI_TRY(wrong(index, "step", err));
    CBI_TRY(cbi_check_key_at(check, txn, moved->institution, index, CBI_TABLE_RECORD, &key, err));
    if (!cbi_bytes_equal(cbi_message_bytes(moved->public_key), cbi_public_bytes(&key)))
        CBI_TRY(wrong(index, "key", err));
    CBI_TRY(cbi_envelope_verify(&step->envelope, &key, err));
done:
    return status;
}

static cbank_status take_step(cbi_check *check, cbi_txn *txn, cbi_bytes subject,
                              const cbi_check_place *place, cbi_case_row *row, cbank_error *err)
{
    const Cbank__V1__CaseMoved *moved;
    char id[CBI_CASE_ID_MAX + 1];
    cbi_check_read read = {0};
    cbi_case_step step = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_read_place(txn, place, &read, err));
    moved = cbi_statement_body(&read.statement, &cbank__v1__case_moved__descriptor);
    if (moved == NULL ||
        !cbi_bytes_equal(cbi_case_subject(moved->institution, moved->number, id).id, subject))
        CBI_TRY(wrong(place->index, "case", err));
    CBI_TRY(cbi_case_step_read(check->hasher, cbi_message_bytes(moved->step), &step, err));
    if (step.message->step != row->steps ||
        (int)read.statement.kind->kind != cbi_case_kind(step.message->act))
        CBI_TRY(wrong(place->index, "step", err));
    CBI_TRY(check_signed(check, txn, place->index, moved, &step, err));
    if (cbi_case_move(row, step.message, read.statement.message->at, place->index, err) !=
        CBANK_OK)
        CBI_TRY(wrong(place->index, cbank_reason_name(err->reason), err));
done:
    cbi_case_step_clear(&step);
    cbi_check_clear_read(&read);
    return status;
}

/* What else there is to say of it, its chain tells. */
cbank_status cbi_check_case_step(const cbi_check_logged_row *it, cbank_error *err)
{
    const Cbank__V1__CaseMoved *moved = it->statement->body;
    char id[CBI_CASE_ID_MAX + 1];

    (void)cbi_case_subject(moved->institution, moved->number, id);
    return cbi_check_subject(it, id, err);
}

cbank_status cbi_check_case(cbi_check *check, cbi_txn *txn, cbi_bytes subject,
                            const cbi_head *head, cbank_error *err)
{
    cbi_case_row row = {.state = CBI_CASE_NONE};
    cbi_check_place *places = NULL;
    cbank_status status = CBANK_OK;
    size_t count;
    bool erased;

    CBI_TRY(cbi_check_find_places(check, txn, head, &places, &count, &erased, err));
    for (size_t i = 0; i < count && !erased; i++)
        CBI_TRY(take_step(check, txn, subject, &places[i], &row, err));
    if (!erased && !cbi_case_is(txn, &row))
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_RECOGNITION, row.index,
                                "case"));
done:
    cbi_free(places);
    return status;
}
