/* The second chain: bodies spoilt field by field, how things end, how old one must be, and what a
 * consent covers. */
#include "record/consent.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/limits.h"
#include "base/time.h"
#include "record/basis.h"
#include "record/body.h"
#include "record/sample.h"

static cbank_error err;
static sample_bodies bodies;

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define GIVER(name) CBANK__V1__CONSENT_GIVER__CONSENT_GIVER_##name
#define EXTENT(name) CBANK__V1__CONSENT_EXTENT__CONSENT_EXTENT_##name
#define TYPE(name) CBANK__V1__RECORD_TYPE__RECORD_TYPE_##name
#define DETAIL(name) CBANK__V1__PERSONAL_DETAIL__PERSONAL_DETAIL_##name
#define TEXT(value) cbi_message_string(value)
#define NONE sample_bytes(0, 0)
#define SHORT sample_bytes(0, 31)

static cbank_status check(int kind)
{
    return cbi_body_check(cbi_kind_find(kind), sample_body(&bodies, kind), &err);
}

static void refused(int kind, const char *field)
{
    cr_expect_eq(check(kind), CBANK_E_INVALID, "%d %s", kind, field);
    cr_expect_str_eq(err.object, field);
    sample_bodies_init(&bodies);
    cr_assert_eq(check(kind), CBANK_OK, "%s %s", err.object, err.detail);
}

#define REFUSED(kind, message, field, ...)                                                         \
    do {                                                                                           \
        bodies.message.field = __VA_ARGS__;                                                        \
        refused(KIND(kind), #field);                                                               \
    } while (0)

static void begin(void)
{
    sample_bodies_init(&bodies);
}

TestSuite(consent_body, .init = begin);
TestSuite(consent, .init = begin);

Test(consent_body, a_mandate_has_a_role_a_person_and_whole_days)
{
    REFUSED(AGENT_AUTHORISED, agent_authorised, account, TEXT("1"));
    REFUSED(AGENT_AUTHORISED, agent_authorised, role, 0);
    REFUSED(AGENT_AUTHORISED, agent_authorised, agent, SHORT);
    REFUSED(AGENT_AUTHORISED, agent_authorised, from, 0);
    REFUSED(AGENT_AUTHORISED, agent_authorised, from, 20260100);
    REFUSED(AGENT_AUTHORISED, agent_authorised, until, 20260000);
    REFUSED(AGENT_AUTHORISED, agent_authorised, until, 20251231);
    REFUSED(AGENT_AUTHORISED, agent_authorised, until, 20260231);
    REFUSED(AGENT_ENDED, agent_ended, account, TEXT(""));
    REFUSED(AGENT_ENDED, agent_ended, touched_leaf, NONE);
}

Test(consent_body, a_consent_says_who_gives_it_to_whom_for_what_until_when)
{
    REFUSED(CONSENT_GIVEN, consent_given, account, TEXT("1"));
    REFUSED(CONSENT_GIVEN, consent_given, giver, 0);
    REFUSED(CONSENT_GIVEN, consent_given, giver, GIVER(BANK));
    REFUSED(CONSENT_GIVEN, consent_given, agent_leaf, NONE);
    REFUSED(CONSENT_GIVEN, consent_given, recipient, TEXT(""));
    REFUSED(CONSENT_GIVEN, consent_given, recipient, TEXT("pxu"));
    REFUSED(CONSENT_GIVEN, consent_given, until, 20251231);
    REFUSED(CONSENT_GIVEN, consent_given, until, 0);
    REFUSED(CONSENT_GIVEN, consent_given, method, 0);
    REFUSED(CONSENT_GIVEN, consent_given, language, TEXT("中文"));
    REFUSED(CONSENT_GIVEN, consent_given, form, TEXT("张三 3603"));
    REFUSED(CONSENT_GIVEN, consent_given, form_digest, SHORT);
    bodies.consent_given.giver = GIVER(LEARNER); /* and yet names an agent */
    refused(KIND(CONSENT_GIVEN), "agent_leaf");
    bodies.details[1] = DETAIL(NAME); /* twice */
    refused(KIND(CONSENT_GIVEN), "details");
}

Test(consent_body, an_extent_lists_what_it_is_of_and_nothing_else)
{
    REFUSED(CONSENT_GIVEN, consent_given, extent, 0);
    bodies.consent_given.extent = EXTENT(WHOLE);
    refused(KIND(CONSENT_GIVEN), "types");
    bodies.consent_given.n_types = 0;
    refused(KIND(CONSENT_GIVEN), "types");
    bodies.consent_types[1] = TYPE(COURSE);
    refused(KIND(CONSENT_GIVEN), "types");
    bodies.consent_given.extent = EXTENT(RECORDS);
    bodies.consent_given.n_types = 0;
    refused(KIND(CONSENT_GIVEN), "records");
    bodies.consent_given.extent = EXTENT(RECORDS);
    bodies.consent_given.n_types = 0;
    bodies.consent_given.records = bodies.records;
    bodies.consent_given.n_records = 2;
    cr_expect_eq(check(KIND(CONSENT_GIVEN)), CBANK_OK, "%s", err.object);
    bodies.records[1] = bodies.records[0];
    refused(KIND(CONSENT_GIVEN), "records");
}

Test(consent_body, a_withdrawal_names_what_it_ends)
{
    REFUSED(CONSENT_WITHDRAWN, consent_withdrawn, by, 0);
    REFUSED(CONSENT_WITHDRAWN, consent_withdrawn, touched_leaf, NONE);
    REFUSED(CONSENT_WITHDRAWN, consent_withdrawn, agent_leaf, sample_bytes(1, 32));
    REFUSED(CONSENT_WITHDRAWN, consent_withdrawn, agent_sequence, 1);
    bodies.consent_withdrawn.by = GIVER(GUARDIAN);
    refused(KIND(CONSENT_WITHDRAWN), "agent_leaf");
    bodies.consent_withdrawn.by = GIVER(BANK);
    cr_expect_eq(check(KIND(CONSENT_WITHDRAWN)), CBANK_OK);
    REFUSED(DISCLOSURE_WITHDRAWN, disclosure_withdrawn, touched_leaf, SHORT);
}

Test(consent_body, a_claim_has_no_items_and_shows_none)
{
    bodies.disclosure_issued.items = bodies.disclosure_issued.shown = 0;
    cr_expect_eq(check(KIND(DISCLOSURE_ISSUED)), CBANK_OK);
    bodies.disclosure_issued.shown = 1;
    refused(KIND(DISCLOSURE_ISSUED), "shown");
}

Test(consent_body, a_disclosure_rests_on_a_consent_or_on_a_basis_that_is_listed)
{
    Cbank__V1__Code basis = CBANK__V1__CODE__INIT;

    REFUSED(DISCLOSURE_ISSUED, disclosure_issued, transcript, SHORT);
    REFUSED(DISCLOSURE_ISSUED, disclosure_issued, code, TEXT("AAAAAAAAAAAB"));
    REFUSED(DISCLOSURE_ISSUED, disclosure_issued, recipient, TEXT(""));
    REFUSED(DISCLOSURE_ISSUED, disclosure_issued, expires_at, 0);
    REFUSED(DISCLOSURE_ISSUED, disclosure_issued, consent_leaf, NONE);
    REFUSED(DISCLOSURE_ISSUED, disclosure_issued, items, 65537);
    REFUSED(DISCLOSURE_ISSUED, disclosure_issued, shown, 5);
    REFUSED(DISCLOSURE_ISSUED, disclosure_issued, size, 0);
    REFUSED(DISCLOSURE_EXTENDED, disclosure_extended, expires_at, -1);
    REFUSED(DISCLOSURE_EXTENDED, disclosure_extended, consent_leaf, NONE);
    basis.scheme = TEXT("cbank");
    basis.value = TEXT("because");
    bodies.disclosure_issued.basis = &basis;
    refused(KIND(DISCLOSURE_ISSUED), "basis");
    basis.value = TEXT("legal-duty");
    bodies.disclosure_issued.basis = &basis; /* and a consent too */
    refused(KIND(DISCLOSURE_ISSUED), "consent_leaf");
    bodies.disclosure_issued.basis = &basis;
    bodies.disclosure_issued.consent_leaf = NONE;
    refused(KIND(DISCLOSURE_ISSUED), "consent_sequence");
    bodies.disclosure_issued.basis = &basis;
    bodies.disclosure_issued.consent_leaf = NONE;
    bodies.disclosure_issued.consent_sequence = 0;
    cr_expect_eq(check(KIND(DISCLOSURE_ISSUED)), CBANK_OK, "%s", err.object);
}

/* ---- state ------------------------------------------------------------------------------- */

static cbi_consent_state begun(int kind)
{
    cbi_consent_state state;

    cr_assert(cbi_consent_begin(kind, sample_body(&bodies, kind), &state));
    return state;
}

Test(consent, each_thing_is_ended_by_its_own_kind_once)
{
    static const int BEGINS[] = {KIND(CONSENT_GIVEN), KIND(AGENT_AUTHORISED),
                                 KIND(DISCLOSURE_ISSUED)};
    static const int ENDS[] = {KIND(CONSENT_WITHDRAWN), KIND(AGENT_ENDED),
                               KIND(DISCLOSURE_WITHDRAWN)};

    for (size_t b = 0; b < 3; b++) {
        for (size_t e = 0; e < 3; e++) {
            cbi_consent_state state = begun(BEGINS[b]);
            cbank_status status =
                cbi_consent_step(&state, ENDS[e], sample_body(&bodies, ENDS[e]), &err);

            cr_expect_eq(status, b == e ? CBANK_OK : CBANK_E_STATE, "%zu by %zu", b, e);
            cr_expect_eq(state.ended, b == e);
            if (b != e)
                continue;
            cr_expect_eq(cbi_consent_step(&state, ENDS[e], sample_body(&bodies, ENDS[e]), &err),
                         CBANK_E_STATE, "twice");
        }
    }
}

Test(consent, a_disclosure_is_extended_to_later_only_and_not_once_it_is_withdrawn)
{
    cbi_consent_state state = begun(KIND(DISCLOSURE_ISSUED));
    int kind = KIND(DISCLOSURE_EXTENDED);

    cr_expect_eq(cbi_consent_step(&state, kind, &bodies.disclosure_extended, &err), CBANK_OK);
    cr_expect(state.extended);
    cr_expect_eq(state.until, 1900000000);
    cr_expect_eq(cbi_consent_step(&state, kind, &bodies.disclosure_extended, &err),
                 CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_DISCLOSURE_EARLIER);
    bodies.disclosure_extended.expires_at++;
    cr_expect_eq(cbi_consent_step(&state, KIND(DISCLOSURE_WITHDRAWN),
                                  &bodies.disclosure_withdrawn, &err),
                 CBANK_OK);
    cr_expect_eq(cbi_consent_step(&state, kind, &bodies.disclosure_extended, &err),
                 CBANK_E_STATE);
    cr_expect_eq(err.reason, CBI_REASON_DISCLOSURE_WITHDRAWN);
    cr_expect_eq(state.until, 1900000000, "a refused step moves nothing");
}

Test(consent, what_begins_names_nothing_and_what_ends_begins_nothing)
{
    for (int kind = KIND(CONSENT_GIVEN); kind <= (int)KIND(DISCLOSURE_WITHDRAWN); kind++) {
        cbi_consent_state state;
        uint64_t sequence;
        cbi_bytes leaf;

        cr_expect_neq(cbi_consent_begin(kind, sample_body(&bodies, kind), &state),
                      cbi_consent_touched(kind, sample_body(&bodies, kind), &sequence, &leaf),
                      "%d", kind);
    }
}

/* ---- age --------------------------------------------------------------------------------- */

Test(consent, one_is_fourteen_from_the_birthday_on_and_a_date_that_leaves_it_open_is_no_answer)
{
    static const struct {
        uint32_t born_on, day;
        cbi_consent_age age;
    } cases[] = {
        {0, 20260601, CBI_CONSENT_AGE_UNKNOWN},
        {20120615, 20260614, CBI_CONSENT_AGE_CHILD},
        {20120615, 20260615, CBI_CONSENT_AGE_FULL},
        {20120229, 20260228, CBI_CONSENT_AGE_CHILD},
        {20120229, 20260301, CBI_CONSENT_AGE_FULL},
        {20120600, 20260531, CBI_CONSENT_AGE_CHILD},
        {20120600, 20260615, CBI_CONSENT_AGE_UNKNOWN},
        {20120600, 20260701, CBI_CONSENT_AGE_FULL},
        {20120000, 20251231, CBI_CONSENT_AGE_CHILD},
        {20120000, 20260615, CBI_CONSENT_AGE_UNKNOWN},
        {20120000, 20270101, CBI_CONSENT_AGE_FULL},
        {18900101, 20260615, CBI_CONSENT_AGE_FULL},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(cbi_consent_age_on(cases[i].born_on, cases[i].day), cases[i].age, "%u on %u",
                     cases[i].born_on, cases[i].day);
}

Test(consent, only_a_guardian_speaks_for_a_child_and_only_for_a_child)
{
    static const cbi_reason REFUSALS[3][4] = {
        [CBI_CONSENT_AGE_UNKNOWN] = {0, CBI_REASON_CONSENT_AGE_UNKNOWN,
                                     CBI_REASON_CONSENT_AGE_UNKNOWN,
                                     CBI_REASON_CONSENT_AGE_UNKNOWN},
        [CBI_CONSENT_AGE_CHILD] = {0, CBI_REASON_CONSENT_GUARDIAN, CBI_REASON_CONSENT_GUARDIAN, 0},
        [CBI_CONSENT_AGE_FULL] = {0, 0, 0, CBI_REASON_CONSENT_OF_AGE},
    };

    for (int age = 0; age < 3; age++) {
        for (int giver = GIVER(LEARNER); giver <= (int)GIVER(GUARDIAN); giver++) {
            err = (cbank_error){0};
            (void)cbi_consent_check_giver((Cbank__V1__ConsentGiver)giver, (cbi_consent_age)age,
                                          &err);
            cr_expect_eq(err.reason, (int32_t)REFUSALS[age][giver], "%d at %d", giver, age);
        }
    }
}

/* ---- what a consent covers ---------------------------------------------------------------- */

static cbi_consent_ask fitting(void)
{
    return (cbi_consent_ask){.recipient = "PXU",
                             .purpose = "",
                             .name = true,
                             .birth = true,
                             .now = cbi_date_begins(20260301)};
}

static void expect(const cbi_consent_ask *ask, cbi_reason reason, const char *detail)
{
    err = (cbank_error){0};
    (void)cbi_consent_covers(&bodies.consent_given, ask, &err);
    cr_expect_eq(err.reason, (int32_t)reason, "%s", cbi_reason_word((cbi_reason)err.reason));
    if (detail != NULL)
        cr_expect_str_eq(err.detail, detail);
}

Test(consent, covers_whom_and_what_it_says_and_no_more)
{
    cbi_consent_ask ask = fitting();

    expect(&ask, 0, NULL);
    ask.recipient = "NCU";
    expect(&ask, CBI_REASON_CONSENT_SCOPE, "recipient");
    ask.recipient = "anyone";
    expect(&ask, CBI_REASON_CONSENT_SCOPE, "recipient");
    bodies.consent_given.recipient = TEXT("anyone");
    expect(&ask, 0, NULL);
    ask.recipient = "NCU";
    expect(&ask, 0, NULL);
    ask.purpose = "job";
    expect(&ask, CBI_REASON_CONSENT_SCOPE, "purpose");
    ask.purpose = "";
    ask.number = true;
    expect(&ask, CBI_REASON_CONSENT_SCOPE, "number");
    ask.number = false;
    bodies.consent_given.n_details = 0;
    expect(&ask, CBI_REASON_CONSENT_SCOPE, "name");
}

Test(consent, covers_its_days_from_the_first_second_to_the_last)
{
    cbi_consent_ask ask = fitting();

    ask.now = cbi_date_begins(20260101) - 1;
    expect(&ask, CBI_REASON_CONSENT_TIME, "2026-01-01..2026-06-30");
    ask.now++;
    expect(&ask, 0, NULL);
    ask.now = cbi_date_begins(20260701) - 1;
    expect(&ask, 0, NULL);
    ask.expires_at = ask.now;
    expect(&ask, 0, NULL);
    ask.expires_at++;
    expect(&ask, CBI_REASON_CONSENT_UNTIL, "2026-06-30");
    ask.expires_at = 0;
    ask.now++;
    expect(&ask, CBI_REASON_CONSENT_TIME, NULL);
}

Test(consent, allows_records_by_type_or_by_name)
{
    cbi_hash id = {{0}};

    cr_expect(cbi_consent_allows(&bodies.consent_given, TYPE(COURSE), &id));
    cr_expect_not(cbi_consent_allows(&bodies.consent_given, TYPE(WORK), &id));
    bodies.consent_given.n_types = 0;
    bodies.consent_given.extent = EXTENT(RECORDS);
    bodies.consent_given.records = bodies.records;
    bodies.consent_given.n_records = 2;
    cr_expect_not(cbi_consent_allows(&bodies.consent_given, TYPE(COURSE), &id));
    cr_assert(cbi_hash_from(cbi_message_bytes(bodies.records[1]), &id));
    cr_expect(cbi_consent_allows(&bodies.consent_given, TYPE(WORK), &id));
    bodies.consent_given.extent = EXTENT(WHOLE);
    bodies.consent_given.n_records = 0;
    cr_expect(cbi_consent_allows(&bodies.consent_given, TYPE(WORK), &id));
}

Test(consent, a_basis_is_found_by_its_code_and_by_its_digest_and_nothing_else_is_one)
{
    static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};
    static const char *const codes[] = {"contract", "legal-duty", "emergency", "public-interest",
                                        "other-law"};

    for (size_t s = 0; s < 2; s++) {
        cbi_hasher *hasher = NULL;
        const cbi_basis *found;
        cbi_hash digest;

        cr_assert_eq(cbi_hasher_new(suites[s], &hasher, NULL), CBANK_OK);
        for (size_t i = 0; i < 5; i++) {
            cr_assert_not_null(cbi_basis_find(codes[i]));
            cr_assert_not_null(strstr(cbi_basis_codes(), codes[i]));
            cr_assert_eq(cbi_basis_digest(hasher, cbi_basis_find(codes[i]), &digest, NULL),
                         CBANK_OK);
            cr_assert_eq(cbi_basis_of_digest(hasher, cbi_bytes_of_hash(&digest), &found, NULL),
                         CBANK_OK);
            cr_expect_str_eq(found->code, codes[i]);
        }
        digest.bytes[0] ^= 1;
        cr_assert_eq(cbi_basis_of_digest(hasher, cbi_bytes_of_hash(&digest), &found, NULL),
                     CBANK_OK);
        cr_expect_null(found);
        cbi_hasher_free(hasher);
    }
    cr_expect_null(cbi_basis_find("consent"));
    cr_expect_null(cbi_basis_find(""));
}
