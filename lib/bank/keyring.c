#include "bank/keyring.h"

#include <string.h>

#include "proof/succession.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

cbi_subject cbi_bank_subject(const cbi_bank *bank)
{
    return (cbi_subject){CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_BANK,
                         cbi_bytes_of_text(bank->config.origin)};
}

/* Before anything has changed: packed and read back, so that it is owned like the row. */
cbank_status cbi_keyring_found(const Cbank__V1__BankCreated *self, Cbank__V1__BankKeys **out,
                               cbank_error *err)
{
    Cbank__V1__BankKeys keys = CBANK__V1__BANK_KEYS__INIT;
    Cbank__V1__LogKey log_key = CBANK__V1__LOG_KEY__INIT, *list[1] = {&log_key};
    cbank_buffer packed = {0};
    cbank_status status = CBANK_OK;

    log_key.public_key = self->log_key;
    log_key.from_size = 1;
    keys.root_key = self->root_key;
    keys.log_keys = list;
    keys.n_log_keys = 1;
    CBI_TRY(cbi_message_pack(&keys, &packed, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__bank_keys__descriptor, cbi_bytes_of_buffer(&packed), out,
                              err));
done:
    cbank_buffer_clear(&packed);
    return status;
}

cbank_status cbi_keyring_read(const cbi_bank *bank, cbi_txn *txn, Cbank__V1__BankKeys **out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_epoch_read_row(txn, out, err));
    if (*out == NULL)
        CBI_TRY(cbi_keyring_found(bank->self, out, err));
done:
    return status;
}

static cbank_status differs(const char *detail, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_LEDGER_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_META),
                    "keys: %s", detail);
}

static bool same(ProtobufCBinaryData a, ProtobufCBinaryData b)
{
    return cbi_bytes_equal(cbi_message_bytes(a), cbi_message_bytes(b));
}

/* `next` lends from `keys` and from the body; its lists have room for one more. */
static cbank_status begin_log_key(const cbi_bank *bank, Cbank__V1__BankKeys *next,
                                  Cbank__V1__LogKey *ended, Cbank__V1__LogKey *begun,
                                  const Cbank__V1__LogKeyBegun *body, uint64_t index,
                                  cbank_error *err)
{
    size_t count = next->n_log_keys;

    if (count == CBI_LOG_KEYS_MAX || body->epoch != count + 1 || body->size != index ||
        strcmp(body->origin, bank->config.origin) != 0 ||
        !same(body->earlier_key, next->log_keys[count - 1]->public_key))
        return differs("log key", err);
    *ended = *next->log_keys[count - 1];
    ended->until_size = index + 1;
    cbank__v1__log_key__init(begun);
    begun->public_key = body->public_key;
    begun->from_size = index + 1;
    next->log_keys[count - 1] = ended;
    next->log_keys[count] = begun;
    next->n_log_keys++;
    return CBANK_OK;
}

static cbank_status succeed_root(const cbi_bank *bank, Cbank__V1__BankKeys *next,
                                 const cbi_succession *link, cbank_error *err)
{
    size_t count = next->n_successions;

    if (count + 1 >= CBI_ROOT_KEYS_MAX || link->head->epoch != count + 2 ||
        strcmp(link->head->origin, bank->config.origin) != 0 ||
        !same(link->head->earlier_key, next->root_key))
        return differs("root key", err);
    next->successions[count] = cbi_message_data(link->bytes);
    next->n_successions++;
    next->root_key = link->head->public_key;
    return CBANK_OK;
}

static cbank_status compromise_log_key(const cbi_bank *bank, Cbank__V1__BankKeys *next,
                                       Cbank__V1__LogKey *changed,
                                       const Cbank__V1__LogKeyCompromised *body, cbank_error *err)
{
    if (strcmp(body->origin, bank->config.origin) != 0)
        return differs("origin", err);
    for (size_t i = 0; i + 1 < next->n_log_keys; i++) {
        const Cbank__V1__LogKey *key = next->log_keys[i];

        if (!same(key->public_key, body->public_key))
            continue;
        if (body->since_size < key->from_size || body->since_size >= key->until_size)
            return differs("compromised", err);
        *changed = *key;
        if (key->compromised_since == 0 || body->since_size < key->compromised_since) {
            changed->compromised_since = body->since_size;
            changed->compromised_at = body->since_at;
        }
        next->log_keys[i] = changed;
        return CBANK_OK;
    }
    return differs("compromised", err);
}

cbank_status cbi_keyring_apply(const cbi_bank *bank, const Cbank__V1__BankKeys *keys, int kind,
                               const void *body, uint64_t index, cbank_buffer *row,
                               cbank_error *err)
{
    Cbank__V1__BankKeys next = *keys;
    Cbank__V1__LogKey *log_keys[CBI_LOG_KEYS_MAX + 1], changed[2];
    ProtobufCBinaryData successions[CBI_ROOT_KEYS_MAX + 1];
    cbi_succession link = {0};
    cbank_status status = CBANK_OK;

    if (keys->n_log_keys == 0 || keys->n_log_keys > CBI_LOG_KEYS_MAX ||
        keys->n_successions >= CBI_ROOT_KEYS_MAX)
        return differs("form", err);
    memcpy(log_keys, keys->log_keys, keys->n_log_keys * sizeof(log_keys[0]));
    if (keys->n_successions > 0)
        memcpy(successions, keys->successions, keys->n_successions * sizeof(successions[0]));
    next.log_keys = log_keys;
    next.successions = successions;
    switch (kind) {
    case KIND(LOG_KEY_BEGUN):
        CBI_TRY(begin_log_key(bank, &next, &changed[0], &changed[1], body, index, err));
        break;
    case KIND(ROOT_KEY_SUCCEEDED):
        CBI_TRY(cbi_succession_parse(
            bank->config.suite,
            cbi_message_bytes(((const Cbank__V1__RootKeySucceeded *)body)->succession), &link,
            err));
        CBI_TRY(succeed_root(bank, &next, &link, err));
        break;
    default:
        CBI_TRY(compromise_log_key(bank, &next, &changed[0], body, err));
    }
    CBI_TRY(cbi_message_pack(&next, row, err));
done:
    cbi_succession_clear(&link);
    return status;
}

cbank_status cbi_keyring_write(const cbi_bank *bank, cbi_txn *txn, int kind, const void *body,
                               uint64_t index, cbank_error *err)
{
    Cbank__V1__BankKeys *keys = NULL, *next = NULL;
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_keyring_read(bank, txn, &keys, err));
    CBI_TRY(cbi_keyring_apply(bank, keys, kind, body, index, &row, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__bank_keys__descriptor, cbi_bytes_of_buffer(&row), &next,
                              err));
    CBI_TRY(cbi_epoch_write_row(txn, next, err));
done:
    cbi_message_free(keys);
    cbi_message_free(next);
    cbank_buffer_clear(&row);
    return status;
}
