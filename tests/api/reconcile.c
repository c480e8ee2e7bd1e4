/* A file held against what the bank has: what is missing, different, and there beside it. */
#include "sheets.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 24

static scene s;
static sheets_ask ask;

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    ask = sheets_plain(&s);
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(reconcile, .init = begin, .fini = end);

/* Row `n` with so many credits; of one learner. */
static int row(char *out, size_t size, unsigned n, unsigned credits)
{
    return snprintf(out, size, "甲一,360302190001010018,R-%u,陶瓷工艺,%u,通过\n", n, credits);
}

static Cbank__Api__V1__CreditReconcileReply *reconcile(const char *file, cbank_buffer *output)
{
    Cbank__Api__V1__CreditReconcileRequest request = CBANK__API__V1__CREDIT_RECONCILE_REQUEST__INIT;
    Cbank__Api__V1__SheetFormat format = CBANK__API__V1__SHEET_FORMAT__INIT;
    Cbank__Api__V1__CreditReconcileReply *reply;
    cbank_buffer bytes, answer = {0};
    cbank_job *job = NULL;
    cbank_error err;

    format.format = scene_text("generic");
    format.map = scene_text(ask.map);
    request.institution = scene_text(SCENE_INSTITUTION);
    request.sheet = &format;
    request.lang = scene_text("en");
    bytes = scene_pack(&request);
    cr_assert_eq(cbank_credit_reconcile_begin(s.bank, bytes.data, bytes.size, &job, &err),
                 CBANK_OK);
    cr_assert_eq(scene_run(job, file, strlen(file), output, &answer, &err), CBANK_OK, "%s %s",
                 cbank_reason_name(err.reason), err.object);
    reply = scene_unpack(&cbank__api__v1__credit_reconcile_reply__descriptor, &answer);
    cbank_buffer_clear(&bytes);
    cbank_buffer_clear(&answer);
    return reply;
}

static size_t lines(const cbank_buffer *text)
{
    size_t count = 0;

    for (size_t i = 0; i < text->size; i++)
        count += text->data[i] == '\n';
    return count;
}

/* What the bank has and what the file has, by chance; and what must be said of each record. */
Test(reconcile, of_any_two_lists_each_record_is_told_once_and_nothing_is_written)
{
    unsigned seed = 11, in_bank[ROWS];
    char held[ROWS * 96] = SHEETS_HEADER;
    size_t used = strlen(held);
    sheets_import import;
    uint64_t size;

    for (unsigned n = 0; n < ROWS; n++) {
        in_bank[n] = (unsigned)rand_r(&seed) % 3; /* 0: not there; else its credits */
        if (in_bank[n] > 0)
            used += (size_t)row(held + used, sizeof(held) - used, n, in_bank[n]);
    }
    import = sheets_bring(&s, &ask, held, strlen(held));
    cr_assert_eq(import.status, CBANK_OK);
    sheets_clear_import(&import);
    size = sheets_log_size(&s);
    for (unsigned turn = 0; turn < 20; turn++) {
        uint64_t same = 0, missing = 0, different = 0, extra = 0;
        Cbank__Api__V1__CreditReconcileReply *reply;
        char file[ROWS * 96] = SHEETS_HEADER;
        cbank_buffer output = {0};

        used = strlen(file);
        for (unsigned n = 0; n < ROWS; n++) {
            unsigned here = (unsigned)rand_r(&seed) % 3;

            same += here > 0 && here == in_bank[n];
            different += here > 0 && in_bank[n] > 0 && here != in_bank[n];
            missing += here > 0 && in_bank[n] == 0;
            extra += here == 0 && in_bank[n] > 0;
            if (here > 0)
                used += (size_t)row(file + used, sizeof(file) - used, n, here);
        }
        reply = reconcile(file, &output);
        cr_expect_eq(reply->same, same);
        cr_expect_eq(reply->missing, missing);
        cr_expect_eq(reply->different, different);
        cr_expect_eq(reply->extra, extra);
        cr_expect_eq(reply->n_findings, missing + different + extra);
        cr_expect_eq(lines(&output), reply->n_findings == 0 ? 0 : reply->n_findings + 1);
        for (size_t i = 0; i < reply->n_findings; i++) {
            const Cbank__Api__V1__ReconcileFinding *found = reply->findings[i];
            bool differs = found->difference == CBANK__API__V1__DIFFERENCE__DIFFERENCE_DIFFERENT;

            cr_expect_eq(found->n_fields, differs ? 1 : 0);
            if (differs)
                cr_expect_str_eq(found->fields[0], "amounts");
            cr_expect_eq(found->id[0] == '\0',
                         found->difference == CBANK__API__V1__DIFFERENCE__DIFFERENCE_MISSING);
        }
        scene_free(reply);
        cbank_buffer_clear(&output);
    }
    cr_expect_eq(sheets_log_size(&s), size);
}

Test(reconcile, a_row_that_cannot_be_read_is_rejected_and_its_record_is_extra)
{
    static const char good[] = SHEETS_HEADER "甲一,360302190001010018,R-1,陶瓷工艺,3,通过\n";
    static const char bad[] = SHEETS_HEADER "甲一,360302190001010018,R-1,陶瓷工艺,三,通过\n";
    sheets_import import = sheets_bring(&s, &ask, good, strlen(good));
    Cbank__Api__V1__CreditReconcileReply *reply;
    cbank_buffer output = {0};

    cr_assert_eq(import.status, CBANK_OK);
    sheets_clear_import(&import);
    reply = reconcile(bad, &output);
    cr_expect_eq(reply->rejected, 1);
    cr_expect_eq(reply->extra, 1);
    cr_assert_eq(reply->n_errors, 1);
    cr_expect_eq(reply->errors[0]->row, 2);
    cr_expect_str_eq(reply->errors[0]->value, "三");
    cr_expect_neq(reply->errors[0]->remedy[0], '\0');
    scene_free(reply);
    cbank_buffer_clear(&output);
}
