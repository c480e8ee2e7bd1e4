/* Files with many subjects in one row, each with a number in its columns' names. */
#include "exchange/desk.h"

#include <stdio.h>
#include <string.h>

static cbi_grades_options options_of_abc(void)
{
    cbi_grades_options options = desk_options("");

    options.format = cbi_bytes_of_text("abc");
    return options;
}

/* "row class title" of each subject. */
static void note(const cbi_row_draft *row, void *context)
{
    char *out = context;
    size_t used = strlen(out);

    snprintf(out + used, 512 - used, "%u %s %s\n", (unsigned)row->row.number,
             row->row_class == CBI_ROW_READY     ? "ready"
             : row->row_class == CBI_ROW_SKIPPED ? "skipped"
                                                 : cbank_reason_name(row->why.reason),
             row->row_class == CBI_ROW_READY ? row->record->title[0]->value : row->why.object);
}

static void reads(const char *file, const char *subjects)
{
    static const size_t pieces[] = {1, 7, 1u << 16};

    for (size_t i = 0; i < 3; i++) {
        cbi_grades_options options = options_of_abc();
        char out[512] = "";
        desk_result result = desk_read(&options, cbi_bytes_of_text(file), pieces[i], note, out);

        cr_expect_eq(result.status, CBANK_OK, "%s", cbank_reason_name(result.err.reason));
        cr_expect_str_eq(out, subjects);
    }
}

#define HEAD "REGN_NO,CNAME,SESSION,SEM,"
#define ONE(n) "SUB" #n "NM,SUB" #n ",SUB" #n "_GRADE,SUB" #n "_CREDIT"

Test(wide, one_row_is_as_many_results_as_it_has_subjects)
{
    reads(HEAD ONE(1) "," ONE(2) "\n1,甲一,1901,1,PHYSICS,P1,A,4,MATHS,M1,B,3\n"
                                 "2,乙二,1901,1,PHYSICS,P1,F,4,MATHS,M1,B,3\n",
          "2 ready PHYSICS\n2 ready MATHS\n3 skipped SUB1_GRADE\n3 ready MATHS\n");
}

Test(wide, a_subject_of_which_nothing_is_written_down_is_none)
{
    reads(HEAD ONE(1) "," ONE(2) "," ONE(3) "\n1,甲一,1901,1,,,,,MATHS,M1,B,3,,,,\n",
          "2 ready MATHS\n");
    reads(HEAD ONE(1) "\n1,甲一,1901,1,,,,\n2,乙二,1901,1,MATHS,M1,B,3\n", "3 ready MATHS\n");
}

Test(wide, what_is_wrong_is_named_by_the_column_of_that_subject)
{
    reads(HEAD ONE(1) "," ONE(2) "\n1,甲一,1901,1,PHYSICS,P1,A,4,MATHS,M1,,3\n",
          "2 ready PHYSICS\n2 MISSING_RESULT SUB2_GRADE\n");
    reads(HEAD ONE(1) "," ONE(2) "\n1,甲一,1901,1,PHYSICS,P1,A,many,MATHS,M1,B,3\n",
          "2 BAD_AMOUNT SUB1_CREDIT\n2 ready MATHS\n");
}
