#include "bank/courier.h"

#include <stdio.h>

#include "bank/auditor.h"
#include "bank/backup.h"
#include "base/text.h"

teller courier_a, courier_b;
teller_id courier_ids[3];

static void begin_of(cbi_suite suite, bool same_key)
{
    teller_open(&courier_a, suite);
    teller_open_with(&courier_b, suite, "other.example", same_key ? courier_a.college_key : NULL);
    courier_ids[0] = teller_issue(&courier_a, "A", 3500);
    courier_ids[1] = teller_issue(&courier_a, "B", 1000);
    courier_ids[2] = teller_issue(&courier_a, "C", 500);
}

void courier_begin_of(cbi_suite suite)
{
    begin_of(suite, true);
}

void courier_begin_apart(cbi_suite suite)
{
    begin_of(suite, false);
}

void courier_begin(void)
{
    courier_begin_of(CBI_SUITE_SHA256_ED25519);
}

void courier_end(void)
{
    audited = courier_a;
    auditor_finds_nothing();
    audited = courier_b;
    auditor_finds_nothing();
    courier_end_unsound();
}

void courier_end_unsound(void)
{
    teller_close(&courier_a);
    teller_close(&courier_b);
}

/* ---- what is carried ---------------------------------------------------------------------- */

static const cbi_ground_terms law = {.basis = "legal-duty", .document = "T-1"};

cbank_status courier_try_offer(teller *from, const char *to, const teller_id *ids, size_t count,
                               cbi_transfer_row *out, cbank_error *err)
{
    cbi_order order = {.actor = "desk-1", .now = ++from->now};
    char *only[16];
    cbi_offer_terms terms = {.account = from->account.digits,
                             .to = to,
                             .only = only,
                             .only_count = count,
                             .order = &order,
                             .ground = law};

    for (size_t i = 0; i < count; i++)
        only[i] = cbi_message_string(ids[i].text);
    return cbi_offer_make(from->bank, &terms, out, err);
}

cbi_transfer_row courier_offer(teller *from, const char *to, const teller_id *ids, size_t count)
{
    cbi_transfer_row row;

    teller_works(courier_try_offer(from, to, ids, count, &row, &teller_err));
    return row;
}

cbank_buffer courier_file(teller *from, const cbi_transfer_row *row)
{
    cbi_order order = {.actor = "desk-1", .document = "T-1", .now = ++from->now};
    cbank_buffer file = {0};

    teller_works(cbi_offer_file(from->bank, row, &law, &order, &file, &teller_err));
    return file;
}

void courier_meet(teller *from, teller *to, const cbank_buffer *file, stranger *out)
{
    stranger_meet(from, out);
    out->terms.recipient = cbi_bytes_of_text(to->bank->config.origin);
    teller_works(cbi_verify_transcript(cbi_bytes_of_buffer(file), &out->trust, &out->terms,
                                       &out->verdict, &teller_err));
}

cbank_buffer courier_note(teller *it)
{
    cbank_buffer note = {0};
    cbi_sealed sealed;

    teller_works(cbi_ledger_view(it->bank->ledger, &sealed, &teller_err));
    teller_works(cbi_buffer_set(&note, cbi_sealed_note(&sealed), &teller_err));
    return note;
}

void courier_copy(teller *it, teller *twin)
{
    char file[128], path[128], keys[128];
    cbank_buffer note = courier_note(it);
    cbi_restoring plan = {.file = file,
                          .path = path,
                          .guard = "",
                          .keys = keys,
                          .note = cbi_bytes_of_buffer(&note)};
    cbi_backup made;

    snprintf(file, sizeof(file), "%s/copy", it->folder);
    snprintf(path, sizeof(path), "%s/twin", it->folder);
    snprintf(keys, sizeof(keys), "%s/keys", it->path);
    teller_works(cbi_backup_write(it->bank, file, &made, &teller_err));
    teller_works(cbi_backup_restore(&plan, &made, &teller_err));
    *twin = *it;
    twin->bank = NULL;
    teller_works(cbi_bank_open(path, (cbi_bytes){0}, &twin->bank, &teller_err));
    cbank_buffer_clear(&note);
}

cbank_status courier_receive(teller *from, teller *to, const cbank_buffer *file,
                             const courier_answer *answer, cbi_received *out, cbank_error *err)
{
    cbi_order order = {.token = answer->token,
                       .now = answer->at != 0 ? answer->at : ++to->now};
    cbi_receive_terms terms = {.decline = answer->decline,
                               .refuse = answer->refuse,
                               .refuse_count = answer->refuse_count,
                               .open_accounts = !answer->known_only,
                               .refuse_unknown_keys = answer->refuse_unknown_keys,
                               .order = &order};
    cbank_status status = CBANK_OK;
    stranger them;

    stranger_meet(from, &them);
    them.terms.recipient = cbi_bytes_of_text(to->bank->config.origin);
    status = cbi_verify_transcript(cbi_bytes_of_buffer(file), &them.trust, &them.terms,
                                   &them.verdict, err);
    if (status == CBANK_OK)
        status = cbi_receive_offer(to->bank, &them.verdict, &terms, out, err);
    stranger_leave(&them);
    if (answer->at > to->now)
        to->now = answer->at;
    return status;
}

cbank_buffer courier_receipt(teller *to, const cbi_transfer_row *row)
{
    cbank_buffer receipt = {0};

    teller_works(cbi_receive_receipt(to->bank, row, &receipt, &teller_err));
    return receipt;
}

cbank_status courier_ack(teller *from, teller *to, const cbank_buffer *receipt,
                         cbi_transfer_row *out, bool *known, cbank_error *err)
{
    cbi_order order = {.now = ++from->now};
    cbi_answer answer = {.receipt = NULL};
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;
    stranger them;

    stranger_meet(to, &them);
    teller_works(cbi_hasher_new(to->bank->config.suite, &hasher, &teller_err));
    status = cbi_answer_open(hasher, cbi_bytes_of_buffer(receipt), &them.directory, &answer, err);
    if (status == CBANK_OK)
        status = cbi_acknowledge(from->bank, &answer, &order, out, known, err);
    cbi_answer_clear(&answer);
    cbi_hasher_free(hasher);
    stranger_leave(&them);
    return status;
}

cbi_transfer_row courier_carry(const teller_id *ids, size_t count, const courier_answer *answer,
                               cbi_received *received)
{
    cbi_transfer_row offer =
        courier_offer(&courier_a, courier_b.bank->config.origin, ids, count);
    cbank_buffer file = courier_file(&courier_a, &offer), receipt;
    cbi_transfer_row ended;
    bool known;

    teller_works(courier_receive(&courier_a, &courier_b, &file, answer, received, &teller_err));
    receipt = courier_receipt(&courier_b, &received->row);
    teller_works(courier_ack(&courier_a, &courier_b, &receipt, &ended, &known, &teller_err));
    cr_expect_not(known);
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&receipt);
    return ended;
}

void courier_fails_to_offer(teller *from, const char *to, const teller_id *id, cbi_reason reason)
{
    cbi_transfer_row row;
    cbank_error err = {0};

    cr_assert_neq(courier_try_offer(from, to, id, 1, &row, &err), CBANK_OK);
    cr_assert_eq(err.reason, (int32_t)reason, "%s", cbi_reason_word((cbi_reason)err.reason));
}

cbi_hash courier_record(teller *it, const teller_id *id)
{
    cbi_holding holding = {0};
    cbi_reader reader = {0};
    cbi_hash record;

    teller_works(cbi_ledger_read_begin(it->bank->ledger, &reader, &teller_err));
    teller_works(cbi_holding_find(reader.txn, reader.hasher, id->text, &holding, &teller_err));
    cbi_ledger_read_end(&reader);
    record = holding.id;
    cbi_holding_clear(&holding);
    return record;
}

void courier_name(const cbi_transfer_row *row, char out[17])
{
    cbi_hex_encode(cbi_bytes_of(row->leaf.bytes, 8), out);
}

cbank_status courier_return(const cbi_transfer_row *row, cbi_received *out, cbank_error *err)
{
    cbi_order order = {.reason = "not-needed", .now = ++courier_b.now};
    char id[17];

    courier_name(row, id);
    return cbi_receive_return(courier_b.bank, id, NULL, 0, &order, out, err);
}

void courier_expect_refusal(const cbi_received *received, const teller_id *id, const char *reason)
{
    Cbank__V1__TransferAnswer *answer = NULL;
    cbi_hash record = courier_record(&courier_a, id);
    cbi_txn *txn = teller_begin(&courier_b, CBI_TXN_READ);
    cbank_buffer bytes = {0};
    bool found = false;
    uint64_t index;

    teller_works(
        cbi_transfer_get_answer(txn, &received->row, 0, &index, &bytes, &teller_err));
    cbi_txn_abort(txn);
    teller_works(cbi_message_parse(&cbank__v1__transfer_answer__descriptor,
                                   cbi_bytes_of_buffer(&bytes), &answer, &teller_err));
    for (size_t i = 0; i < answer->n_refusals; i++) {
        if (!cbi_bytes_equal(cbi_message_bytes(answer->refusals[i]->record),
                             cbi_bytes_of_hash(&record)))
            continue;
        cr_expect_str_eq(answer->refusals[i]->reason->value, reason);
        found = true;
    }
    cr_expect(found);
    cbi_message_free(answer);
    cbank_buffer_clear(&bytes);
}

int64_t courier_credits(teller *it)
{
    cbi_disclosure_terms terms = stranger_asks(it);
    stranger other;
    int64_t sum;

    terms.now = ++it->now;
    stranger_show(it, &terms, &other);
    sum = cbi_totals_of(&other.verdict.totals, "credit");
    stranger_leave(&other);
    return sum;
}

void courier_expect_fresh(teller *it)
{
    cbi_disclosure_terms terms = stranger_asks(it);
    cbi_publication status = {0};
    stranger other;

    terms.now = ++it->now;
    stranger_show(it, &terms, &other);
    teller_works(cbi_publish_status(it->bank, ++it->now, 0, &status, &teller_err));
    other.terms.status = cbi_bytes_of_buffer(&status.file);
    teller_works(stranger_judge(&other, &teller_err));
    cr_expect(other.verdict.fresh);
    cbi_publish_clear(&status);
    stranger_leave(&other);
}
