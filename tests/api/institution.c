/* Institutions through the public face. */
#include "records.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "cbank/api/v1/key.pb-c.h"

static scene s;

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(institution, .init = begin, .fini = end);

/* A request to join, to be changed. */
typedef struct joining {
    Cbank__Api__V1__JoinRequest request;
    Cbank__V1__LangText name, *names[1];
    Cbank__V1__OrganisationId id, *ids[1];
} joining;

static void plan(joining *out, const char *code)
{
    cbank__api__v1__join_request__init(&out->request);
    cbank__v1__lang_text__init(&out->name);
    cbank__v1__organisation_id__init(&out->id);
    out->name.lang = scene_text("zh");
    out->name.value = scene_text("示例学院");
    out->names[0] = &out->name;
    out->id.scheme = scene_text("local");
    out->id.value = scene_text("4711");
    out->ids[0] = &out->id;
    out->request.origin = s.origin;
    out->request.institution = scene_text(code);
    out->request.names = out->names;
    out->request.n_names = 1;
    out->request.ids = out->ids;
    out->request.n_ids = 1;
}

static cbank_status join(const cbank_key *key, const joining *of,
                         Cbank__Api__V1__RequestReply **out, cbank_error *err)
{
    cbank_buffer bytes = scene_pack(&of->request), reply = {0};
    cbank_status status = cbank_institution_request(key, bytes.data, bytes.size, &reply, err);

    if (status == CBANK_OK)
        *out = scene_unpack(&cbank__api__v1__request_reply__descriptor, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

static cbank_status rotation(const cbank_key *earlier, const cbank_key *next, const char *code,
                             Cbank__Api__V1__RequestReply **out, cbank_error *err)
{
    Cbank__Api__V1__RotationRequest request = CBANK__API__V1__ROTATION_REQUEST__INIT;
    cbank_buffer bytes, reply = {0};
    cbank_status status;

    request.origin = s.origin;
    request.institution = scene_text(code);
    bytes = scene_pack(&request);
    status = cbank_institution_rotation(earlier, next, bytes.data, bytes.size, &reply, err);
    if (status == CBANK_OK)
        *out = scene_unpack(&cbank__api__v1__request_reply__descriptor, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

static Cbank__Api__V1__InstitutionInfo *show(const char *code)
{
    Cbank__Api__V1__InstitutionShowRequest request = CBANK__API__V1__INSTITUTION_SHOW_REQUEST__INIT;

    request.institution = scene_text(code);
    return records_ask(&s, cbank_institution_show, &request,
                       &cbank__api__v1__institution_info__descriptor);
}

static Cbank__Api__V1__KeyInfo *key_of(const cbank_key *key)
{
    Cbank__Api__V1__KeyInfo *info;
    cbank_buffer reply = {0};

    cr_assert_eq(cbank_key_show(key, &reply, NULL), CBANK_OK);
    info = scene_unpack(&cbank__api__v1__key_info__descriptor, &reply);
    cbank_buffer_clear(&reply);
    return info;
}

/* ---- joining -------------------------------------------------------------------------------- */

Test(institution, joins_by_its_own_request)
{
    Cbank__Api__V1__AdmitRequest request = CBANK__API__V1__ADMIT_REQUEST__INIT;
    Cbank__Api__V1__RequestReply *asked = NULL;
    Cbank__Api__V1__InstitutionInfo *info;
    Cbank__Api__V1__KeyInfo *own;
    cbank_key *key = scene_key(s.suite);
    joining of;

    plan(&of, "AAA");
    cr_assert_eq(join(key, &of, &asked, NULL), CBANK_OK);
    own = key_of(key);
    cr_expect_str_eq(asked->institution, "AAA");
    cr_expect_str_eq(asked->fingerprint, own->fingerprint);
    request.file = asked->file;
    info = records_ask(&s, cbank_institution_admit, &request,
                       &cbank__api__v1__institution_info__descriptor);
    cr_expect_str_eq(info->institution, "AAA");
    cr_assert_eq(info->n_names, 1);
    cr_expect_str_eq(info->names[0]->value, "示例学院");
    cr_assert_eq(info->n_ids, 1);
    cr_expect_str_eq(info->ids[0]->value, "4711");
    cr_expect_eq(info->status, CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE);
    cr_assert_eq(info->n_keys, 1);
    cr_expect(!info->keys[0]->vouched);
    cr_expect_str_eq(info->keys[0]->fingerprint, own->fingerprint);
    cr_expect_eq(info->keys[0]->from_index, info->admitted_index);
    cr_expect_eq(info->admitted_index, 2);
    cr_expect_gt(info->admitted_at, 1700000000);
    cr_expect_eq(info->batches, 0);
    scene_free(info);
    scene_free(own);
    scene_free(asked);
    cbank_key_close(key);
}

Test(institution, asks_only_for_what_a_bank_could_grant)
{
    Cbank__Api__V1__RequestReply *asked = NULL;
    cbank_error err;
    joining of;

    plan(&of, "lower case");
    records_fails(join(s.key, &of, &asked, &err), err, CBANK_E_INVALID, "INSTITUTION_FIELD");
    plan(&of, "AAA");
    of.request.origin = scene_text("no origin");
    records_fails(join(s.key, &of, &asked, &err), err, CBANK_E_INVALID, "BANK_ORIGIN");
    plan(&of, "AAA");
    of.request.n_names = 0;
    cr_expect_eq(join(s.key, &of, &asked, &err), CBANK_E_INVALID);
    plan(&of, "AAA");
    of.id.scheme = scene_text("uscc");
    cr_expect_eq(join(s.key, &of, &asked, &err), CBANK_E_INVALID);
    cr_expect_null(asked);
}

Test(institution, may_be_vouched_for_by_the_bank)
{
    Cbank__Api__V1__AdmitRequest request = CBANK__API__V1__ADMIT_REQUEST__INIT;
    Cbank__Api__V1__InstitutionInfo *info;
    Cbank__Api__V1__KeyInfo *own;
    cbank_key *key = scene_key(s.suite);
    cbank_error err;
    joining of;

    plan(&of, "AAA");
    own = key_of(key);
    request.institution = of.request.institution;
    request.names = of.names;
    request.n_names = 1;
    cr_expect_eq(records_refuse(&s, cbank_institution_admit, &request, &err), CBANK_E_MALFORMED,
                 "without a key");
    request.public_key = own->public_key;
    info = records_ask(&s, cbank_institution_admit, &request,
                       &cbank__api__v1__institution_info__descriptor);
    cr_expect(info->keys[0]->vouched);
    cr_expect_str_eq(info->keys[0]->fingerprint, own->fingerprint);
    scene_free(info);
    scene_free(own);
    cbank_key_close(key);
}

Test(institution, with_a_weak_key_is_not_admitted)
{
    Cbank__Api__V1__AdmitRequest request = CBANK__API__V1__ADMIT_REQUEST__INIT;
    uint8_t identity[32] = {1}; /* the neutral point, which verifies anything */
    cbank_error err;
    joining of;

    plan(&of, "AAA");
    request.institution = of.request.institution;
    request.names = of.names;
    request.n_names = 1;
    request.public_key = (ProtobufCBinaryData){.len = sizeof(identity), .data = identity};
    cr_expect_eq(records_refuse(&s, cbank_institution_admit, &request, &err),
                 CBANK_E_UNTRUSTED_KEY);
}

Test(institution, says_itself_who_it_is_where_it_asks)
{
    Cbank__Api__V1__AdmitRequest request = CBANK__API__V1__ADMIT_REQUEST__INIT;
    Cbank__Api__V1__RequestReply *asked = NULL;
    cbank_error err;
    joining of;

    plan(&of, "AAA");
    cr_assert_eq(join(s.key, &of, &asked, NULL), CBANK_OK);
    request.file = asked->file;
    request.institution = scene_text("BBB");
    records_fails(records_refuse(&s, cbank_institution_admit, &request, &err), err,
                  CBANK_E_ARGUMENT, "BAD_ARGUMENT");
    scene_free(asked);
}

Test(institution, that_is_there_is_not_admitted_again)
{
    Cbank__Api__V1__AdmitRequest request = CBANK__API__V1__ADMIT_REQUEST__INIT;
    Cbank__Api__V1__RequestReply *asked = NULL;
    cbank_error err;
    joining of;

    plan(&of, SCENE_INSTITUTION);
    cr_assert_eq(join(s.key, &of, &asked, NULL), CBANK_OK);
    request.file = asked->file;
    records_fails(records_refuse(&s, cbank_institution_admit, &request, &err), err, CBANK_E_EXISTS,
                  "INSTITUTION_TAKEN");
    scene_free(asked);
}

/* ---- keys ----------------------------------------------------------------------------------- */

Test(institution, changes_its_key_and_signs_with_the_new_one_only)
{
    Cbank__Api__V1__RotateRequest request = CBANK__API__V1__ROTATE_REQUEST__INIT;
    Cbank__Api__V1__RequestReply *asked = NULL;
    Cbank__Api__V1__InstitutionInfo *info;
    cbank_key *next = scene_key(s.suite);
    char account[17];

    scene_learner(&s, "甲一", "360302190001010018", account);
    records_issue(&s, account, "A", 1000);
    cr_assert_eq(rotation(s.key, next, SCENE_INSTITUTION, &asked, NULL), CBANK_OK);
    request.file = asked->file;
    info = records_ask(&s, cbank_institution_rotate, &request,
                       &cbank__api__v1__institution_info__descriptor);
    cr_assert_eq(info->n_keys, 2);
    cr_expect_eq(info->keys[0]->until_index, info->keys[1]->from_index);
    cr_expect_eq(info->keys[1]->until_index, 0);
    cr_expect_str_eq(info->keys[1]->fingerprint, asked->fingerprint);
    cr_expect_eq(info->batches, 1);
    scene_free(info);
    scene_free(asked);
    cbank_key_close(s.key);
    s.key = next;
    records_issue(&s, account, "B", 1000);
}

Test(institution, does_not_change_to_the_same_key_or_to_another_suite)
{
    Cbank__Api__V1__RequestReply *asked = NULL;
    cbank_key *other = scene_key("sm3-sm2");
    cbank_error err;

    records_fails(rotation(s.key, s.key, SCENE_INSTITUTION, &asked, &err), err, CBANK_E_INVALID,
                  "INSTITUTION_FIELD");
    records_fails(rotation(s.key, other, SCENE_INSTITUTION, &asked, &err), err, CBANK_E_INVALID,
                  "INSTITUTION_FIELD");
    cr_expect_null(asked);
    cbank_key_close(other);
}

Test(institution, is_not_given_a_key_by_a_stranger)
{
    Cbank__Api__V1__RotateRequest request = CBANK__API__V1__ROTATE_REQUEST__INIT;
    Cbank__Api__V1__RequestReply *asked = NULL;
    cbank_key *stranger = scene_key(s.suite), *next = scene_key(s.suite);
    cbank_error err;

    cr_assert_eq(rotation(stranger, next, SCENE_INSTITUTION, &asked, NULL), CBANK_OK);
    request.file = asked->file;
    cr_expect_eq(records_refuse(&s, cbank_institution_rotate, &request, &err),
                 CBANK_E_BAD_SIGNATURE);
    scene_free(asked);
    cbank_key_close(stranger);
    cbank_key_close(next);
}

/* ---- suspension ----------------------------------------------------------------------------- */

Test(institution, is_suspended_and_resumed)
{
    Cbank__Api__V1__InstitutionChangeRequest request =
        CBANK__API__V1__INSTITUTION_CHANGE_REQUEST__INIT;
    Cbank__Api__V1__InstitutionInfo *info;
    cbank_error err;

    request.institution = scene_text(SCENE_INSTITUTION);
    request.reason = scene_text("audit");
    info = records_ask(&s, cbank_institution_suspend, &request,
                       &cbank__api__v1__institution_info__descriptor);
    cr_expect_eq(info->status, CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_SUSPENDED);
    scene_free(info);
    cr_expect_eq(records_refuse(&s, cbank_institution_suspend, &request, &err), CBANK_E_STATE);
    info = records_ask(&s, cbank_institution_resume, &request,
                       &cbank__api__v1__institution_info__descriptor);
    cr_expect_eq(info->status, CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE);
    scene_free(info);
    request.institution = scene_text("NOBODY");
    cr_expect_eq(records_refuse(&s, cbank_institution_resume, &request, &err), CBANK_E_NOT_FOUND);
}

/* ---- showing -------------------------------------------------------------------------------- */

Test(institution, that_is_not_there_is_not_found)
{
    Cbank__Api__V1__InstitutionShowRequest request = CBANK__API__V1__INSTITUTION_SHOW_REQUEST__INIT;
    Cbank__Api__V1__InstitutionInfo *info = show(SCENE_INSTITUTION);
    cbank_error err;

    cr_expect_str_eq(info->institution, SCENE_INSTITUTION);
    scene_free(info);
    request.institution = scene_text("NOBODY");
    records_fails(records_refuse(&s, cbank_institution_show, &request, &err), err,
                  CBANK_E_NOT_FOUND, "INSTITUTION_MISSING");
    request.institution = scene_text("");
    cr_expect_eq(records_refuse(&s, cbank_institution_show, &request, &err), CBANK_E_NOT_FOUND);
}

static Cbank__Api__V1__InstitutionListReply *list(const char *after, uint32_t limit)
{
    Cbank__Api__V1__InstitutionListRequest request = CBANK__API__V1__INSTITUTION_LIST_REQUEST__INIT;

    request.after = scene_text(after);
    request.limit = limit;
    return records_ask(&s, cbank_institution_list, &request,
                       &cbank__api__v1__institution_list_reply__descriptor);
}

Test(institution, are_listed_page_by_page_in_the_order_of_their_codes)
{
    static const char *const codes[] = {"C", "A", "B"};
    static const char *const expected[] = {"A", "B", "C", SCENE_INSTITUTION};
    Cbank__Api__V1__InstitutionListReply *page;
    const char *after = "";
    char last[33];

    for (size_t i = 0; i < 3; i++) {
        cbank_key *key = scene_key(s.suite);

        scene_admit(&s, codes[i], key);
        cbank_key_close(key);
    }
    for (size_t i = 0; i < 4; i += 2) {
        page = list(after, 2);
        cr_assert_eq(page->n_institutions, 2);
        cr_expect_str_eq(page->institutions[0]->institution, expected[i]);
        cr_expect_str_eq(page->institutions[1]->institution, expected[i + 1]);
        cr_expect_eq(page->more, i == 0);
        snprintf(last, sizeof(last), "%s", page->institutions[1]->institution);
        after = last;
        scene_free(page);
    }
    page = list(after, 2);
    cr_expect_eq(page->n_institutions, 0);
    cr_expect(!page->more);
    scene_free(page);
    page = list("", 0);
    cr_expect_eq(page->n_institutions, 4);
    cr_expect(!page->more);
    scene_free(page);
}

Test(institution, are_listed_a_thousand_at_most)
{
    Cbank__Api__V1__InstitutionListRequest request = CBANK__API__V1__INSTITUTION_LIST_REQUEST__INIT;
    cbank_error err;

    request.limit = 1001;
    records_fails(records_refuse(&s, cbank_institution_list, &request, &err), err,
                  CBANK_E_ARGUMENT, "LIST_LIMIT");
}
