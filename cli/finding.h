/* finding.h - what a reviewer found: how far records cover a target. */
#ifndef CBANK_CLI_FINDING_H
#define CBANK_CLI_FINDING_H

#include "cli.h"

#include "cbank/v1/plan.pb-c.h"
#include "cbank/v1/recognition.pb-c.h"

#define FINDINGS_MAX 64
#define FINDING_RECORDS_MAX 64

/* Begin with {0}; nothing to free. */
typedef struct findings {
    Cbank__V1__PlanFinding items[FINDINGS_MAX], *list[FINDINGS_MAX];
    ProtobufCBinaryData records[FINDINGS_MAX * FINDING_RECORDS_MAX]; /* of all, one after another */
    uint8_t ids[FINDINGS_MAX * FINDING_RECORDS_MAX][32];
    size_t count, record_count;
} findings;

/*
 * From --finding RECORD+...:TARGET:PERCENT; the target may be left empty. Cuts the options' texts.
 */
bool findings_read(cli *c, findings *out);

/* The same as a recognition states them. */
typedef struct finding_rows {
    Cbank__V1__Finding items[FINDINGS_MAX], *list[FINDINGS_MAX];
    size_t count;
} finding_rows;

/* Those that a plan had before it, as found by --reviewer on the plan's day. Lends the plan. */
bool findings_of_plan(cli *c, const Cbank__V1__Plan *plan, finding_rows *out);

#endif
