/* verdict.h - what a verification found, as JSON and for people. */
#ifndef CBANK_CLI_VERDICT_H
#define CBANK_CLI_VERDICT_H

#include "cli.h"

#include "cbank/api/v1/transcript.pb-c.h"

/*
 * Prints the report. `err` says why it is not valid, or is NULL. With `masked` people see of a
 * document's number the area and the last four only.
 */
void verdict_show(cli *c, const Cbank__Api__V1__VerdictReport *report, const cbank_error *err,
                  bool masked);

/* The verdict's class as a word: "BAD_SIGNATURE" for CBANK_E_BAD_SIGNATURE. */
void verdict_class(int32_t status, char *out, size_t size);

#endif
