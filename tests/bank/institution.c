/* Institutions: admitted by their own request or on the bank's word, their keys in a row. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/institution.h"
#include "bank/teller.h"

static teller it;

static void begin(void)
{
    teller_open(&it, CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    teller_close(&it);
}

TestSuite(institution, .init = begin, .fini = end);

static cbi_private *new_key(cbi_suite suite)
{
    cbi_private *key = NULL;

    teller_works(cbi_private_new(suite, &key, &teller_err));
    return key;
}

/* A signed request; `earlier` is NULL to join. */
static cbank_buffer ask(const char *origin, const char *code, const cbi_private *earlier,
                        const cbi_private *key)
{
    Cbank__V1__RequestHead head = CBANK__V1__REQUEST_HEAD__INIT;
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    cbank_buffer file = {0};

    name.lang = cbi_message_string("zh");
    name.value = cbi_message_string("示例学院");
    head.origin = cbi_message_string(origin);
    head.institution = cbi_message_string(code);
    head.names = names;
    head.n_names = 1;
    head.at = it.now;
    teller_works(cbi_request_make(&head, earlier, key, &file, &teller_err));
    return file;
}

static cbank_status admit(cbi_bytes file, cbi_bytes token, cbank_error *err)
{
    char code[CBI_INSTITUTION_CODE_MAX + 1];

    return cbi_institution_admit(it.bank, file, token, ++it.now, code, err);
}

static cbank_status rotate(const cbank_buffer *file, cbank_error *err)
{
    char code[CBI_INSTITUTION_CODE_MAX + 1] = "";
    cbank_status status = cbi_institution_rotate(it.bank, cbi_bytes_of_buffer(file),
                                                 (cbi_bytes){0}, ++it.now, code, err);

    if (status == CBANK_OK)
        cr_expect_str_eq(code, TELLER_COLLEGE);
    return status;
}

static Cbank__V1__DirectoryInstitution *read_row(const char *code)
{
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);

    teller_works(cbi_institution_read(txn, code, &row, &teller_err));
    cbi_txn_abort(txn);
    return row;
}

static cbank_status signer_of(const char *code, cbi_public *out, cbank_error *err)
{
    cbi_txn *txn = teller_begin(&it, CBI_TXN_READ);
    cbank_status status = cbi_institution_signer(it.bank, txn, code, out, err);

    cbi_txn_abort(txn);
    return status;
}

/* ---- admission ------------------------------------------------------------------------------ */

Test(institution, admitted_by_its_request_signs_with_the_key_in_it)
{
    cbi_private *key = new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer file = ask(it.bank->config.origin, "AAA", NULL, key);
    Cbank__V1__DirectoryInstitution *row;
    cbi_public signer;

    teller_works(admit(cbi_bytes_of_buffer(&file), (cbi_bytes){0}, &teller_err));
    teller_works(signer_of("AAA", &signer, &teller_err));
    cr_expect(cbi_public_equal(&signer, cbi_private_public(key)));
    row = read_row("AAA");
    cr_expect_eq(row->n_keys, 1);
    cr_expect_gt(row->keys[0]->request.len, 0, "the request stays as evidence");
    cr_expect_eq(row->keys[0]->until_index, 0);
    cr_expect_eq(row->status, CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE);
    cbi_message_free(row);
    cbank_buffer_clear(&file);
    cbi_private_free(key);
}

Test(institution, vouched_for_has_a_key_without_a_request)
{
    Cbank__V1__DirectoryInstitution *row;

    teller_vouch(&it, "AAA");
    row = read_row("AAA");
    cr_expect_eq(row->keys[0]->request.len, 0);
    cbi_message_free(row);
}

Test(institution, that_asked_another_bank_is_not_admitted)
{
    cbi_private *key = new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer file = ask("other.example/credit/1", "AAA", NULL, key);
    cbank_error err;

    teller_fails(admit(cbi_bytes_of_buffer(&file), (cbi_bytes){0}, &err), err, FOR_ANOTHER_BANK);
    cbank_buffer_clear(&file);
    cbi_private_free(key);
}

Test(institution, whose_request_is_not_signed_by_the_key_in_it_is_not_admitted)
{
    cbi_private *key = new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer file = ask(it.bank->config.origin, "AAA", NULL, key);
    cbank_error err;

    file.data[file.size - 1] ^= 1; /* of the signature */
    cr_expect_eq(admit(cbi_bytes_of_buffer(&file), (cbi_bytes){0}, &err), CBANK_E_BAD_SIGNATURE);
    cbank_buffer_clear(&file);
    cbi_private_free(key);
}

Test(institution, of_a_code_that_is_taken_is_not_admitted)
{
    cbi_private *key = new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer file = ask(it.bank->config.origin, TELLER_COLLEGE, NULL, key);
    cbank_error err;

    teller_fails(admit(cbi_bytes_of_buffer(&file), (cbi_bytes){0}, &err), err, INSTITUTION_TAKEN);
    cbank_buffer_clear(&file);
    cbi_private_free(key);
}

Test(institution, vouched_for_under_another_name_is_another_request)
{
    cbi_bytes token = cbi_bytes_of("0123456789abcdef", CBI_TOKEN_SIZE);
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    cbi_private *key = new_key(CBI_SUITE_SHA256_ED25519);
    cbi_vouched who = {.code = "NNN", .names = names, .name_count = 1,
                       .key = *cbi_private_public(key)};
    cbank_error err = {0};

    name.lang = cbi_message_string("zh");
    name.value = cbi_message_string("示例学院");
    teller_works(cbi_institution_vouch(it.bank, &who, token, ++it.now, &teller_err));
    teller_works(cbi_institution_vouch(it.bank, &who, token, ++it.now, &teller_err));
    name.value = cbi_message_string("另一学院");
    teller_fails(cbi_institution_vouch(it.bank, &who, token, ++it.now, &err), err, TOKEN_CONFLICT);
    cbi_private_free(key);
}

Test(institution, admitted_under_the_same_token_is_admitted_once)
{
    cbi_private *key = new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer file = ask(it.bank->config.origin, "AAA", NULL, key);
    cbi_bytes token = cbi_bytes_of("0123456789abcdef", CBI_TOKEN_SIZE);

    teller_works(admit(cbi_bytes_of_buffer(&file), token, &teller_err));
    teller_works(admit(cbi_bytes_of_buffer(&file), token, &teller_err));
    cbank_buffer_clear(&file);
    cbi_private_free(key);
}

Test(institution, is_not_admitted_by_a_request_to_change_a_key)
{
    cbi_private *key = new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer file = ask(it.bank->config.origin, "AAA", it.college_key, key);
    cbank_error err;

    cr_expect_neq(admit(cbi_bytes_of_buffer(&file), (cbi_bytes){0}, &err), CBANK_OK);
    cbank_buffer_clear(&file);
    cbi_private_free(key);
}

Test(institution, with_a_key_of_the_other_suite_is_not_admitted)
{
    cbi_private *key = new_key(CBI_SUITE_SM3_SM2);
    cbank_buffer file = ask(it.bank->config.origin, "AAA", NULL, key);
    cbank_error err;

    cr_expect_eq(admit(cbi_bytes_of_buffer(&file), (cbi_bytes){0}, &err), CBANK_E_INVALID);
    cbank_buffer_clear(&file);
    cbi_private_free(key);
}

Test(institution, is_vouched_for_with_a_name_and_acceptable_identifiers)
{
    Cbank__V1__OrganisationId id = CBANK__V1__ORGANISATION_ID__INIT, *ids[2] = {&id, &id};
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    cbi_vouched who = {.code = "AAA", .key = *cbi_private_public(it.college_key)};
    cbank_error err;

    name.lang = cbi_message_string("zh");
    name.value = cbi_message_string("示例学院");
    cr_expect_eq(cbi_institution_vouch(it.bank, &who, (cbi_bytes){0}, ++it.now, &err),
                 CBANK_E_INVALID, "without a name");
    who.names = names;
    who.name_count = 1;
    who.code = "lower case";
    cr_expect_eq(cbi_institution_vouch(it.bank, &who, (cbi_bytes){0}, ++it.now, &err),
                 CBANK_E_INVALID);
    who.code = "AAA";
    id.scheme = cbi_message_string("uscc");
    id.value = cbi_message_string("123");
    who.ids = ids;
    who.id_count = 1;
    cr_expect_eq(cbi_institution_vouch(it.bank, &who, (cbi_bytes){0}, ++it.now, &err),
                 CBANK_E_INVALID);
    id.scheme = cbi_message_string("local");
    who.id_count = 2;
    cr_expect_eq(cbi_institution_vouch(it.bank, &who, (cbi_bytes){0}, ++it.now, &err),
                 CBANK_E_INVALID, "the same one twice");
    who.id_count = 1;
    teller_works(cbi_institution_vouch(it.bank, &who, (cbi_bytes){0}, ++it.now, &teller_err));
}

/* ---- rotation ------------------------------------------------------------------------------- */

Test(institution, changes_its_key_and_the_earlier_one_stays_for_what_was_received)
{
    cbi_private *next = new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer file = ask(it.bank->config.origin, TELLER_COLLEGE, it.college_key, next);
    Cbank__V1__DirectoryInstitution *row;
    cbi_public signer;

    teller_works(rotate(&file, &teller_err));
    teller_works(signer_of(TELLER_COLLEGE, &signer, &teller_err));
    cr_expect(cbi_public_equal(&signer, cbi_private_public(next)));
    row = read_row(TELLER_COLLEGE);
    cr_expect_eq(row->n_keys, 2);
    cr_expect_eq(row->keys[0]->until_index, row->keys[1]->from_index);
    cr_expect_eq(row->keys[1]->until_index, 0);
    cbi_message_free(row);
    cbank_buffer_clear(&file);
    cbi_private_free(next);
}

Test(institution, changes_its_key_by_the_earlier_key_only)
{
    cbi_private *stranger = new_key(CBI_SUITE_SHA256_ED25519);
    cbi_private *next = new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer by_stranger = ask(it.bank->config.origin, TELLER_COLLEGE, stranger, next);
    cbank_buffer by_itself = ask(it.bank->config.origin, TELLER_COLLEGE, NULL, next);
    cbi_public signer;
    cbank_error err;

    cr_expect_eq(rotate(&by_stranger, &err), CBANK_E_BAD_SIGNATURE);
    cr_expect_neq(rotate(&by_itself, &err), CBANK_OK);
    teller_works(signer_of(TELLER_COLLEGE, &signer, &teller_err));
    cr_expect(cbi_public_equal(&signer, cbi_private_public(it.college_key)));
    cbank_buffer_clear(&by_stranger);
    cbank_buffer_clear(&by_itself);
    cbi_private_free(stranger);
    cbi_private_free(next);
}

Test(institution, never_goes_back_to_a_key_it_had)
{
    cbi_private *next = new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer there = ask(it.bank->config.origin, TELLER_COLLEGE, it.college_key, next);
    cbank_buffer back = ask(it.bank->config.origin, TELLER_COLLEGE, next, it.college_key);
    cbank_error err;

    teller_works(rotate(&there, &teller_err));
    teller_fails(rotate(&back, &err), err, KEY_USED_BEFORE);
    cr_expect_neq(rotate(&there, &err), CBANK_OK, "the request is used once");
    cbank_buffer_clear(&there);
    cbank_buffer_clear(&back);
    cbi_private_free(next);
}

Test(institution, that_is_not_there_cannot_change_its_key)
{
    cbi_private *next = new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer file = ask(it.bank->config.origin, "AAA", it.college_key, next);
    cbank_error err;

    teller_fails(rotate(&file, &err), err, INSTITUTION_MISSING);
    cbank_buffer_clear(&file);
    cbi_private_free(next);
}

/* ---- suspension ----------------------------------------------------------------------------- */

static cbank_status change(const char *code, bool suspend, const char *reason, cbank_error *err)
{
    return cbi_institution_change(it.bank, code, suspend, reason, "2026-8", (cbi_bytes){0},
                                  ++it.now, err);
}

Test(institution, that_is_suspended_does_not_sign_until_it_is_resumed)
{
    cbi_private *next = new_key(CBI_SUITE_SHA256_ED25519);
    cbank_buffer file = ask(it.bank->config.origin, TELLER_COLLEGE, it.college_key, next);
    cbi_public signer;
    cbank_error err;

    teller_works(change(TELLER_COLLEGE, true, "audit", &teller_err));
    teller_fails(signer_of(TELLER_COLLEGE, &signer, &err), err, INSTITUTION_SUSPENDED);
    teller_fails(rotate(&file, &err), err, INSTITUTION_SUSPENDED);
    teller_fails(change(TELLER_COLLEGE, true, "", &err), err, INSTITUTION_SUSPENDED);
    teller_works(change(TELLER_COLLEGE, false, "", &teller_err));
    teller_fails(change(TELLER_COLLEGE, false, "", &err), err, INSTITUTION_NOT_SUSPENDED);
    teller_works(signer_of(TELLER_COLLEGE, &signer, &teller_err));
    cbank_buffer_clear(&file);
    cbi_private_free(next);
}

Test(institution, is_suspended_for_a_word_and_never_for_free_text)
{
    cbank_error err;

    teller_fails(change(TELLER_COLLEGE, true, "because of Mr X", &err), err, BAD_ARGUMENT);
    teller_fails(change("AAA", true, "", &err), err, INSTITUTION_MISSING);
    teller_fails(change("lower case", true, "", &err), err, INSTITUTION_MISSING);
}

/* ---- in order ------------------------------------------------------------------------------- */

Test(institution, come_in_the_order_of_their_codes)
{
    static const char *const expected[] = {"AAA", "B", "B.1", TELLER_COLLEGE};
    char code[CBI_INSTITUTION_CODE_MAX + 1] = "";
    bool found = true;
    cbi_txn *txn;

    teller_vouch(&it, "B.1");
    teller_vouch(&it, "AAA");
    teller_vouch(&it, "B");
    txn = teller_begin(&it, CBI_TXN_READ);
    for (size_t i = 0; i < 4; i++) {
        teller_works(cbi_institution_after(txn, code, code, &found, &teller_err));
        cr_assert(found);
        cr_expect_str_eq(code, expected[i]);
    }
    teller_works(cbi_institution_after(txn, code, code, &found, &teller_err));
    cr_expect(!found);
    cbi_txn_abort(txn);
}
