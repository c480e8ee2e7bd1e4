/* grant.c - institution scope, licence, delegate, succeed. */
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

/* ---- what it may do ---- */

/* RANGE, decimals. */
static bool split_levels(cli *c, char *text, Cbank__V1__LevelRange *out)
{
    char *colon = strrchr(text, ':');
    char *dots = colon != NULL ? strstr(colon, "..") : NULL;

    *out = (Cbank__V1__LevelRange)CBANK__V1__LEVEL_RANGE__INIT;
    if (dots != NULL) {
        *colon = *dots = '\0';
        out->framework = text;
        if (value_milli(colon + 1, &out->from_milli) && value_milli(dots + 2, &out->until_milli))
            return true;
    }
    fail_own(c, FAIL_OPTION_WORD, text);
    return false;
}

const option grant_scope_options[] = {
    {"type", "TYPE", P_OPT_SCOPE_TYPE, OPTION_REPEATED},
    {"level", "RANGE", P_OPT_SCOPE_LEVEL, OPTION_REPEATED},
    {"unit", "UNIT", P_OPT_SCOPE_UNIT, OPTION_REPEATED},
    {"field", "SCHEME=PREFIX", P_OPT_SCOPE_FIELD, OPTION_REPEATED},
    {"area", "PREFIX", P_OPT_SCOPE_AREA, OPTION_REPEATED},
    {"from", "DATE", P_OPT_GRANT_FROM, 0},
    {"until", "DATE", P_OPT_GRANT_UNTIL, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"reason", "CODE", P_OPT_REASON, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

/* A scope with room for its lists. */
typedef struct scope_room {
    Cbank__V1__Scope scope;
    Cbank__V1__RecordType types[GRANT_LIST_MAX];
    Cbank__V1__LevelRange levels[GRANT_LIST_MAX], *level_list[GRANT_LIST_MAX];
    Cbank__V1__Code fields[GRANT_LIST_MAX], *field_list[GRANT_LIST_MAX];
    char *units[GRANT_LIST_MAX], *areas[GRANT_LIST_MAX];
} scope_room;

static size_t read_texts(const cli *c, const char *name, char *out[GRANT_LIST_MAX])
{
    size_t next = 0, count = 0;

    while (count < options_count(c, name) && count < GRANT_LIST_MAX)
        out[count++] = options_each(c, name, &next);
    return count;
}

static bool read_types(cli *c, Cbank__V1__RecordType out[GRANT_LIST_MAX], size_t *count)
{
    int words[GRANT_LIST_MAX];

    if (!grant_read_words(c, "type", &cbank__v1__record_type__descriptor, words, count))
        return false;
    for (size_t i = 0; i < *count; i++)
        out[i] = (Cbank__V1__RecordType)words[i];
    return true;
}

static bool read_scope(cli *c, scope_room *out)
{
    Cbank__V1__Scope *scope = &out->scope;
    char *texts[GRANT_LIST_MAX];

    *scope = (Cbank__V1__Scope)CBANK__V1__SCOPE__INIT;
    if (!read_types(c, out->types, &scope->n_types) || !grant_read_day(c, "from", &scope->from) ||
        !grant_read_day(c, "until", &scope->until))
        return false;
    scope->n_levels = read_texts(c, "level", texts);
    for (size_t i = 0; i < scope->n_levels; i++) {
        out->level_list[i] = &out->levels[i];
        if (!split_levels(c, texts[i], &out->levels[i]))
            return false;
    }
    scope->n_fields = read_texts(c, "field", texts);
    for (size_t i = 0; i < scope->n_fields; i++) {
        out->field_list[i] = &out->fields[i];
        if (!grant_split_code(c, texts[i], &out->fields[i]))
            return false;
    }
    scope->n_units = read_texts(c, "unit", out->units);
    scope->n_areas = read_texts(c, "area", out->areas);
    scope->types = out->types;
    scope->levels = out->level_list;
    scope->fields = out->field_list;
    scope->units = out->units;
    scope->areas = out->areas;
    scope->document = grant_text_or_empty(c, "document");
    return true;
}

void grant_scope(cli *c)
{
    Cbank__Api__V1__GrantRequest ask = CBANK__API__V1__GRANT_REQUEST__INIT;
    uint8_t token[16];
    scope_room room;

    if (!call_token(c, token, &ask.token) || !read_scope(c, &room))
        return;
    ask.institution = c->arguments[0];
    ask.scope = &room.scope;
    ask.reason = grant_text_or_empty(c, "reason");
    grant_tell(c, cbank_institution_grant, &ask.base, ask.institution);
}

const option grant_licence_options[] = {
    {"number", "TEXT", P_OPT_LICENCE_NUMBER, OPTION_NEEDED},
    {"kind", "SCHEME=VALUE", P_OPT_LICENCE_KIND, 0},
    {"from", "DATE", P_OPT_GRANT_FROM, 0},
    {"until", "DATE", P_OPT_GRANT_UNTIL, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"reason", "CODE", P_OPT_REASON, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

void grant_licence(cli *c)
{
    Cbank__Api__V1__GrantRequest ask = CBANK__API__V1__GRANT_REQUEST__INIT;
    Cbank__V1__Licence licence = CBANK__V1__LICENCE__INIT;
    Cbank__V1__Code kind;
    uint8_t token[16];

    if (!call_token(c, token, &ask.token) || !grant_read_day(c, "from", &licence.from) ||
        !grant_read_day(c, "until", &licence.until) ||
        (options_given(c, "kind") && !grant_split_code(c, options_text(c, "kind"), &kind)))
        return;
    licence.number = options_text(c, "number");
    licence.kind = options_given(c, "kind") ? &kind : NULL;
    licence.document = grant_text_or_empty(c, "document");
    ask.institution = c->arguments[0];
    ask.licence = &licence;
    ask.reason = grant_text_or_empty(c, "reason");
    grant_tell(c, cbank_institution_grant, &ask.base, ask.institution);
}

/* ---- whom it has handed what ---- */

static bool read_delegation(cli *c, Cbank__V1__RecordType types[GRANT_LIST_MAX],
                            Cbank__V1__Delegation *out)
{
    *out = (Cbank__V1__Delegation)CBANK__V1__DELEGATION__INIT;
    if (!read_types(c, types, &out->n_types) || !grant_read_day(c, "from", &out->from) ||
        !grant_read_day(c, "until", &out->until))
        return false;
    out->types = types;
    out->signer = grant_text_or_empty(c, "to");
    out->document = grant_text_or_empty(c, "document");
    return true;
}

const option grant_delegate_options[] = {
    {"to", "CODE", P_OPT_DELEGATE_TO, 0},
    {"type", "TYPE", P_OPT_SCOPE_TYPE, OPTION_REPEATED},
    {"from", "DATE", P_OPT_GRANT_FROM, 0},
    {"until", "DATE", P_OPT_GRANT_UNTIL, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"reason", "CODE", P_OPT_REASON, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

static void take_request(cli *c, Cbank__Api__V1__GrantRequest *ask)
{
    bytes file;

    if (!file_read(c, c->arguments[0], &file))
        return;
    ask->file = message_bytes(file);
    if (!c->dry_run)
        institution_show_info(c, call_bank(c, cbank_institution_grant, &ask->base, GRANT_INFO));
    else if (call_open_bank(c) != NULL)
        output_talk(c, P_DRY_RUN, "");
    memory_free(&file);
}

void grant_delegate(cli *c)
{
    Cbank__Api__V1__GrantRequest ask = CBANK__API__V1__GRANT_REQUEST__INIT;
    Cbank__V1__RecordType types[GRANT_LIST_MAX];
    Cbank__V1__Delegation delegation;
    uint8_t token[16];

    if (!call_token(c, token, &ask.token) || !read_delegation(c, types, &delegation))
        return;
    ask.reason = grant_text_or_empty(c, "reason");
    if (!options_given(c, "to")) {
        take_request(c, &ask);
        return;
    }
    ask.institution = c->arguments[0];
    ask.delegation = &delegation;
    grant_tell(c, cbank_institution_grant, &ask.base, ask.institution);
}

const option grant_request_options[] = {
    {"code", "CODE", P_OPT_CODE_OWN, OPTION_NEEDED},
    {"to", "CODE", P_OPT_DELEGATE_TO, OPTION_NEEDED},
    {"origin", "NAME", P_OPT_ORIGIN, OPTION_NEEDED},
    {"key", "FILE", P_OPT_KEY_OWN, OPTION_NEEDED},
    {"output", "FILE", P_OPT_OUTPUT, OPTION_NEEDED},
    {"type", "TYPE", P_OPT_SCOPE_TYPE, OPTION_REPEATED},
    {"successor", NULL, P_OPT_AS_SUCCESSOR, 0},
    {"custodian", NULL, P_OPT_AS_CUSTODIAN, 0},
    {"power", "WORD", P_OPT_POWER, OPTION_REPEATED},
    {"from", "DATE", P_OPT_GRANT_FROM, 0},
    {"until", "DATE", P_OPT_GRANT_UNTIL, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {0},
};

static bool read_powers(cli *c, Cbank__V1__SuccessionPower out[GRANT_LIST_MAX], size_t *count)
{
    int words[GRANT_LIST_MAX];

    if (!grant_read_words(c, "power", &cbank__v1__succession_power__descriptor, words, count))
        return false;
    for (size_t i = 0; i < *count; i++)
        out[i] = (Cbank__V1__SuccessionPower)words[i];
    return true;
}

bool grant_read_succession(cli *c, const char *to, bool custodian,
                            Cbank__V1__SuccessionPower powers[GRANT_LIST_MAX],
                            Cbank__V1__Succession *out)
{
    *out = (Cbank__V1__Succession)CBANK__V1__SUCCESSION__INIT;
    if (!read_powers(c, powers, &out->n_powers))
        return false;
    out->institution = options_text(c, to);
    out->kind = custodian ? CBANK__V1__SUCCESSION_KIND__SUCCESSION_KIND_CUSTODIAN
                          : CBANK__V1__SUCCESSION_KIND__SUCCESSION_KIND_SUCCESSOR;
    out->powers = powers;
    out->document = grant_text_or_empty(c, "document");
    return true;
}

void grant_delegate_request(cli *c)
{
    Cbank__Api__V1__DelegationRequest ask = CBANK__API__V1__DELEGATION_REQUEST__INIT;
    const cbank_key *key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    bool succeeds = options_given(c, "successor") || options_given(c, "custodian");
    Cbank__V1__SuccessionPower powers[GRANT_LIST_MAX];
    Cbank__V1__RecordType types[GRANT_LIST_MAX];
    Cbank__V1__Succession succession;
    Cbank__V1__Delegation delegation;
    cbank_buffer reply = {0};
    cbank_error err;
    bytes packed;

    if (key == NULL || !read_delegation(c, types, &delegation) ||
        !grant_read_succession(c, "to", options_given(c, "custodian"), powers, &succession))
        return;
    succession.from = delegation.from;
    succession.until = delegation.until;
    ask.origin = options_text(c, "origin");
    ask.institution = options_text(c, "code");
    if (succeeds)
        ask.succession = &succession;
    else
        ask.delegation = &delegation;
    packed = message_pack(&ask.base);
    institution_keep_request(
        c, call_reply(c,
                      cbank_institution_delegation(key, packed.data, packed.size, &reply, &err),
                      &err, &reply, &cbank__api__v1__request_reply__descriptor));
    memory_free(&packed);
}

const option grant_succeed_options[] = {
    {"to", "CODE", P_OPT_SUCCEED_TO, OPTION_NEEDED},
    {"custodian", NULL, P_OPT_AS_CUSTODIAN, 0},
    {"power", "WORD", P_OPT_POWER, OPTION_REPEATED},
    {"from", "DATE", P_OPT_GRANT_FROM, 0},
    {"until", "DATE", P_OPT_GRANT_UNTIL, 0},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"reason", "CODE", P_OPT_REASON, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

void grant_succeed(cli *c)
{
    Cbank__Api__V1__GrantRequest ask = CBANK__API__V1__GRANT_REQUEST__INIT;
    Cbank__V1__SuccessionPower powers[GRANT_LIST_MAX];
    Cbank__V1__Succession succession;
    uint8_t token[16];

    if (!call_token(c, token, &ask.token) ||
        !grant_read_succession(c, "to", options_given(c, "custodian"), powers, &succession) ||
        !grant_read_day(c, "from", &succession.from) ||
        !grant_read_day(c, "until", &succession.until))
        return;
    ask.institution = c->arguments[0];
    ask.succession = &succession;
    ask.reason = grant_text_or_empty(c, "reason");
    grant_tell(c, cbank_institution_grant, &ask.base, ask.institution);
}
