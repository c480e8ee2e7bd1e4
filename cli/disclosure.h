/* disclosure.h - what commands that show something of a learner have in common; and those about
 * what was shown. */
#ifndef CBANK_CLI_DISCLOSURE_H
#define CBANK_CLI_DISCLOSURE_H

#include "cli.h"

#include <jansson.h>

#include "cbank/api/v1/transcript.pb-c.h"

/* For option tables: what it rests on. */
#define DISCLOSURE_GROUND_OPTIONS                                                                  \
    {"consent", "ID", P_OPT_CONSENT, 0}, {"basis", "CODE", P_OPT_BASIS, 0}

/* --consent or --basis; `out` lends from the command line. */
void disclosure_ground(const cli *c, Cbank__Api__V1__DisclosureGround *out);
/* --show name,number,birth. */
bool disclosure_show(cli *c, bool *name, bool *number, bool *birth);
/* Cuts an option at its commas, in place; `out` is to be freed. */
size_t disclosure_list(const cli *c, const char *option_name, char ***out);
/* ["name", "birth"] */
json_t *disclosure_details(const Cbank__V1__PersonalDetail *details, size_t count);

extern const option disclosure_list_options[], disclosure_extend_options[],
    disclosure_withdraw_options[];
void disclosure_list_all(cli *c);
void disclosure_extend(cli *c);
void disclosure_withdraw(cli *c);

#endif
