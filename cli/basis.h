/* basis.h - what a record that is issued rests on: other records, and a recognition. */
#ifndef CBANK_CLI_BASIS_H
#define CBANK_CLI_BASIS_H

#include "cli.h"
#include "options.h"

#include "cbank/v1/record.pb-c.h"

#define BASIS_MAX 16

#define BASIS_OPTIONS                                                                              \
    {"based-on", "ID", P_OPT_BASED_ON, OPTION_REPEATED},                                           \
        {"recognition", "ID", P_OPT_GRANTED_BY, 0}

/* Begin with {0}; lends its parts to the record. */
typedef struct basis {
    Cbank__V1__BasedOn rows[BASIS_MAX], *list[BASIS_MAX];
    uint8_t records[BASIS_MAX][32], recognition[32];
} basis;

/* What was given, into the record; the bank that is open knows the whole ids. */
bool basis_fill(cli *c, Cbank__V1__CreditRecord *record, basis *out);

#endif
