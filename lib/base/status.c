#include "base/status.h"

#include <stddef.h>

typedef struct status_name {
    cbank_status status;
    const char *word;
} status_name;

static const status_name status_names[] = {
    {CBANK_OK, "ok"},
    {CBANK_E_ARGUMENT, "argument"},
    {CBANK_E_FORKED, "forked"},
    {CBANK_E_MALFORMED, "malformed"},
    {CBANK_E_TOO_LARGE, "too_large"},
    {CBANK_E_UNSUPPORTED, "unsupported"},
    {CBANK_E_INVALID, "invalid"},
    {CBANK_E_NOT_FOUND, "not_found"},
    {CBANK_E_EXISTS, "exists"},
    {CBANK_E_CONFLICT, "conflict"},
    {CBANK_E_STATE, "state"},
    {CBANK_E_DENIED, "denied"},
    {CBANK_E_KEY, "key"},
    {CBANK_E_IO, "io"},
    {CBANK_E_FULL, "full"},
    {CBANK_E_BUSY, "busy"},
    {CBANK_E_CORRUPT, "corrupt"},
    {CBANK_E_ROLLBACK, "rollback"},
    {CBANK_E_GUARD, "guard"},
    {CBANK_E_UNKNOWN, "outcome_unknown"},
    {CBANK_E_UNTRUSTED_KEY, "untrusted_key"},
    {CBANK_E_BAD_SIGNATURE, "bad_signature"},
    {CBANK_E_EXPIRED, "expired"},
    {CBANK_E_WRONG_RECIPIENT, "wrong_recipient"},
    {CBANK_E_BROKEN_CHAIN, "broken_chain"},
    {CBANK_E_NOT_INCLUDED, "not_included"},
    {CBANK_E_FORK, "fork"},
    {CBANK_E_KEY_NOT_VALID, "key_not_valid"},
    {CBANK_E_BAD_HOLDER, "bad_holder"},
    {CBANK_E_BAD_SEMANTICS, "bad_semantics"},
    {CBANK_E_STALE, "stale"},
    {CBANK_E_MEMORY, "memory"},
    {CBANK_E_INTERNAL, "internal"},
};

typedef struct reason_row {
    cbi_reason reason;
    cbank_status status;
    const char *name;
    const char *chinese, *chinese_remedy;
    const char *english, *english_remedy;
} reason_row;

static const reason_row reason_rows[] = {
#define CBI_REASON(name, number, status, zh, zh_remedy, en, en_remedy)                             \
    {CBI_REASON_##name, status, #name, zh, zh_remedy, en, en_remedy},
#include "base/reasons.def"
#undef CBI_REASON
};

enum {
#define CBI_REASON(name, number, status, zh, zh_remedy, en, en_remedy) PLACE_OF_##name,
#include "base/reasons.def"
#undef CBI_REASON
};

/* A row that is not there is a failure like any other, and met at every other step. */
static const reason_row *find_reason(int reason)
{
    switch (reason) {
#define CBI_REASON(name, number, status, zh, zh_remedy, en, en_remedy)                             \
    case number:                                                                                   \
        return &reason_rows[PLACE_OF_##name];
#include "base/reasons.def"
#undef CBI_REASON
    default:
        return NULL;
    }
}

const char *cbi_status_word(cbank_status status)
{
    return cbank_status_name((int32_t)status);
}

const char *cbank_status_name(int32_t status)
{
    for (size_t i = 0; i < sizeof(status_names) / sizeof(status_names[0]); i++) {
        if ((int32_t)status_names[i].status == status)
            return status_names[i].word;
    }
    return "unknown";
}

cbank_status cbi_reason_status(cbi_reason reason)
{
    const reason_row *row = find_reason((int)reason);

    return row == NULL ? CBANK_E_INTERNAL : row->status;
}

const char *cbi_reason_word(cbi_reason reason)
{
    const reason_row *row = find_reason((int)reason);

    return row == NULL ? "" : row->name;
}

const char *cbank_reason_name(int32_t reason)
{
    return cbi_reason_word((cbi_reason)reason);
}

const char *cbi_reason_message(cbi_reason reason, bool chinese)
{
    const reason_row *row = find_reason((int)reason);

    if (row == NULL)
        return "";
    return chinese ? row->chinese : row->english;
}

const char *cbi_reason_remedy(cbi_reason reason, bool chinese)
{
    const reason_row *row = find_reason((int)reason);

    if (row == NULL)
        return "";
    return chinese ? row->chinese_remedy : row->english_remedy;
}
