/*
 * cli.h - one run of the program: what was asked for, what is open, and how it ends.
 *
 * Whatever can fail reports its failure itself (fail.h), which sets `code`, and answers false or
 * NULL; a command then only has to stop.
 */
#ifndef CBANK_CLI_CLI_H
#define CBANK_CLI_CLI_H

#include "cbank.h"

#include "command.h"

/* The exit codes are a contract with scripts. */
typedef enum exit_code {
    EXIT_DONE = 0,
    EXIT_NO = 1, /* a clear "no": not valid, not found */
    EXIT_USAGE = 2,
    EXIT_INPUT = 3,
    EXIT_DENIED = 4,
    EXIT_CONFLICT = 5, /* or busy */
    EXIT_STORE = 6,
    EXIT_INSIDE = 7
} exit_code;

/* Bytes of our own; freed with memory_free. */
typedef struct bytes {
    uint8_t *data;
    size_t size;
} bytes;

/* An option as it was given. */
typedef struct given {
    const option *option;
    char *value; /* NULL for a switch */
} given;

#define CLI_KEYS_MAX 2

struct cli {
    const noun *noun;
    const command *command;
    given *given;
    size_t given_count;
    char **arguments;
    size_t argument_count;
    bool json;
    bool quiet;
    bool dry_run;

    cbank_bank *bank;
    cbank_key *keys[CLI_KEYS_MAX];
    size_t key_count;
    bytes passphrase; /* of --passphrase-file or the environment, once it was asked for */
    bytes key_passphrase; /* of an option of its own */
    bool stdin_taken;
    bool stdout_taken; /* by a file; what else there is to say goes to standard error */
    exit_code code;
};

#endif
