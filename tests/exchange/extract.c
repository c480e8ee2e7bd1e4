/* Records as a spreadsheet in other columns: what a profile reads, it writes. */
#include "exchange/extract.h"
#include "base/limits.h"
#include "exchange/desk.h"
#include "wire/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const formats[] = {"zhengfang", "wisedu", "qiangzhi", "shanghai"};
#define FORMATS (sizeof(formats) / sizeof(formats[0]))

static cbi_grades_options options_of(const char *format)
{
    cbi_grades_options options = desk_options("");

    options.format = cbi_bytes_of_text(format);
    return options;
}

/* A row of a term by its standard columns, of anything that an office may have. */
static int random_row(unsigned *seed, unsigned number, char *out, size_t size)
{
    static const char *const results[] = {"88", "60", "100", "优秀", "良好", "合格", "99.5"};
    static const char *const titles[] = {"高等数学", "\"a,b \"\"c\"\"\"", "书法（一）", "0123",
                                         "1/2", "3E5"};
    static const char *const days[] = {"1901-06-21", "1901-06", "1900", ""};

    return snprintf(out, size, "19%04u,C%u,%s,%u.5,%s,1900-1901,%u,%s\n", number, number,
                    titles[(unsigned)rand_r(seed) % 6], (unsigned)rand_r(seed) % 9,
                    results[(unsigned)rand_r(seed) % 7], 1 + (unsigned)rand_r(seed) % 2,
                    days[(unsigned)rand_r(seed) % 4]);
}

/* What is written of the rows that are read. */
typedef struct copy {
    const cbi_profile *profile;
    cbi_encoding encoding;
    cbank_buffer file;
    size_t rows;
} copy;

static void write_row(const cbi_row_draft *row, void *context)
{
    copy *to = context;
    cbi_extract_person person = {row->name, "", "", row->student->number};

    if (row->row_class != CBI_ROW_READY)
        return;
    if (row->holder->document != CBI_DOCUMENT_STUDENT) {
        person.id_type = row->holder->type;
        person.id_number = row->holder->number;
    }
    cr_assert_eq(cbi_extract_row(to->profile, to->encoding, row->record, &person, &to->file, NULL),
                 CBANK_OK);
    to->rows++;
}

static desk_result copy_file(const char *format, cbi_encoding encoding, cbi_bytes file, copy *out)
{
    cbi_grades_options options = options_of(format);
    desk_result result;
    cbi_profile profile;

    cr_assert_eq(cbi_profile_builtin(cbi_bytes_of_text(format), &profile, NULL), CBANK_OK);
    *out = (copy){.profile = &profile, .encoding = encoding};
    cr_assert_eq(cbi_extract_begin(&profile, encoding, &out->file, NULL), CBANK_OK);
    result = desk_read(&options, file, 1000, write_row, out);
    cr_assert_eq(result.status, CBANK_OK, "%s: %s %s", format,
                 cbank_reason_name(result.err.reason), result.err.object);
    cbi_profile_clear(&profile);
    return result;
}

/* What is written of what was written is the same, to the byte, and it is all there. */
static void comes_back(const char *format, cbi_encoding encoding, const char *file, size_t rows)
{
    copy first, second;
    desk_result read = copy_file(format, encoding, cbi_bytes_of_text(file), &first);
    desk_result again;

    cr_assert_eq(first.rows, rows, "%s: %zu of %zu rows, the first not ready for %s (%s)", format,
                 first.rows, rows, cbank_reason_name(read.rows[0].why.reason),
                 read.rows[0].why.object);
    again = copy_file(format, encoding, cbi_bytes_of_buffer(&first.file), &second);
    cr_expect_eq(second.rows, rows, "%s", format);
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&first.file), cbi_bytes_of_buffer(&second.file)),
              "%s comes back as it was written", format);
    for (size_t i = 0; i < read.count && i < again.count; i++) {
        cr_expect_str_eq(read.rows[i].holder, again.rows[i].holder);
        if (strcmp(format, "shanghai") != 0) /* which writes months where days are known */
            cr_expect_str_eq(read.rows[i].reference, again.rows[i].reference);
    }
    cbank_buffer_clear(&first.file);
    cbank_buffer_clear(&second.file);
}

Test(extract, whatever_a_term_holds_reads_back_as_it_was)
{
    static char file[64 * 1024];
    unsigned seed = 4;

    for (unsigned turn = 0; turn < 40; turn++) {
        unsigned rows = 1 + (unsigned)rand_r(&seed) % 30;
        size_t used = (size_t)snprintf(file, sizeof(file),
                                       "学号,课程代码,课程名称,学分,成绩,学年,学期,考试日期\n");

        for (unsigned i = 0; i < rows; i++)
            used += (size_t)random_row(&seed, i, file + used, sizeof(file) - used);
        comes_back("zhengfang", turn % 2 == 0 ? CBI_ENCODING_UTF8 : CBI_ENCODING_GB18030, file,
                   rows);
    }
}

Test(extract, each_system_has_its_own_columns)
{
    comes_back("wisedu", CBI_ENCODING_UTF8,
               "XH,KCH,KCM,XF,ZCJ,XNXQDM\n190001,C1,护理学,3,88,1900-1901-1\n", 1);
    comes_back("qiangzhi", CBI_ENCODING_GB18030,
               "学号,开课学期,课程编号,课程名称,学分,成绩,考试性质\n190001,1900-1901-1,C1,护理学,3,88,正常考试\n", 1);
    comes_back("shanghai", CBI_ENCODING_UTF8,
               "姓名,身份证号,专业名称,课程名称,教育层次代码,教育类别代码,学分,学时,成绩,获得时间,学号\n"
               "甲一,360302188103040012,护理,护理学,20,1321,3,48,86,190106,190001\n", 1);
}

/* ---- what does not fit ------------------------------------------------------------------- */

static Cbank__V1__CreditRecord record;
static Cbank__V1__LangText title, *titles[] = {&title};
static Cbank__V1__Grade grade;
static Cbank__V1__Awarder awarder;

static void make_record(void)
{
    cbank__v1__credit_record__init(&record);
    cbank__v1__lang_text__init(&title);
    cbank__v1__grade__init(&grade);
    cbank__v1__awarder__init(&awarder);
    title.lang = cbi_message_string("zh");
    title.value = cbi_message_string("=HYPERLINK(1)");
    grade.kind = CBANK__V1__GRADE_KIND__GRADE_KIND_SCORE;
    grade.score_milli = 88000;
    grade.max_milli = 100000;
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_COURSE;
    record.title = titles;
    record.n_title = 1;
    record.grade = &grade;
    record.awarded_by = &awarder;
    record.awarded_on = 19010621;
}

TestSuite(extract, .init = make_record);

static cbank_status write_one(const char *format, cbank_buffer *out, cbank_error *err)
{
    static const cbi_extract_person person = {"甲一", "cn-id", "360302188103040012", "0001"};
    cbi_profile profile;
    cbank_status status;

    cr_assert_eq(cbi_profile_builtin(cbi_bytes_of_text(format), &profile, NULL), CBANK_OK);
    status = cbi_extract_row(&profile, CBI_ENCODING_UTF8, &record, &person, out, err);
    cbi_profile_clear(&profile);
    return status;
}

static void expect_unfit(const char *field)
{
    for (size_t i = 0; i < FORMATS; i++) {
        cbank_buffer out = {0};
        cbank_error err = {0};

        cr_expect_eq(write_one(formats[i], &out, &err), CBANK_E_INVALID, "%s", formats[i]);
        cr_expect_eq(err.reason, CBI_REASON_EXTRACT_UNFIT);
        cr_expect_str_eq(err.object, field);
        cr_expect_eq(out.size, 0, "nothing of it is written");
        cbank_buffer_clear(&out);
    }
}

Test(extract, a_program_runs_no_cell_and_numbers_stay_text)
{
    cbank_buffer out = {0};

    cr_assert_eq(write_one("shanghai", &out, NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&out, cbi_bytes_of("", 1), NULL), CBANK_OK);
    cr_expect_str_eq((const char *)out.data,
                     "\"甲一\",\"=\"\"360302188103040012\"\"\",\"\",\"=\"\"=HYPERLINK(1)\"\"\",\"\","
                     "\"\",\"\",\"\",\"88\",\"190106\",\"=\"\"0001\"\"\"\r\n");
    cbank_buffer_clear(&out);
}

Test(extract, what_the_columns_cannot_say_is_not_bent_to_fit)
{
    record.type = CBANK__V1__RECORD_TYPE__RECORD_TYPE_CERTIFICATE;
    expect_unfit("type");
    make_record();
    grade.max_milli = 150000; /* 88 of 150 is no 88 of 100 */
    expect_unfit("result");
    make_record();
    grade.kind = CBANK__V1__GRADE_KIND__GRADE_KIND_LABEL;
    grade.label = cbi_message_string("A++");
    expect_unfit("result");
    make_record();
    record.grade = NULL;
    expect_unfit("result");
}

Test(extract, a_sheet_with_many_subjects_in_a_row_is_not_written)
{
    static const char *const refused[] = {"abc", "roster"};

    for (size_t i = 0; i < 2; i++) {
        cbank_buffer out = {0};
        cbi_profile profile;
        cbank_error err;

        cr_assert_eq(cbi_profile_builtin(cbi_bytes_of_text(refused[i]), &profile, NULL), CBANK_OK);
        cr_expect_eq(cbi_extract_begin(&profile, CBI_ENCODING_UTF8, &out, &err),
                     CBANK_E_UNSUPPORTED);
        cr_expect_eq(err.reason, CBI_REASON_EXTRACT_FORMAT);
        cr_expect_eq(out.size, 0);
        cbi_profile_clear(&profile);
    }
}
