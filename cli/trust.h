/* trust.h - whom a verification trusts: a directory and a root, or a log key, and keys pinned. */
#ifndef CBANK_CLI_TRUST_H
#define CBANK_CLI_TRUST_H

#include "cli.h"

#include <protobuf-c/protobuf-c.h>

#define TRUST_OPTIONS                                                                              \
    {"trust", "DIRECTORY", P_OPT_TRUST, 0}, {"root", "FINGERPRINT", P_OPT_ROOT, 0},                \
        {"vkey", "KEY", P_OPT_VKEY, 0},                                                            \
        {"pin-key", "CODE=FINGERPRINT", P_OPT_PIN_KEY, OPTION_REPEATED}

/*
 * `at` 0: now. A directory that is not the trusted root's is a verdict like any other: it is shown
 * and the answer is false.
 */
bool trust_open(cli *c, int64_t at, cbank_verifier **out);

#define TRUST_FINGERPRINT_MAX 65

/* --root: a fingerprint, or the public key file that it is of; "" without the option. */
bool trust_read_root(cli *c, char fingerprint[TRUST_FINGERPRINT_MAX]);
/* What `cbank trust pin` has made, and no directory. */
bool trust_is_store(bytes file);

/* The hashes of --consistency; none without it. */
typedef struct trust_path {
    ProtobufCBinaryData *hashes;
    uint8_t (*room)[32];
    size_t count;
} trust_path;

bool trust_read_path(cli *c, trust_path *out);
void trust_clear_path(trust_path *path);

#endif
