/* grant.c - institution register, describe, rename, scope, licence, delegate, succeed, merge ... */
#include "grant.h"

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

#define INFO &cbank__api__v1__institution_info__descriptor
#define LIST_MAX 32

/* ---- what options say ---- */

/* A whole or partial day; `out` stays 0 without the option. */
static bool read_day(cli *c, const char *name, uint32_t *out)
{
    if (!options_given(c, name) || value_date(options_text(c, name), out))
        return true;
    fail_own(c, FAIL_OPTION_WORD, options_text(c, name));
    return false;
}

/* Words of an enum, each option one. */
static bool read_words(cli *c, const char *name, const ProtobufCEnumDescriptor *type,
                       int out[LIST_MAX], size_t *count)
{
    size_t next = 0;

    for (*count = 0; *count < options_count(c, name) && *count < LIST_MAX; (*count)++) {
        const char *word = options_each(c, name, &next);

        if (!shape_value(type, word, &out[*count])) {
            fail_own(c, FAIL_OPTION_WORD, word);
            return false;
        }
    }
    return true;
}

static char *text_or_empty(const cli *c, const char *name)
{
    static char empty[1];

    return options_given(c, name) ? options_text(c, name) : empty;
}

/* SCHEME=VALUE, cut at the sign. */
static bool split_code(cli *c, char *text, Cbank__V1__Code *out)
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
static void tell(cli *c, bank_call *call, const message *request, char *code)
{
    Cbank__Api__V1__InstitutionShowRequest ask = CBANK__API__V1__INSTITUTION_SHOW_REQUEST__INIT;

    ask.institution = code;
    institution_show_info(c, c->dry_run ? call_bank(c, cbank_institution_show, &ask.base, INFO)
                                        : call_bank(c, call, request, INFO));
    if (c->dry_run && c->code == EXIT_DONE)
        output_talk(c, P_DRY_RUN, "");
}

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
    ask.parent = text_or_empty(c, "parent");
    if (!c->dry_run)
        institution_show_info(c, call_bank(c, cbank_institution_register, &ask.base, INFO));
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
    Cbank__V1__InstitutionRole roles[LIST_MAX];
    Cbank__V1__Code type, area;
    int words[LIST_MAX];
    uint8_t token[16];
    name_ids ids;

    if (!call_token(c, token, &ask.token) ||
        !read_words(c, "role", &cbank__v1__institution_role__descriptor, words, &ask.n_roles) ||
        (options_given(c, "type") && !split_code(c, options_text(c, "type"), &type)) ||
        (options_given(c, "area") && !split_code(c, options_text(c, "area"), &area)) ||
        !names_read_ids(c, &ids))
        return;
    for (size_t i = 0; i < ask.n_roles; i++)
        roles[i] = (Cbank__V1__InstitutionRole)words[i];
    ask.institution = c->arguments[0];
    ask.roles = roles;
    ask.ids = ids.list;
    ask.n_ids = ids.count;
    ask.parent = text_or_empty(c, "parent");
    ask.type = options_given(c, "type") ? &type : NULL;
    ask.area = options_given(c, "area") ? &area : NULL;
    ask.country = text_or_empty(c, "country");
    ask.reason = text_or_empty(c, "reason");
    ask.document = text_or_empty(c, "document");
    tell(c, cbank_institution_describe, &ask.base, ask.institution);
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

    if (!call_token(c, token, &ask.token) || !read_day(c, "from", &ask.named_from))
        return;
    names_read(c, "name", &names);
    ask.institution = c->arguments[0];
    ask.names = names.list;
    ask.n_names = names.count;
    ask.reason = text_or_empty(c, "reason");
    ask.document = text_or_empty(c, "document");
    tell(c, cbank_institution_describe, &ask.base, ask.institution);
    names_clear(&names);
}

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
    Cbank__V1__RecordType types[LIST_MAX];
    Cbank__V1__LevelRange levels[LIST_MAX], *level_list[LIST_MAX];
    Cbank__V1__Code fields[LIST_MAX], *field_list[LIST_MAX];
    char *units[LIST_MAX], *areas[LIST_MAX];
} scope_room;

static size_t read_texts(const cli *c, const char *name, char *out[LIST_MAX])
{
    size_t next = 0, count = 0;

    while (count < options_count(c, name) && count < LIST_MAX)
        out[count++] = options_each(c, name, &next);
    return count;
}

static bool read_types(cli *c, Cbank__V1__RecordType out[LIST_MAX], size_t *count)
{
    int words[LIST_MAX];

    if (!read_words(c, "type", &cbank__v1__record_type__descriptor, words, count))
        return false;
    for (size_t i = 0; i < *count; i++)
        out[i] = (Cbank__V1__RecordType)words[i];
    return true;
}

static bool read_scope(cli *c, scope_room *out)
{
    Cbank__V1__Scope *scope = &out->scope;
    char *texts[LIST_MAX];

    *scope = (Cbank__V1__Scope)CBANK__V1__SCOPE__INIT;
    if (!read_types(c, out->types, &scope->n_types) || !read_day(c, "from", &scope->from) ||
        !read_day(c, "until", &scope->until))
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
        if (!split_code(c, texts[i], &out->fields[i]))
            return false;
    }
    scope->n_units = read_texts(c, "unit", out->units);
    scope->n_areas = read_texts(c, "area", out->areas);
    scope->types = out->types;
    scope->levels = out->level_list;
    scope->fields = out->field_list;
    scope->units = out->units;
    scope->areas = out->areas;
    scope->document = text_or_empty(c, "document");
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
    ask.reason = text_or_empty(c, "reason");
    tell(c, cbank_institution_grant, &ask.base, ask.institution);
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

    if (!call_token(c, token, &ask.token) || !read_day(c, "from", &licence.from) ||
        !read_day(c, "until", &licence.until) ||
        (options_given(c, "kind") && !split_code(c, options_text(c, "kind"), &kind)))
        return;
    licence.number = options_text(c, "number");
    licence.kind = options_given(c, "kind") ? &kind : NULL;
    licence.document = text_or_empty(c, "document");
    ask.institution = c->arguments[0];
    ask.licence = &licence;
    ask.reason = text_or_empty(c, "reason");
    tell(c, cbank_institution_grant, &ask.base, ask.institution);
}

/* ---- whom it has handed what ---- */

static bool read_delegation(cli *c, Cbank__V1__RecordType types[LIST_MAX],
                            Cbank__V1__Delegation *out)
{
    *out = (Cbank__V1__Delegation)CBANK__V1__DELEGATION__INIT;
    if (!read_types(c, types, &out->n_types) || !read_day(c, "from", &out->from) ||
        !read_day(c, "until", &out->until))
        return false;
    out->types = types;
    out->signer = text_or_empty(c, "to");
    out->document = text_or_empty(c, "document");
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
        institution_show_info(c, call_bank(c, cbank_institution_grant, &ask->base, INFO));
    else if (call_open_bank(c) != NULL)
        output_talk(c, P_DRY_RUN, "");
    memory_free(&file);
}

void grant_delegate(cli *c)
{
    Cbank__Api__V1__GrantRequest ask = CBANK__API__V1__GRANT_REQUEST__INIT;
    Cbank__V1__RecordType types[LIST_MAX];
    Cbank__V1__Delegation delegation;
    uint8_t token[16];

    if (!call_token(c, token, &ask.token) || !read_delegation(c, types, &delegation))
        return;
    ask.reason = text_or_empty(c, "reason");
    if (!options_given(c, "to")) {
        take_request(c, &ask);
        return;
    }
    ask.institution = c->arguments[0];
    ask.delegation = &delegation;
    tell(c, cbank_institution_grant, &ask.base, ask.institution);
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

static bool read_powers(cli *c, Cbank__V1__SuccessionPower out[LIST_MAX], size_t *count)
{
    int words[LIST_MAX];

    if (!read_words(c, "power", &cbank__v1__succession_power__descriptor, words, count))
        return false;
    for (size_t i = 0; i < *count; i++)
        out[i] = (Cbank__V1__SuccessionPower)words[i];
    return true;
}

static bool read_succession(cli *c, const char *to, bool custodian,
                            Cbank__V1__SuccessionPower powers[LIST_MAX],
                            Cbank__V1__Succession *out)
{
    *out = (Cbank__V1__Succession)CBANK__V1__SUCCESSION__INIT;
    if (!read_powers(c, powers, &out->n_powers))
        return false;
    out->institution = options_text(c, to);
    out->kind = custodian ? CBANK__V1__SUCCESSION_KIND__SUCCESSION_KIND_CUSTODIAN
                          : CBANK__V1__SUCCESSION_KIND__SUCCESSION_KIND_SUCCESSOR;
    out->powers = powers;
    out->document = text_or_empty(c, "document");
    return true;
}

void grant_delegate_request(cli *c)
{
    Cbank__Api__V1__DelegationRequest ask = CBANK__API__V1__DELEGATION_REQUEST__INIT;
    const cbank_key *key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    bool succeeds = options_given(c, "successor") || options_given(c, "custodian");
    Cbank__V1__SuccessionPower powers[LIST_MAX];
    Cbank__V1__RecordType types[LIST_MAX];
    Cbank__V1__Succession succession;
    Cbank__V1__Delegation delegation;
    cbank_buffer reply = {0};
    cbank_error err;
    bytes packed;

    if (key == NULL || !read_delegation(c, types, &delegation) ||
        !read_succession(c, "to", options_given(c, "custodian"), powers, &succession))
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
    Cbank__V1__SuccessionPower powers[LIST_MAX];
    Cbank__V1__Succession succession;
    uint8_t token[16];

    if (!call_token(c, token, &ask.token) ||
        !read_succession(c, "to", options_given(c, "custodian"), powers, &succession) ||
        !read_day(c, "from", &succession.from) || !read_day(c, "until", &succession.until))
        return;
    ask.institution = c->arguments[0];
    ask.succession = &succession;
    ask.reason = text_or_empty(c, "reason");
    tell(c, cbank_institution_grant, &ask.base, ask.institution);
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

    if (!call_token(c, token, &ask.token) || !read_day(c, "on", &ask.ended_on))
        return;
    if (!value_u64(options_text(c, "index"), &ask.granted_index)) {
        fail_own(c, FAIL_OPTION_WORD, options_text(c, "index"));
        return;
    }
    ask.institution = c->arguments[0];
    ask.reason = text_or_empty(c, "reason");
    ask.document = text_or_empty(c, "document");
    tell(c, cbank_institution_grant_end, &ask.base, ask.institution);
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

    if (!call_token(c, token, &ask->token) || !read_day(c, "on", &ask->ended_on) ||
        !read_day(c, "final", &ask->final_on))
        return;
    ask->institution = c->arguments[0];
    ask->reason = text_or_empty(c, "reason");
    ask->document = text_or_empty(c, "document");
    tell(c, cbank_institution_end, &ask->base, ask->institution);
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
    Cbank__V1__SuccessionPower powers[2][LIST_MAX];

    ask.successions = list;
    if (options_given(c, "successor") &&
        !read_succession(c, "successor", false, powers[0], &room[ask.n_successions++]))
        return;
    if (options_given(c, "custodian") &&
        !read_succession(c, "custodian", true, powers[1], &room[ask.n_successions++]))
        return;
    end(c, &ask);
}
