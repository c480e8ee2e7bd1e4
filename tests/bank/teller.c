#include "bank/teller.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "bank/accountstate.h"
#include "bank/institution.h"
#include "base/memory.h"
#include "crypto/keyfile.h"

#define FEW 50u
#define MANY 1000u
#define YEAR (366 * 86400)

cbank_error teller_err;

static void found(teller *it, cbi_suite suite, const char *host)
{
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    cbi_bank_founding founding = {.path = it->path,
                                  .guard = "",
                                  .names = names,
                                  .name_count = 1,
                                  .suite = suite,
                                  .now = it->now};
    char origin[CBI_ORIGIN_MAX + 1], key[CBI_PATH_MAX];

    name.lang = cbi_message_string("zh");
    name.value = cbi_message_string("示例学分银行");
    snprintf(origin, sizeof(origin), "%s/credit/%s/1", host, cbi_suite_name(suite));
    founding.origin = origin;
    teller_works(cbi_bank_create(&founding, &teller_err));
    teller_works(cbi_bank_open(it->path, (cbi_bytes){0}, &it->bank, &teller_err));
    snprintf(key, sizeof(key), "%s/keys/root.key", it->path);
    teller_works(cbi_keyfile_read_private(key, (cbi_bytes){0}, &it->root_key, &teller_err));
}

static void admit_college(teller *it)
{
    Cbank__V1__RequestHead head = CBANK__V1__REQUEST_HEAD__INIT;
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    char code[CBI_INSTITUTION_CODE_MAX + 1];
    cbank_buffer file = {0};

    name.lang = cbi_message_string("zh");
    name.value = cbi_message_string("萍乡学院");
    head.version = 1;
    head.act = CBANK__V1__REQUEST_ACT__REQUEST_ACT_ADMIT;
    head.origin = it->bank->config.origin;
    head.institution = cbi_message_string(TELLER_COLLEGE);
    head.names = names;
    head.n_names = 1;
    head.at = it->now;
    if (it->college_key == NULL)
        teller_works(cbi_private_new(it->bank->config.suite, &it->college_key, &teller_err));
    teller_works(cbi_request_make(&head, NULL, it->college_key, &file, &teller_err));
    teller_works(cbi_institution_admit(it->bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0},
                                       ++it->now, code, &teller_err));
    cbank_buffer_clear(&file);
}

void teller_open_elsewhere(teller *it, cbi_suite suite, const char *host)
{
    *it = (teller){.now = TELLER_TIME};
    snprintf(it->folder, sizeof(it->folder), "%s/cbank-teller-XXXXXX", P_tmpdir);
    cr_assert_not_null(mkdtemp(it->folder));
    snprintf(it->path, sizeof(it->path), "%s/bank", it->folder);
    found(it, suite, host);
}

void teller_open_with(teller *it, cbi_suite suite, const char *host, const cbi_private *key)
{
    cbank_buffer pem = {0};

    teller_open_elsewhere(it, suite, host);
    if (key != NULL) {
        teller_works(cbi_private_encode(key, (cbi_bytes){0}, &pem, &teller_err));
        teller_works(cbi_private_decode(cbi_bytes_of_buffer(&pem), (cbi_bytes){0},
                                        &it->college_key, &teller_err));
        cbank_buffer_clear(&pem);
    }
    admit_college(it);
    it->account = teller_open_account(it, TELLER_DOCUMENT, TELLER_NUMBER, TELLER_NAME);
}

void teller_open_at(teller *it, cbi_suite suite, const char *host)
{
    teller_open_with(it, suite, host, NULL);
}

void teller_open(teller *it, cbi_suite suite)
{
    teller_open_at(it, suite, "bank.example");
}

static int drop(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

void teller_close(teller *it)
{
    cbi_bank_close(it->bank);
    cbi_private_free(it->root_key);
    cbi_private_free(it->college_key);
    cr_assert_eq(nftw(it->folder, drop, 16, FTW_DEPTH | FTW_PHYS), 0);
}

cbi_account teller_open_account(teller *it, const char *type, const char *number, const char *name)
{
    cbi_opening_terms terms = {
        .opened_by = "",
        .assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN};
    cbi_person person = {0};
    cbi_opened opened;

    teller_works(cbi_person_from_opening(type, number, name, &person, &teller_err));
    teller_works(cbi_account_open_all(it->bank, &person, 1, &terms, ++it->now, false, &opened,
                                      &teller_err));
    cr_assert(opened.opened);
    cbi_person_clear(&person);
    return opened.account;
}

void teller_freeze(teller *it, bool freeze)
{
    teller_change_account(it, it->account.digits,
                          freeze ? CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN
                                 : CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_UNFROZEN);
}

void teller_change_account(teller *it, const char *account, int kind)
{
    cbi_order order = {.reason = "court-order", .now = ++it->now};

    teller_works(cbi_account_change(it->bank, account, kind, &order, &teller_err));
}

void teller_vouch(teller *it, const char *code)
{
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    cbi_vouched vouched = {.code = code, .names = names, .name_count = 1};
    cbi_private *key = NULL;

    name.lang = cbi_message_string("zh");
    name.value = cbi_message_string("示例学院");
    teller_works(cbi_private_new(it->bank->config.suite, &key, &teller_err));
    vouched.key = *cbi_private_public(key);
    teller_works(cbi_institution_vouch(it->bank, &vouched, (cbi_bytes){0}, ++it->now,
                                       &teller_err));
    cbi_private_free(key);
}

/* ---- records -------------------------------------------------------------------------------- */

/* A record with nothing wrong. */
typedef struct sample {
    Cbank__V1__CreditRecord record;
    Cbank__V1__LangText title, *titles[1];
    Cbank__V1__Amount amount, *amounts[1];
    char reference[32];
} sample;

static void fill_sample(sample *out, int64_t milli)
{
    cbank__v1__credit_record__init(&out->record);
    cbank__v1__lang_text__init(&out->title);
    cbank__v1__amount__init(&out->amount);
    out->title.lang = cbi_message_string("zh");
    out->title.value = cbi_message_string("高等数学");
    out->titles[0] = &out->title;
    out->amount.unit = cbi_message_string("credit");
    out->amount.milli = milli;
    out->amounts[0] = &out->amount;
    out->record.reference = out->reference;
    out->record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    out->record.assurance = CBANK__V1__ASSURANCE__ASSURANCE_ISSUER_VOUCHED;
    out->record.title = out->titles;
    out->record.n_title = 1;
    out->record.amounts = out->amounts;
    out->record.n_amounts = 1;
    out->record.awarded_on = 20240630;
}

static cbi_desk_order make_order(teller *it)
{
    cbi_desk_order order = {
        .institution = TELLER_COLLEGE, .key = it->college_key, .now = ++it->now};

    teller_works(cbi_random(order.request.bytes, sizeof(order.request.bytes), &teller_err));
    return order;
}

static teller_id id_of(const cbi_desk_result *result)
{
    teller_id id;

    cbi_holding_display_id(result->index, &result->id, id.text);
    return id;
}

static void issue(teller *it, const char *account, sample *samples, size_t count, teller_id *ids)
{
    cbi_desk_order order = make_order(it);
    cbi_desk_result *results = NULL;
    cbi_desk_draft *drafts = NULL;
    cbi_hash batch;

    teller_works(cbi_alloc(count, sizeof(*results), &results, &teller_err));
    teller_works(cbi_alloc(count, sizeof(*drafts), &drafts, &teller_err));
    for (size_t i = 0; i < count; i++)
        drafts[i] = (cbi_desk_draft){.account = account, .record = &samples[i].record};
    teller_works(cbi_desk_issue(it->bank, &order, drafts, count, results, &batch, &teller_err));
    for (size_t i = 0; i < count; i++) {
        cr_assert_eq(results[i].outcome, CBI_OUTCOME_DEPOSITED);
        if (ids != NULL)
            ids[i] = id_of(&results[i]);
    }
    cbi_free(results);
    cbi_free(drafts);
}

teller_id teller_issue(teller *it, const char *reference, int64_t milli)
{
    sample one;
    teller_id id;

    fill_sample(&one, milli);
    snprintf(one.reference, sizeof(one.reference), "%s", reference);
    issue(it, it->account.digits, &one, 1, &id);
    return id;
}

cbi_outcome teller_try_issue(teller *it, const char *reference, int64_t milli)
{
    cbi_desk_order order = make_order(it);
    sample one;
    cbi_desk_draft draft = {.account = it->account.digits, .record = &one.record};
    cbi_desk_result result = {.outcome = CBI_OUTCOME_REJECTED};
    cbi_hash batch;
    cbank_error err = {0};

    fill_sample(&one, milli);
    snprintf(one.reference, sizeof(one.reference), "%s", reference);
    if (cbi_desk_issue(it->bank, &order, &draft, 1, &result, &batch, &err) != CBANK_OK)
        return err.reason == (int32_t)CBI_REASON_REFERENCE_TAKEN ? CBI_OUTCOME_CHANGED
                                                                 : CBI_OUTCOME_REJECTED;
    return result.outcome;
}

teller_id teller_issue_based(teller *it, const char *account, const char *reference,
                             const char *based_on, const cbi_hash *recognition)
{
    Cbank__V1__BasedOn basis = CBANK__V1__BASED_ON__INIT, *list[1] = {&basis};
    cbi_holding holding = {0};
    cbi_reader reader = {0};
    sample one;
    teller_id id;

    fill_sample(&one, 1000);
    snprintf(one.reference, sizeof(one.reference), "%s", reference);
    if (based_on != NULL) {
        teller_works(cbi_ledger_read_begin(it->bank->ledger, &reader, &teller_err));
        teller_works(cbi_holding_find(reader.txn, reader.hasher, based_on, &holding, &teller_err));
        cbi_ledger_read_end(&reader);
        basis.record = cbi_message_data(cbi_bytes_of_hash(&holding.id));
        one.record.based_on = list;
        one.record.n_based_on = 1;
    }
    if (recognition != NULL)
        one.record.recognition = cbi_message_data(cbi_bytes_of_hash(recognition));
    issue(it, account, &one, 1, &id);
    cbi_holding_clear(&holding);
    return id;
}

void teller_issue_many(teller *it, const char *account, size_t count, teller_id *ids)
{
    sample *samples = NULL;

    cr_assert(count <= MANY);
    if (count > FEW)
        it->now += YEAR; /* so that as many again may come in another batch */
    teller_works(cbi_alloc(count, sizeof(*samples), &samples, &teller_err));
    for (size_t i = 0; i < count; i++) {
        fill_sample(&samples[i], 1000);
        snprintf(samples[i].reference, sizeof(samples[i].reference), "%s-%lld-%zu",
                 account + CBI_ACCOUNT_SIZE - 4, (long long)it->now, i);
    }
    issue(it, account, samples, count, ids);
    cbi_free(samples);
}

void teller_change(teller *it, const char *id, Cbank__V1__ChangeAction action)
{
    cbi_desk_order order = make_order(it);
    char *ids[1] = {cbi_message_string(id)};
    cbi_desk_result result;
    cbi_hash batch;

    teller_works(cbi_desk_change(it->bank, &order, ids, 1, action, "", "", &result, &batch,
                                 &teller_err));
}

teller_id teller_amend(teller *it, const char *id, int64_t milli)
{
    cbi_desk_order order = make_order(it);
    cbi_desk_result results[2];
    cbi_hash batch;
    sample one;

    fill_sample(&one, milli);
    one.record.reference = cbi_message_string("");
    teller_works(cbi_desk_amend(it->bank, &order, id, &one.record, "", "", results, &batch,
                                &teller_err));
    return id_of(&results[1]);
}

/* ---- the store ------------------------------------------------------------------------------ */

cbi_txn *teller_begin(teller *it, cbi_txn_mode mode)
{
    cbi_txn *txn = NULL;

    teller_works(cbi_txn_begin(it->bank->store, mode, &txn, &teller_err));
    return txn;
}

void teller_commit(cbi_txn *txn)
{
    teller_works(cbi_txn_commit(txn, &teller_err));
}
