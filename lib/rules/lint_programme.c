#include <string.h>

#include "base/decimal.h"
#include "rules/lint.h"


static cbank_status add(cbi_findings *findings, cbi_spot spot, const char *of, int64_t least,
                        int64_t most, cbank_error *err)
{
    char min[CBI_MILLI_TEXT_MAX], max[CBI_MILLI_TEXT_MAX];

    cbi_milli_format(least, min);
    cbi_milli_format(most, max);
    return cbi_findings_add(findings, CBI_SEVERITY_WARNING, CBI_REASON_LINT_MINIMA, spot, of, err,
                            "%s > %s", min, max);
}

/* What the buckets right under one ask for together. */
static cbank_status sum_children(const cbi_items *buckets, const char *parent, int64_t *sum,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    Cbank__V1__Bucket *bucket = NULL;

    *sum = 0;
    for (uint32_t i = 0; i < buckets->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__bucket__descriptor, buckets->list[i].bytes, &bucket,
                                  err));
        if (strcmp(bucket->parent, parent) == 0 && bucket->min_milli > 0 &&
            bucket->min_milli <= CBI_MILLI_MAX)
            *sum += bucket->min_milli;
        cbi_message_free(bucket);
        bucket = NULL;
    }
done:
    cbi_message_free(bucket);
    return status;
}

static cbank_status lint_buckets(const cbi_items *buckets, cbi_findings *findings,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    Cbank__V1__Bucket *bucket = NULL;
    int64_t sum;

    for (uint32_t i = 0; i < buckets->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__bucket__descriptor, buckets->list[i].bytes, &bucket,
                                  err));
        CBI_TRY(sum_children(buckets, bucket->id, &sum, err));
        if (bucket->max_milli > 0 && sum > bucket->max_milli)
            CBI_TRY(add(findings, buckets->list[i].spot, bucket->id, sum, bucket->max_milli, err));
        cbi_message_free(bucket);
        bucket = NULL;
    }
done:
    cbi_message_free(bucket);
    return status;
}

/* No plan can meet a residency or an entry point beyond what may be counted at all. */
static cbank_status lint_total(const cbi_content *content, const Cbank__V1__ProgrammeTerms *terms,
                               cbi_spot spot, cbi_findings *findings, cbank_error *err)
{
    const cbi_items *residencies = &content->lists[CBI_PROGRAMME_RESIDENCY];
    Cbank__V1__Residency *residency = NULL;
    cbank_status status = CBANK_OK;
    int64_t sum;

    CBI_TRY(sum_children(&content->lists[CBI_PROGRAMME_BUCKETS], "", &sum, err));
    if (terms->max_milli > 0 && sum > terms->max_milli)
        CBI_TRY(add(findings, spot, "max", sum, terms->max_milli, err));
    for (uint32_t i = 0; i < residencies->count; i++) {
        CBI_TRY(cbi_message_parse(&cbank__v1__residency__descriptor, residencies->list[i].bytes,
                                  &residency, err));
        if (terms->max_milli > 0 && residency->min_milli > terms->max_milli)
            CBI_TRY(add(findings, residencies->list[i].spot, "residency", residency->min_milli,
                        terms->max_milli, err));
        cbi_message_free(residency);
        residency = NULL;
    }
done:
    cbi_message_free(residency);
    return status;
}

cbank_status cbi_lint_programme(const cbi_content *content, cbi_findings *findings,
                                cbank_error *err)
{
    const cbi_items *terms = &content->lists[CBI_PROGRAMME_TERMS];
    Cbank__V1__ProgrammeTerms *first = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(lint_buckets(&content->lists[CBI_PROGRAMME_BUCKETS], findings, err));
    if (terms->count == 0)
        goto done;
    CBI_TRY(cbi_message_parse(&cbank__v1__programme_terms__descriptor, terms->list[0].bytes,
                              &first, err));
    CBI_TRY(lint_total(content, first, terms->list[0].spot, findings, err));
done:
    cbi_message_free(first);
    return status;
}
