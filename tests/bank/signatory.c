/* Another bank's word is no institution's: what it brings in the name of one that is known here is
 * taken under a key that is known here. */
#include "bank/courier.h"
#include "bank/keyloss.h"
#include "bank/telling.h"
#include "base/text.h"
#include "base/time.h"

static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};
static const courier_answer whole;
static const courier_answer known_keys = {.refuse_unknown_keys = true};
#define OTHER_CODE "PXU-A"
#define DAY 86400

static teller *const a = &courier_a, *const b = &courier_b;

static void begin(void)
{
    courier_begin_apart(CBI_SUITE_SHA256_ED25519);
}

TestSuite(signatory, .init = begin, .fini = courier_end);

/* ---- what the college, the registrar and the thief do --------------------------------------- */

static cbank_status offer_and_receive(const courier_answer *answer, cbi_received *out,
                                      cbank_error *err)
{
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 2);
    cbank_buffer file = courier_file(a, &offer);
    cbank_status status = courier_receive(a, b, &file, answer, out, err);

    cbank_buffer_clear(&file);
    return status;
}

static Cbank__V1__RequestHead head_for(teller *it, const char *code)
{
    Cbank__V1__RequestHead head = CBANK__V1__REQUEST_HEAD__INIT;

    head.origin = cbi_message_string(it->bank->config.origin);
    head.institution = cbi_message_string(code);
    head.at = it->now;
    return head;
}

/* The college's key in one bank follows the one in the other, by its own request. */
static void bring_in(teller *it, const cbi_private *next)
{
    Cbank__V1__RequestHead head = head_for(it, TELLER_COLLEGE);
    char code[CBI_INSTITUTION_CODE_MAX + 1];
    cbank_buffer file = {0};

    teller_works(cbi_request_make(&head, it->college_key, next, &file, &teller_err));
    teller_works(cbi_institution_rotate(it->bank, cbi_bytes_of_buffer(&file), (cbi_bytes){0},
                                        ++it->now, code, &teller_err));
    cbank_buffer_clear(&file);
}

/* Another code, under which the key is entered that the first bank knows the college by. */
static void enter_other(void)
{
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    const cbi_vouched who = {.code = OTHER_CODE,
                             .names = names,
                             .name_count = 1,
                             .key = *cbi_private_public(a->college_key)};

    name.lang = cbi_message_string("zh");
    name.value = cbi_message_string("萍乡学院（甲银行）");
    teller_works(cbi_institution_vouch(b->bank, &who, (cbi_bytes){0}, ++b->now, &teller_err));
}

/* The college lets whoever has that code sign for it. */
static void delegate(const Cbank__V1__Delegation *terms)
{
    Cbank__V1__RequestHead head = head_for(b, TELLER_COLLEGE);
    Cbank__V1__Delegation delegation = *terms;
    const cbi_notice notice = {.now = ++b->now};
    char code[CBI_INSTITUTION_CODE_MAX + 1];
    cbank_buffer file = {0};

    delegation.signer = cbi_message_string(OTHER_CODE);
    head.delegation = &delegation;
    teller_works(cbi_request_make(&head, NULL, b->college_key, &file, &teller_err));
    teller_works(cbi_telling_take(b->bank, &notice, cbi_bytes_of_buffer(&file), code,
                                  &teller_err));
    cbank_buffer_clear(&file);
}

static void lose_key(int64_t since_at)
{
    const cbi_keyloss loss = {
        .institution = TELLER_COLLEGE, .reason = "key-stolen", .since_at = since_at};
    cbi_keyloss_noted noted;

    teller_works(cbi_keyloss_report(b->bank, &loss, (cbi_bytes){0}, ++b->now, &noted, &teller_err));
}

/* A bank that does not know the college at all, or without a key. */
static void open_stranger(teller *c, bool entered)
{
    Cbank__V1__InstitutionRegistered body = CBANK__V1__INSTITUTION_REGISTERED__INIT;
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};

    teller_open_elsewhere(c, CBI_SUITE_SHA256_ED25519, "third.example");
    if (!entered)
        return;
    name.lang = cbi_message_string("zh");
    name.value = cbi_message_string("萍乡学院");
    body.institution = cbi_message_string(TELLER_COLLEGE);
    body.names = names;
    body.n_names = 1;
    teller_works(cbi_telling_register(
        c->bank, &(cbi_notice){.code = TELLER_COLLEGE, .now = ++c->now}, &body, &teller_err));
}

/* ---- whoever lies about whose a record is --------------------------------------------------- */

Test(signatory_suites, a_college_known_here_is_not_whom_another_bank_says_it_is)
{
    for (size_t i = 0; i < 2; i++) {
        char fingerprint[2 * CBI_HASH_SIZE + 1];
        cbank_error err = {0};
        cbi_received received;
        cbi_hash digest;

        courier_begin_apart(suites[i]);
        teller_fails(offer_and_receive(&whole, &received, &err), err, TRANSFER_KEY);
        cr_expect_str_eq(err.object, TELLER_COLLEGE);
        teller_works(cbi_public_fingerprint(cbi_private_public(a->college_key), &digest,
                                            &teller_err));
        cbi_hex_encode(cbi_bytes_of_hash(&digest), fingerprint);
        cr_expect_str_eq(err.detail, fingerprint, "which key is said whole");
        cr_expect_eq(courier_credits(b), 0);
        courier_end();
    }
}

Test(signatory, what_no_known_key_has_signed_can_be_left_out_and_stays_there)
{
    cbi_received received;

    cr_expect_eq(courier_carry(courier_ids, 2, &known_keys, &received).state,
                 CBI_TRANSFER_DECLINED);
    courier_expect_refusal(&received, &courier_ids[0], "key-unknown");
    courier_expect_refusal(&received, &courier_ids[1], "key-unknown");
    cr_expect_eq(courier_credits(a), 5000);
    cr_expect_eq(courier_credits(b), 0);
}

Test(signatory, to_decline_needs_no_key)
{
    const courier_answer no = {.decline = true};
    cbi_received received;

    cr_expect_eq(courier_carry(courier_ids, 2, &no, &received).state, CBI_TRANSFER_DECLINED);
}

Test(signatory, the_key_of_another_institution_here_is_nobody_elses)
{
    cbank_error err = {0};
    cbi_received received;

    enter_other();
    teller_fails(offer_and_receive(&whole, &received, &err), err, TRANSFER_KEY);
}

/* ---- how it is remedied --------------------------------------------------------------------- */

Test(signatory, the_college_brings_its_other_key_in)
{
    cbi_transfer_row offer = courier_offer(a, b->bank->config.origin, courier_ids, 2);
    cbank_buffer file = courier_file(a, &offer);
    cbank_error err = {0};
    cbi_received received;

    teller_fails(courier_receive(a, b, &file, &whole, &received, &err), err, TRANSFER_KEY);
    bring_in(b, a->college_key);
    teller_works(courier_receive(a, b, &file, &whole, &received, &teller_err));
    cr_expect_eq(received.outcome, CBI_TRANSFER_ACCEPTED, "the very same file");
    cr_expect_eq(courier_credits(b), 4500);
    cbank_buffer_clear(&file);
}

Test(signatory, or_has_whoever_holds_it_sign_for_it)
{
    const Cbank__V1__Delegation all = CBANK__V1__DELEGATION__INIT;
    cbi_received received;

    enter_other();
    delegate(&all);
    cr_expect_eq(courier_carry(courier_ids, 2, &known_keys, &received).state,
                 CBI_TRANSFER_ACCEPTED);
    cr_expect_eq(courier_credits(b), 4500);
}

Test(signatory, for_that_type_and_that_time)
{
    Cbank__V1__Delegation later = CBANK__V1__DELEGATION__INIT, other = later;
    Cbank__V1__RecordType type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_CONTEST;
    cbank_error err = {0};
    cbi_received received;

    enter_other();
    later.from = cbi_date_of(TELLER_TIME + 2 * DAY);
    delegate(&later);
    other.types = &type;
    other.n_types = 1;
    delegate(&other);
    teller_fails(offer_and_receive(&whole, &received, &err), err, TRANSFER_KEY);
}

Test(signatory, one_that_has_no_key_here_is_known_all_the_same)
{
    cbi_transfer_row offer;
    cbank_error err = {0};
    cbi_received received;
    cbank_buffer file;
    teller c;

    open_stranger(&c, true);
    offer = courier_offer(a, c.bank->config.origin, courier_ids, 2);
    file = courier_file(a, &offer);
    teller_fails(courier_receive(a, &c, &file, &whole, &received, &err), err, TRANSFER_KEY);
    teller_works(cbi_keyloss_replace(c.bank, TELLER_COLLEGE, cbi_private_public(a->college_key),
                                     (cbi_bytes){0}, ++c.now, &teller_err));
    teller_works(courier_receive(a, &c, &file, &whole, &received, &teller_err));
    cr_expect_eq(received.outcome, CBI_TRANSFER_ACCEPTED);
    cbank_buffer_clear(&file);
    teller_close(&c);
}

Test(signatory, one_that_is_not_entered_is_the_other_banks_word)
{
    cbi_transfer_row offer;
    cbi_received received;
    cbank_buffer file;
    teller c;

    open_stranger(&c, false);
    offer = courier_offer(a, c.bank->config.origin, courier_ids, 2);
    file = courier_file(a, &offer);
    teller_works(courier_receive(a, &c, &file, &known_keys, &received, &teller_err));
    cr_expect_eq(received.outcome, CBI_TRANSFER_ACCEPTED);
    cbank_buffer_clear(&file);
    teller_close(&c);
}

/* ---- who signs for another ------------------------------------------------------------------ */

#define STREET "STREET"

static void enter_street(teller *it)
{
    Cbank__V1__InstitutionRegistered body = CBANK__V1__INSTITUTION_REGISTERED__INIT;
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    const cbi_notice notice = {.code = STREET, .now = ++it->now};

    name.lang = cbi_message_string("zh");
    name.value = cbi_message_string("街道学习中心");
    body.institution = cbi_message_string(STREET);
    body.names = names;
    body.n_names = 1;
    teller_works(cbi_telling_register(it->bank, &notice, &body, &teller_err));
}

/* The bank says that the college signs for the street. */
static void let_college_sign(teller *it)
{
    Cbank__V1__Delegation delegation = CBANK__V1__DELEGATION__INIT;
    const cbi_new_grant grant = {.delegation = &delegation};
    const cbi_notice notice = {.code = STREET, .now = ++it->now};

    delegation.signer = cbi_message_string(TELLER_COLLEGE);
    teller_works(cbi_telling_grant(it->bank, &notice, &grant, &teller_err));
}

static teller_id issue_for_street(teller *it)
{
    Cbank__V1__CreditRecord record = CBANK__V1__CREDIT_RECORD__INIT;
    Cbank__V1__LangText title = CBANK__V1__LANG_TEXT__INIT, *titles[1] = {&title};
    Cbank__V1__Awarder awarder = CBANK__V1__AWARDER__INIT;
    const cbi_desk_draft draft = {it->account.digits, &record};
    const cbi_desk_order order = {
        .institution = TELLER_COLLEGE, .key = it->college_key, .now = ++it->now};
    cbi_desk_result result;
    cbi_hash batch;
    teller_id id;

    title.lang = cbi_message_string("zh");
    title.value = cbi_message_string("书法");
    awarder.institution = cbi_message_string(STREET);
    record.awarded_by = &awarder;
    record.reference = cbi_message_string("S-1");
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COMMUNITY;
    record.title = titles;
    record.n_title = 1;
    teller_works(cbi_desk_issue(it->bank, &order, &draft, 1, &result, &batch, &teller_err));
    cbi_holding_display_id(result.index, &result.id, id.text);
    return id;
}

/* In the first bank the college signs for the street; both know the college by the same key. */
static cbank_buffer offer_of_street(void)
{
    cbi_transfer_row offer;
    teller_id id;

    courier_end_unsound();
    courier_begin();
    enter_street(a);
    let_college_sign(a);
    id = issue_for_street(a);
    offer = courier_offer(a, b->bank->config.origin, &id, 1);
    return courier_file(a, &offer);
}

Test(signatory, whom_another_bank_lets_sign_for_one_that_is_known_here_signs_nothing_here)
{
    cbank_buffer file = offer_of_street();
    cbank_error err = {0};
    cbi_received received;

    teller_vouch(b, STREET);
    teller_fails(courier_receive(a, b, &file, &whole, &received, &err), err, TRANSFER_KEY);
    cr_expect_str_eq(err.object, STREET, "though the college's key is known here");
    cbank_buffer_clear(&file);
}

Test(signatory, until_it_may_here_too)
{
    cbank_buffer file = offer_of_street();
    cbank_error err = {0};
    cbi_received received;

    enter_street(b);
    teller_fails(courier_receive(a, b, &file, &whole, &received, &err), err, TRANSFER_KEY);
    let_college_sign(b);
    teller_works(courier_receive(a, b, &file, &whole, &received, &teller_err));
    cr_expect_eq(received.outcome, CBI_TRANSFER_ACCEPTED);
    cbank_buffer_clear(&file);
}

/* ---- keys that are over --------------------------------------------------------------------- */

/* The college has one key in both banks, and another one follows it in the second. */
static void replace_there(int64_t at)
{
    cbi_private *next = NULL;

    courier_end_unsound();
    courier_begin();
    teller_works(cbi_private_new(CBI_SUITE_SHA256_ED25519, &next, &teller_err));
    b->now = at;
    bring_in(b, next);
    cbi_private_free(next);
}

Test(signatory, a_key_that_another_one_followed_later_is_good_for_what_came_before)
{
    cbi_received received;

    replace_there(TELLER_TIME + 2 * DAY);
    cr_expect_eq(courier_carry(courier_ids, 2, &whole, &received).state, CBI_TRANSFER_ACCEPTED);
}

Test(signatory, what_the_other_bank_received_after_that_day_is_not_taken)
{
    cbank_error err = {0};
    cbi_received received;

    replace_there(TELLER_TIME + DAY);
    a->now = b->now = TELLER_TIME + 3 * DAY;
    courier_ids[0] = teller_issue(a, "D", 3500);
    teller_fails(offer_and_receive(&whole, &received, &err), err, TRANSFER_KEY_OVER);
    cr_expect_eq(courier_carry(&courier_ids[2], 1, &whole, &received).state,
                 CBI_TRANSFER_ACCEPTED);
}

Test(signatory, nor_what_it_received_on_the_day_the_key_was_lost_or_after)
{
    cbi_transfer_row offer;
    cbank_error err = {0};
    cbi_received received;
    cbank_buffer file;

    courier_end_unsound();
    courier_begin();
    lose_key(0);
    offer = courier_offer(a, b->bank->config.origin, courier_ids, 2);
    file = courier_file(a, &offer);
    teller_fails(courier_receive(a, b, &file, &whole, &received, &err), err, TRANSFER_KEY_OVER);
    teller_works(courier_receive(a, b, &file, &known_keys, &received, &teller_err));
    cr_expect_eq(received.outcome, CBI_TRANSFER_DECLINED);
    courier_expect_refusal(&received, &courier_ids[0], "key-over");
    cbank_buffer_clear(&file);
}

Test(signatory, what_it_received_before_a_key_was_lost_is_taken)
{
    cbi_received received;

    courier_end_unsound();
    courier_begin();
    b->now = TELLER_TIME + 9 * DAY;
    lose_key(0);
    cr_expect_eq(courier_carry(courier_ids, 1, &whole, &received).state, CBI_TRANSFER_ACCEPTED);
}

Test(signatory, a_loss_counts_from_the_day_that_is_known_of_it)
{
    cbank_error err = {0};
    cbi_received received;

    courier_end_unsound();
    courier_begin();
    b->now = TELLER_TIME + 9 * DAY;
    lose_key(TELLER_TIME - DAY);
    teller_fails(offer_and_receive(&whole, &received, &err), err, TRANSFER_KEY_OVER);
}

/* ---- other suites --------------------------------------------------------------------------- */

Test(signatory, a_bank_of_the_other_suite_has_nothing_that_can_be_taken)
{
    cbank_error err = {0};
    cbi_received received;

    teller_close(b);
    teller_open_at(b, CBI_SUITE_SM3_SM2, "other.example");
    teller_fails(offer_and_receive(&whole, &received, &err), err, TRANSFER_SUITE);
}
