/* Statements: one strict form, read by the same rules that wrote it. */
#include "record/statement.h"

#include <criterion/criterion.h>

#include <string.h>

#include "record/sample.h"

#define OPENED CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_OPENED
#define DEPOSITED CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CREDIT_DEPOSITED
#define KINDS cbank__v1__statement_kind__descriptor

static cbank_error err;
static sample_bodies bodies;
static Cbank__V1__Code reason;
static const uint8_t TOKEN[16] = {1, 2, 3};

static cbi_statement_draft draft_of(int kind)
{
    cbi_statement_draft draft = {.kind = kind, .at = 1732435200};

    sample_bodies_init(&bodies);
    cbank__v1__code__init(&reason);
    reason.scheme = cbi_message_string("cbank");
    reason.value = cbi_message_string("routine");
    memset(draft.salt, 9, sizeof(draft.salt));
    draft.actor = "registrar-2";
    draft.reason = &reason;
    draft.document = "萍教字〔2024〕7号";
    draft.token = cbi_bytes_of(TOKEN, sizeof(TOKEN));
    draft.body = sample_body(&bodies, kind);
    return draft;
}

/* A good statement as a struct whose fields can be spoilt before it is packed again. */
static Cbank__V1__Statement message_of(int kind, cbank_buffer *body)
{
    Cbank__V1__Statement message;

    sample_bodies_init(&bodies);
    cr_assert_eq(cbi_message_pack(sample_body(&bodies, kind), body, &err), CBANK_OK);
    cbank__v1__statement__init(&message);
    message.version = 1;
    message.kind = (Cbank__V1__StatementKind)kind;
    message.entry_class = cbi_kind_find(kind)->entry_class;
    message.salt = sample_bytes(0, 16);
    message.at = 1732435200;
    message.body = cbi_message_data(cbi_bytes_of_buffer(body));
    return message;
}

/* Packs what may be nonsense and reads it strictly. */
static cbank_status read_back(const Cbank__V1__Statement *message)
{
    cbi_statement statement = {0};
    cbank_buffer bytes = {0};
    cbank_status status;

    cr_assert_eq(cbi_message_pack(message, &bytes, &err), CBANK_OK);
    memset(&err, 0, sizeof(err));
    status = cbi_statement_parse(cbi_bytes_of_buffer(&bytes), &statement, &err);
    cr_expect_eq(statement.message != NULL, status == CBANK_OK);
    cbi_statement_clear(&statement);
    cbank_buffer_clear(&bytes);
    return status;
}

Test(statement, every_kind_is_written_and_read_back_byte_for_byte)
{
    size_t kinds = 0;

    for (unsigned i = 0; i < KINDS.n_values; i++) {
        cbi_statement_draft draft;
        cbi_statement read = {0};
        cbank_buffer bytes = {0};
        cbank_buffer again = {0};

        if (KINDS.values[i].value == 0)
            continue;
        draft = draft_of(KINDS.values[i].value);
        cr_assert_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_OK, "%s: %s %s",
                     KINDS.values[i].name, err.object, err.detail);
        cr_assert_eq(cbi_statement_parse(cbi_bytes_of_buffer(&bytes), &read, &err), CBANK_OK,
                     "%s: %s %s", KINDS.values[i].name, err.object, err.detail);
        cr_expect_eq((int)read.kind->kind, draft.kind);
        cr_expect_eq(read.message->at, draft.at);
        cr_expect_str_eq(read.message->actor, draft.actor);
        cr_expect_str_eq(read.message->document, draft.document);
        cr_expect_str_eq(read.message->reason->value, "routine");
        cr_expect(cbi_bytes_equal(cbi_message_bytes(read.message->token), draft.token));
        cr_assert_eq(cbi_message_pack(read.message, &again, &err), CBANK_OK);
        cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&bytes), cbi_bytes_of_buffer(&again)));
        cbi_statement_clear(&read);
        cbank_buffer_clear(&bytes);
        cbank_buffer_clear(&again);
        kinds++;
    }
    cr_expect_eq(kinds, KINDS.n_values - 1);
}

Test(statement, the_body_is_handed_out_as_its_own_type_only)
{
    cbi_statement_draft draft = draft_of(DEPOSITED);
    cbi_statement read = {0};
    cbank_buffer bytes = {0};
    const Cbank__V1__CreditDeposited *deposited;

    cr_assert_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_OK);
    cr_assert_eq(cbi_statement_parse(cbi_bytes_of_buffer(&bytes), &read, &err), CBANK_OK);
    deposited = cbi_statement_body(&read, &cbank__v1__credit_deposited__descriptor);
    cr_assert_not_null(deposited);
    cr_expect_eq(deposited->index, 41);
    cr_expect_null(cbi_statement_body(&read, &cbank__v1__merged_in__descriptor));
    cbi_statement_clear(&read);
    cr_expect_null(cbi_statement_body(&read, &cbank__v1__credit_deposited__descriptor));
    cbank_buffer_clear(&bytes);
}

Test(statement, building_appends_and_leaves_the_buffer_alone_when_it_fails)
{
    cbi_statement_draft draft = draft_of(OPENED);
    cbank_buffer bytes = {0};

    cr_assert_eq(cbi_buffer_append(&bytes, cbi_bytes_of_text("before"), &err), CBANK_OK);
    draft.at = 0;
    cr_expect_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "at");
    draft.at = 1;
    draft.actor = "two\nlines";
    cr_expect_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_E_MALFORMED);
    draft.actor = NULL;
    draft.token = cbi_bytes_of(TOKEN, 15);
    cr_expect_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "token");
    draft.token = (cbi_bytes){0};
    draft.kind = 199;
    cr_expect_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_E_UNSUPPORTED);
    draft.kind = OPENED;
    bodies.account_opened.account = cbi_message_string("1234567890123429");
    cr_expect_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "account");
    cr_expect_eq(bytes.size, strlen("before"));

    bodies.account_opened.account = cbi_message_string(SAMPLE_ACCOUNT);
    cr_expect_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_OK);
    cr_expect_gt(bytes.size, strlen("before"));
    cbank_buffer_clear(&bytes);
}

/* One spoilt field of the header after another. */
static void spoil_version(Cbank__V1__Statement *message)
{
    message->version = 2;
}
static void spoil_version_away(Cbank__V1__Statement *message)
{
    message->version = 0;
}
static void spoil_class(Cbank__V1__Statement *message)
{
    message->entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD;
}
static void spoil_class_away(Cbank__V1__Statement *message)
{
    message->entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_UNSPECIFIED;
}
static void spoil_kind(Cbank__V1__Statement *message)
{
    message->kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_UNSPECIFIED;
}
static void spoil_other_body(Cbank__V1__Statement *message)
{
    message->kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_MERGED_OUT;
}
static void spoil_salt(Cbank__V1__Statement *message)
{
    message->salt.len = 15;
}
static void spoil_salt_away(Cbank__V1__Statement *message)
{
    message->salt.len = 0;
}
static void spoil_time(Cbank__V1__Statement *message)
{
    message->at = 0;
}
static void spoil_time_back(Cbank__V1__Statement *message)
{
    message->at = -1;
}
static void spoil_token(Cbank__V1__Statement *message)
{
    message->token = sample_bytes(1, 17);
}
static void spoil_digest(Cbank__V1__Statement *message)
{
    message->reason_digest = sample_bytes(1, 31);
}
static void spoil_reason(Cbank__V1__Statement *message)
{
    cbank__v1__code__init(&reason);
    reason.scheme = cbi_message_string("cbank");
    message->reason = &reason;
}
static void spoil_body_away(Cbank__V1__Statement *message)
{
    message->body.len = 0;
}
static void spoil_body_cut(Cbank__V1__Statement *message)
{
    message->body.len -= 1;
}

Test(statement, a_spoilt_header_is_refused_with_the_field_that_is_wrong)
{
    static const struct {
        void (*spoil)(Cbank__V1__Statement *message);
        cbank_status status;
        const char *object;
    } cases[] = {
        {spoil_version, CBANK_E_UNSUPPORTED, "Statement"},
        {spoil_version_away, CBANK_E_UNSUPPORTED, "Statement"},
        {spoil_class, CBANK_E_MALFORMED, "entry_class"},
        {spoil_class_away, CBANK_E_MALFORMED, "entry_class"},
        {spoil_kind, CBANK_E_UNSUPPORTED, "kind"},
        {spoil_other_body, CBANK_E_UNSUPPORTED, NULL},
        {spoil_salt, CBANK_E_MALFORMED, "salt"},
        {spoil_salt_away, CBANK_E_MALFORMED, "salt"},
        {spoil_time, CBANK_E_MALFORMED, "at"},
        {spoil_time_back, CBANK_E_MALFORMED, "at"},
        {spoil_token, CBANK_E_MALFORMED, "token"},
        {spoil_digest, CBANK_E_MALFORMED, "reason_digest"},
        {spoil_reason, CBANK_E_MALFORMED, "reason"},
        {spoil_body_away, CBANK_E_MALFORMED, "body"},
        {spoil_body_cut, CBANK_E_MALFORMED, NULL},
    };
    cbank_buffer body = {0};
    Cbank__V1__Statement good = message_of(OPENED, &body);

    cr_assert_eq(read_back(&good), CBANK_OK);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        Cbank__V1__Statement message = good;

        cases[i].spoil(&message);
        cr_expect_eq(read_back(&message), cases[i].status, "case %zu: %s", i, err.detail);
        if (cases[i].object != NULL)
            cr_expect_str_eq(err.object, cases[i].object, "case %zu", i);
    }
    cbank_buffer_clear(&body);
}

Test(statement, a_body_with_anything_it_should_not_hold_is_refused)
{
    cbank_buffer body = {0};
    Cbank__V1__Statement message = message_of(OPENED, &body);
    const uint8_t unknown[] = {0x78, 0x01}; /* field 15 */

    cr_assert_eq(cbi_buffer_append(&body, cbi_bytes_of(unknown, 2), &err), CBANK_OK);
    message.body = cbi_message_data(cbi_bytes_of_buffer(&body));
    cr_expect_eq(read_back(&message), CBANK_E_UNSUPPORTED);
    cbank_buffer_clear(&body);
}

Test(statement, no_part_of_a_statement_and_no_single_bit_less_is_a_statement_by_accident)
{
    cbi_statement_draft draft = draft_of(DEPOSITED);
    cbank_buffer bytes = {0};
    cbi_statement read = {0};
    size_t other = 0;

    cr_assert_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_OK);
    for (size_t size = 0; size < bytes.size; size++)
        cr_expect_neq(cbi_statement_parse(cbi_bytes_of(bytes.data, size), &read, &err), CBANK_OK,
                      "the first %zu bytes", size);
    /* A changed bit is refused, or it is another statement that packs to exactly those bytes. */
    for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
        cbank_buffer again = {0};

        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (cbi_statement_parse(cbi_bytes_of_buffer(&bytes), &read, &err) == CBANK_OK) {
            cr_assert_eq(cbi_message_pack(read.message, &again, &err), CBANK_OK);
            cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&bytes), cbi_bytes_of_buffer(&again)));
            other++;
            cbi_statement_clear(&read);
        }
        bytes.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        cbank_buffer_clear(&again);
    }
    cr_expect_gt(other, 0);
    cr_expect_lt(other, 8 * bytes.size);
    cbank_buffer_clear(&bytes);
}

Test(statement, sixty_kibibytes_are_the_limit_and_it_is_told_before_parsing)
{
    static uint8_t large[CBI_STATEMENT_MAX + 1];
    cbi_statement_draft draft = draft_of(DEPOSITED);
    cbank_buffer bytes = {0};
    cbi_statement read = {0};

    cr_expect_eq(cbi_statement_parse(cbi_bytes_of(large, sizeof(large)), &read, &err),
                 CBANK_E_TOO_LARGE);
    cr_expect_eq(err.where, CBI_STATEMENT_MAX);
    bodies.credit_deposited.record = cbi_message_data(cbi_bytes_of(large, 60000));
    cr_expect_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_OK);
    cbank_buffer_clear(&bytes);
    bodies.credit_deposited.record = cbi_message_data(cbi_bytes_of(large, CBI_STATEMENT_MAX));
    cr_expect_eq(cbi_statement_build(&draft, &bytes, &err), CBANK_E_TOO_LARGE);
    cr_expect_eq(bytes.size, 0);
    cbank_buffer_clear(&bytes);
}
