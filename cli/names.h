/*
 * names.h - names given as text: --name TEXT or --name LANG=TEXT, once or for several languages.
 * Without a language, text with letters beyond ASCII is taken as Chinese, other text as English.
 */
#ifndef CBANK_CLI_NAMES_H
#define CBANK_CLI_NAMES_H

#include "cli.h"

#include "cbank/v1/common.pb-c.h"

/* As messages want them; lent from the command line. */
typedef struct name_list {
    Cbank__V1__LangText *texts;
    Cbank__V1__LangText **list;
    size_t count;
} name_list;

void names_read(const cli *c, const char *option_name, name_list *out);
void names_clear(name_list *list);

/* --id SCHEME=VALUE, repeated. */
typedef struct name_ids {
    Cbank__V1__OrganisationId *ids;
    Cbank__V1__OrganisationId **list;
    size_t count;
} name_ids;

bool names_read_ids(cli *c, name_ids *out);
void names_clear_ids(name_ids *list);

#endif
