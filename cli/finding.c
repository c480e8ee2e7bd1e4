#include "finding.h"

#include "fail.h"
#include "options.h"
#include "values.h"

#include <string.h>

#define ID_MAX 32

/* "12-0123456789abcdef", or the id itself, or its beginning. */
static bool read_record(const char *text, uint8_t room[ID_MAX], ProtobufCBinaryData *out)
{
    const char *dash = strrchr(text, '-');
    const char *hex = dash == NULL ? text : dash + 1;

    *out = (ProtobufCBinaryData){.len = strlen(hex) / 2, .data = room};
    return out->len > 0 && out->len <= ID_MAX && value_hex(hex, room, out->len);
}

/* "80%", "87.5%": whole thousandths. */
static bool read_share(char *text, uint32_t *permille)
{
    char *sign = strchr(text, '%');
    int64_t milli;

    if (sign == NULL || sign[1] != '\0')
        return false;
    *sign = '\0';
    if (!value_milli(text, &milli) || milli % 100 != 0 || milli == 0 || milli > 100000)
        return false;
    *permille = (uint32_t)(milli / 100);
    return true;
}

/* "RECORD+RECORD": what they do together. */
static bool read_records(char *text, findings *out, Cbank__V1__PlanFinding *item)
{
    char *plus;

    item->records = &out->records[out->record_count];
    for (; text != NULL; text = plus) {
        size_t at = out->record_count + item->n_records;

        plus = strchr(text, '+');
        if (plus != NULL)
            *plus++ = '\0';
        if (item->n_records == FINDING_RECORDS_MAX ||
            !read_record(text, out->ids[at], &out->records[at]))
            return false;
        item->n_records++;
    }
    out->record_count += item->n_records;
    return true;
}

static bool read_one(char *text, findings *out)
{
    Cbank__V1__PlanFinding *item = &out->items[out->count];
    char *first = strchr(text, ':'), *last = strrchr(text, ':');

    if (first == NULL || first == last)
        return false;
    *first = *last = '\0';
    cbank__v1__plan_finding__init(item);
    item->target = first + 1;
    if (!read_records(text, out, item) || !read_share(last + 1, &item->overlap_permille))
        return false;
    out->list[out->count++] = item;
    return true;
}

bool findings_read(cli *c, findings *out)
{
    size_t next = 0;
    char *text;

    while ((text = options_each(c, "finding", &next)) != NULL) {
        if (out->count == FINDINGS_MAX || !read_one(text, out)) {
            fail_own(c, FAIL_BAD_FINDING, text);
            return false;
        }
    }
    return true;
}

bool findings_of_plan(cli *c, const Cbank__V1__Plan *plan, finding_rows *out)
{
    if (plan->n_findings > 0 && !options_given(c, "reviewer")) {
        fail_own(c, FAIL_OPTION_MISSING, "--reviewer");
        return false;
    }
    if (plan->n_findings > FINDINGS_MAX) {
        fail_own(c, FAIL_TOO_LARGE, "findings");
        return false;
    }
    for (size_t i = 0; i < plan->n_findings; i++) {
        const Cbank__V1__PlanFinding *from = plan->findings[i];
        Cbank__V1__Finding *to = &out->items[i];

        cbank__v1__finding__init(to);
        to->reviewer = options_text(c, "reviewer");
        to->on = plan->as_of;
        to->n_records = from->n_records;
        to->records = from->records;
        to->target = from->target;
        to->overlap_permille = from->overlap_permille;
        to->signature_digest = from->digest;
        out->list[out->count++] = to;
    }
    return true;
}
