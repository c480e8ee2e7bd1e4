#include "base/status.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/text.h"

typedef struct row {
    const char *name;
    int number;
    cbank_status status;
    const char *words[4]; /* Chinese message and remedy, English message and remedy */
} row;

static const row rows[] = {
#define CBI_REASON(name, number, status, zh, zh_remedy, en, en_remedy)                             \
    {#name, number, status, {zh, zh_remedy, en, en_remedy}},
#include "base/reasons.def"
#undef CBI_REASON
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static const int statuses[] = {101, 102, 201, 202, 203, 204, 301, 302, 303, 304, 401, 402,
                               501, 502, 503, 504, 505, 506, 507, 601, 602, 603, 604, 605,
                               606, 607, 608, 609, 610, 611, 901, 902};

static bool is_listed(int status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (statuses[i] == status)
            return true;
    return false;
}

Test(status, has_a_word_of_its_own)
{
    cr_assert_str_eq(cbank_status_name(CBANK_OK), "ok");
    cr_assert_str_eq(cbank_status_name(CBANK_E_NOT_FOUND), "not_found");
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        const char *word = cbank_status_name(statuses[i]);

        cr_assert_str_neq(word, "unknown", "%d", statuses[i]);
        cr_assert_eq(strspn(word, "abcdefghijklmnopqrstuvwxyz_"), strlen(word), "%s", word);
        cr_assert_str_eq(cbi_status_word((cbank_status)statuses[i]), word);
        for (size_t j = 0; j < i; j++)
            cr_assert_str_neq(word, cbank_status_name(statuses[j]));
    }
}

Test(status, of_any_other_number_is_unknown)
{
    for (int number = -1; number <= 1200; number++)
        if (number != 0 && !is_listed(number))
            cr_assert_str_eq(cbank_status_name(number), "unknown", "%d", number);
}

Test(reason, has_a_number_of_its_own)
{
    for (size_t i = 0; i < ROWS; i++) {
        cr_assert(rows[i].number >= 101 && rows[i].number <= 1899, "%s", rows[i].name);
        for (size_t j = 0; j < i; j++)
            cr_assert_neq(rows[i].number, rows[j].number, "%s and %s", rows[i].name, rows[j].name);
    }
}

Test(reason, is_called_what_it_is_called_in_the_list)
{
    for (size_t i = 0; i < ROWS; i++) {
        const char *word = cbank_reason_name(rows[i].number);

        cr_assert_str_eq(word, rows[i].name);
        cr_assert_eq(strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789"), strlen(word));
    }
    cr_assert_str_eq(cbank_reason_name(453), "BAD_CHECK_DIGIT");
    cr_assert_str_eq(cbank_reason_name(0), "");
    cr_assert_str_eq(cbank_reason_name(-1), "");
}

/* The caller's mistakes and what is inside may happen at any depth; other classes have homes. */
Test(reason, belongs_to_a_status_that_fits_its_layer)
{
    for (size_t i = 0; i < ROWS; i++) {
        int class = (int)rows[i].status / 100;
        int layer = rows[i].number / 100;

        cr_assert(is_listed(rows[i].status), "%s", rows[i].name);
        cr_assert_eq(cbi_reason_status((cbi_reason)rows[i].number), rows[i].status);
        if (layer == 1 || layer == 3) /* bytes only; of signatures no more than how many */
            cr_assert(class == 1 || class == 2 || class == 9 ||
                          rows[i].status == CBANK_E_BAD_SIGNATURE,
                      "%s", rows[i].name);
        if (layer == 4) /* a record is judged, never fetched and never verified */
            cr_assert(class == 2 || class == 3 || rows[i].status == CBANK_E_FULL, "%s",
                      rows[i].name);
        if (layer == 6) /* the store knows neither keys nor proofs */
            cr_assert(rows[i].status != CBANK_E_KEY && class != 6, "%s", rows[i].name);
    }
    cr_assert_eq(cbi_reason_status(CBI_REASON_NONE), CBANK_E_INTERNAL);
}

Test(reason, says_in_both_languages_what_is_wrong_and_what_to_do)
{
    for (size_t i = 0; i < ROWS; i++) {
        for (size_t w = 0; w < 4; w++) {
            cbi_bytes words = cbi_bytes_of_text(rows[i].words[w]);

            cr_assert_gt(words.size, 0, "%s %zu", rows[i].name, w);
            cr_assert(cbi_text_is_clean(words), "%s %zu is one clean line", rows[i].name, w);
            cr_assert_lt(words.size, 300, "%s %zu is short", rows[i].name, w);
            cr_assert_eq(cbi_text_characters(words) == words.size, w >= 2,
                         "%s %zu is in its language", rows[i].name, w);
        }
        cr_assert_str_eq(cbi_reason_message((cbi_reason)rows[i].number, true), rows[i].words[0]);
        cr_assert_str_eq(cbi_reason_remedy((cbi_reason)rows[i].number, true), rows[i].words[1]);
        cr_assert_str_eq(cbi_reason_message((cbi_reason)rows[i].number, false), rows[i].words[2]);
        cr_assert_str_eq(cbi_reason_remedy((cbi_reason)rows[i].number, false), rows[i].words[3]);
    }
    cr_assert_str_eq(cbi_reason_message(CBI_REASON_NONE, true), "");
    cr_assert_str_eq(cbi_reason_remedy(CBI_REASON_NONE, false), "");
}

/* How often `word` is in `text`. */
static size_t occurrences(const char *text, const char *word)
{
    size_t count = 0;

    while ((text = strstr(text, word)) != NULL) {
        text += strlen(word);
        count++;
    }
    return count;
}

Test(reason, asks_for_the_three_values_of_an_error_and_no_other)
{
    static const char *const values[] = {"{object}", "{where}", "{detail}"};

    for (size_t i = 0; i < ROWS; i++) {
        for (size_t w = 0; w < 4; w++) {
            const char *words = rows[i].words[w];
            size_t known = 0;

            for (size_t v = 0; v < 3; v++)
                known += occurrences(words, values[v]);
            cr_assert_eq(occurrences(words, "{"), known, "%s: %s", rows[i].name, words);
            cr_assert_eq(occurrences(words, "}"), known, "%s: %s", rows[i].name, words);
        }
        for (size_t v = 0; v < 3; v++)
            cr_assert_eq(occurrences(rows[i].words[0], values[v]),
                         occurrences(rows[i].words[2], values[v]),
                         "%s says %s in one language only", rows[i].name, values[v]);
    }
}
