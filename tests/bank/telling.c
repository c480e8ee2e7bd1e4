/* What is entered of an institution, and that the check makes the same of it from the log. */
#include <criterion/criterion.h>

#include <string.h>

#include "bank/auditor.h"
#include "bank/telling.h"

TestSuite(telling, .init = auditor_begin, .fini = auditor_end);

#define STREET "STREET"

static char *text(const char *value)
{
    return cbi_message_string(value);
}

static cbi_notice notice(const char *code)
{
    return (cbi_notice){.code = code, .now = ++audited.now};
}

static Cbank__V1__DirectoryInstitution *read_row(const char *code)
{
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbi_txn *txn = teller_begin(&audited, CBI_TXN_READ);

    teller_works(cbi_institution_read(txn, code, &row, &teller_err));
    cbi_txn_abort(txn);
    return row;
}

static cbank_status enter_street(const char *parent, cbank_error *err)
{
    Cbank__V1__InstitutionRegistered body = CBANK__V1__INSTITUTION_REGISTERED__INIT;
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    const cbi_notice of = notice(STREET);

    name.lang = text("zh");
    name.value = text("街道学习中心");
    body.institution = text(STREET);
    body.names = names;
    body.n_names = 1;
    body.parent = text(parent);
    return cbi_telling_register(audited.bank, &of, &body, err);
}

static cbank_status delegate(const char *code, const char *signer, uint32_t until,
                             cbank_error *err)
{
    Cbank__V1__Delegation delegation = CBANK__V1__DELEGATION__INIT;
    const cbi_new_grant grant = {.delegation = &delegation};
    const cbi_notice of = notice(code);

    delegation.signer = text(signer);
    delegation.until = until;
    return cbi_telling_grant(audited.bank, &of, &grant, err);
}

static cbank_status scope(const char *code, uint32_t until, cbank_error *err)
{
    Cbank__V1__Scope it = CBANK__V1__SCOPE__INIT;
    const cbi_new_grant grant = {.scope = &it};
    const cbi_notice of = notice(code);

    it.until = until;
    return cbi_telling_grant(audited.bank, &of, &grant, err);
}

static cbank_status rename_to(const char *code, const char *value, uint32_t from,
                              cbank_error *err)
{
    Cbank__V1__InstitutionDescribed rest = CBANK__V1__INSTITUTION_DESCRIBED__INIT;
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT, *names[1] = {&name};
    const cbi_new_description it = {names, 1, from, &rest};
    const cbi_notice of = notice(code);

    name.lang = text("zh");
    name.value = text(value);
    return cbi_telling_describe(audited.bank, &of, &it, err);
}

static cbank_status end_on(const char *code, const char *into, uint32_t day, uint32_t final,
                           cbank_error *err)
{
    const cbi_new_end end = {.ended_on = day, .final_on = final, .into = into};
    const cbi_notice of = notice(code);

    return cbi_telling_end(audited.bank, &of, &end, err);
}

/* ---- what is entered ------------------------------------------------------------------------ */

Test(telling, one_without_a_key_is_entered_once_and_signs_nothing)
{
    Cbank__V1__DirectoryInstitution *row;
    cbi_public key;
    cbank_error err;
    cbi_txn *txn;

    teller_works(enter_street(TELLER_COLLEGE, &teller_err));
    teller_fails(enter_street("", &err), err, INSTITUTION_TAKEN);
    row = read_row(STREET);
    cr_expect_eq(row->n_keys, 0);
    cr_expect_eq(row->n_changes, 1);
    cr_expect_str_eq(row->parent, TELLER_COLLEGE);
    cbi_message_free(row);
    txn = teller_begin(&audited, CBI_TXN_READ);
    teller_fails(cbi_institution_signer(audited.bank, txn, STREET, &key, &err), err,
                 INSTITUTION_KEYLESS);
    cbi_txn_abort(txn);
    auditor_finds_nothing();
}

Test(telling, parents_are_known_and_nobody_is_its_own)
{
    Cbank__V1__InstitutionDescribed rest = CBANK__V1__INSTITUTION_DESCRIBED__INIT;
    const cbi_new_description it = {.rest = &rest};
    cbi_notice of;
    cbank_error err;

    teller_fails(enter_street("NOBODY", &err), err, INSTITUTION_PARENT);
    teller_works(enter_street(TELLER_COLLEGE, &teller_err));
    rest.parent = text(STREET);
    of = notice(TELLER_COLLEGE);
    teller_fails(cbi_telling_describe(audited.bank, &of, &it, &err), err, INSTITUTION_PARENT);
}

Test(telling, a_new_name_ends_the_one_before_on_the_day_before)
{
    Cbank__V1__DirectoryInstitution *row;
    cbank_error err;

    teller_works(rename_to(TELLER_COLLEGE, "示例大学", 20240301, &teller_err));
    row = read_row(TELLER_COLLEGE);
    cr_assert_eq(row->n_names, 2);
    cr_expect_eq(row->names[0]->until, 20240229, "of a leap year");
    cr_expect_eq(row->names[1]->from, 20240301);
    cr_expect_eq(row->names[1]->until, 0);
    cbi_message_free(row);
    teller_fails(rename_to(TELLER_COLLEGE, "示例职大", 20240301, &err), err, NAME_ORDER);
    teller_fails(rename_to(TELLER_COLLEGE, "示例职大", 20240300, &err), err, BAD_DATE);
    auditor_finds_nothing();
}

Test(telling, who_has_a_key_delegates_by_its_own_request_alone)
{
    cbank_error err;

    teller_works(enter_street("", &teller_err));
    teller_fails(delegate(TELLER_COLLEGE, STREET, 0, &err), err, GRANT_NEEDS_REQUEST);
    teller_fails(delegate(STREET, "NOBODY", 0, &err), err, INSTITUTION_MISSING);
    teller_fails(delegate(STREET, STREET, 0, &err), err, GRANT_SELF);
    teller_works(delegate(STREET, TELLER_COLLEGE, 0, &teller_err));
    auditor_finds_nothing();
}

Test(telling, a_request_is_taken_once_from_its_key_of_today_for_this_bank)
{
    Cbank__V1__RequestHead head = CBANK__V1__REQUEST_HEAD__INIT;
    Cbank__V1__Delegation delegation = CBANK__V1__DELEGATION__INIT;
    char code[CBI_INSTITUTION_CODE_MAX + 1];
    Cbank__V1__DirectoryInstitution *row;
    cbi_private *stranger = NULL;
    cbank_buffer file = {0};
    cbi_notice of;
    cbank_error err;

    teller_works(enter_street("", &teller_err));
    delegation.signer = text(STREET);
    head.origin = text("other.example/credit/1");
    head.institution = text(TELLER_COLLEGE);
    head.at = audited.now;
    head.delegation = &delegation;
    teller_works(cbi_request_make(&head, NULL, audited.college_key, &file, &teller_err));
    of = notice(NULL);
    teller_fails(cbi_telling_take(audited.bank, &of, cbi_bytes_of_buffer(&file), code, &err), err,
                 FOR_ANOTHER_BANK);

    cbank_buffer_clear(&file);
    head.origin = audited.bank->config.origin;
    teller_works(cbi_private_new(CBI_SUITE_SHA256_ED25519, &stranger, &teller_err));
    teller_works(cbi_request_make(&head, NULL, stranger, &file, &teller_err));
    teller_fails(cbi_telling_take(audited.bank, &of, cbi_bytes_of_buffer(&file), code, &err), err,
                 INSTITUTION_SIGNER);

    cbank_buffer_clear(&file);
    teller_works(cbi_request_make(&head, NULL, audited.college_key, &file, &teller_err));
    teller_works(cbi_telling_take(audited.bank, &of, cbi_bytes_of_buffer(&file), code,
                                  &teller_err));
    cr_expect_str_eq(code, TELLER_COLLEGE);
    row = read_row(TELLER_COLLEGE);
    cr_assert_eq(row->n_delegations, 1);
    cr_expect_gt(row->delegations[0]->request.len, 0);
    cr_expect_eq(row->delegations[0]->grant.len, CBI_HASH_SIZE);
    cbi_message_free(row);
    of = notice(NULL);
    teller_fails(cbi_telling_take(audited.bank, &of, cbi_bytes_of_buffer(&file), code, &err), err,
                 FIELD_TWICE);
    cbank_buffer_clear(&file);
    cbi_private_free(stranger);
    auditor_finds_nothing();
}

Test(telling, a_grant_ends_once)
{
    const cbi_notice of = notice(TELLER_COLLEGE);
    Cbank__V1__DirectoryInstitution *row;
    uint64_t index;
    cbank_error err;

    teller_works(scope(TELLER_COLLEGE, 0, &teller_err));
    row = read_row(TELLER_COLLEGE);
    index = row->scopes[0]->granted_index;
    cbi_message_free(row);
    teller_fails(cbi_telling_end_grant(audited.bank, &of, index + 1, 20240630, &err), err,
                 GRANT_MISSING);
    teller_works(cbi_telling_end_grant(audited.bank, &of, index, 20240630, &teller_err));
    teller_fails(cbi_telling_end_grant(audited.bank, &of, index, 20240630, &err), err,
                 GRANT_ENDED);
    auditor_finds_nothing();
}

Test(telling, there_is_room_for_sixty_four_of_a_sort)
{
    cbank_error err;

    for (size_t i = 0; i < CBI_INSTITUTION_GRANTS_MAX; i++)
        teller_works(scope(TELLER_COLLEGE, 0, &teller_err));
    teller_fails(scope(TELLER_COLLEGE, 0, &err), err, INSTITUTION_FULL);
    auditor_finds_nothing();
}

Test(telling, the_bank_names_who_follows_only_once_it_has_ended)
{
    Cbank__V1__Succession heir = CBANK__V1__SUCCESSION__INIT;
    const cbi_new_grant grant = {.succession = &heir};
    cbi_notice of;
    cbank_error err;

    heir.institution = text("HEIR");
    heir.kind = CBANK__V1__SUCCESSION_KIND__SUCCESSION_KIND_CUSTODIAN;
    teller_vouch(&audited, "HEIR");
    of = notice(TELLER_COLLEGE);
    teller_fails(cbi_telling_grant(audited.bank, &of, &grant, &err), err, GRANT_NEEDS_REQUEST);
    teller_works(end_on(TELLER_COLLEGE, "", 20240630, 0, &teller_err));
    of = notice(TELLER_COLLEGE);
    teller_works(cbi_telling_grant(audited.bank, &of, &grant, &teller_err));
    auditor_finds_nothing();
}

Test(telling, the_end_can_be_taken_back_and_ended_ones_end_no_more)
{
    Cbank__V1__DirectoryInstitution *row;
    cbank_error err;

    teller_vouch(&audited, "HEIR");
    teller_fails(end_on(TELLER_COLLEGE, "NOBODY", 20240630, 0, &err), err, INSTITUTION_MISSING);
    teller_works(end_on(TELLER_COLLEGE, "HEIR", 20240630, 20991231, &teller_err));
    teller_fails(end_on(TELLER_COLLEGE, "", 20240630, 0, &err), err, INSTITUTION_ENDED);
    row = read_row(TELLER_COLLEGE);
    cr_expect_eq(row->status, CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_MERGED);
    cr_expect_eq(row->n_successions, 1);
    cr_expect_eq(row->successions[0]->n_powers, 3);
    cbi_message_free(row);
    auditor_finds_nothing();
    teller_works(cbi_institution_change(audited.bank, TELLER_COLLEGE, false, "", "",
                                        (cbi_bytes){0}, ++audited.now, &teller_err));
    row = read_row(TELLER_COLLEGE);
    cr_expect_eq(row->ended_on, 0);
    cbi_message_free(row);
    auditor_finds_nothing();
}

/* ---- what the check makes of it ------------------------------------------------------------- */

typedef void spoil(Cbank__V1__DirectoryInstitution *row);

static void lengthen(Cbank__V1__DirectoryInstitution *row)
{
    row->scopes[0]->until = 20991231;
}

static void forget_grant(Cbank__V1__DirectoryInstitution *row)
{
    row->n_scopes = 0;
}

static void forget_change(Cbank__V1__DirectoryInstitution *row)
{
    row->n_changes--;
    row->n_scopes = 0;
}

static void come_back(Cbank__V1__DirectoryInstitution *row)
{
    row->ended_on = row->final_on = 0;
    row->status = CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE;
}

static void stay_longer(Cbank__V1__DirectoryInstitution *row)
{
    row->final_on = 20991231;
}

static void other_name(Cbank__V1__DirectoryInstitution *row)
{
    row->names[0]->until = 0;
}

Test(telling, whatever_a_stranger_changes_in_the_row_is_found)
{
    spoil *const spoils[] = {lengthen,  forget_grant, forget_change,
                             come_back, stay_longer,  other_name};
    cbank_buffer good;

    teller_works(rename_to(TELLER_COLLEGE, "示例大学", 20240301, &teller_err));
    teller_works(end_on(TELLER_COLLEGE, "", 20240630, 0, &teller_err));
    teller_works(scope(TELLER_COLLEGE, 20240630, &teller_err));
    auditor_finds_nothing();
    good = auditor_get(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE));
    for (size_t i = 0; i < sizeof(spoils) / sizeof(spoils[0]); i++) {
        Cbank__V1__DirectoryInstitution *row = read_row(TELLER_COLLEGE);
        cbank_buffer bytes = {0};

        spoils[i](row);
        teller_works(cbi_message_pack(row, &bytes, &teller_err));
        auditor_put(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE),
                    cbi_bytes_of_buffer(&bytes));
        auditor_finds(CBI_REASON_CHECK_ROW, "institution",
                      spoils[i] == forget_change ? "changes" : "content");
        auditor_put(CBI_TABLE_INSTITUTION, cbi_bytes_of_text(TELLER_COLLEGE),
                    cbi_bytes_of_buffer(&good));
        cbank_buffer_clear(&bytes);
        cbi_message_free(row);
    }
    cbank_buffer_clear(&good);
    auditor_finds_nothing();
}
