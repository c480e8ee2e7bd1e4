#include <stdlib.h>
#include <string.h>

#include "author/form.h"
#include "author/value.h"
#include "base/decimal.h"
#include "base/text.h"
#include "base/time.h"
#include "rules/word.h"

#include "cbank/v1/ruleset.pb-c.h"

#define WORDS_SHOWN 160

static void refuse(cbi_form *form, const cbi_yaml_node *node, const char *wanted)
{
    cbi_form_fault(form, CBI_REASON_FORM_VALUE, node, (const char *)node->text.data, "%s", wanted);
}

/* A text whose value some parser takes. */
#define READ(parser, type, wanted)                                                                 \
    type value;                                                                                    \
    (void)extra;                                                                                   \
    if (!cbi_form_is(form, node, CBI_YAML_TEXT))                                                   \
        return;                                                                                    \
    if (!(parser))                                                                                 \
        refuse(form, node, wanted);                                                                \
    else                                                                                           \
        *(type *)target = value

void cbi_form_day(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    READ(cbi_value_day(node->text, &value), uint32_t, "YYYY-MM-DD");
}

void cbi_form_date(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    READ(cbi_date_parse(node->text, &value), uint32_t, "YYYY-MM-DD, YYYY-MM, YYYY");
}

void cbi_form_milli(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    READ(cbi_milli_parse(node->text, &value) && value >= 0, int64_t, "3.5");
}

void cbi_form_count(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    READ(cbi_u64_parse(node->text, &value), uint64_t, "12");
}

void cbi_form_whole(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    uint64_t value;

    (void)extra;
    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return;
    if (!cbi_u64_parse(node->text, &value) || value > UINT32_MAX)
        refuse(form, node, "12");
    else
        *(uint32_t *)target = (uint32_t)value;
}

void cbi_form_text(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    (void)extra;
    if (cbi_form_is(form, node, CBI_YAML_TEXT))
        *(char **)target = (char *)(uintptr_t)node->text.data;
}

void cbi_form_yes(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    (void)extra;
    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return;
    if (cbi_bytes_equal(node->text, cbi_bytes_of_text("yes")))
        *(protobuf_c_boolean *)target = 1;
    else if (!cbi_bytes_equal(node->text, cbi_bytes_of_text("no")))
        refuse(form, node, "yes, no");
}

static int word_of(cbi_form *form, const cbi_yaml_node *node, const ProtobufCEnumDescriptor *type)
{
    char words[WORDS_SHOWN];
    int value;

    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return 0;
    value = cbi_word_value(type, node->text);
    if (value == 0) {
        cbi_word_list(type, words, sizeof(words));
        refuse(form, node, words);
    }
    return value;
}

void cbi_form_word(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    int value = word_of(form, node, extra);

    if (value != 0)
        memcpy(target, &value, sizeof(value));
}

void cbi_form_share(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    int64_t ratio[2];

    (void)extra;
    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return;
    if (cbi_value_share(node->text, &ratio[0], &ratio[1]))
        memcpy(target, ratio, sizeof(ratio));
    else if (ratio[1] == 0)
        cbi_form_fault(form, CBI_REASON_RULE_DIVISOR, node, (const char *)node->text.data, NULL);
    else
        refuse(form, node, "2/3, 75%, 0.67, 30/16 * 9/30");
}

void cbi_form_months(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    cbi_bytes number = node->text;
    uint64_t months, factor = 1;

    (void)extra;
    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return;
    if (number.size > 6 && memcmp(number.data + number.size - 6, " years", 6) == 0) {
        number.size -= 6;
        factor = 12;
    } else if (number.size > 7 && memcmp(number.data + number.size - 7, " months", 7) == 0) {
        number.size -= 7;
    }
    if (!cbi_u64_parse(number, &months) || months > 1200)
        refuse(form, node, "18, 18 months, 2 years");
    else
        *(uint32_t *)target = (uint32_t)(months * factor);
}

static void read_range(cbi_form *form, const cbi_yaml_node *node, void *target, bool percent)
{
    Cbank__V1__Range *range;

    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return;
    range = cbi_form_message(form, &cbank__v1__range__descriptor);
    if (range == NULL)
        return;
    if (cbi_value_range(node->text, percent, range))
        memcpy(target, &range, sizeof(range));
    else
        refuse(form, node, percent ? "75%.., ..100%" : "2.., ..59.9, 60..100, 4.5");
}

void cbi_form_range(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    (void)extra;
    read_range(form, node, target, false);
}

void cbi_form_percent_range(cbi_form *form, const cbi_yaml_node *node, void *target,
                            const void *extra)
{
    (void)extra;
    read_range(form, node, target, true);
}

void cbi_form_days(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    uint32_t days[2];

    (void)extra;
    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return;
    if (cbi_value_days(node->text, &days[0], &days[1]))
        memcpy(target, days, sizeof(days));
    else
        refuse(form, node, "2024-09-01.., 2024-09-01..2025-08-31");
}

void cbi_form_round(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    struct {
        int mode;
        int64_t step;
    } round = {0};
    cbi_bytes word = node->text, step = cbi_bytes_of("", 0);
    const uint8_t *blank;

    (void)extra;
    if (!cbi_form_is(form, node, CBI_YAML_TEXT))
        return;
    blank = memchr(node->text.data, ' ', node->text.size);
    if (blank != NULL) {
        word.size = (size_t)(blank - node->text.data);
        step = cbi_value_trim(cbi_bytes_of(blank, node->text.size - word.size));
    }
    round.mode = cbi_word_value(&cbank__v1__round_mode__descriptor, word);
    if (round.mode == 0 || !cbi_milli_parse(step, &round.step) || round.step <= 0)
        refuse(form, node, "down 0.5, up 1, half-up 0.1, half-down 1, half-even 0.01");
    else
        memcpy(target, &round, sizeof(round));
}

static bool read_monthday(const cbi_bytes text, uint32_t *out)
{
    uint64_t month, day;

    if (text.size != 5 || text.data[2] != '-' || text.data[0] > '1' || text.data[3] > '3')
        return false;
    if (!cbi_u64_parse(cbi_bytes_of(text.data + (text.data[0] == '0'), 2 - (text.data[0] == '0')),
                       &month) ||
        !cbi_u64_parse(cbi_bytes_of(text.data + 3 + (text.data[3] == '0'),
                                    2 - (text.data[3] == '0')),
                       &day))
        return false;
    *out = (uint32_t)(month * 100 + day);
    return true;
}

void cbi_form_monthday(cbi_form *form, const cbi_yaml_node *node, void *target, const void *extra)
{
    READ(read_monthday(node->text, &value), uint32_t, "03-01");
}
