/* What an account holds, from its entries: every award once, with the reason it cannot be used. */
#include "rules/portfolio.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "record/credit.h"

#define ACCOUNT "1234567890123428"
#define OTHER "1234567890123525"
#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define REASON(name) CBANK__V1__REFUSAL_REASON__REFUSAL_REASON_##name
#define PARTIAL(name) CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_##name

static cbank_error err;
static cbi_portfolio portfolio;
static cbi_hasher *hasher;
static const cbi_portfolio_terms terms = {.as_of = 20260101, .partial_dates = PARTIAL(FIRST_DAY)};

static void begin(void)
{
    cr_assert_eq(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, &err), CBANK_OK);
    cr_assert_eq(cbi_portfolio_add_chain(&portfolio, 0, 0, &err), CBANK_OK);
}

static void end(void)
{
    cbi_portfolio_clear(&portfolio);
    cbi_hasher_free(hasher);
}

TestSuite(portfolio, .init = begin, .fini = end);

/* Leaves are told apart by their first byte. */
static cbi_hash leaf_of(uint32_t sequence)
{
    cbi_hash leaf = {{(uint8_t)(sequence + 1)}};

    return leaf;
}

static void add(int kind, const void *body)
{
    cbi_statement_draft draft = {.kind = kind, .at = 1764000000, .body = body};
    cbi_hash leaf = leaf_of(portfolio.count);
    cbank_buffer bytes = {0};

    cr_assert_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_OK, "%s", err.object);
    cr_assert_eq(cbi_portfolio_add(&portfolio, &leaf,
                                   (uint8_t)cbi_kind_find(kind)->entry_class,
                                   cbi_bytes_of_buffer(&bytes), &err),
                 CBANK_OK);
    cbank_buffer_clear(&bytes);
}

static void open_account(void)
{
    Cbank__V1__AccountOpened opened = CBANK__V1__ACCOUNT_OPENED__INIT;
    static uint8_t holder[32] = {1};

    opened.account = cbi_message_string(ACCOUNT);
    opened.holder = (ProtobufCBinaryData){32, holder};
    opened.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_STATED;
    add(KIND(ACCOUNT_OPENED), &opened);
}

/* Its id is the leaf of the record in its batch; so is what a change names. */
static void deposit(const char *reference, uint32_t awarded_on, uint32_t expires_on)
{
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__CreditDeposited body = CBANK__V1__CREDIT_DEPOSITED__INIT;
    Cbank__V1__Awarder awarder = CBANK__V1__AWARDER__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[1] = {&title};
    static uint8_t bytes32[32] = {2};
    cbank_buffer bytes = {0};

    awarder.institution = cbi_message_string("PXU");
    title.value = cbi_message_string("x");
    record.version = 1;
    record.salt = (ProtobufCBinaryData){16, bytes32};
    record.holder = (ProtobufCBinaryData){32, bytes32};
    record.reference = cbi_message_string(reference);
    record.revision = 1;
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.awarded_by = &awarder;
    record.title = titles;
    record.n_title = 1;
    record.awarded_on = awarded_on;
    record.expires_on = expires_on;
    cr_assert_eq(cbi_credit_record_build(&record, &bytes, &err), CBANK_OK, "%s", err.object);
    body.account = cbi_message_string(ACCOUNT);
    body.batch = (ProtobufCBinaryData){32, bytes32};
    body.record = cbi_message_data(cbi_bytes_of_buffer(&bytes));
    add(KIND(CREDIT_DEPOSITED), &body);
    cbank_buffer_clear(&bytes);
}

static void offer(uint32_t sequence)
{
    Cbank__V1__TransferOffered body = CBANK__V1__TRANSFER_OFFERED__INIT;
    Cbank__V1__EntryRef ref = CBANK__V1__ENTRY_REF__INIT, *refs[1] = {&ref};
    cbi_hash leaf = leaf_of(sequence);

    ref.sequence = sequence;
    ref.leaf = cbi_message_data(cbi_bytes_of_hash(&leaf));
    body.account = cbi_message_string(ACCOUNT);
    body.to = cbi_message_string("other.example/credit/sha256-ed25519/1");
    body.due_at = 1790000000;
    body.records = refs;
    body.n_records = 1;
    add(KIND(TRANSFER_OFFERED), &body);
}

Test(portfolio, every_award_is_there_once_with_why_it_cannot_be_used)
{
    static const Cbank__V1__RefusalReason reasons[] = {
        REASON(UNSPECIFIED), REASON(EXPIRED), REASON(PARTIAL_DATE), REASON(TRANSFERRED)};

    open_account();
    deposit("1", 20240601, 0);
    deposit("2", 20200101, 20251200);
    deposit("3", 0, 0);
    deposit("4", 20240700, 0);
    offer(4);
    cr_assert_eq(cbi_portfolio_settle(&portfolio, hasher, &terms, &err), CBANK_OK, "%s %s",
                 err.object, err.detail);
    cr_assert_eq(portfolio.source_count, 4u);
    for (uint32_t i = 0; i < 4; i++) {
        cr_expect_eq(portfolio.sources[i].unusable, reasons[i], "record %u", (unsigned)i + 1);
        cr_expect_eq(portfolio.sources[i].sequence, i + 1);
        for (uint32_t k = 0; k < i; k++)
            cr_expect_str_neq(portfolio.sources[i].id, portfolio.sources[k].id);
    }
    cr_expect_eq(portfolio.sources[3].awarded_on, 20240701u, "the first day that it can be");
}

Test(portfolio, a_period_leaves_out_what_was_awarded_before_and_after_it)
{
    cbi_portfolio_terms period = terms;

    period.awarded_from = 20240101;
    period.awarded_until = 20241231;
    open_account();
    deposit("1", 20231231, 0);
    deposit("2", 20240101, 0);
    deposit("3", 20241231, 0);
    deposit("4", 20250101, 0);
    cr_assert_eq(cbi_portfolio_settle(&portfolio, hasher, &period, &err), CBANK_OK);
    for (uint32_t i = 0; i < 4; i++)
        cr_expect_eq(portfolio.sources[i].unusable,
                     i == 0 || i == 3 ? REASON(OUT_OF_PERIOD) : REASON(UNSPECIFIED));
}

Test(portfolio, nobody_can_make_a_plan_again_from_which_an_award_is_withheld)
{
    cbi_hash leaf = leaf_of(1);

    open_account();
    cr_assert_eq(cbi_portfolio_add(&portfolio, &leaf,
                                   CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD, (cbi_bytes){0},
                                   &err),
                 CBANK_OK);
    cr_expect_neq(cbi_portfolio_settle(&portfolio, hasher, &terms, &err), CBANK_OK);
}

/* A record of the chain that was merged in is doubted. */
static void merge_and_doubt(void)
{
    Cbank__V1__MergedIn merged = CBANK__V1__MERGED_IN__INIT;
    Cbank__V1__CreditQuestioned doubted = CBANK__V1__CREDIT_QUESTIONED__INIT;
    static uint8_t bytes32[32] = {99};

    open_account();
    merged.account = cbi_message_string(ACCOUNT);
    merged.from_account = cbi_message_string(OTHER);
    merged.from_tag_random = merged.from_leaf = (ProtobufCBinaryData){32, bytes32};
    merged.from_sequence = 5;
    add(KIND(MERGED_IN), &merged);
    doubted.account = cbi_message_string(ACCOUNT);
    doubted.touched_sequence = 3;
    doubted.touched_leaf = (ProtobufCBinaryData){32, bytes32};
    add(KIND(CREDIT_QUESTIONED), &doubted);
}

Test(portfolio, what_was_said_during_a_merger_that_was_undone_may_name_what_is_gone)
{
    Cbank__V1__Unmerged undone = CBANK__V1__UNMERGED__INIT;
    cbi_hash leaf = leaf_of(1);

    merge_and_doubt();
    undone.account = cbi_message_string(ACCOUNT);
    undone.touched_sequence = 1;
    undone.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&leaf));
    add(KIND(UNMERGED), &undone);
    deposit("1", 20240601, 0);
    cr_assert_eq(cbi_portfolio_settle(&portfolio, hasher, &terms, &err), CBANK_OK, "%s",
                 cbank_reason_name(err.reason));
    cr_expect_eq(portfolio.source_count, 1u);
}

Test(portfolio, what_names_nothing_of_a_merger_that_stands_fits_nowhere)
{
    merge_and_doubt();
    cr_expect_eq(cbi_portfolio_settle(&portfolio, hasher, &terms, &err), CBANK_E_STATE);
    cr_expect_eq(err.reason, (int32_t)CBI_REASON_NAMES_NOTHING);
}

Test(portfolio, a_date_that_is_not_exact_is_read_as_it_was_agreed)
{
    static const struct {
        uint32_t date, first, last;
    } dates[] = {
        {20240615, 20240615, 20240615}, {20240200, 20240201, 20240229},
        {20230200, 20230201, 20230228}, {21000200, 21000201, 21000228},
        {20240000, 20240101, 20241231}, {0, 0, 0},
    };

    for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++) {
        cr_expect_eq(cbi_portfolio_day(dates[i].date, PARTIAL(FIRST_DAY)), dates[i].first);
        cr_expect_eq(cbi_portfolio_day(dates[i].date, PARTIAL(LAST_DAY)), dates[i].last);
        cr_expect_eq(cbi_portfolio_day(dates[i].date, PARTIAL(REFUSE)),
                     dates[i].date % 100 == 0 ? 0 : dates[i].date);
    }
}
