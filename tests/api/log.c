/* What the log hands out, held against the proofs' own checks. */
#include "reader.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proof/checkpoint.h"
#include "proof/entry.h"
#include "proof/tlogproof.h"

#include "cbank/api/v1/log.pb-c.h"

#define LEARNER "360302190001010018"

static const char *const suites[] = {"sha256-ed25519", "sm3-sm2"};

static scene s;
static char account[17];
static cbi_hasher *hasher;
static cbi_public log_key;

static void begin(const char *suite)
{
    Cbank__Api__V1__BankInfo *info;
    cbank_buffer reply = {0};
    cbi_bytes name;

    scene_begin(&s, suite);
    scene_learner(&s, "甲一", LEARNER, account);
    cr_assert_eq(cbank_bank_info(s.bank, &reply, NULL), CBANK_OK);
    info = scene_unpack(&cbank__api__v1__bank_info__descriptor, &reply);
    cr_assert_eq(cbi_note_parse_vkey(cbi_bytes_of_text(info->vkey), &name, &log_key, NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_hasher_new(log_key.suite, &hasher, NULL), CBANK_OK);
    scene_free(info);
    cbank_buffer_clear(&reply);
}

static void end(void)
{
    cbi_hasher_free(hasher);
    scene_end(&s);
}

static cbi_bytes bytes_of(ProtobufCBinaryData data)
{
    return cbi_bytes_of(data.data, data.len);
}

static cbi_checkpoint read_note(cbi_bytes note)
{
    cbi_checkpoint checkpoint;

    cr_assert_eq(cbi_checkpoint_verify(note, cbi_bytes_of_text(s.origin), &log_key, NULL,
                                       &checkpoint, NULL),
                 CBANK_OK);
    return checkpoint;
}

static Cbank__Api__V1__CheckpointReply *newest(void)
{
    Cbank__Api__V1__CheckpointReply *answer;
    cbank_buffer reply = {0};

    cr_assert_eq(cbank_log_checkpoint(s.bank, &reply, NULL), CBANK_OK);
    answer = scene_unpack(&cbank__api__v1__checkpoint_reply__descriptor, &reply);
    cbank_buffer_clear(&reply);
    return answer;
}

Test(log, the_checkpoint_is_signed_and_grows)
{
    for (size_t i = 0; i < 2; i++) {
        Cbank__Api__V1__CheckpointReply *before, *after;
        cbi_checkpoint checkpoint;

        begin(suites[i]);
        before = newest();
        records_issue(&s, account, "A", 1000);
        after = newest();
        checkpoint = read_note(bytes_of(after->note));
        cr_expect_eq(checkpoint.size, after->size);
        cr_expect(cbi_bytes_equal(cbi_bytes_of_hash(&checkpoint.root), bytes_of(after->root)));
        cr_expect_eq(after->size, before->size + 2, "a record and a receipt");
        cr_expect_str_eq(after->origin, s.origin);
        scene_free(before);
        scene_free(after);
        end();
    }
}

Test(log, proves_a_records_entry_to_anyone_with_the_log_key)
{
    for (size_t i = 0; i < 2; i++) {
        Cbank__Api__V1__ProveRequest request = CBANK__API__V1__PROVE_REQUEST__INIT;
        Cbank__Api__V1__ProveReply *answer;
        cbi_checkpoint checkpoint;
        cbi_tlog_proof proof;
        records_id id;
        cbi_hash leaf;

        begin(suites[i]);
        records_issue_many(&s, account, "B", 300);
        id = records_issue(&s, account, "A", 1000);
        records_issue_many(&s, account, "C", 5);
        request.id = id.text;
        answer = records_ask(&s, cbank_log_prove, &request,
                             &cbank__api__v1__prove_reply__descriptor);
        cr_assert_eq(cbi_tlog_proof_decode(bytes_of(answer->proof), &proof, NULL), CBANK_OK);
        checkpoint = read_note(proof.note);
        cr_expect_eq(answer->leaf.len, CBI_ENTRY_SIZE);
        cr_expect_eq(proof.index, answer->index);
        cr_expect_eq(checkpoint.size, answer->size);
        cr_assert_eq(cbi_tree_leaf(hasher, bytes_of(answer->leaf), &leaf, NULL), CBANK_OK);
        cr_expect_eq(cbi_tree_check_inclusion(hasher, proof.index, checkpoint.size, &leaf,
                                              proof.path, proof.count, &checkpoint.root, NULL),
                     CBANK_OK);
        answer->leaf.data[20] ^= 1;
        cr_assert_eq(cbi_tree_leaf(hasher, bytes_of(answer->leaf), &leaf, NULL), CBANK_OK);
        cr_expect_eq(cbi_tree_check_inclusion(hasher, proof.index, checkpoint.size, &leaf,
                                              proof.path, proof.count, &checkpoint.root, NULL),
                     CBANK_E_NOT_INCLUDED);
        scene_free(answer);
        end();
    }
}

Test(log, proves_nothing_that_is_no_record)
{
    Cbank__Api__V1__ProveRequest request = CBANK__API__V1__PROVE_REQUEST__INIT;
    cbank_error err;
    records_id id;
    char *last;

    begin("sha256-ed25519");
    id = records_issue(&s, account, "A", 1000);
    request.id = scene_text("A");
    records_fails(records_refuse(&s, cbank_log_prove, &request, &err), err, CBANK_E_INVALID,
                  "RECORD_ID_FORM");
    request.id = scene_text("99-0123456789abcdef");
    records_fails(records_refuse(&s, cbank_log_prove, &request, &err), err, CBANK_E_NOT_FOUND,
                  "RECORD_UNKNOWN");
    last = &id.text[strlen(id.text) - 1];
    *last = *last == '0' ? '1' : '0';
    request.id = id.text;
    records_fails(records_refuse(&s, cbank_log_prove, &request, &err), err, CBANK_E_NOT_FOUND,
                  "RECORD_UNKNOWN");
    end();
}

static Cbank__Api__V1__ConsistencyReply *join(uint64_t from, uint64_t to)
{
    Cbank__Api__V1__ConsistencyRequest request = CBANK__API__V1__CONSISTENCY_REQUEST__INIT;

    request.from = from;
    request.to = to;
    return records_ask(&s, cbank_log_consistency, &request,
                       &cbank__api__v1__consistency_reply__descriptor);
}

static cbank_status check(const Cbank__Api__V1__ConsistencyReply *answer)
{
    cbi_hash path[CBI_CONSISTENCY_MAX], from_root, to_root;

    cr_assert(cbi_hash_from(bytes_of(answer->from_root), &from_root));
    cr_assert(cbi_hash_from(bytes_of(answer->to_root), &to_root));
    for (size_t i = 0; i < answer->n_path; i++)
        cr_assert(cbi_hash_from(bytes_of(answer->path[i]), &path[i]));
    return cbi_tree_check_consistency(hasher, answer->from, &from_root, answer->to, &to_root, path,
                                      answer->n_path, NULL);
}

Test(log, every_state_extends_every_earlier_one)
{
    for (size_t i = 0; i < 2; i++) {
        Cbank__Api__V1__CheckpointReply *now;

        begin(suites[i]);
        records_issue_many(&s, account, "A", 9);
        now = newest();
        for (uint64_t to = 1; to <= now->size; to++) {
            for (uint64_t from = 1; from <= to; from++) {
                Cbank__Api__V1__ConsistencyReply *answer = join(from, to);

                cr_expect_eq(check(answer), CBANK_OK);
                answer->to_root.data[0] ^= 1;
                cr_expect_neq(check(answer), CBANK_OK);
                scene_free(answer);
            }
        }
        scene_free(now);
        end();
    }
}

Test(log, a_consistency_proof_brings_the_signed_note_that_the_log_still_has)
{
    Cbank__Api__V1__CheckpointReply *before, *now;
    Cbank__Api__V1__ConsistencyReply *answer;

    begin("sha256-ed25519");
    before = newest();
    records_issue_many(&s, account, "A", 9);
    now = newest();
    answer = join(1, 0);
    cr_expect_eq(answer->to, now->size, "0 is the newest");
    cr_expect(cbi_bytes_equal(bytes_of(answer->note), bytes_of(now->note)));
    scene_free(answer);
    answer = join(1, before->size);
    cr_expect(cbi_bytes_equal(bytes_of(answer->note), bytes_of(before->note)));
    scene_free(answer);
    answer = join(1, now->size - 1);
    cr_expect_eq(answer->note.len, 0, "nothing was signed at this size");
    scene_free(answer);
    answer = join(0, 1);
    cr_expect_eq(answer->n_path, 0, "every log extends the empty one");
    scene_free(answer);
    scene_free(before);
    scene_free(now);
    end();
}

/* ---- what somebody has seen -------------------------------------------------------------- */

/* The reply is the caller's, also with FORK. */
static cbank_status join_seen(const Cbank__Api__V1__CheckpointReply *seen,
                              Cbank__Api__V1__ConsistencyReply **out, cbank_error *err)
{
    Cbank__Api__V1__ConsistencyRequest request = CBANK__API__V1__CONSISTENCY_REQUEST__INIT;
    cbank_buffer bytes, reply = {0};
    cbank_status status;

    request.seen = seen->note;
    bytes = scene_pack(&request);
    status = cbank_log_consistency(s.bank, bytes.data, bytes.size, &reply, err);
    *out = reply.data == NULL
               ? NULL
               : scene_unpack(&cbank__api__v1__consistency_reply__descriptor, &reply);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
    return status;
}

/* Runs a command of the shell in the scene's folder, while the bank is closed. */
static void while_closed(const char *command)
{
    char line[512];

    cbank_bank_close(s.bank);
    s.bank = NULL;
    snprintf(line, sizeof(line), "cd '%s' && %s", s.folder, command);
    cr_assert_eq(system(line), 0);
    scene_reopen(&s);
}

/* Store and guard together, as a machine that was copied has them. */
static void take_copy(void)
{
    while_closed("mkdir copy && cp -r bank bank.guard copy");
}

static void become_copy(void)
{
    while_closed("rm -rf bank bank.guard && cp -r copy/* .");
}

/* Both are signed by the log's key; the first is what was seen. */
static void assert_fork(const Cbank__Api__V1__CheckpointReply *seen, const char *reason)
{
    Cbank__Api__V1__CheckpointReply *now = newest();
    Cbank__Api__V1__ConsistencyReply *answer;
    cbi_checkpoint first, second;
    cbank_error err;

    records_fails(join_seen(seen, &answer, &err), err, CBANK_E_FORK, reason);
    cr_assert_not_null(answer);
    cr_assert_eq(answer->n_fork_notes, 2);
    cr_expect_eq(answer->n_path, 0, "nothing is proven");
    first = read_note(bytes_of(answer->fork_notes[0]));
    second = read_note(bytes_of(answer->fork_notes[1]));
    cr_expect(cbi_bytes_equal(bytes_of(answer->fork_notes[0]), bytes_of(seen->note)));
    cr_expect(second.size == first.size ||
              cbi_bytes_equal(bytes_of(answer->fork_notes[1]), bytes_of(now->note)));
    cr_expect(second.size != first.size || !cbi_hash_equal(&first.root, &second.root));
    scene_free(answer);
    scene_free(now);
}

Test(log, extends_what_somebody_has_seen)
{
    for (size_t i = 0; i < 2; i++) {
        Cbank__Api__V1__CheckpointReply *seen;
        Cbank__Api__V1__ConsistencyReply *answer;
        cbank_error err;

        begin(suites[i]);
        seen = newest();
        records_issue_many(&s, account, "A", 9);
        cr_assert_eq(join_seen(seen, &answer, &err), CBANK_OK);
        cr_expect_eq(answer->from, seen->size);
        cr_expect_eq(answer->n_fork_notes, 0);
        cr_expect_eq(check(answer), CBANK_OK);
        scene_free(answer);
        scene_free(seen);
        end();
    }
}

Test(log, of_two_copies_that_both_signed_gives_both_notes)
{
    Cbank__Api__V1__CheckpointReply *before, *ours;
    Cbank__Api__V1__ConsistencyReply *answer;
    cbank_error err;

    begin("sha256-ed25519");
    before = newest();
    take_copy();
    records_issue_many(&s, account, "O", 3);
    ours = newest();

    become_copy();
    assert_fork(ours, "LOG_ELSEWHERE");
    records_issue(&s, account, "T-1", 1000);
    assert_fork(ours, "LOG_ELSEWHERE");
    records_issue_many(&s, account, "T", 4);
    assert_fork(ours, "LOG_FORKED");
    cr_assert_eq(join_seen(before, &answer, &err), CBANK_OK, "what they have in common");
    scene_free(answer);

    become_copy();
    records_issue_many(&s, account, "U", 3);
    assert_fork(ours, "LOG_FORKED");
    scene_free(before);
    scene_free(ours);
    end();
}

Test(log, is_held_against_its_own_notes_only)
{
    Cbank__Api__V1__ConsistencyRequest request = CBANK__API__V1__CONSISTENCY_REQUEST__INIT;
    Cbank__Api__V1__CheckpointReply *seen;
    Cbank__Api__V1__ConsistencyReply *answer;
    cbank_error err;

    begin("sha256-ed25519");
    seen = newest();
    request.seen = seen->note;
    request.from = 1;
    cr_expect_eq(records_refuse(&s, cbank_log_consistency, &request, &err), CBANK_E_ARGUMENT);
    strchr((char *)seen->note.data, '\n')[1] ^= 1; /* its size */
    cr_expect_eq(join_seen(seen, &answer, &err), CBANK_E_BAD_SIGNATURE);
    cr_expect_null(answer);
    scene_free(seen);
    end();
}

Test(log, sizes_must_be_in_order_and_within_the_log)
{
    Cbank__Api__V1__ConsistencyRequest request = CBANK__API__V1__CONSISTENCY_REQUEST__INIT;
    cbank_error err;

    begin("sha256-ed25519");
    request.from = 3;
    request.to = 2;
    records_fails(records_refuse(&s, cbank_log_consistency, &request, &err), err, CBANK_E_INVALID,
                  "LOG_SIZES");
    request.from = 1;
    request.to = 100;
    records_fails(records_refuse(&s, cbank_log_consistency, &request, &err), err, CBANK_E_INVALID,
                  "LOG_SIZES");
    end();
}

/* A verifier that has seen an earlier log wants to know that this one extends it. */
Test(log, joins_what_a_verifier_saw_before_to_a_new_transcript)
{
    Cbank__Api__V1__TranscriptVerifyRequest terms = CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    Cbank__Api__V1__TranscriptIssueRequest asked;
    Cbank__Api__V1__CheckpointReply *seen;
    Cbank__Api__V1__ConsistencyReply *path;
    cbank_verifier *verifier;
    reader_verdict verdict;
    cbank_buffer file;
    uint64_t size;

    begin("sha256-ed25519");
    asked = reader_asks(account);
    seen = newest();
    records_issue_many(&s, account, "A", 9);
    verifier = reader_open(&s);
    file = reader_receive(&s, &asked);
    terms.any_recipient = true;
    terms.pin = seen->note;
    verdict = reader_verify(verifier, &file, &terms);
    cr_expect_eq(verdict.status, CBANK_OK);
    cr_expect_eq(verdict.report->consistency,
                 CBANK__API__V1__CONSISTENCY__CONSISTENCY_NOT_SHOWN);
    size = verdict.report->size;
    reader_clear(&verdict);

    path = join(seen->size, size); /* of the transcript: what notes it came later */
    terms.consistency = path->path;
    terms.n_consistency = path->n_path;
    verdict = reader_verify(verifier, &file, &terms);
    cr_expect_eq(verdict.status, CBANK_OK);
    cr_expect_eq(verdict.report->consistency, CBANK__API__V1__CONSISTENCY__CONSISTENCY_SHOWN);
    reader_clear(&verdict);

    path->path[0].data[0] ^= 1;
    verdict = reader_verify(verifier, &file, &terms);
    cr_expect_eq(verdict.status, CBANK_E_FORK);
    cr_expect_str_eq(verdict.report->verdict, "FORK");
    cr_assert_eq(verdict.report->n_fork_notes, 2);
    read_note(bytes_of(verdict.report->fork_notes[0]));
    read_note(bytes_of(verdict.report->fork_notes[1]));
    reader_clear(&verdict);
    scene_free(path);
    scene_free(seen);
    cbank_buffer_clear(&file);
    cbank_verifier_close(verifier);
    end();
}
