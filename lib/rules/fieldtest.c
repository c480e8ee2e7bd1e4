#include "rules/fieldtest.h"

#include <string.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/text.h"
#include "base/time.h"
#include "rules/word.h"

#define VALUES_MAX 256
#define WORD_SHOWN_MAX 160

/* What the record holds of a field, read once for whichever question is asked. */
typedef struct content {
    cbi_bytes text;
    const Cbank__V1__Code *code;
    int value; /* of an enum */
    int64_t number;
    uint32_t date;
    size_t count; /* of a list */
} content;

typedef struct row {
    const char *word;
    cbi_fieldtest_kind kind;
    const ProtobufCEnumDescriptor *type;
    void (*read)(const Cbank__V1__CreditRecord *r, content *out);
    void (*item)(const Cbank__V1__CreditRecord *r, size_t i, cbi_bytes *name, cbi_bytes *value);
} row;

/* A reader for each row, named after its line in the table. */
#define JOIN(a, b) a##b
#define NAME(prefix, line) JOIN(prefix, line)

#define READER(field, expression)                                                                  \
    static void NAME(read_, __LINE__)(const Cbank__V1__CreditRecord *r, content *out)              \
    {                                                                                              \
        out->field = (expression);                                                                 \
    }
#define FIELD_TEXT(word, expression) READER(text, cbi_message_text(expression))
#define FIELD_WORD(word, type, expression) READER(value, (int)(expression))
#define FIELD_CODE(word, expression) READER(code, expression)
#define FIELD_NUMBER(word, expression) READER(number, expression)
#define FIELD_DAY(word, expression) READER(date, expression)
#define FIELD_LIST(word, amount, name_of, value_of)                                                \
    READER(count, amount)                                                                          \
    static void NAME(item_, __LINE__)(const Cbank__V1__CreditRecord *r, size_t i, cbi_bytes *name, \
                                      cbi_bytes *value)                                            \
    {                                                                                              \
        (void)r, (void)i;                                                                          \
        *name = cbi_message_text(name_of);                                                         \
        *value = cbi_message_text(value_of);                                                       \
    }
#include "rules/fieldtest.def"
#undef FIELD_TEXT
#undef FIELD_WORD
#undef FIELD_CODE
#undef FIELD_NUMBER
#undef FIELD_DAY
#undef FIELD_LIST

#define ROW(word, kind, type, item)                                                                \
    {word, CBI_FIELDTEST_##kind, type, NAME(read_, __LINE__), item},
#define FIELD_TEXT(word, expression) ROW(word, TEXT, NULL, NULL)
#define FIELD_WORD(word, type, expression) ROW(word, WORD, &type, NULL)
#define FIELD_CODE(word, expression) ROW(word, CODE, NULL, NULL)
#define FIELD_NUMBER(word, expression) ROW(word, NUMBER, NULL, NULL)
#define FIELD_DAY(word, expression) ROW(word, DAY, NULL, NULL)
#define FIELD_LIST(word, amount, name_of, value_of) ROW(word, LIST, NULL, NAME(item_, __LINE__))
static const row ROWS[] = {
#include "rules/fieldtest.def"
};

/* Splits "area/GB/T 2260" at its first '/': the scheme may hold more of them. */
static const row *find(cbi_bytes field, cbi_bytes *scheme)
{
    const uint8_t *slash = field.size == 0 ? NULL : memchr(field.data, '/', field.size);
    cbi_bytes word = field;

    *scheme = cbi_bytes_of(NULL, 0);
    if (slash != NULL) {
        word.size = (size_t)(slash - field.data);
        *scheme = cbi_bytes_of(slash + 1, field.size - word.size - 1);
        if (scheme->size == 0)
            return NULL;
    }
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        bool takes_scheme =
            ROWS[i].kind == CBI_FIELDTEST_CODE || ROWS[i].kind == CBI_FIELDTEST_LIST;

        if (cbi_bytes_equal(word, cbi_bytes_of_text(ROWS[i].word)))
            return slash == NULL || takes_scheme ? &ROWS[i] : NULL;
    }
    return NULL;
}

cbi_fieldtest_kind cbi_fieldtest_kind_of(cbi_bytes field)
{
    cbi_bytes scheme;
    const row *found = find(field, &scheme);

    return found == NULL ? CBI_FIELDTEST_NONE : found->kind;
}

static bool takes_range(const row *found)
{
    return found->kind == CBI_FIELDTEST_NUMBER || found->kind == CBI_FIELDTEST_DAY;
}

static cbank_status check_values(const Cbank__V1__FieldTest *test, const row *found,
                                 cbank_error *err)
{
    char words[WORD_SHOWN_MAX];

    if (test->n_values > VALUES_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_COUNT, VALUES_MAX, test->field, NULL);
    for (size_t i = 0; i < test->n_values; i++) {
        cbi_bytes value = cbi_message_text(test->values[i]);

        if (value.size == 0 || !cbi_text_is_clean(value))
            return cbi_fail(err, CBI_REASON_BAD_UTF8, i, test->field, NULL);
        if (i > 0 && cbi_bytes_compare(cbi_message_text(test->values[i - 1]), value) >= 0)
            return cbi_fail(err, CBI_REASON_RULE_ORDER, i, test->field, "%s", test->values[i]);
        if (found->kind == CBI_FIELDTEST_WORD && cbi_word_value(found->type, value) == 0) {
            cbi_word_list(found->type, words, sizeof(words));
            return cbi_fail(err, CBI_REASON_FIELD_VALUE, i, test->field, "%s", words);
        }
    }
    return CBANK_OK;
}

cbank_status cbi_fieldtest_check(const Cbank__V1__FieldTest *test, cbank_error *err)
{
    const Cbank__V1__Range *range = test->range;
    cbi_bytes scheme;
    const row *found = find(cbi_message_text(test->field), &scheme);

    if (found == NULL)
        return cbi_fail(err, CBI_REASON_RULE_FIELD, 0, test->field, NULL);
    if (takes_range(found) ? test->n_values > 0 : range != NULL)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, test->field, "%s",
                        takes_range(found) ? "a range" : "values");
    if (range != NULL && (!(range->bounded_below || range->bounded_above) ||
                          (range->bounded_below && range->bounded_above &&
                           range->min_milli > range->max_milli)))
        return cbi_fail(err, CBI_REASON_RULE_RANGE, 0, test->field, NULL);
    return check_values(test, found, err);
}

/* ---- reading a record ---- */

uint32_t cbi_fieldtest_day(uint32_t date, Cbank__V1__PartialDates partial)
{
    uint32_t day;

    if (date % 100 != 0 || date == 0)
        return date;
    if (partial == CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_FIRST_DAY)
        return (date % 10000 == 0 ? date + 100 : date) + 1;
    if (partial != CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_LAST_DAY)
        return 0;
    day = (date % 10000 == 0 ? date + 1200 : date) + 31;
    while (!cbi_date_is_valid(day))
        day--;
    return day;
}

static int64_t number_of(const row *found, const content *held, Cbank__V1__PartialDates partial)
{
    return found->kind == CBI_FIELDTEST_DAY
               ? cbi_fieldtest_day(held->date, partial) * INT64_C(1000)
               : held->number;
}

int64_t cbi_fieldtest_number(cbi_bytes field, const Cbank__V1__CreditRecord *record,
                             Cbank__V1__PartialDates partial)
{
    content held = {0};
    cbi_bytes scheme;
    const row *found = find(field, &scheme);

    if (found == NULL || !takes_range(found))
        return 0;
    found->read(record, &held);
    return number_of(found, &held, partial);
}

/* One of the values; with none asked for, anything. */
static bool is_wanted(const Cbank__V1__FieldTest *test, cbi_bytes value)
{
    for (size_t i = 0; i < test->n_values; i++) {
        if (cbi_bytes_equal(value, cbi_message_text(test->values[i])))
            return true;
    }
    return test->n_values == 0;
}

static bool holds_code(const Cbank__V1__FieldTest *test, const Cbank__V1__Code *code,
                       cbi_bytes scheme)
{
    return code != NULL && cbi_message_text(code->value).size > 0 &&
           (scheme.size == 0 || cbi_bytes_equal(scheme, cbi_message_text(code->scheme))) &&
           is_wanted(test, cbi_message_text(code->value));
}

static bool holds_list(const Cbank__V1__FieldTest *test, const row *found,
                       const Cbank__V1__CreditRecord *record, size_t count, cbi_bytes scheme)
{
    cbi_bytes name, value;

    for (size_t i = 0; i < count; i++) {
        found->item(record, i, &name, &value);
        if ((scheme.size == 0 || cbi_bytes_equal(scheme, name)) && is_wanted(test, value))
            return true;
    }
    return false;
}

static bool holds_range(const Cbank__V1__Range *range, int64_t number)
{
    if (number == 0)
        return false;
    return range == NULL || ((!range->bounded_below || number >= range->min_milli) &&
                             (!range->bounded_above || number <= range->max_milli));
}

bool cbi_fieldtest_holds(const Cbank__V1__FieldTest *test, const Cbank__V1__CreditRecord *record,
                         Cbank__V1__PartialDates partial)
{
    char word[CBI_WORD_TEXT_MAX];
    content held = {0};
    cbi_bytes scheme;
    const row *found = find(cbi_message_text(test->field), &scheme);

    if (found == NULL)
        return false;
    found->read(record, &held);
    switch (found->kind) {
    case CBI_FIELDTEST_TEXT:
        return held.text.size > 0 && is_wanted(test, held.text);
    case CBI_FIELDTEST_WORD:
        cbi_word_of(found->type, held.value, word);
        return held.value != 0 && is_wanted(test, cbi_bytes_of_text(word));
    case CBI_FIELDTEST_CODE:
        return holds_code(test, held.code, scheme);
    case CBI_FIELDTEST_LIST:
        return holds_list(test, found, record, held.count, scheme);
    case CBI_FIELDTEST_DAY:
        /* Without a range it is enough that a date stands there, however exact. */
        return test->range == NULL ? held.date != 0
                                   : holds_range(test->range, number_of(found, &held, partial));
    default:
        return holds_range(test->range, held.number);
    }
}
