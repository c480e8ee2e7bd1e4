/*
 * fail.h - how a run fails: message and remedy to standard error, one JSON object with --json, and
 * the exit code. The program's own failures are listed in failures.def.
 */
#ifndef CBANK_CLI_FAIL_H
#define CBANK_CLI_FAIL_H

#include "cli.h"

typedef enum failure {
#define FAILURE(name, code, status, zh, zh_remedy, en, en_remedy) FAIL_##name,
#include "failures.def"
#undef FAILURE
} failure;

/* `object` fills the {} of the message; it is a word of the user's own, never a secret. */
void fail_own(cli *c, failure id, const char *object);

/* What a call of the library answered. */
void fail_call(cli *c, const cbank_error *err);

/* The exit code that a status means, verification apart. */
exit_code fail_code(int32_t status);

#endif
