#include "bank/bank.h"

#include <stdlib.h>
#include <string.h>

#include "bank/recall.h"
#include "bank/shelf.h"
#include "base/memory.h"
#include "crypto/keyfile.h"
#include "ledger/epoch.h"

cbank_status cbi_bank_setup(const cbi_config *config, const cbi_private *log_key, char *guard,
                            cbi_ledger_setup *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_config_path(config->guard, "checkpoint", guard, err));
    *out = (cbi_ledger_setup){
        .origin = config->origin, .guard_path = guard, .log_key = log_key};
done:
    return status;
}

static cbank_status derive_secrets(cbi_bank *bank, const cbi_secret *master, cbank_error *err)
{
    const struct {
        const char *label;
        cbi_secret *secret;
    } purposes[] = {
        {"cbank/v1/vault", &bank->secrets.vault},
        {"cbank/v1/opening", &bank->secrets.opening},
        {"cbank/v1/documents", &bank->secrets.documents},
        {"cbank/v1/students", &bank->secrets.students},
        {"cbank/v1/content", &bank->secrets.content},
        {"cbank/v1/references", &bank->secrets.references},
    };
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++)
        CBI_TRY(cbi_secret_derive(bank->config.suite, master, purposes[i].label,
                                  purposes[i].secret, err));
done:
    return status;
}

cbank_status cbi_bank_reference_secret(const cbi_bank *bank, const char *institution,
                                       cbi_secret *out, cbank_error *err)
{
    return cbi_secret_derive(bank->config.suite, &bank->secrets.references, institution, out, err);
}

/* A bank's own key is not a path that somebody has mistyped. */
static cbank_status name_missing(cbank_status status, const char *name, cbank_error *err)
{
    return status == CBANK_E_NOT_FOUND ? cbi_fail(err, CBI_REASON_BANK_KEY_MISSING, 0, name, NULL)
                                       : status;
}

static cbank_status read_keys(const char *folder, cbi_bytes passphrase, cbi_bank *bank,
                              cbank_error *err)
{
    char keys[CBI_PATH_MAX], path[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;
    cbi_secret master = {0};

    CBI_TRY(cbi_config_path(folder, "keys", keys, err));
    CBI_TRY(name_missing(cbi_logkey_read(folder, passphrase, &bank->log_key, err), "log.key",
                         err));
    if (cbi_private_public(bank->log_key.key)->suite != bank->config.suite)
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_KEY, 0, "log.key", NULL));
    CBI_TRY(cbi_config_path(keys, "vault.key", path, err));
    CBI_TRY(name_missing(cbi_keyfile_read_secret(path, passphrase, &master, err), "vault.key",
                         err));
    CBI_TRY(derive_secrets(bank, &master, err));
done:
    cbi_secret_wipe(&master);
    return status;
}

/* Who the bank is stands in its own first statement. */
static cbank_status read_created(cbi_bank *bank, cbi_reader *reader, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_public *first;
    cbi_epochs epochs;
    cbi_logged logged;

    CBI_TRY(cbi_history_read(reader, 0, &logged, err));
    CBI_TRY(cbi_statement_parse(logged.statement, &bank->created, err));
    bank->self = cbi_statement_body(&bank->created, &cbank__v1__bank_created__descriptor);
    if (bank->self == NULL || strcmp(bank->self->origin, bank->config.origin) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_SELF, 0, bank->config.origin, NULL));
    CBI_TRY(cbi_epochs_read(reader->txn, bank->config.suite, &epochs, err));
    first = cbi_epochs_at(&epochs, 0, cbi_private_public(bank->log_key.key));
    if (!cbi_bytes_equal(cbi_message_bytes(bank->self->log_key), cbi_public_bytes(first)))
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_KEY, 0, "log.key", NULL));
done:
    return status;
}

static cbank_status read_self(cbi_bank *bank, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(read_created(bank, &reader, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

/* With the log key that is to sign. `guard` is what the setup lends. */
static cbank_status set_up(const char *path, cbi_bytes passphrase, cbi_bank *bank,
                           char guard[CBI_PATH_MAX], cbi_ledger_setup *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_logkey_choose(path, passphrase, bank->store, &bank->log_key, err));
    CBI_TRY(cbi_bank_setup(&bank->config, bank->log_key.key, guard, out, err));
    out->next_key = bank->log_key.next;
    out->earlier_key = bank->log_key.takes_over ? &bank->log_key.earlier : NULL;
done:
    return status;
}

static cbank_status open_ledger(const char *path, cbi_bytes passphrase, cbi_bank *bank,
                                cbank_error *err)
{
    char guard[CBI_PATH_MAX];
    cbi_ledger_setup setup;
    cbank_status status = CBANK_OK;

    CBI_TRY(set_up(path, passphrase, bank, guard, &setup, err));
    CBI_TRY(cbi_ledger_open(bank->store, &setup, &bank->ledger, err));
done:
    return status;
}

static cbank_status open_store(const char *path, cbi_bytes passphrase, cbi_bank *bank,
                               cbank_error *err)
{
    char store[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_config_read(path, &bank->config, err));
    CBI_TRY(read_keys(path, passphrase, bank, err));
    CBI_TRY(cbi_config_path(path, "store", store, err));
    CBI_TRY(cbi_store_open(store, bank->config.quota, &bank->store, err));
done:
    return status;
}

static cbank_status open_bank(const char *path, cbi_bytes passphrase, cbi_bank *bank,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(open_store(path, passphrase, bank, err));
    CBI_TRY(open_ledger(path, passphrase, bank, err));
    CBI_TRY(read_self(bank, err));
    CBI_TRY(cbi_shelf_new(&bank->shelf, err));
    CBI_TRY(cbi_recall_new(&bank->recall, err));
done:
    return status;
}

cbank_status cbi_bank_open(const char *path, cbi_bytes passphrase, cbi_bank **out,
                           cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bank *bank = NULL;

    CBI_TRY(cbi_alloc_hidden(sizeof(*bank), &bank, err)); /* it holds the secrets */
    CBI_TRY(open_bank(path, passphrase, bank, err));
    CBI_TRY(cbi_logkey_settle(path, passphrase, &bank->log_key, err));
    *out = bank;
    bank = NULL;
done:
    cbi_bank_close(bank);
    return status;
}

cbank_status cbi_bank_open_waiting(const char *path, cbi_bytes passphrase, cbi_bank **out,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bank *bank = NULL;

    CBI_TRY(cbi_alloc_hidden(sizeof(*bank), &bank, err));
    CBI_TRY(cbi_logkey_read_next(path, passphrase, &bank->log_key, err));
    CBI_TRY(open_bank(path, passphrase, bank, err));
    *out = bank;
    bank = NULL;
done:
    cbi_bank_close(bank);
    return status;
}

/* ---- to be checked ----------------------------------------------------------------------- */

/* Does the answer say something of what the bank holds, rather than of this machine? */
static bool is_refusal(cbank_status status)
{
    return status == CBANK_E_ROLLBACK || status == CBANK_E_GUARD || status == CBANK_E_CORRUPT ||
           status == CBANK_E_STATE || status == CBANK_E_MALFORMED || status == CBANK_E_KEY ||
           status == CBANK_E_NOT_FOUND;
}

static cbank_status probe(const char *path, cbi_bytes passphrase, cbi_bank *bank,
                          cbank_error *err)
{
    char guard[CBI_PATH_MAX];
    cbi_ledger_setup setup;
    cbank_status status = CBANK_OK;

    CBI_TRY(set_up(path, passphrase, bank, guard, &setup, err));
    CBI_TRY(cbi_ledger_probe(bank->store, &setup, err));
done:
    return status;
}

static cbank_status look_at_self(cbi_bank *bank, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_look(bank->store, bank->config.suite, &reader, err));
    CBI_TRY(read_created(bank, &reader, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_bank_open_to_check(const char *path, cbi_bytes passphrase, cbi_bank **out,
                                    cbank_error *refusal, cbank_error *err)
{
    cbank_status status = CBANK_OK, probed, read;
    cbank_error why = {0}, finer = {0};
    cbi_bank *bank = NULL;

    *refusal = (cbank_error){0};
    CBI_TRY(cbi_alloc_hidden(sizeof(*bank), &bank, err));
    CBI_TRY(open_store(path, passphrase, bank, err));
    probed = probe(path, passphrase, bank, &why);
    read = look_at_self(bank, &finer);
    if (probed == CBANK_OK) {
        probed = read;
        why = finer;
    }
    if (probed != CBANK_OK && !is_refusal(probed)) {
        status = probed;
        if (err != NULL)
            *err = why;
        goto done;
    }
    if (probed != CBANK_OK)
        *refusal = why; /* else it may be of something that was looked for and need not be there */
    *out = bank;
    bank = NULL;
done:
    cbi_bank_close(bank);
    return status;
}

void cbi_bank_close(cbi_bank *bank)
{
    if (bank == NULL)
        return;
    cbi_recall_free(bank->recall);
    cbi_shelf_free(bank->shelf);
    cbi_ledger_close(bank->ledger);
    cbi_store_close(bank->store);
    cbi_logkey_clear(&bank->log_key);
    cbi_statement_clear(&bank->created);
    cbi_free_hidden(bank, sizeof(*bank));
}
