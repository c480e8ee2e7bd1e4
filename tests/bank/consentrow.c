/* What a learner allows, what is shown under it, and what a stranger may do to the bank's memory of
 * it. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "bank/auditor.h"
#include "bank/consent.h"
#include "bank/disclosed.h"
#include "bank/disclosure.h"

#define METHOD CBANK__V1__CONSENT_METHOD__CONSENT_METHOD_COUNTER
#define LEARNER CBANK__V1__CONSENT_GIVER__CONSENT_GIVER_LEARNER
#define UNTIL 20991231

TestSuite(consentrow, .init = auditor_begin, .fini = auditor_end);

static cbank_error err;

static cbi_order order_now(void)
{
    return (cbi_order){.actor = "op1", .now = ++audited.now};
}

static cbank_status give(const char *recipient, const char *purpose, bool show_name,
                         cbi_consented *out)
{
    const cbi_order order = order_now();
    const cbi_consent_terms terms = {.account = audited.account.digits,
                                     .giver = LEARNER,
                                     .agent = "",
                                     .recipient = recipient,
                                     .purpose = purpose,
                                     .show_name = show_name,
                                     .until = UNTIL,
                                     .method = METHOD,
                                     .language = "",
                                     .form = ""};

    return cbi_consent_give(audited.bank, &terms, &order, out, &err);
}

static cbi_consented given_to(const char *recipient)
{
    cbi_consented out = {0};

    cr_assert_eq(give(recipient, "", true, &out), CBANK_OK, "%s %s", cbank_reason_name(err.reason),
                 err.object);
    return out;
}

static cbank_status withdraw(const char *consent, bool recall)
{
    const cbi_order order = order_now();
    const cbi_consent_withdrawal terms = {.account = audited.account.digits,
                                          .consent = consent,
                                          .by = LEARNER,
                                          .agent = "",
                                          .recall = recall};
    cbi_consented out = {0};

    return cbi_consent_withdraw(audited.bank, &terms, &order, &out, &err);
}

static cbi_disclosure_terms asks(const char *recipient, const char *consent)
{
    return (cbi_disclosure_terms){.account = audited.account.digits,
                                  .recipient = recipient,
                                  .purpose = "",
                                  .now = ++audited.now,
                                  .ground = {.consent = consent, .basis = "", .document = ""}};
}

static cbank_status disclose(const cbi_disclosure_terms *terms, char code[16])
{
    cbi_disclosure out = {0};
    cbank_status status = cbi_disclosure_issue(audited.bank, terms, &out, &err);

    cr_expect_eq(status == CBANK_OK, out.file.size > 0, "a file or a reason");
    if (code != NULL)
        memcpy(code, out.code.text, sizeof(out.code.text) < 16 ? sizeof(out.code.text) : 16);
    cbi_disclosure_clear(&out);
    return status;
}

/* ---- what it covers ---------------------------------------------------------------------- */

Test(consentrow, lets_out_what_it_says_to_whom_it_says_and_nothing_else)
{
    cbi_consented consent;
    cbi_disclosure_terms terms;

    cr_assert_eq(give("NCU", "job", true, &consent), CBANK_OK);
    for (unsigned wrong = 0; wrong < 16; wrong++) {
        terms = asks((wrong & 1) != 0 ? "OTHER" : "NCU", (wrong & 8) != 0 ? "" : consent.id);
        terms.purpose = (wrong & 2) != 0 ? "audit" : "job";
        terms.show_name = true;
        terms.show_number = (wrong & 4) != 0;
        cr_expect_eq(disclose(&terms, NULL) == CBANK_OK, (wrong & 7) == 0, "%u: %s", wrong,
                     cbank_reason_name(err.reason));
        if ((wrong & 7) != 0)
            cr_expect_eq(err.status, CBANK_E_DENIED, "%u: %s", wrong,
                         cbank_reason_name(err.reason));
    }
    auditor_finds_nothing();
}

Test(consentrow, without_any_nothing_is_let_out_and_nothing_is_written)
{
    cbi_disclosure_terms terms = asks("NCU", "");
    cbi_consented none = {0};

    cr_expect_eq(disclose(&terms, NULL), CBANK_E_DENIED);
    cr_expect_eq(err.reason, CBI_REASON_CONSENT_NEEDED);
    terms = asks("NCU", "12-0123456789abcdef");
    cr_expect_eq(disclose(&terms, NULL), CBANK_E_NOT_FOUND);
    cr_expect_eq(withdraw("12-0123456789abcdef", false), CBANK_E_NOT_FOUND);
    cr_expect_neq(give("not a code!", "", true, &none), CBANK_OK);
    auditor_finds_nothing();
}

/* It is settled before the file is made, and held against the bank's state when it is let out. */
Test(consentrow, that_is_withdrawn_in_between_lets_nothing_out)
{
    cbi_consented consent = given_to("NCU");
    cbi_ground_terms stated = {.consent = consent.id, .basis = "", .document = ""};
    cbi_ground_ask ask = {.account = audited.account.digits,
                          .terms = {.recipient = "NCU", .purpose = "", .now = audited.now + 1,
                                    .expires_at = audited.now + 100}};
    cbi_ground ground = {0};
    cbi_hasher *hasher;
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);

    teller_works(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, &teller_err));
    teller_works(cbi_ground_settle(audited.bank, txn, hasher, &stated, &ask, &ground,
                                   &teller_err));
    teller_works(cbi_ground_hold(audited.bank, txn, &ground, &ask, &teller_err));
    cbi_txn_abort(txn);
    cr_assert_eq(withdraw(consent.id, false), CBANK_OK);
    txn = teller_begin(&audited, CBI_TXN_READ);
    cr_expect_eq(cbi_ground_hold(audited.bank, txn, &ground, &ask, &err), CBANK_E_STATE);
    cr_expect_eq(err.reason, CBI_REASON_CONSENT_WITHDRAWN);
    cbi_txn_abort(txn);
    cbi_ground_clear(&ground);
    cbi_hasher_free(hasher);
}

/* ---- any order of acts ------------------------------------------------------------------- */

#define CONSENTS 6
#define DISCLOSURES 12

/* What ought to stand. */
typedef struct model {
    struct {
        char id[CBI_DISPLAY_ID_MAX];
        bool ended;
    } consents[CONSENTS];
    size_t consent_count;
    struct {
        char code[16];
        size_t consent;
        bool ended;
    } shown[DISCLOSURES];
    size_t shown_count;
} model;

static void step_give(model *m)
{
    if (m->consent_count < CONSENTS)
        memcpy(m->consents[m->consent_count++].id, given_to("NCU").id, CBI_DISPLAY_ID_MAX);
}

static void step_withdraw(model *m, size_t at, bool recall)
{
    bool may = !m->consents[at].ended || recall;

    cr_expect_eq(withdraw(m->consents[at].id, recall), may ? CBANK_OK : CBANK_E_STATE);
    m->consents[at].ended = true;
    for (size_t i = 0; recall && i < m->shown_count; i++)
        m->shown[i].ended = m->shown[i].ended || m->shown[i].consent == at;
}

static void step_show(model *m, size_t at)
{
    cbi_disclosure_terms terms = asks("NCU", m->consents[at].id);
    char code[16] = "";

    if (m->shown_count == DISCLOSURES)
        return;
    cr_expect_eq(disclose(&terms, code), m->consents[at].ended ? CBANK_E_STATE : CBANK_OK);
    if (m->consents[at].ended)
        return;
    memcpy(m->shown[m->shown_count].code, code, sizeof(code));
    m->shown[m->shown_count++].consent = at;
}

static void step_extend(model *m, size_t at, unsigned days)
{
    const cbi_ground_terms same = {.consent = "", .basis = "", .document = ""};
    const cbi_order order = order_now();
    cbi_consent_row row;
    bool may = !m->shown[at].ended && !m->consents[m->shown[at].consent].ended;

    cr_expect_eq(cbi_disclosed_extend(audited.bank, m->shown[at].code,
                                      audited.now + 86400ll * (100 + days), &same, &order, &row,
                                      &err) == CBANK_OK,
                 may, "%s", cbank_reason_name(err.reason));
}

static void step_take_back(model *m, size_t at)
{
    const cbi_order order = order_now();
    cbi_consent_row row;

    cr_expect_eq(cbi_disclosed_withdraw(audited.bank, m->shown[at].code, &order, &row, &err),
                 m->shown[at].ended ? CBANK_E_STATE : CBANK_OK);
    m->shown[at].ended = true;
}

/* The table has what the model has, each by its code. */
static void expect_model(const model *m)
{
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);
    cbi_consent_row row;

    for (size_t i = 0; i < m->shown_count; i++) {
        teller_works(cbi_consent_row_by_code(txn, m->shown[i].code, &row, &teller_err));
        cr_expect_eq(row.state.ended, m->shown[i].ended, "disclosure %zu", i);
        cr_expect(cbi_consent_code_taken(txn, m->shown[i].code));
    }
    cbi_txn_abort(txn);
}

Test(consentrow, in_whatever_order_things_happen_the_table_and_the_log_agree)
{
    for (unsigned seed = 1; seed <= 3; seed++) {
        unsigned random = seed;
        model m = {0};

        for (unsigned turn = 0; turn < 40; turn++) {
            unsigned act = (unsigned)rand_r(&random) % 6, at = (unsigned)rand_r(&random);

            if (act == 0 || m.consent_count == 0)
                step_give(&m);
            else if (act == 1)
                step_withdraw(&m, at % m.consent_count, (at & 64) != 0);
            else if (act <= 3 || m.shown_count == 0)
                step_show(&m, at % m.consent_count);
            else if (act == 4)
                step_extend(&m, at % m.shown_count, turn);
            else
                step_take_back(&m, at % m.shown_count);
        }
        expect_model(&m);
        auditor_finds_nothing();
        auditor_end();
        auditor_begin();
    }
}

/* ---- a stranger with access to the store ------------------------------------------------- */

/* One consent, and of what was shown under it: as it was, extended, and taken back. */
static void show_three(void)
{
    model m = {0};

    step_give(&m);
    for (size_t i = 0; i < 3; i++)
        step_show(&m, 0);
    step_extend(&m, 1, 1);
    step_take_back(&m, 2);
    auditor_finds_nothing();
}

static void expect_findings(const char *prefix, size_t row, const char *what, size_t offset)
{
    cbi_check *check = auditor_run();

    cr_expect_gt(cbi_check_total(check), 0, "row %s%zu: %s %zu is not noticed", prefix, row, what,
                 offset);
    cbi_check_end(check);
}

static const struct {
    const char *prefix;
    size_t count;
} kinds[] = {{"c", 4}, {"v", 3}, {"t", 2}};

Test(consentrow, any_row_of_the_table_that_is_gone_is_missed)
{
    show_three();
    for (size_t k = 0; k < 3; k++) {
        for (size_t row = 0; row < kinds[k].count; row++) {
            cbank_buffer key = {0}, value = {0};

            auditor_get_row(CBI_TABLE_CONSENT, kinds[k].prefix, row, &key, &value);
            auditor_drop(CBI_TABLE_CONSENT, cbi_bytes_of_buffer(&key));
            expect_findings(kinds[k].prefix, row, "gone", 0);
            auditor_put(CBI_TABLE_CONSENT, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&value));
            cbank_buffer_clear(&key);
            cbank_buffer_clear(&value);
        }
    }
    auditor_finds_nothing();
}

Test(consentrow, any_byte_of_the_table_that_is_another_is_noticed)
{
    show_three();
    for (size_t k = 0; k < 3; k++) {
        cbank_buffer key = {0}, value = {0};

        auditor_get_row(CBI_TABLE_CONSENT, kinds[k].prefix, kinds[k].count - 1, &key, &value);
        for (size_t at = 0; at < value.size; at += 1 + value.size / 24) {
            auditor_flip(CBI_TABLE_CONSENT, cbi_bytes_of_buffer(&key), at);
            expect_findings(kinds[k].prefix, kinds[k].count - 1, "byte", at);
            auditor_flip(CBI_TABLE_CONSENT, cbi_bytes_of_buffer(&key), at);
        }
        cbank_buffer_clear(&key);
        cbank_buffer_clear(&value);
    }
    auditor_finds_nothing();
}

Test(consentrow, a_code_that_leads_to_another_disclosure_is_noticed)
{
    cbank_buffer keys[2] = {{0}}, value = {0};

    show_three();
    for (size_t i = 0; i < 2; i++)
        auditor_get_row(CBI_TABLE_CONSENT, "v", i, &keys[i], &value);
    auditor_swap(CBI_TABLE_CONSENT, cbi_bytes_of_buffer(&keys[0]), cbi_bytes_of_buffer(&keys[1]));
    expect_findings("v", 0, "swapped", 0);
    for (size_t i = 0; i < 2; i++)
        cbank_buffer_clear(&keys[i]);
    cbank_buffer_clear(&value);
}

/* A withdrawn consent made to stand again would let more out. */
Test(consentrow, one_made_to_stand_again_is_noticed_and_so_is_one_that_nobody_gave)
{
    cbi_consented consent = given_to("NCU");
    cbank_buffer key = {0}, before = {0}, after = {0};

    auditor_get_row(CBI_TABLE_CONSENT, "c", 0, &key, &before);
    cr_assert_eq(withdraw(consent.id, false), CBANK_OK);
    after = auditor_get(CBI_TABLE_CONSENT, cbi_bytes_of_buffer(&key));
    auditor_put(CBI_TABLE_CONSENT, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&before));
    expect_findings("c", 0, "stands again", 0);
    auditor_put(CBI_TABLE_CONSENT, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&after));
    auditor_finds_nothing();
    key.data[key.size - 1] = 9; /* where nothing begins */
    auditor_put(CBI_TABLE_CONSENT, cbi_bytes_of_buffer(&key), cbi_bytes_of_buffer(&before));
    expect_findings("c", 9, "invented", 0);
    cbank_buffer_clear(&key);
    cbank_buffer_clear(&before);
    cbank_buffer_clear(&after);
}
