/*
 * command.h - the shape of the tables that say what the program can do. The parser, the help and
 * the check of required options all read these tables; a command's code reads only values.
 */
#ifndef CBANK_CLI_COMMAND_H
#define CBANK_CLI_COMMAND_H

#include "phrases.h"

typedef struct cli cli;

#define OPTION_NEEDED 1u
#define OPTION_REPEATED 2u

/* One option; a table ends with an entry without a name. */
typedef struct option {
    const char *name;     /* "origin" for --origin; "output" is also -o */
    const char *argument; /* "NAME"; NULL for a switch */
    phrase help;
    unsigned flags;
} option;

#define COMMAND_BANK 1u   /* needs --bank */
#define COMMAND_WRITES 2u /* knows --dry-run */

/* One verb of a noun; a table ends with an entry without a verb. */
typedef struct command {
    const char *verb;
    const char *arguments; /* for the synopsis: "FILE DIR"; "" if there are none */
    size_t arguments_min;
    size_t arguments_max;
    phrase help;
    unsigned flags;
    const option *options; /* NULL if there are none of its own */
    void (*run)(cli *c);
} command;

typedef struct noun {
    const char *name;
    phrase help;
    const command *commands;
} noun;

/* All nouns; ends with an entry without a name. */
extern const noun nouns[];

extern const command bank_commands[];
extern const command key_commands[];
extern const command institution_commands[];
extern const command learner_commands[];
extern const command credit_commands[];
extern const command batch_commands[];
extern const command enrol_commands[];
extern const command rules_commands[];
extern const command plan_commands[];
extern const command claim_commands[];
extern const command recognition_commands[];
extern const command case_commands[];
extern const command transfer_commands[];
extern const command consent_commands[];
extern const command transcript_commands[];
extern const command trust_commands[];
extern const command log_commands[];
extern const command sign_commands[];

#endif
