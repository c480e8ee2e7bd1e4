/*
 * finding.h - what is wrong, or doubtful, in published data, and where its author wrote it.
 *
 * Many findings of one text are kept, not only the first. Which of very many are kept does not
 * depend on the order in which they were found: the first by severity, reason, object and detail.
 */
#ifndef CBI_RULES_FINDING_H
#define CBI_RULES_FINDING_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/place.h"

#define CBI_FINDINGS_MAX 10000u /* kept; the rest is counted */
#define CBI_FINDING_FILES_MAX 256u

typedef enum cbi_severity {
    CBI_SEVERITY_ERROR = 1,   /* it cannot be published */
    CBI_SEVERITY_WARNING = 2, /* it can, but hardly means what it says */
    CBI_SEVERITY_NOTE = 3,    /* worth a look */
} cbi_severity;

/* A place in one of the files; 0 for file and place where there is none. */
typedef struct cbi_spot {
    uint32_t file; /* number of the file, from 1 on */
    cbi_place at;
} cbi_spot;

typedef struct cbi_finding {
    cbi_severity severity;
    cbi_reason reason;
    cbi_spot spot;
    const char *object; /* never NULL */
    const char *detail;
} cbi_finding;

/* Begins as {0}; owns its texts. */
typedef struct cbi_findings {
    cbi_arena arena;
    cbi_finding *items;
    uint32_t count;
    uint32_t room;
    cbi_finding limit; /* the last of those kept when some were dropped; else {0} */
    uint64_t found[CBI_SEVERITY_NOTE + 1]; /* by severity, those that are not kept too */
    const char *files[CBI_FINDING_FILES_MAX];
    uint32_t file_count;
} cbi_findings;

void cbi_findings_clear(cbi_findings *findings);

/* Names a file and answers its number. TOO_LARGE beyond CBI_FINDING_FILES_MAX. */
cbank_status cbi_findings_file(cbi_findings *findings, const char *name, uint32_t *number,
                               cbank_error *err);
/* "" for 0. */
const char *cbi_findings_name(const cbi_findings *findings, uint32_t file);

/* `object` may be NULL. MEMORY only. */
cbank_status cbi_findings_add(cbi_findings *findings, cbi_severity severity, cbi_reason reason,
                              cbi_spot spot, const char *object, cbank_error *err,
                              const char *detail, ...) __attribute__((format(printf, 7, 8)));
/*
 * A failed check as an error at a place: OK, or MEMORY. A status that says nothing about the data
 * (MEMORY, INTERNAL) is passed on with its error in `err`.
 */
cbank_status cbi_findings_take(cbi_findings *findings, cbi_spot spot, cbank_status status,
                               const cbank_error *why, cbank_error *err);

/* By file, line and column, for people. */
void cbi_findings_sort(cbi_findings *findings);
/* OK without errors; else INVALID with the first error's words. Sort before. */
cbank_status cbi_findings_verdict(const cbi_findings *findings, cbank_error *err);
/* A finding as an error, whose words cbank_error_text renders. */
void cbi_finding_error(const cbi_finding *finding, cbank_error *out);

#endif
