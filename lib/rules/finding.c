#include "rules/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void cbi_findings_clear(cbi_findings *findings)
{
    cbi_free(findings->items);
    cbi_arena_clear(&findings->arena);
    *findings = (cbi_findings){0};
}

static cbank_status keep_text(cbi_findings *findings, const char *text, const char **out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t size = strlen(text) + 1;
    char *copy;

    CBI_TRY(cbi_arena_alloc(&findings->arena, size, 1, &copy, err));
    memcpy(copy, text, size);
    *out = copy;
done:
    return status;
}

cbank_status cbi_findings_file(cbi_findings *findings, const char *name, uint32_t *number,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (findings->file_count == CBI_FINDING_FILES_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_COUNT, CBI_FINDING_FILES_MAX, "files", NULL);
    CBI_TRY(keep_text(findings, name, &findings->files[findings->file_count], err));
    *number = ++findings->file_count;
done:
    return status;
}

const char *cbi_findings_name(const cbi_findings *findings, uint32_t file)
{
    return file == 0 || file > findings->file_count ? "" : findings->files[file - 1];
}

static int compare_places(const cbi_finding *a, const cbi_finding *b)
{
    if (a->spot.file != b->spot.file)
        return a->spot.file < b->spot.file ? -1 : 1;
    if (a->spot.at.line != b->spot.at.line)
        return a->spot.at.line < b->spot.at.line ? -1 : 1;
    if (a->spot.at.column != b->spot.at.column)
        return a->spot.at.column < b->spot.at.column ? -1 : 1;
    return 0;
}

static int compare_contents(const cbi_finding *a, const cbi_finding *b)
{
    int order;

    if (a->severity != b->severity)
        return a->severity < b->severity ? -1 : 1;
    if (a->reason != b->reason)
        return a->reason < b->reason ? -1 : 1;
    order = strcmp(a->object, b->object);
    return order != 0 ? order : strcmp(a->detail, b->detail);
}

static int by_content(const void *a, const void *b)
{
    int order = compare_contents(a, b);

    return order != 0 ? order : compare_places(a, b);
}

static int by_place(const void *a, const void *b)
{
    int order = compare_places(a, b);

    return order != 0 ? order : compare_contents(a, b);
}

static void drop_last(cbi_findings *findings)
{
    qsort(findings->items, findings->count, sizeof(*findings->items), by_content);
    findings->count = CBI_FINDINGS_MAX;
    findings->limit = findings->items[CBI_FINDINGS_MAX - 1];
}

/* Twice as many as are kept are collected before some are dropped, so that few sorts are needed. */
static cbank_status make_room(cbi_findings *findings, cbank_error *err)
{
    if (findings->count == 2 * CBI_FINDINGS_MAX)
        drop_last(findings);
    return cbi_grow(&findings->items, sizeof(*findings->items), findings->count, &findings->room,
                    2 * CBI_FINDINGS_MAX, err);
}

cbank_status cbi_findings_add(cbi_findings *findings, cbi_severity severity, cbi_reason reason,
                              cbi_spot spot, const char *object, cbank_error *err,
                              const char *detail, ...)
{
    cbi_finding finding = {.severity = severity, .reason = reason, .spot = spot};
    cbank_status status = CBANK_OK;
    cbank_error cut = {0};
    va_list arguments;
    char text[2 * sizeof(cut.detail)] = "";

    if (detail != NULL) {
        va_start(arguments, detail);
        vsnprintf(text, sizeof(text), detail, arguments);
        va_end(arguments);
    }
    (void)cbi_fail(&cut, reason, spot.at.line, object, "%s", text); /* as long as errors are */
    finding.object = cut.object;
    finding.detail = cut.detail;
    findings->found[severity]++;
    if (findings->limit.object != NULL && by_content(&findings->limit, &finding) <= 0)
        return CBANK_OK;
    CBI_TRY(make_room(findings, err));
    CBI_TRY(keep_text(findings, cut.object, &finding.object, err));
    CBI_TRY(keep_text(findings, cut.detail, &finding.detail, err));
    findings->items[findings->count++] = finding;
done:
    return status;
}

cbank_status cbi_findings_take(cbi_findings *findings, cbi_spot spot, cbank_status status,
                               const cbank_error *why, cbank_error *err)
{
    if (status == CBANK_OK)
        return CBANK_OK;
    if (status >= CBANK_E_MEMORY) {
        if (err != NULL)
            *err = *why;
        return status;
    }
    return cbi_findings_add(findings, CBI_SEVERITY_ERROR, (cbi_reason)why->reason, spot,
                            why->object, err, "%s", why->detail);
}

/* What was found twice, by two ways to the same pair of rules, is told once. */
static void drop_twins(cbi_findings *findings)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < findings->count; i++) {
        if (kept > 0 && by_place(&findings->items[kept - 1], &findings->items[i]) == 0)
            findings->found[findings->items[i].severity]--;
        else
            findings->items[kept++] = findings->items[i];
    }
    findings->count = kept;
}

void cbi_findings_sort(cbi_findings *findings)
{
    if (findings->count > CBI_FINDINGS_MAX)
        drop_last(findings);
    if (findings->count > 0)
        qsort(findings->items, findings->count, sizeof(*findings->items), by_place);
    drop_twins(findings);
}

cbank_status cbi_findings_verdict(const cbi_findings *findings, cbank_error *err)
{
    for (uint32_t i = 0; i < findings->count; i++) {
        const cbi_finding *first = &findings->items[i];

        if (first->severity == CBI_SEVERITY_ERROR)
            return cbi_place_fail(err, CBI_REASON_RULES_REFUSED,
                                  cbi_findings_name(findings, first->spot.file), first->spot.at,
                                  "%s: %s", cbi_reason_word(first->reason), first->object);
    }
    return CBANK_OK;
}

void cbi_finding_error(const cbi_finding *finding, cbank_error *out)
{
    (void)cbi_fail(out, finding->reason, finding->spot.at.line, finding->object, "%s",
                   finding->detail);
}
