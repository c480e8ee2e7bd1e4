#include "bank/courier.h"

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

cbank_status courier_receive(teller *from, teller *to, const cbank_buffer *file,
                             const courier_answer *answer, cbi_received *out, cbank_error *err)
{
    cbi_order order = {.now = answer->at != 0 ? answer->at : ++to->now};
    cbi_receive_terms terms = {.decline = answer->decline,
                               .refuse = answer->refuse,
                               .refuse_count = answer->refuse_count,
                               .open_accounts = !answer->known_only,
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
