/* What a partner keeps of a bank: newer files only, the same root key or one that followed it. */
#include "reader.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cbank/api/v1/key.pb-c.h"
#include "cbank/api/v1/trust.pb-c.h"

#define LEARNER "360302190001010018"
#define FAR 4000000000

typedef Cbank__Api__V1__TrustRefreshRequest refresh_request;
typedef Cbank__Api__V1__TrustRefreshReply refresh_reply;

static scene s;
static char account[17];
static cbank_key *root;

static void begin(void)
{
    char path[160];

    scene_begin(&s, "sha256-ed25519");
    scene_learner(&s, "甲一", LEARNER, account);
    snprintf(path, sizeof(path), "%s/keys/root.key", s.path);
    cr_assert_eq(cbank_key_open(path, NULL, 0, &root, NULL), CBANK_OK);
}

static void end(void)
{
    cbank_key_close(root);
    scene_end(&s);
}

TestSuite(trust, .init = begin, .fini = end);

/* ---- the bank's side ------------------------------------------------------------------------- */

static cbank_buffer copy(ProtobufCBinaryData data)
{
    cbank_buffer out = {malloc(data.len), data.len, data.len};

    cr_assert_not_null(out.data);
    memcpy(out.data, data.data, data.len);
    return out;
}

static cbank_buffer directory(void)
{
    Cbank__Api__V1__DirectoryReply *reply;
    cbank_buffer bytes = {0}, file;

    cr_assert_eq(cbank_bank_directory(s.bank, root, NULL, 0, &bytes, NULL), CBANK_OK);
    reply = scene_unpack(&cbank__api__v1__directory_reply__descriptor, &bytes);
    file = copy(reply->file);
    scene_free(reply);
    cbank_buffer_clear(&bytes);
    return file;
}

static cbank_buffer status_file(void)
{
    Cbank__Api__V1__StatusReply *reply;
    cbank_buffer bytes = {0}, file;

    cr_assert_eq(cbank_bank_status(s.bank, NULL, 0, &bytes, NULL), CBANK_OK);
    reply = scene_unpack(&cbank__api__v1__status_reply__descriptor, &bytes);
    file = copy(reply->file);
    scene_free(reply);
    cbank_buffer_clear(&bytes);
    return file;
}

static void rotate_log_key(void)
{
    Cbank__Api__V1__RotateLogKeyRequest request = CBANK__API__V1__ROTATE_LOG_KEY_REQUEST__INIT;
    Cbank__Api__V1__BankInfo *info;
    cbank_buffer bytes, reply = {0};

    cbank_bank_close(s.bank);
    s.bank = NULL;
    request.path = s.path;
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_bank_rotate_key(bytes.data, bytes.size, NULL, 0, &reply, NULL), CBANK_OK);
    info = scene_unpack(&cbank__api__v1__bank_info__descriptor, &reply);
    cr_expect_geq(info->log_epoch, 2u);
    scene_free(info);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    cr_assert_eq(cbank_bank_open(s.path, NULL, 0, &s.bank, NULL), CBANK_OK);
}

static void succeed_root(uint32_t epoch)
{
    Cbank__Api__V1__RootSuccessionRequest asks = CBANK__API__V1__ROOT_SUCCESSION_REQUEST__INIT;
    Cbank__Api__V1__SucceedRootRequest request = CBANK__API__V1__SUCCEED_ROOT_REQUEST__INIT;
    Cbank__Api__V1__RootSuccessionReply *made;
    Cbank__Api__V1__BankInfo *info;
    cbank_key *next = scene_key(s.suite);
    cbank_buffer bytes, reply = {0};

    asks.origin = s.origin;
    asks.epoch = epoch;
    bytes = scene_pack(&asks);
    cr_assert_eq(cbank_root_succession(root, next, bytes.data, bytes.size, &reply, NULL), CBANK_OK);
    made = scene_unpack(&cbank__api__v1__root_succession_reply__descriptor, &reply);
    request.file = made->file;
    info = records_ask(&s, cbank_bank_succeed_root, &request.base,
                       &cbank__api__v1__bank_info__descriptor);
    cr_expect_eq(info->root_epoch, epoch);
    cr_expect_str_eq(info->fingerprint, made->fingerprint);
    scene_free(info);
    scene_free(made);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    cbank_key_close(root);
    root = next;
}

/* ---- the partner's --------------------------------------------------------------------------- */

/* NULL if it is refused. */
static refresh_reply *refresh(const cbank_buffer *store, const cbank_buffer *file,
                              const cbank_buffer *status, int64_t at, cbank_error *err)
{
    refresh_request request = CBANK__API__V1__TRUST_REFRESH_REQUEST__INIT;
    cbank_buffer bytes, reply = {0};
    refresh_reply *out = NULL;

    if (store != NULL)
        request.trust = reader_data(store);
    if (file != NULL)
        request.directory = reader_data(file);
    if (status != NULL)
        request.status = reader_data(status);
    request.at = at;
    bytes = scene_pack(&request);
    if (cbank_trust_refresh(bytes.data, bytes.size, &reply, err) == CBANK_OK)
        out = scene_unpack(&cbank__api__v1__trust_refresh_reply__descriptor, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return out;
}

/* The store afterwards; `store` is cleared. */
static cbank_buffer taken(cbank_buffer *store, const cbank_buffer *file,
                          const cbank_buffer *status)
{
    cbank_error err = {0};
    refresh_reply *reply = refresh(store, file, status, 0, &err);
    cbank_buffer out;

    cr_assert_not_null(reply, "%s", cbank_reason_name(err.reason));
    cr_expect(reply->changed);
    out = copy(reply->trust);
    scene_free(reply);
    if (store != NULL)
        cbank_buffer_clear(store);
    return out;
}

static void refused(const cbank_buffer *store, const cbank_buffer *file,
                    const cbank_buffer *status, int64_t at, const char *reason)
{
    cbank_error err = {0};

    cr_expect_null(refresh(store, file, status, at, &err));
    cr_expect_str_eq(cbank_reason_name(err.reason), reason);
}

static cbank_status open_with(const cbank_buffer *store, const cbank_buffer *file,
                              cbank_verifier **out, cbank_error *err)
{
    Cbank__Api__V1__VerifierRequest request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    cbank_buffer bytes;
    cbank_status status;

    *out = NULL;
    request.trust = reader_data(store);
    if (file != NULL)
        request.directory = reader_data(file);
    bytes = scene_pack(&request);
    status = cbank_verifier_open(bytes.data, bytes.size, out, err);
    cbank_buffer_clear(&bytes);
    return status;
}

Test(trust, pinned_on_the_first_day_it_follows_two_root_keys_and_two_log_keys)
{
    Cbank__Api__V1__TranscriptIssueRequest asks = reader_asks(account);
    cbank_buffer first = directory(), store = taken(NULL, &first, NULL), transcripts[2], last;
    cbank_verifier *verifier;

    records_issue(&s, account, "A", 1000);
    transcripts[0] = reader_receive(&s, &asks);
    for (uint32_t epoch = 2; epoch <= 3; epoch++) {
        succeed_root(epoch);
        rotate_log_key();
    }
    records_issue(&s, account, "B", 1000);
    transcripts[1] = reader_receive(&s, &asks);
    last = directory();
    store = taken(&store, &last, NULL);
    cr_assert_eq(open_with(&store, NULL, &verifier, NULL), CBANK_OK);
    for (int i = 0; i < 2; i++) {
        reader_verdict verdict = reader_verify(verifier, &transcripts[i], NULL);

        cr_expect_eq(verdict.status, CBANK_OK, "%d: %s", i, cbank_reason_name(verdict.err.reason));
        reader_clear(&verdict);
        cbank_buffer_clear(&transcripts[i]);
    }
    refused(&store, &first, NULL, 0, "ROOT_SUCCEEDED");
    cbank_verifier_close(verifier);
    cbank_buffer_clear(&first);
    cbank_buffer_clear(&last);
    cbank_buffer_clear(&store);
}

Test(trust, files_are_taken_by_their_number_and_never_backwards)
{
    cbank_buffer one = directory(), two = directory(), old = status_file(), new = status_file();
    cbank_buffer store = taken(NULL, &two, &new);
    cbank_verifier *verifier;
    cbank_error err = {0};
    refresh_reply *again;

    refused(&store, &one, NULL, 0, "DIRECTORY_OLDER");
    refused(&store, NULL, &old, 0, "STATUS_NUMBER_OLDER");
    cr_expect_neq(open_with(&store, &one, &verifier, &err), CBANK_OK);
    cr_expect_str_eq(cbank_reason_name(err.reason), "DIRECTORY_OLDER");
    again = refresh(&store, &two, &new, 0, NULL);
    cr_assert_not_null(again);
    cr_expect_not(again->changed);
    scene_free(again);
    cbank_buffer_clear(&one);
    cbank_buffer_clear(&two);
    cbank_buffer_clear(&old);
    cbank_buffer_clear(&new);
    cbank_buffer_clear(&store);
}

Test(trust, an_expired_file_is_refused_with_its_reason_and_can_still_be_read)
{
    Cbank__Api__V1__TrustShowRequest show = CBANK__API__V1__TRUST_SHOW_REQUEST__INIT;
    cbank_buffer one = directory(), status = status_file(), bytes, reply = {0};
    cbank_buffer store = taken(NULL, &one, &status), two = directory();
    Cbank__Api__V1__TrustInfo *info;

    refused(&store, &two, NULL, FAR, "FILE_EXPIRED");
    refused(&store, NULL, &status, FAR, "STATUS_EXPIRED");
    for (int i = 0; i < 2; i++) {
        show.trust = i == 0 ? reader_data(&store) : (ProtobufCBinaryData){0};
        show.directory = i == 1 ? reader_data(&one) : (ProtobufCBinaryData){0};
        show.at = FAR;
        bytes = scene_pack(&show);
        cr_assert_eq(cbank_trust_show(bytes.data, bytes.size, &reply, NULL), CBANK_OK);
        info = scene_unpack(&cbank__api__v1__trust_info__descriptor, &reply);
        cr_expect_str_eq(info->origin, s.origin);
        cr_expect_eq(info->directory_number, 1u);
        cr_expect(info->directory_expired);
        cr_expect_eq(info->status_expired, i == 0);
        cr_expect_eq(info->n_log_keys, 1u);
        scene_free(info);
        cbank_buffer_clear(&bytes);
    }
    cbank_buffer_clear(&reply);
    cbank_buffer_clear(&one);
    cbank_buffer_clear(&two);
    cbank_buffer_clear(&status);
    cbank_buffer_clear(&store);
}

Test(trust, a_kept_status_shows_what_has_changed_and_an_older_one_is_refused)
{
    Cbank__Api__V1__TranscriptIssueRequest asks = reader_asks(account);
    Cbank__Api__V1__TranscriptVerifyRequest terms = CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    cbank_buffer file = directory(), old, new, transcript, store;
    records_id id = records_issue(&s, account, "A", 1000);
    cbank_verifier *verifier;
    reader_verdict verdict;

    transcript = reader_receive(&s, &asks);
    old = status_file();
    records_change(&s, id.text, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_REVOKE);
    new = status_file();
    store = taken(NULL, &file, &new);
    cr_assert_eq(open_with(&store, NULL, &verifier, NULL), CBANK_OK);
    verdict = reader_verify(verifier, &transcript, NULL);
    cr_expect_eq(verdict.status, CBANK_E_STALE);
    cr_expect_str_eq(cbank_reason_name(verdict.err.reason), "ENDED_SINCE");
    reader_clear(&verdict);
    terms.any_recipient = true;
    terms.status = reader_data(&old);
    verdict = reader_verify(verifier, &transcript, &terms);
    cr_expect_eq(verdict.status, CBANK_E_STALE);
    cr_expect_str_eq(cbank_reason_name(verdict.err.reason), "STATUS_NUMBER_OLDER");
    reader_clear(&verdict);
    cbank_verifier_close(verifier);
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&old);
    cbank_buffer_clear(&new);
    cbank_buffer_clear(&transcript);
    cbank_buffer_clear(&store);
}

Test(trust, another_successor_of_the_same_root_key_is_a_fork)
{
    cbank_buffer first = directory(), store = taken(NULL, &first, NULL), one, other;
    char copied[512];

    /* A thief with the root key and a copy of the bank goes his own way. */
    cbank_bank_close(s.bank);
    snprintf(copied, sizeof(copied), "cp -r '%s' '%s/copy' && cp -r '%s.guard' '%s/copy.guard'",
             s.path, s.folder, s.path, s.folder);
    cr_assert_eq(system(copied), 0);
    cr_assert_eq(cbank_bank_open(s.path, NULL, 0, &s.bank, NULL), CBANK_OK);
    cbank_key *stolen = NULL;
    snprintf(copied, sizeof(copied), "%s/keys/root.key", s.path);
    cr_assert_eq(cbank_key_open(copied, NULL, 0, &stolen, NULL), CBANK_OK);
    succeed_root(2);
    one = directory();
    store = taken(&store, &one, NULL);
    cbank_bank_close(s.bank);
    snprintf(copied, sizeof(copied),
             "sed -i 's|%s.guard|%s/copy.guard|' '%s/copy/bank.conf'", s.path, s.folder, s.folder);
    cr_assert_eq(system(copied), 0);
    snprintf(copied, sizeof(copied), "%s/copy", s.folder);
    cr_assert_eq(cbank_bank_open(copied, NULL, 0, &s.bank, NULL), CBANK_OK);
    cbank_key_close(root);
    root = stolen;
    succeed_root(2);
    cbank_buffer_clear(&first);
    first = directory();
    other = directory(); /* a higher number does not help */
    refused(&store, &other, NULL, 0, "NUMBER_TWICE");
    cbank_buffer_clear(&first);
    cbank_buffer_clear(&one);
    cbank_buffer_clear(&other);
    cbank_buffer_clear(&store);
}

Test(trust, a_store_is_not_believed_where_it_does_not_fit_itself)
{
    cbank_buffer file = directory(), store = taken(NULL, &file, NULL);
    size_t refusals = 0;

    for (size_t i = 0; i < store.size; i += 3) {
        cbank_error err = {0};
        refresh_reply *reply;

        store.data[i] ^= 1;
        reply = refresh(&store, &file, NULL, 0, &err);
        refusals += reply == NULL;
        scene_free(reply);
        store.data[i] ^= 1;
    }
    cr_expect_gt(refusals, store.size / 3 - 8, "all but the moment of pinning");
    store.size = 5;
    refused(&store, &file, NULL, 0, "TRUST_FILE");
    refused(NULL, NULL, NULL, 0, "BAD_ARGUMENT");
    store.size = 0;
    cbank_buffer_clear(&file);
    free(store.data);
}

/* ---- lost keys through the face -------------------------------------------------------------- */

Test(trust, a_lost_college_key_is_dated_replaced_and_shown)
{
    Cbank__Api__V1__KeyCompromisedRequest lost = CBANK__API__V1__KEY_COMPROMISED_REQUEST__INIT;
    Cbank__Api__V1__RotateRequest replace = CBANK__API__V1__ROTATE_REQUEST__INIT;
    Cbank__Api__V1__TranscriptIssueRequest asks = reader_asks(account);
    Cbank__Api__V1__KeyCompromisedReply *noted;
    Cbank__Api__V1__InstitutionInfo *info;
    Cbank__Api__V1__KeyInfo *key;
    cbank_key *next = scene_key(s.suite);
    cbank_buffer reply = {0}, before, after, file;
    cbank_verifier *verifier;
    reader_verdict verdict;

    records_issue(&s, account, "GOOD", 1000);
    before = reader_receive(&s, &asks);
    lost.institution = scene_text(SCENE_INSTITUTION);
    lost.reason = scene_text("stolen");
    noted = records_ask(&s, cbank_bank_key_compromised, &lost.base,
                        &cbank__api__v1__key_compromised_reply__descriptor);
    cr_expect_eq(noted->since, noted->index);
    cr_assert_eq(cbank_key_show(next, &reply, NULL), CBANK_OK);
    key = scene_unpack(&cbank__api__v1__key_info__descriptor, &reply);
    replace.institution = scene_text(SCENE_INSTITUTION);
    replace.public_key = key->public_key;
    info = records_ask(&s, cbank_institution_rotate, &replace.base,
                       &cbank__api__v1__institution_info__descriptor);
    cr_assert_eq(info->n_keys, 2u);
    cr_expect_eq(info->keys[0]->compromised_since, noted->since);
    cr_expect(info->keys[1]->vouched);
    scene_free(info);
    scene_free(noted);
    scene_free(key);
    cbank_key_close(s.key);
    s.key = next;
    records_issue(&s, account, "NEW", 1000);
    after = reader_receive(&s, &asks);
    file = directory();
    verifier = reader_trusting(&file);
    verdict = reader_verify(verifier, &before, NULL);
    cr_expect_eq(verdict.status, CBANK_OK, "what was received before holds");
    reader_clear(&verdict);
    verdict = reader_verify(verifier, &after, NULL);
    cr_expect_eq(verdict.status, CBANK_OK);
    cr_assert_not_null(verdict.report);
    cr_expect_eq(verdict.report->evidence, CBANK__API__V1__PROVEN__PROVEN_VOUCHED);
    reader_clear(&verdict);
    cbank_verifier_close(verifier);
    cbank_buffer_clear(&reply);
    cbank_buffer_clear(&before);
    cbank_buffer_clear(&after);
    cbank_buffer_clear(&file);
}
