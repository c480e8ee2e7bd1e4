/* describe.c - institution register, describe, rename; end, merge and close. */
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

/* ---- what it is ---- */

const option grant_register_options[] = {
    {"name", "TEXT", P_OPT_INSTITUTION_NAME, OPTION_NEEDED | OPTION_REPEATED},
    {"id", "SCHEME=VALUE", P_OPT_ORGANISATION_ID, OPTION_REPEATED},
    {"parent", "CODE", P_OPT_PARENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

void grant_register(cli *c)
{
    Cbank__Api__V1__RegisterRequest ask = CBANK__API__V1__REGISTER_REQUEST__INIT;
    uint8_t token[16];
    name_list names;
    name_ids ids;

    if (!call_token(c, token, &ask.token) || !names_read_ids(c, &ids))
        return;
    names_read(c, "name", &names);
    ask.institution = c->arguments[0];
    ask.names = names.list;
    ask.n_names = names.count;
    ask.ids = ids.list;
    ask.n_ids = ids.count;
    ask.parent = grant_text_or_empty(c, "parent");
    if (!c->dry_run)
        institution_show_info(c, call_bank(c, cbank_institution_register, &ask.base, GRANT_INFO));
    else if (call_open_bank(c) != NULL)
        output_talk(c, P_WOULD_ADMIT, c->arguments[0]);
    names_clear(&names);
    names_clear_ids(&ids);
}

const option grant_describe_options[] = {
    {"id", "SCHEME=VALUE", P_OPT_ORGANISATION_ID, OPTION_REPEATED},
    {"role", "WORD", P_OPT_ROLE, OPTION_REPEATED},
    {"parent", "CODE", P_OPT_PARENT, 0},
    {"type", "SCHEME=VALUE", P_OPT_ORGANISATION_TYPE, 0},
    {"area", "SCHEME=VALUE", P_OPT_AREA, 0},
    {"country", "CODE", P_OPT_COUNTRY, 0},
    {"reason", "CODE", P_OPT_REASON, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

void grant_describe(cli *c)
{
    Cbank__Api__V1__DescribeRequest ask = CBANK__API__V1__DESCRIBE_REQUEST__INIT;
    Cbank__V1__InstitutionRole roles[GRANT_LIST_MAX];
    Cbank__V1__Code type, area;
    int words[GRANT_LIST_MAX];
    uint8_t token[16];
    name_ids ids;

    if (!call_token(c, token, &ask.token) ||
        !grant_read_words(c, "role", &cbank__v1__institution_role__descriptor, words,
                          &ask.n_roles) ||
        (options_given(c, "type") && !grant_split_code(c, options_text(c, "type"), &type)) ||
        (options_given(c, "area") && !grant_split_code(c, options_text(c, "area"), &area)) ||
        !names_read_ids(c, &ids))
        return;
    for (size_t i = 0; i < ask.n_roles; i++)
        roles[i] = (Cbank__V1__InstitutionRole)words[i];
    ask.institution = c->arguments[0];
    ask.roles = roles;
    ask.ids = ids.list;
    ask.n_ids = ids.count;
    ask.parent = grant_text_or_empty(c, "parent");
    ask.type = options_given(c, "type") ? &type : NULL;
    ask.area = options_given(c, "area") ? &area : NULL;
    ask.country = grant_text_or_empty(c, "country");
    ask.reason = grant_text_or_empty(c, "reason");
    ask.document = grant_text_or_empty(c, "document");
    grant_tell(c, cbank_institution_describe, &ask.base, ask.institution);
    names_clear_ids(&ids);
}

const option grant_rename_options[] = {
    {"name", "TEXT", P_OPT_INSTITUTION_NAME, OPTION_NEEDED | OPTION_REPEATED},
    {"from", "DATE", P_OPT_NAMED_FROM, OPTION_NEEDED},
    {"reason", "CODE", P_OPT_REASON, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

void grant_rename(cli *c)
{
    Cbank__Api__V1__DescribeRequest ask = CBANK__API__V1__DESCRIBE_REQUEST__INIT;
    uint8_t token[16];
    name_list names;

    if (!call_token(c, token, &ask.token) || !grant_read_day(c, "from", &ask.named_from))
        return;
    names_read(c, "name", &names);
    ask.institution = c->arguments[0];
    ask.names = names.list;
    ask.n_names = names.count;
    ask.reason = grant_text_or_empty(c, "reason");
    ask.document = grant_text_or_empty(c, "document");
    grant_tell(c, cbank_institution_describe, &ask.base, ask.institution);
    names_clear(&names);
}

/* ---- ends ---- */

const option grant_end_options[] = {
    {"index", "N", P_OPT_GRANTED_INDEX, OPTION_NEEDED},
    {"on", "DATE", P_OPT_ENDED_ON, OPTION_NEEDED},
    {"reason", "CODE", P_OPT_REASON, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

void grant_end(cli *c)
{
    Cbank__Api__V1__GrantEndRequest ask = CBANK__API__V1__GRANT_END_REQUEST__INIT;
    uint8_t token[16];

    if (!call_token(c, token, &ask.token) || !grant_read_day(c, "on", &ask.ended_on))
        return;
    if (!value_u64(options_text(c, "index"), &ask.granted_index)) {
        fail_own(c, FAIL_OPTION_WORD, options_text(c, "index"));
        return;
    }
    ask.institution = c->arguments[0];
    ask.reason = grant_text_or_empty(c, "reason");
    ask.document = grant_text_or_empty(c, "document");
    grant_tell(c, cbank_institution_grant_end, &ask.base, ask.institution);
}

#define END_OPTIONS                                                                                \
    {"on", "DATE", P_OPT_ENDED_ON, OPTION_NEEDED},                                                 \
        {"final", "DATE", P_OPT_FINAL_ON, 0}, {"reason", "CODE", P_OPT_REASON, 0},                 \
        {"document", "TEXT", P_OPT_DOCUMENT, 0}, {"token", "HEX", P_OPT_TOKEN, 0}

const option grant_merge_options[] = {
    END_OPTIONS,
    {0},
};

const option grant_close_options[] = {
    {"successor", "CODE", P_OPT_SUCCESSOR, 0},
    {"custodian", "CODE", P_OPT_CUSTODIAN, 0},
    {"power", "WORD", P_OPT_POWER, OPTION_REPEATED},
    END_OPTIONS,
    {0},
};

/* `ask` has whose end it is, and who follows. */
static void end(cli *c, Cbank__Api__V1__InstitutionEndRequest *ask)
{
    uint8_t token[16];

    if (!call_token(c, token, &ask->token) || !grant_read_day(c, "on", &ask->ended_on) ||
        !grant_read_day(c, "final", &ask->final_on))
        return;
    ask->institution = c->arguments[0];
    ask->reason = grant_text_or_empty(c, "reason");
    ask->document = grant_text_or_empty(c, "document");
    grant_tell(c, cbank_institution_end, &ask->base, ask->institution);
}

void grant_merge(cli *c)
{
    Cbank__Api__V1__InstitutionEndRequest ask = CBANK__API__V1__INSTITUTION_END_REQUEST__INIT;

    ask.into = c->arguments[1];
    end(c, &ask);
}

void grant_close(cli *c)
{
    Cbank__Api__V1__InstitutionEndRequest ask = CBANK__API__V1__INSTITUTION_END_REQUEST__INIT;
    Cbank__V1__Succession room[2], *list[2] = {&room[0], &room[1]};
    Cbank__V1__SuccessionPower powers[2][GRANT_LIST_MAX];

    ask.successions = list;
    if (options_given(c, "successor") &&
        !grant_read_succession(c, "successor", false, powers[0], &room[ask.n_successions++]))
        return;
    if (options_given(c, "custodian") &&
        !grant_read_succession(c, "custodian", true, powers[1], &room[ask.n_successions++]))
        return;
    end(c, &ask);
}
