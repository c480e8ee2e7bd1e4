/* A file of amendments states what it states, and nothing of what it leaves empty. */
#include "exchange/amendments.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

/* What the first row says, or why it says nothing; of the file itself where that fails. */
typedef struct read_row {
    cbank_status status;
    cbank_error err;
    char reference[64];
    char title[64];
    char amounts[64];
    bool grade, type, awarder;
} read_row;

static void look(const cbi_amendments_row *row, read_row *out)
{
    const Cbank__V1__CreditRecord *stated = row->stated;

    snprintf(out->reference, sizeof(out->reference), "%s", row->reference);
    if (stated->n_title > 0)
        snprintf(out->title, sizeof(out->title), "%s", stated->title[0]->value);
    for (size_t i = 0; i < stated->n_amounts; i++)
        snprintf(out->amounts + strlen(out->amounts), sizeof(out->amounts) - strlen(out->amounts),
                 "%s=%lld ", stated->amounts[i]->unit, (long long)stated->amounts[i]->milli);
    out->grade = stated->grade != NULL;
    out->type = stated->type != CBANK__V1__RECORD_TYPE__RECORD_TYPE_UNSPECIFIED;
    out->awarder = stated->awarded_by != NULL;
}

static read_row read(const char *map, const char *constants, const char *file)
{
    const cbi_amendments_options options = {.map = cbi_bytes_of_text(map),
                                            .constants = cbi_bytes_of_text(constants),
                                            .encoding = CBI_ENCODING_UNDECIDED,
                                            .sheet = ""};
    cbi_amendments *amendments = NULL;
    cbi_grid_step step = CBI_GRID_MORE;
    cbi_amendments_row row;
    read_row out = {0};

    out.status = cbi_amendments_new(&options, &amendments, &out.err);
    if (out.status == CBANK_OK)
        out.status = cbi_amendments_feed(amendments, cbi_bytes_of_text(file), &out.err);
    if (out.status == CBANK_OK)
        out.status = cbi_amendments_end(amendments, &out.err);
    while (out.status == CBANK_OK && step != CBI_GRID_ROW && step != CBI_GRID_DONE)
        out.status = cbi_amendments_next(amendments, &step, &row, &out.err);
    if (out.status == CBANK_OK && row.why.reason != 0)
        out.err = row.why;
    else if (out.status == CBANK_OK)
        look(&row, &out);
    cbi_amendments_free(amendments);
    return out;
}

static void refuses(const char *file, cbi_reason reason, const char *object)
{
    read_row row = read("", "", file);

    cr_expect_eq(row.err.reason, (int32_t)reason, "%s", cbank_reason_name(row.err.reason));
    cr_expect_str_eq(row.err.object, object);
}

Test(amendments, an_empty_cell_says_nothing)
{
    read_row row = read("", "", "机构记录编号,名称,学分,学时,grade,type\nR-1,,3.5,,,\n");

    cr_expect_eq(row.err.reason, 0);
    cr_expect_str_eq(row.reference, "R-1");
    cr_expect_str_eq(row.title, "");
    cr_expect_str_eq(row.amounts, "credit=3500 ");
    cr_expect(!row.grade && !row.type && !row.awarder);
}

Test(amendments, columns_are_mapped_and_the_same_for_all_rows_stated_once)
{
    read_row row = read("credits=分,reference=号", "title=国文", "号,分\nR-1,2\n");

    cr_expect_str_eq(row.title, "国文");
    cr_expect_str_eq(row.amounts, "credit=2000 ");
}

Test(amendments, columns_for_the_reader_do_no_harm_and_others_are_refused)
{
    cr_expect_eq(read("", "", "id,姓名,学号,hours\n7-0123456789abcdef,甲,1,48\n").err.reason, 0);
    refuses("reference,学 分\nR-1,3\n", CBI_REASON_AMENDMENT_COLUMN, "学 分");
    refuses("reference,result\nR-1,87\n", CBI_REASON_AMENDMENT_COLUMN, "result");
    refuses("学分\n3\n", CBI_REASON_MAP_MISSING_FIELD, "id, reference");
}

Test(amendments, a_row_without_a_name_or_a_statement_is_no_amendment)
{
    refuses("reference,credits\n,3\n", CBI_REASON_MISSING_CELL, "reference");
    refuses("reference,credits\nR-1,\n", CBI_REASON_OVERLAY_EMPTY, "reference");
    refuses("reference,credits\nR-1,x\n", CBI_REASON_BAD_AMOUNT, "credits");
    refuses("reference,credits\nR-1,3,4\n", CBI_REASON_ROW_CELLS, "");
    refuses("reference,awarded\nR-1,1901-02-30\n", CBI_REASON_BAD_DATE, "awarded");
}
