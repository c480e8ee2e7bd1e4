#include <criterion/criterion.h>

#include <string.h>

#include "base/error.h"
#include "base/text.h"

static const int numbers[] = {
#define CBI_REASON(name, number, status, zh, zh_remedy, en, en_remedy) number,
#include "base/reasons.def"
#undef CBI_REASON
};

static void expect(const cbank_error *err, const char *lang, const char *wanted)
{
    char message[512];

    cbank_error_text(err, lang, message, sizeof(message), NULL, 0);
    cr_assert_str_eq(message, wanted);
}

Test(message, holds_what_the_error_holds)
{
    cbank_error err;

    cbi_fail(&err, CBI_REASON_BAD_DATE, 0, "awarded_on", "2023-02-29");
    expect(&err, "en", "not a date (awarded_on: 2023-02-29)");
    expect(&err, "zh", "日期无效（awarded_on：2023-02-29）");
    cbi_fail(&err, CBI_REASON_BUFFER_TOO_LARGE, 536870912, "batch", NULL);
    expect(&err, "en", "the data exceeds the limit of 536870912 bytes (batch)");
}

Test(message, leaves_out_what_the_error_lacks)
{
    cbank_error err;

    cbi_fail(&err, CBI_REASON_BAD_DATE, 0, "awarded_on", NULL);
    expect(&err, "en", "not a date (awarded_on)");
    expect(&err, "zh", "日期无效（awarded_on）");
    cbi_fail(&err, CBI_REASON_BAD_DATE, 0, NULL, "2023-02-29");
    expect(&err, "en", "not a date (2023-02-29)");
    cbi_fail(&err, CBI_REASON_BAD_DATE, 0, NULL, NULL);
    expect(&err, "en", "not a date");
    expect(&err, "zh", "日期无效");
    cbi_fail(&err, CBI_REASON_BUFFER_TOO_LARGE, 5, NULL, NULL);
    expect(&err, "zh", "数据超过 5 字节的上限");
    cbi_fail(&err, CBI_REASON_KEYFILE_MISSING, 0, NULL, NULL);
    expect(&err, "en", "there is no key file");
}

Test(message, says_what_to_do)
{
    char remedy[512];
    cbank_error err;

    cbi_fail(&err, CBI_REASON_BAD_DATE, 0, NULL, NULL);
    cbank_error_text(&err, "en", NULL, 0, remedy, sizeof(remedy));
    cr_assert_str_eq(remedy, "write YYYY-MM-DD, YYYY-MM or YYYY");
    cbank_error_text(&err, "zh", NULL, 0, remedy, sizeof(remedy));
    cr_assert_str_eq(remedy, "请写成 YYYY-MM-DD、YYYY-MM 或 YYYY");
}

Test(message, is_english_unless_chinese_is_asked_for)
{
    cbank_error err;

    cbi_fail(&err, CBI_REASON_NO_MEMORY, 0, NULL, NULL);
    expect(&err, "fr", "out of memory");
    expect(&err, "", "out of memory");
    expect(&err, NULL, "out of memory");
}

Test(message, of_every_reason_is_one_clean_line_with_values_and_without)
{
    static const char *const values[] = {"", "学分 x"};
    char texts[2][512];

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        for (unsigned filled = 0; filled < 4; filled++) {
            for (unsigned chinese = 0; chinese < 2; chinese++) {
                cbank_error err;

                cbi_fail(&err, (cbi_reason)numbers[i], 12, values[filled & 1], "%s",
                         values[filled >> 1]);
                cbank_error_text(&err, chinese ? "zh" : "en", texts[0], sizeof(texts[0]), texts[1],
                                 sizeof(texts[1]));
                for (size_t t = 0; t < 2; t++) {
                    cr_assert(cbi_text_is_clean(cbi_bytes_of_text(texts[t])));
                    cr_assert_gt(strlen(texts[t]), 0);
                    cr_assert_null(strpbrk(texts[t], "{}"), "%s", texts[t]);
                    cr_assert_null(strstr(texts[t], "()"), "%s", texts[t]);
                    cr_assert_null(strstr(texts[t], "（）"), "%s", texts[t]);
                    cr_assert_neq(texts[t][strlen(texts[t]) - 1], ' ', "%s", texts[t]);
                }
            }
        }
    }
}

Test(message, of_the_longest_values_is_whole)
{
    char value[200], message[1024];
    cbank_error err;

    memset(value, 'v', sizeof(value) - 1);
    value[sizeof(value) - 1] = '\0';
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        cbi_fail(&err, (cbi_reason)numbers[i], UINT64_MAX, value, "%s", value);
        cbank_error_text(&err, "zh", message, sizeof(message), NULL, 0);
        cr_assert_lt(strlen(message), sizeof(message) - 1, "%s", message);
    }
}

Test(message, is_cut_between_characters)
{
    char whole[512], text[512];
    cbank_error err;

    cbi_fail(&err, CBI_REASON_BAD_DATE, 0, "学年", "二〇二三");
    cbank_error_text(&err, "zh", whole, sizeof(whole), NULL, 0);
    for (size_t size = 1; size <= strlen(whole) + 1; size++) {
        memset(text, 'x', sizeof(text));
        cbank_error_text(&err, "zh", text, size, NULL, 0);
        cr_assert_lt(strlen(text), size);
        cr_assert(cbi_text_is_clean(cbi_bytes_of_text(text)), "%zu", size);
        cr_assert_eq(strncmp(text, whole, strlen(text)), 0);
        cr_assert_gt(strlen(text) + 4, size == 1 ? 0 : size - 1, "as much as fits");
        cr_assert_eq(text[size], 'x', "nothing is written behind the end");
    }
    cr_assert_str_eq(text, whole);
}

Test(message, shows_no_bytes_that_could_break_its_line)
{
    cbank_error err;

    cbi_fail(&err, CBI_REASON_BAD_DATE, 0, "two\nlines", "a\x1b[31mb\x7f");
    expect(&err, "en", "not a date (two?lines: a?[31mb?)");
    cbi_fail(&err, CBI_REASON_BAD_DATE, 0, "\xb2\xe2", "3.5\u202e分");
    expect(&err, "en", "not a date (??: 3.5?分)");
}

Test(message, of_an_error_without_end_marks_stays_inside_it)
{
    cbank_error err = {.status = CBANK_E_INVALID, .reason = CBI_REASON_BAD_DATE};
    char message[512];

    memset(err.object, 'o', sizeof(err.object));
    memset(err.detail, 'd', sizeof(err.detail));
    cbank_error_text(&err, "en", message, sizeof(message), NULL, 0);
    cr_assert_eq(strlen(message), strlen("not a date (: )") + 80 + 160);
}

Test(message, of_a_reason_that_is_not_known_is_the_status)
{
    cbank_error err = {.status = CBANK_E_NOT_FOUND, .reason = 9999};

    expect(&err, "en", "not_found");
    expect(&err, "zh", "not_found");
}

Test(message, of_no_error_is_empty)
{
    cbank_error err = {0};

    expect(&err, "en", "");
    expect(NULL, "zh", "");
}
