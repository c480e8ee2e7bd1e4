/* A spreadsheet that is read on all cores comes to what it comes to on one. */
#include "records.h"
#include "sheets.h"

#include <criterion/criterion.h>

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static scene s;
static sheets_ask ask;

static void begin(void)
{
    scene_begin(&s, "sha256-ed25519");
    ask = sheets_plain(&s);
    ask.keep_going = true;
}

static void end(void)
{
    scene_end(&s);
}

TestSuite(clerks, .init = begin, .fini = end, .timeout = 120);

enum { ROWS = 1500, ROW_MAX = 256 }; /* enough for several clerks, who take some at a time */

/* What a dry run says of a text, all of it: reply and error file. */
typedef struct told {
    cbank_buffer reply;
    cbank_buffer errors;
    cbank_error err;
    cbank_status status;
} told;

static told ask_about(const char *text)
{
    told out = {{0}, {0}, {0}, CBANK_OK};
    cbank_job *job = NULL;

    ask.dry_run = true;
    cr_assert_eq(sheets_begin_import(&s, &ask, &job, NULL), CBANK_OK);
    out.status = scene_run(job, text, strlen(text), &out.errors, &out.reply, &out.err);
    return out;
}

static bool same(const cbank_buffer *one, const cbank_buffer *other)
{
    return one->size == other->size &&
           (one->size == 0 || memcmp(one->data, other->data, one->size) == 0);
}

/* The same on all cores, again and again, as on one. */
static void expect_same(const char *text)
{
    cpu_set_t all, one;
    told alone;

    cr_assert_eq(sched_getaffinity(0, sizeof(all), &all), 0);
    CPU_ZERO(&one);
    CPU_SET((size_t)sched_getcpu(), &one);
    cr_assert_eq(sched_setaffinity(0, sizeof(one), &one), 0);
    alone = ask_about(text);
    cr_assert_eq(sched_setaffinity(0, sizeof(all), &all), 0);
    for (int i = 0; i < 5; i++) {
        told many = ask_about(text);

        cr_expect_eq(many.status, alone.status);
        cr_expect_eq(memcmp(&many.err, &alone.err, sizeof(many.err)), 0, "%s and %s",
                     cbank_reason_name(many.err.reason), cbank_reason_name(alone.err.reason));
        cr_expect(same(&many.reply, &alone.reply));
        cr_expect(same(&many.errors, &alone.errors));
        cbank_buffer_clear(&many.reply);
        cbank_buffer_clear(&many.errors);
    }
    cbank_buffer_clear(&alone.reply);
    cbank_buffer_clear(&alone.errors);
}

static char *begin_text(const char *header, size_t *size)
{
    char *text = malloc((ROWS + 1) * ROW_MAX);

    cr_assert_not_null(text);
    *size = (size_t)snprintf(text, ROW_MAX, "%s", header);
    return text;
}

/*
 * References that come again with the same row and with another, people with two names, numbers
 * that a spreadsheet program has ruined, rows that failed, too few cells: a bit of everything.
 */
static char *mixed_rows(void)
{
    size_t size;
    char *text = begin_text("学号,姓名,编号,课程,学分\n", &size);

    for (unsigned i = 0; i < ROWS; i++) {
        unsigned reference = i % 7 == 6 ? i / 2 : i;
        const char *name = i % 31 == 30 ? "乙" : "甲";

        size += (size_t)snprintf(text + size, ROW_MAX, "S%u,%s%u,R%u,%s,%s\n", i % 97, name,
                                 i % 97, reference, i % 13 == 12 ? "" : "陶瓷工艺",
                                 i % 17 == 16 ? "many" : "2,5" + (i % 41 == 40 ? 0 : 2));
    }
    return text;
}

Test(clerks, rows_that_are_wrong_in_many_ways_are_told_the_same)
{
    char *text = mixed_rows();

    ask.map = "student_number=学号,name=姓名,reference=编号,title=课程,credits=学分";
    expect_same(text);
    free(text);
}

/* The file is read twice, to see which attempt counts. */
Test(clerks, attempts_that_count_once_do_so)
{
    size_t size;
    char *text = begin_text("XNXQDM,XH,XM,KCH,KCM,XF,ZCJ,CXCKDM_DISPLAY,SFYX\n", &size);

    ask.format = "wisedu";
    for (unsigned i = 0; i < ROWS; i++)
        size += (size_t)snprintf(text + size, ROW_MAX,
                                 "1901-1902-%u,%u,甲%u,A%u,高等数学,4,%u,%s,1\n", 1 + i / 1000,
                                 190000 + i % 211, i % 211, i % 5, 50 + i % 50,
                                 i % 3 == 0 ? "初修" : "重修");
    expect_same(text);
    free(text);
}

/* Every row is several results. */
Test(clerks, wide_rows_are_told_the_same)
{
    size_t size;
    char *text = begin_text("REGN_NO,CNAME,SESSION,SEM,SUB1NM,SUB1,SUB1_GRADE,SUB1_CREDIT,"
                            "SUB2NM,SUB2,SUB2_GRADE,SUB2_CREDIT\n",
                            &size);

    ask.format = "abc";
    for (unsigned i = 0; i < ROWS; i++)
        size += (size_t)snprintf(text + size, ROW_MAX,
                                 "%u,甲一,1901,%u,PHYSICS,P1,%s,4,MATHS,M1,%s,%s\n", i % 301,
                                 1 + i / 301, i % 5 == 0 ? "F" : "A", i % 7 == 0 ? "?" : "B",
                                 i % 11 == 0 ? "many" : "3");
    expect_same(text);
    free(text);
}

/* All before it has been taken in, nothing behind it, and the row is named. */
Test(clerks, a_file_that_breaks_off_does_so_at_the_same_row)
{
    for (unsigned at = 300; at < ROWS; at += 333) {
        char *text = mixed_rows(), *broken = strstr(text, "\nS0,");

        ask.map = "student_number=学号,name=姓名,reference=编号,title=课程,credits=学分";
        for (unsigned i = 0; i < at / 97 && broken != NULL; i++)
            broken = strstr(broken + 1, "\nS0,");
        cr_assert_not_null(broken);
        broken[1] = '"'; /* which nobody closes properly */
        expect_same(text);
        free(text);
    }
}

/* What is signed and deposited stands in the order of the file. */
Test(clerks, records_stand_in_the_order_of_their_rows)
{
    Cbank__Api__V1__CreditListRequest request = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    Cbank__Api__V1__CreditListReply *list;
    char *text = sheets_rows(ROWS);
    sheets_import import;
    long next = 1;

    ask.map = "student_number=学号,reference=编号,title=课程,credits=学分";
    import = sheets_bring(&s, &ask, text, strlen(text));
    cr_assert_eq(import.status, CBANK_OK);
    cr_assert_eq(import.reply->deposited, ROWS);
    request.limit = 1000;
    do {
        list = records_ask(&s, cbank_credit_list, &request,
                           &cbank__api__v1__credit_list_reply__descriptor);
        for (size_t i = 0; i < list->n_credits; i++, next++)
            cr_assert_eq(strtol(list->credits[i]->record->reference, NULL, 10), next);
        request.after = list->next;
        scene_free(list);
    } while (request.after != 0);
    cr_expect_eq(next, ROWS + 1);
    sheets_clear_import(&import);
    free(text);
}
