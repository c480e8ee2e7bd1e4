/* grant_part.h - what the commands about institutions share with each other. */
#ifndef CBANK_CLI_GRANT_PART_H
#define CBANK_CLI_GRANT_PART_H

#include "call.h"
#include "grant.h"

#include "cbank/v1/institution.pb-c.h"

#define GRANT_INFO (&cbank__api__v1__institution_info__descriptor)
#define GRANT_LIST_MAX 32

/* A day; `out` stays 0 without the option. */
bool grant_read_day(cli *c, const char *name, uint32_t *out);
/* Words of an enum, one an option. */
bool grant_read_words(cli *c, const char *name, const ProtobufCEnumDescriptor *type,
                      int out[GRANT_LIST_MAX], size_t *count);
char *grant_text_or_empty(const cli *c, const char *name);
/* SCHEME=VALUE, cut at the sign. */
bool grant_split_code(cli *c, char *text, Cbank__V1__Code *out);
/* Who follows, from the option `to`. */
bool grant_read_succession(cli *c, const char *to, bool custodian,
                           Cbank__V1__SuccessionPower powers[GRANT_LIST_MAX],
                           Cbank__V1__Succession *out);

/* Asks, or only shows whose it would be about. */
void grant_tell(cli *c, bank_call *call, const message *request, char *code);

#endif
