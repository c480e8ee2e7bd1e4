#include "bank/settle.h"

#include <string.h>

#include "bank/ending.h"

typedef struct settle_act {
    cbi_act act;
    const cbi_settle_terms *terms;
    cbi_ending ending;
} settle_act;

/* ---- the check ----------------------------------------------------------------------------- */

static cbank_status name_records(settle_act *it, cbank_error *err)
{
    const cbi_settle_terms *terms = it->terms;
    cbi_ending *ending = &it->ending;
    char id[CBI_DISPLAY_ID_MAX];

    for (size_t i = 0; i < terms->only_count; i++) {
        size_t r = 0;

        for (; r < ending->row.records; r++) {
            cbi_holding_display_id(ending->records[r].index, &ending->records[r].id, id);
            if (strcmp(id, terms->only[i]) == 0)
                break;
        }
        if (r == ending->row.records)
            return cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, i, terms->only[i], NULL);
        ending->named_count += !ending->named[r];
        ending->named[r] = true;
    }
    return CBANK_OK;
}

static cbank_status judge(settle_act *it, cbi_txn *txn, cbank_error *err)
{
    const cbi_settle_terms *terms = it->terms;
    cbi_ending *ending = &it->ending;
    cbank_status status = CBANK_OK;

    ending->state = terms->state;
    CBI_TRY(cbi_transfer_named(txn, terms->id, &ending->row, err));
    if (!cbi_transfer_by_letter(&ending->row))
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_LETTER, 0, terms->id, "%s", ending->row.other));
    CBI_TRY(cbi_ending_read(txn, ending, err));
    CBI_TRY(name_records(it, err));
    CBI_TRY(cbi_ending_judge(txn, ending, err));
    if (terms->state == CBI_TRANSFER_EXPIRED && terms->order->now <= ending->row.due_at)
        CBI_TRY(cbi_fail(err, CBI_REASON_TRANSFER_STATE, 0, ending->row.other, "%s", "due"));
done:
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge((settle_act *)(void *)act, append->txn, err);
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    settle_act *it = (settle_act *)(void *)act;
    const cbi_ending_ground ground = {.actor = it->terms->order->actor,
                                      .document = it->terms->order->document,
                                      .token = cbi_bytes_of(act->token, CBI_TOKEN_SIZE)};

    return cbi_ending_write(append, &it->ending, &ground, err);
}

/* ---- all ----------------------------------------------------------------------------------- */

/* Which records, and by which letter. */
static cbank_status check_terms(const cbi_settle_terms *terms, cbank_error *err)
{
    bool lists = terms->state == CBI_TRANSFER_PARTLY || terms->state == CBI_TRANSFER_RETURNED;
    bool letter = cbi_message_text(terms->order->document).size > 0;

    if (terms->state < CBI_TRANSFER_ACCEPTED || terms->state > CBI_TRANSFER_RETURNED)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "state", NULL);
    if (terms->only_count > CBI_TRANSFER_RECORDS_MAX)
        return cbi_fail(err, CBI_REASON_TRANSFER_LARGE, CBI_TRANSFER_RECORDS_MAX, terms->id, NULL);
    if (lists != (terms->only_count > 0))
        return cbi_fail(err, lists ? CBI_REASON_FIELD_MISSING : CBI_REASON_FIELD_VALUE, 0, "only",
                        NULL);
    if (!letter && terms->state != CBI_TRANSFER_EXPIRED)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "document", NULL);
    return cbi_order_check(terms->order, err);
}

static cbank_status digest(const cbi_bank *bank, settle_act *it, cbank_error *err)
{
    const cbi_settle_terms *terms = it->terms;
    uint8_t state[1] = {(uint8_t)terms->state};
    cbi_bytes parts[4 + CBI_TRANSFER_RECORDS_MAX];
    size_t count = 4;

    parts[0] = cbi_bytes_of_text("settle");
    parts[1] = cbi_bytes_of_text(terms->id);
    parts[2] = cbi_bytes_of(state, sizeof(state));
    parts[3] = cbi_message_text(terms->order->document);
    for (size_t i = 0; i < terms->only_count; i++)
        parts[count++] = cbi_bytes_of_text(terms->only[i]);
    return cbi_errand_digest(bank, parts, count, &it->act.request, err);
}

static cbank_status read_row(cbi_bank *bank, settle_act *it, bool judges, cbi_transfer_row *out,
                             cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    if (judges)
        CBI_TRY(judge(it, reader.txn, err));
    CBI_TRY(cbi_transfer_named(reader.txn, it->terms->id, out, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_settle(cbi_bank *bank, const cbi_settle_terms *terms, cbi_transfer_row *out,
                        cbank_error *err)
{
    const cbi_order *order = terms->order;
    settle_act it = {.terms = terms};
    cbank_status status = CBANK_OK;

    CBI_TRY(check_terms(terms, err));
    CBI_TRY(cbi_ending_open(&it.ending, err));
    if (!order->dry_run) {
        CBI_TRY(digest(bank, &it, err));
        CBI_TRY(cbi_errand_token(order->token, it.act.token, err));
        it.act.now = order->now;
        it.act.check = check_act;
        it.act.write = write_act;
        CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
    }
    CBI_TRY(read_row(bank, &it, order->dry_run, out, err));
done:
    cbank_buffer_clear(&it.act.result);
    cbi_ending_clear(&it.ending);
    return status;
}
