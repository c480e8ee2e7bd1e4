/*
 * decision.h - how an institution came to a recognition, from a JSON file, and for people.
 *
 *   {"document": ..., "on": DATE, "outcome": "full|partial|none", "quorum": 5, "present": 7,
 *    "approvers": [handle, ...], "route": code, "case_number": ..., "effective_on": DATE,
 *    "appeal_until": DATE, "appeal_body": ...,
 *    "notice": {"from": DATE, "until": DATE, "working_days": 7, "place": ..., "objections": 0,
 *               "result": code}}
 *
 * Every key may be left out; one that is not known is an error.
 */
#ifndef CBANK_CLI_DECISION_H
#define CBANK_CLI_DECISION_H

#include "cli.h"

#include <jansson.h>

#include "cbank/v1/recognition.pb-c.h"

#define DECISION_APPROVERS_MAX 16

/* Begin with {0}; the head lends its parts. End with decision_clear. */
typedef struct decision {
    json_t *root; /* holds the texts */
    Cbank__V1__Decision message;
    Cbank__V1__PublicNotice notice;
    Cbank__V1__Code route, result;
    char *approvers[DECISION_APPROVERS_MAX];
} decision;

/* What the file says, into the head; false with a failure. */
bool decision_read(cli *c, const char *path, Cbank__V1__RecognitionHead *head, decision *out);
void decision_clear(decision *data);

/* {outcome, document, on, ...}: the keys of the file. */
json_t *decision_describe(const Cbank__V1__RecognitionHead *head);

#endif
