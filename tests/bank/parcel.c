#include "bank/parcel.h"

#include "bank/signing.h"
#include "record/credit.h"

#define STUDENT "student/" TELLER_COLLEGE

void parcel_begin(parcel *out, teller *it)
{
    *out = (parcel){.it = it};
    teller_works(cbi_batch_begin(it->bank->config.suite, &out->builder, &teller_err));
}

static void pack_record(const parcel *it, const parcel_record *what, const cbi_hash *random,
                        cbank_buffer *out)
{
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[1] = {&title};
    Cbank__V1__Amount amount = CBANK__V1__AMOUNT__INIT, *amounts[1] = {&amount};
    Cbank__V1__Awarder awarder = CBANK__V1__AWARDER__INIT;
    const char *number = what->number != NULL ? what->number : what->reference;
    const char *type = what->type != NULL ? what->type : STUDENT;
    uint8_t salt[CBI_SALT_SIZE];
    cbi_hash holder;

    teller_works(cbi_random(salt, sizeof(salt), &teller_err));
    teller_works(cbi_holder_commit(it->builder.hasher, random, cbi_bytes_of_text(type),
                                   cbi_bytes_of_text(number), &holder, &teller_err));
    awarder.institution =
        cbi_message_string(what->awarder != NULL ? what->awarder : TELLER_COLLEGE);
    title.lang = cbi_message_string("zh");
    title.value = cbi_message_string("高等数学");
    amount.unit = cbi_message_string("credit");
    amount.milli = what->milli != 0 ? what->milli : 1000;
    record.version = CBI_CREDIT_VERSION;
    record.salt = cbi_message_data(cbi_bytes_of(salt, sizeof(salt)));
    record.holder = cbi_message_data(cbi_bytes_of_hash(&holder));
    record.reference = cbi_message_string(what->reference);
    record.revision = what->revision != 0 ? what->revision : 1;
    if (what->supersedes != NULL)
        record.supersedes = cbi_message_data(cbi_bytes_of_hash(what->supersedes));
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.awarded_by = &awarder;
    if (what->depositor != NULL)
        record.deposited_by = cbi_message_string(what->depositor);
    record.title = titles;
    record.n_title = 1;
    record.amounts = amounts;
    record.n_amounts = 1;
    teller_works(cbi_credit_record_build(&record, out, &teller_err));
}

static cbi_hash last_id(const parcel *it)
{
    return it->builder.last_id;
}

cbi_hash parcel_add(parcel *it, const parcel_record *record)
{
    Cbank__V1__BatchItem item = CBANK__V1__BATCH_ITEM__INIT;
    Cbank__V1__Opening opening = CBANK__V1__OPENING__INIT;
    const char *number = record->number != NULL ? record->number : record->reference;
    cbank_buffer bytes = {0};
    cbi_hash random;

    teller_works(cbi_random(random.bytes, sizeof(random.bytes), &teller_err));
    pack_record(it, record, &random, &bytes);
    opening.random = cbi_message_data(cbi_bytes_of_hash(&random));
    opening.document_type = cbi_message_string(record->type != NULL ? record->type : STUDENT);
    opening.number = cbi_message_string(record->opened != NULL ? record->opened : number);
    if (record->name != NULL)
        opening.name = cbi_message_string(record->name);
    item.record = cbi_message_data(cbi_bytes_of_buffer(&bytes));
    item.opening = &opening;
    teller_works(cbi_batch_add(&it->builder, &item, &teller_err));
    cbank_buffer_clear(&bytes);
    return last_id(it);
}

cbi_hash parcel_plain(parcel *it, const char *reference)
{
    return parcel_add(it, &(parcel_record){.reference = reference});
}

cbi_hash parcel_change(parcel *it, const cbi_hash *record, const char *reference,
                       Cbank__V1__ChangeAction action)
{
    const cbi_signing_subject subject = {record, reference, ""};

    teller_works(cbi_signing_add_change(&it->builder, subject, action, "corrected", "",
                                        &teller_err));
    return last_id(it);
}

cbi_hash parcel_amend(parcel *it, const cbi_hash *record, const char *reference, int64_t milli)
{
    (void)parcel_change(it, record, reference, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUPERSEDE);
    return parcel_add(it, &(parcel_record){.reference = reference,
                                           .milli = milli,
                                           .revision = 2,
                                           .supersedes = record});
}

cbank_buffer parcel_sign(parcel *it, uint64_t number)
{
    cbi_batch_terms terms = {.institution = TELLER_COLLEGE,
                             .origin = it->it->bank->config.origin,
                             .number = number,
                             .at = it->it->now};
    cbank_buffer file = {0};

    teller_works(cbi_batch_finish(&it->builder, &terms, it->it->college_key, &file, &teller_err));
    cbi_batch_builder_clear(&it->builder);
    return file;
}

cbi_deposit_terms parcel_terms(teller *it)
{
    return (cbi_deposit_terms){.open_accounts = true, .now = ++it->now};
}

static cbank_status run(cbi_deposit *deposit, int64_t now, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool more = true;

    while (status == CBANK_OK && more)
        status = cbi_deposit_judge(deposit, 1000, &more, err);
    more = status == CBANK_OK && cbi_deposit_may_write(deposit);
    while (status == CBANK_OK && more)
        status = cbi_deposit_write(deposit, now, &more, err);
    return status;
}

parcel_answer parcel_hand_in(teller *it, const cbi_deposit_terms *terms, const cbank_buffer *file)
{
    const cbi_bulk source = cbi_bulk_of(cbi_bytes_of_buffer(file));
    cbi_deposit deposit = {0};
    parcel_answer answer = {0};

    answer.status = cbi_deposit_open(it->bank, &source, terms, &deposit, &answer.err);
    if (answer.status == CBANK_OK)
        answer.status = run(&deposit, ++it->now, &answer.err);
    answer.refused = deposit.rejected;
    answer.intake = deposit.intake;
    if (deposit.refusal_count > 0) {
        answer.why = deposit.refusals[0].why;
        answer.item = deposit.refusals[0].item;
    }
    cbi_deposit_clear(&deposit);
    return answer;
}

static parcel_answer send(parcel *it, uint64_t number, bool keep_going)
{
    cbi_deposit_terms terms = parcel_terms(it->it);
    cbank_buffer file = parcel_sign(it, number);
    parcel_answer answer;

    terms.keep_going = keep_going;
    answer = parcel_hand_in(it->it, &terms, &file);
    cbank_buffer_clear(&file);
    return answer;
}

parcel_answer parcel_send(parcel *it, uint64_t number)
{
    return send(it, number, false);
}

parcel_answer parcel_send_most(parcel *it, uint64_t number)
{
    return send(it, number, true);
}

uint64_t parcel_log_size(teller *it)
{
    cbi_sealed sealed;

    teller_works(cbi_ledger_view(it->bank->ledger, &sealed, &teller_err));
    return sealed.size;
}

cbi_holding parcel_find(teller *it, const char *reference)
{
    cbi_reader reader = {0};
    cbi_holding holding = {0};
    cbi_hash content;
    uint64_t index;

    teller_works(cbi_ledger_read_begin(it->bank->ledger, &reader, &teller_err));
    teller_works(cbi_holding_by_reference(reader.txn, TELLER_COLLEGE, reference, &index, &content,
                                          &teller_err));
    teller_works(cbi_holding_read(reader.txn, reader.hasher, index, &holding, &teller_err));
    cbi_ledger_read_end(&reader);
    return holding;
}

cbi_record_state parcel_state(teller *it, const cbi_holding *holding)
{
    cbi_txn *txn = teller_begin(it, CBI_TXN_READ);
    cbi_record_state state = CBI_RECORD_HELD;

    teller_works(cbi_holding_state(txn, holding->index, &state, &teller_err));
    cbi_txn_abort(txn);
    return state;
}
