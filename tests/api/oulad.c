/*
 * The real input: 32,593 enrolments of the Open University Learning Analytics Dataset (CC BY 4.0),
 * of which 15,385 passed. One batch in; then every learner's transcript out, each verified with the
 * directory alone.
 */
#include "scene.h"

#include <criterion/criterion.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define ROWS 32593
#define PASSED 15385
#define LEARNERS 14581
#define MEMORY_MIB 256
#define CREDITS_MILLI (1134445ll * 1000)

static char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    char *text = NULL;

    if (file == NULL)
        return NULL;
    cr_assert_eq(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    text = malloc(*size + 1);
    cr_assert_not_null(text);
    cr_assert_eq(fread(text, 1, *size, file), *size);
    text[*size] = '\0';
    fclose(file);
    return text;
}

static Cbank__Api__V1__CreditImportReply *import(scene *s, const char *text, size_t size)
{
    Cbank__Api__V1__CreditImportRequest request = CBANK__API__V1__CREDIT_IMPORT_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format = CBANK__API__V1__SHEET_FORMAT__INIT;
    char *passed[] = {scene_text("Pass"), scene_text("Distinction")};
    cbank_buffer bytes, output = {0}, reply = {0};
    Cbank__Api__V1__CreditImportReply *answer;
    cbank_job *job = NULL;
    cbank_error err = {0};

    format.format = scene_text("generic");
    format.map = scene_text("student_number=id_student,title=code_module,code=code_module,"
                            "term=code_presentation,credits=studied_credits,outcome=final_result");
    format.passed = passed;
    format.n_passed = 2;
    request.institution = scene_text(SCENE_INSTITUTION);
    request.sheet = &format;
    request.open_accounts = true;
    request.lang = scene_text("en");
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_credit_import_begin(s->bank, s->key, bytes.data, bytes.size, &job, &err),
                 CBANK_OK, "%s: %s", err.object, err.detail);
    cbank_buffer_clear(&bytes);
    cr_assert_eq(scene_run(job, text, size, &output, &reply, &err), CBANK_OK, "%s %s: %s",
                 cbank_reason_name(err.reason), err.object, err.detail);
    cr_expect_eq(output.size, 0, "no row was rejected");
    answer = scene_unpack(&cbank__api__v1__credit_import_reply__descriptor, &reply);
    cbank_buffer_clear(&output);
    cbank_buffer_clear(&reply);
    return answer;
}

static cbank_verifier *open_verifier(scene *s)
{
    Cbank__Api__V1__VerifierRequest request = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    cbank_buffer directory = scene_directory(s), bytes;
    cbank_verifier *verifier = NULL;
    cbank_error err = {0};

    request.directory.data = directory.data;
    request.directory.len = directory.size;
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_verifier_open(bytes.data, bytes.size, &verifier, &err), CBANK_OK,
                 "%s: %s", err.object, err.detail);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&directory);
    return verifier;
}

/* Who share the syncs of a commit: each transcript is noted in the log before it is handed out. */
#define CALLERS 32

typedef struct caller {
    scene *stage;
    char (*accounts)[17];
    size_t first, count, stride;
    cbank_buffer *replies; /* one an account; empty if it was refused */
} caller;

/* Asserts nothing: it is on a thread of its own. */
static void *issue_some(void *argument)
{
    const caller *it = argument;
    Cbank__Api__V1__TranscriptIssueRequest issue = CBANK__API__V1__TRANSCRIPT_ISSUE_REQUEST__INIT;
    Cbank__Api__V1__DisclosureGround ground = CBANK__API__V1__DISCLOSURE_GROUND__INIT;
    Cbank__Api__V1__Order order = CBANK__API__V1__ORDER__INIT;

    ground.basis = scene_text("contract");
    order.document = scene_text("1");
    issue.ground = &ground;
    issue.order = &order;
    issue.show_number = true;
    for (size_t i = it->first; i < it->count; i += CALLERS * it->stride) {
        cbank_buffer bytes;

        issue.account = it->accounts[i];
        bytes = scene_pack(&issue);
        (void)!cbank_transcript_issue(it->stage->bank, bytes.data, bytes.size, &it->replies[i],
                                      NULL);
        cbank_buffer_clear(&bytes);
    }
    return NULL;
}

/* Of every `stride`th account. */
static cbank_buffer *issue_all(scene *s, char (*accounts)[17], size_t count, size_t stride)
{
    cbank_buffer *replies = calloc(count, sizeof(*replies));
    pthread_t threads[CALLERS];
    caller callers[CALLERS];

    cr_assert_not_null(replies);
    for (size_t t = 0; t < CALLERS; t++) {
        callers[t] = (caller){s, accounts, t * stride, count, stride, replies};
        cr_assert_eq(pthread_create(&threads[t], NULL, issue_some, &callers[t]), 0);
    }
    for (size_t t = 0; t < CALLERS; t++)
        cr_assert_eq(pthread_join(threads[t], NULL), 0);
    return replies;
}

/* Verifies one; adds what it is worth. */
static void check_transcript(const cbank_verifier *verifier, const char *account,
                             const cbank_buffer *replied, int64_t *credits, uint64_t *records,
                             uint64_t *bytes_total)
{
    Cbank__Api__V1__TranscriptVerifyRequest verify =
        CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    Cbank__Api__V1__TranscriptIssueReply *issued;
    Cbank__Api__V1__VerdictReport *report;
    cbank_buffer bytes, reply = {0};
    cbank_error err = {0};

    cr_assert_gt(replied->size, 0, "%s has none", account);
    issued = scene_unpack(&cbank__api__v1__transcript_issue_reply__descriptor, replied);
    verify.file = issued->file;
    verify.require = CBANK__API__V1__PROVEN__PROVEN_INSTITUTION;
    bytes = scene_pack(&verify);
    cr_assert_eq(cbank_transcript_verify(verifier, bytes.data, bytes.size, &reply, &err), CBANK_OK,
                 "%s %s %s: %s", account, cbank_reason_name(err.reason), err.object, err.detail);
    report = scene_unpack(&cbank__api__v1__verdict_report__descriptor, &reply);
    cr_assert_str_eq(report->verdict, "VALID");
    cr_assert(report->holder_proven);
    cr_assert_eq(report->n_totals, 1);
    *credits += report->totals[0]->milli;
    *records += report->items_total - 1; /* without the opening */
    *bytes_total += issued->file.len;
    scene_free(report);
    scene_free(issued);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&reply);
}

static int compare_accounts(const void *a, const void *b)
{
    return memcmp(a, b, 17);
}

/* Every account that holds a record, once: from the list of all records. */
static char (*list_accounts(scene *s, size_t *count))[17]
{
    Cbank__Api__V1__CreditListRequest request = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    char(*accounts)[17] = calloc(PASSED, 17);
    Cbank__Api__V1__CreditListReply *list;
    cbank_buffer bytes, reply = {0};
    size_t total = 0, unique = 0;

    cr_assert_not_null(accounts);
    request.limit = 1000;
    do {
        bytes = scene_pack(&request);
        cr_assert_eq(cbank_credit_list(s->bank, bytes.data, bytes.size, &reply, NULL), CBANK_OK);
        cbank_buffer_clear(&bytes);
        list = scene_unpack(&cbank__api__v1__credit_list_reply__descriptor, &reply);
        for (size_t i = 0; i < list->n_credits; i++) {
            cr_assert_lt(total, PASSED);
            strcpy(accounts[total++], list->credits[i]->account);
        }
        request.after = list->next;
        scene_free(list);
    } while (request.after != 0);
    cbank_buffer_clear(&reply);
    cr_assert_eq(total, PASSED);
    qsort(accounts, total, 17, compare_accounts);
    for (size_t i = 0; i < total; i++) {
        if (i == 0 || strcmp(accounts[i], accounts[unique - 1]) != 0)
            memmove(accounts[unique++], accounts[i], 17);
    }
    *count = unique;
    return accounts;
}

/* Under the sanitizers, which are slow, every 16th account stands for all. */
#ifdef __SANITIZE_ADDRESS__
#define STRIDE 16
#else
#define STRIDE 1
#endif

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Of this process so far, in MiB. */
static long memory_peak(void)
{
    struct rusage use;

    cr_assert_eq(getrusage(RUSAGE_SELF, &use), 0);
    return use.ru_maxrss / 1024;
}

static void bring_in(scene *s, const char *text, size_t size)
{
    double begun = seconds();
    Cbank__Api__V1__CreditImportReply *first = import(s, text, size), *second;
    double ended = seconds();

    printf("oulad: %zu rows in, %zu deposited, %zu skipped, %zu accounts, %.1f s, %ld MiB\n",
           (size_t)first->rows, (size_t)first->deposited, (size_t)first->skipped,
           (size_t)first->accounts_opened, ended - begun, memory_peak());
#ifndef __SANITIZE_ADDRESS__
    cr_expect_lt(memory_peak(), MEMORY_MIB);
#endif
    cr_expect_eq(first->rows, ROWS);
    cr_expect_eq(first->deposited, PASSED);
    cr_expect_eq(first->skipped, ROWS - PASSED);
    cr_expect_eq(first->rejected, 0);
    cr_expect_eq(first->accounts_opened, LEARNERS);
    cr_assert_eq(first->n_totals, 1);
    cr_expect_eq(first->totals[0]->milli, CREDITS_MILLI);
    cr_assert_eq(first->n_skips, 1);
    cr_expect_eq(first->skips[0]->rows, ROWS - PASSED);
    second = import(s, text, size);
    cr_expect_eq(second->deposited, 0);
    cr_expect_eq(second->unchanged, PASSED);
    cr_expect_eq(second->skipped, ROWS - PASSED);
    scene_free(first);
    scene_free(second);
}

Test(oulad, every_transcript_of_a_real_import_verifies_with_the_directory_alone, .timeout = 540)
{
    size_t size = 0, count = 0;
    char *text = read_file(CBANK_SHARED_DATA "/data/samples/oulad-studentInfo.csv", &size);
    uint64_t records = 0, bytes = 0;
    int64_t credits = 0;
    cbank_verifier *verifier;
    char(*accounts)[17];
    cbank_buffer *replies;
    double begun;
    scene s;

    if (text == NULL) {
        cr_assert_null(getenv("CI"), "the real input is missing");
        printf("SKIPPED oulad: the real input is not here\n");
        return;
    }
    scene_begin(&s, "sha256-ed25519");
    bring_in(&s, text, size);
    verifier = open_verifier(&s);
    accounts = list_accounts(&s, &count);
    cr_assert_eq(count, LEARNERS);
    begun = seconds();
    replies = issue_all(&s, accounts, count, STRIDE);
    for (size_t i = 0; i < count; i += STRIDE) {
        check_transcript(verifier, accounts[i], &replies[i], &credits, &records, &bytes);
        cbank_buffer_clear(&replies[i]);
    }
    printf("oulad: %zu transcripts issued and verified in %.1f s, %zu bytes each on average\n",
           (count + STRIDE - 1) / STRIDE, seconds() - begun,
           (size_t)(bytes / ((count + STRIDE - 1) / STRIDE)));
    if (STRIDE == 1) {
        cr_expect_eq(records, PASSED);
        cr_expect_eq(credits, CREDITS_MILLI);
    }
    cbank_verifier_close(verifier);
    free(accounts);
    free(replies);
    free(text);
    scene_end(&s);
}
