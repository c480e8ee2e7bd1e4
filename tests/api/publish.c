/* Directory and status file through the public face. */
#include "reader.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#define LEARNER "360302190001010018"

static scene s;
static cbank_key *root;

static void begin(void)
{
    char path[160];

    scene_begin(&s, "sha256-ed25519");
    snprintf(path, sizeof(path), "%s/keys/root.key", s.path);
    cr_assert_eq(cbank_key_open(path, NULL, 0, &root, NULL), CBANK_OK);
}

static void end(void)
{
    cbank_key_close(root);
    scene_end(&s);
}

TestSuite(publication, .init = begin, .fini = end);

static cbank_status sign(const cbank_key *key, int64_t expires_at,
                         Cbank__Api__V1__DirectoryReply **out, cbank_error *err)
{
    Cbank__Api__V1__DirectoryRequest request = CBANK__API__V1__DIRECTORY_REQUEST__INIT;
    cbank_buffer bytes, reply = {0};
    cbank_status status;

    request.expires_at = expires_at;
    bytes = scene_pack(&request);
    status = cbank_bank_directory(s.bank, key, bytes.data, bytes.size, &reply, err);
    if (status == CBANK_OK)
        *out = scene_unpack(&cbank__api__v1__directory_reply__descriptor, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

Test(publication, directories_are_numbered_and_say_who_signed)
{
    Cbank__Api__V1__DirectoryReply *one = NULL, *two = NULL;
    Cbank__Api__V1__BankInfo *info;
    cbank_buffer reply = {0};

    cr_assert_eq(sign(root, 0, &one, NULL), CBANK_OK);
    cr_assert_eq(sign(root, 0, &two, NULL), CBANK_OK);
    cr_assert_eq(cbank_bank_info(s.bank, &reply, NULL), CBANK_OK);
    info = scene_unpack(&cbank__api__v1__bank_info__descriptor, &reply);
    cr_expect_eq(one->number, 1);
    cr_expect_eq(two->number, 2);
    cr_expect_eq(one->institutions, 1);
    cr_expect_str_eq(one->fingerprint, info->fingerprint);
    scene_free(info);
    scene_free(one);
    scene_free(two);
    cbank_buffer_clear(&reply);
}

Test(publication, another_key_or_a_past_expiry_signs_nothing)
{
    Cbank__Api__V1__DirectoryReply *file = NULL;
    cbank_error err = {0};

    records_fails(sign(s.key, 0, &file, &err), err, CBANK_E_KEY, "NOT_THE_ROOT_KEY");
    records_fails(sign(root, 1, &file, &err), err, CBANK_E_INVALID, "TIME_ORDER");
    cr_expect_null(file);
    cr_expect_eq(cbank_bank_directory(s.bank, NULL, NULL, 0, NULL, NULL), CBANK_E_ARGUMENT);
}

Test(publication, the_status_file_counts_what_it_lists)
{
    Cbank__Api__V1__StatusRequest request = CBANK__API__V1__STATUS_REQUEST__INIT;
    Cbank__Api__V1__StatusReply *answer;
    cbank_error err;
    char account[17];
    records_id id;

    scene_learner(&s, "甲一", LEARNER, account);
    id = records_issue(&s, account, "A", 1000);
    records_issue(&s, account, "B", 1000);
    records_change(&s, id.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    answer = records_ask(&s, cbank_bank_status, &request,
                         &cbank__api__v1__status_reply__descriptor);
    cr_expect_eq(answer->number, 1);
    cr_expect_eq(answer->records, 1);
    cr_expect_eq(answer->accounts, 0);
    cr_expect_eq(answer->size, 9);
    scene_free(answer);
    request.expires_at = 1;
    records_fails(records_refuse(&s, cbank_bank_status, &request, &err), err, CBANK_E_INVALID,
                  "TIME_ORDER");
}
