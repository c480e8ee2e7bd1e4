#include "bank/rootkey.h"

#include <string.h>

#include "bank/errand.h"
#include "bank/keyring.h"
#include "proof/succession.h"

typedef struct succeeding {
    cbi_act act;
    const cbi_bank *bank;
    const cbi_succession *link;
} succeeding;

static cbank_status not_next(const succeeding *it, const char *detail, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_SUCCESSION_NOT_NEXT, it->link->head->epoch,
                    it->link->head->origin, "%s", detail);
}

static cbank_status check_new(const succeeding *it, const Cbank__V1__BankKeys *keys,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_root_keys roots;
    cbi_public last;

    CBI_TRY(cbi_public_parse(it->bank->config.suite, cbi_message_bytes(keys->root_key), &last,
                             err));
    CBI_TRY(cbi_succession_follow(it->bank->config.suite, it->bank->config.origin,
                                  keys->successions, keys->n_successions, &last, &roots, err));
    for (size_t i = 0; i < roots.count; i++) {
        if (cbi_public_equal(&roots.keys[i], &it->link->key))
            CBI_TRY(cbi_fail(err, CBI_REASON_KEY_USED_BEFORE, i + 1, "public_key", NULL));
    }
done:
    return status;
}

static cbank_status check_succeeding(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const succeeding *it = (const succeeding *)(const void *)act;
    Cbank__V1__BankKeys *keys = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_keyring_read(it->bank, append->txn, &keys, err));
    if (keys->n_successions + 2 > CBI_ROOT_KEYS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_TOO_MANY, CBI_ROOT_KEYS_MAX, "root_keys", NULL));
    if (it->link->head->epoch != keys->n_successions + 2)
        CBI_TRY(not_next(it, "number", err));
    if (!cbi_bytes_equal(cbi_message_bytes(keys->root_key), cbi_public_bytes(&it->link->earlier)))
        CBI_TRY(not_next(it, "earlier key", err));
    CBI_TRY(check_new(it, keys, err));
done:
    cbi_message_free(keys);
    return status;
}

/* `body` is what it lends. */
static cbi_errand_statement said(const succeeding *it, Cbank__V1__RootKeySucceeded *body)
{
    cbank__v1__root_key_succeeded__init(body);
    body->origin = cbi_message_string(it->bank->config.origin);
    body->succession = cbi_message_data(it->link->bytes);
    return (cbi_errand_statement){
        .subject = cbi_bank_subject(it->bank),
        .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ROOT_KEY_SUCCEEDED,
        .token = cbi_bytes_of(it->act.token, sizeof(it->act.token)),
        .body = body};
}

static cbank_status write_succeeding(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const succeeding *it = (const succeeding *)(const void *)act;
    Cbank__V1__RootKeySucceeded body;
    cbi_errand_statement statement = said(it, &body);
    cbank_status status = CBANK_OK;
    uint64_t index;

    CBI_TRY(cbi_errand_append(append, &statement, &index, NULL, err));
    CBI_TRY(cbi_keyring_write(it->bank, append->txn, statement.kind, &body, index, err));
done:
    return status;
}

cbank_status cbi_rootkey_succeed(cbi_bank *bank, cbi_bytes file, cbi_bytes token, int64_t now,
                                 cbank_error *err)
{
    cbi_succession link = {0};
    succeeding it = {.bank = bank, .link = &link};
    cbi_bytes parts[] = {cbi_bytes_of_text("succeed"), file};
    cbi_errand_statement statement;
    Cbank__V1__RootKeySucceeded body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_succession_open(bank->config.suite, file, &link, err));
    if (strcmp(link.head->origin, bank->config.origin) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_FOR_ANOTHER_BANK, 0, link.head->origin, NULL));
    CBI_TRY(cbi_errand_token(token, it.act.token, err));
    statement = said(&it, &body);
    CBI_TRY(cbi_errand_try(&statement, err));
    CBI_TRY(cbi_errand_digest(bank, parts, 2, &it.act.request, err));
    it.act.now = now;
    it.act.check = check_succeeding;
    it.act.write = write_succeeding;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
done:
    cbank_buffer_clear(&it.act.result);
    cbi_succession_clear(&link);
    return status;
}
