/* grantoption.c - what the commands about institutions read from their options. */
#include "grant_part.h"

#include "call.h"
#include "fail.h"
#include "file.h"
#include "institution.h"
#include "memory.h"
#include "names.h"
#include "options.h"
#include "output.h"
#include "shape.h"
#include "values.h"

#include "cbank/v1/institution.pb-c.h"

#include <stdlib.h>
#include <string.h>

/* A whole or partial day; `out` stays 0 without the option. */
bool grant_read_day(cli *c, const char *name, uint32_t *out)
{
    if (!options_given(c, name) || value_date(options_text(c, name), out))
        return true;
    fail_own(c, FAIL_OPTION_WORD, options_text(c, name));
    return false;
}

/* Words of an enum, each option one. */
bool grant_read_words(cli *c, const char *name, const ProtobufCEnumDescriptor *type,
                       int out[GRANT_LIST_MAX], size_t *count)
{
    size_t next = 0;

    for (*count = 0; *count < options_count(c, name) && *count < GRANT_LIST_MAX; (*count)++) {
        const char *word = options_each(c, name, &next);

        if (!shape_value(type, word, &out[*count])) {
            fail_own(c, FAIL_OPTION_WORD, word);
            return false;
        }
    }
    return true;
}

char *grant_text_or_empty(const cli *c, const char *name)
{
    static char empty[1];

    return options_given(c, name) ? options_text(c, name) : empty;
}

/* SCHEME=VALUE, cut at the sign. */
bool grant_split_code(cli *c, char *text, Cbank__V1__Code *out)
{
    char *equals = strchr(text, '=');

    if (equals == NULL) {
        fail_own(c, FAIL_OPTION_WORD, text);
        return false;
    }
    *equals = '\0';
    *out = (Cbank__V1__Code)CBANK__V1__CODE__INIT;
    out->scheme = text;
    out->value = equals + 1;
    return true;
}

/* Asks, or only shows whose it would be about. */
void grant_tell(cli *c, bank_call *call, const message *request, char *code)
{
    Cbank__Api__V1__InstitutionShowRequest ask = CBANK__API__V1__INSTITUTION_SHOW_REQUEST__INIT;

    ask.institution = code;
    institution_show_info(c, call_bank(c, c->dry_run ? cbank_institution_show : call,
                                       c->dry_run ? &ask.base : request, GRANT_INFO));
    if (c->dry_run && c->code == EXIT_DONE)
        output_talk(c, P_DRY_RUN, "");
}
