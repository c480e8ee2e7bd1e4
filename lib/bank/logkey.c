#include "bank/logkey.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "bank/errand.h"
#include "bank/keyring.h"
#include "bank/place.h"
#include "crypto/keyfile.h"

#define ROTATION_TRIES 100

static cbank_status path_of(const char *folder, const char *name, char out[CBI_PATH_MAX],
                            cbank_error *err)
{
    char keys[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_config_path(folder, "keys", keys, err));
    CBI_TRY(cbi_config_path(keys, name, out, err));
done:
    return status;
}

static cbank_status read_key(const char *folder, const char *name, cbi_bytes passphrase,
                             cbi_private **out, cbank_error *err)
{
    char path[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;

    CBI_TRY(path_of(folder, name, path, err));
    CBI_TRY(cbi_keyfile_read_private(path, passphrase, out, err));
done:
    return status;
}

cbank_status cbi_logkey_read(const char *folder, cbi_bytes passphrase, cbi_logkey *out,
                             cbank_error *err)
{
    return read_key(folder, "log.key", passphrase, &out->key, err);
}

cbank_status cbi_logkey_read_next(const char *folder, cbi_bytes passphrase, cbi_logkey *out,
                                  cbank_error *err)
{
    return read_key(folder, "log.next.key", passphrase, &out->next, err);
}

/* Whether the store names this key. Without a row there has been one key only. */
static bool is_named(const cbi_epochs *epochs, const cbi_private *key)
{
    return epochs->count == 0 ||
           cbi_public_equal(cbi_private_public(key), &epochs->items[epochs->count - 1].key);
}

static cbank_status read_epochs(cbi_store *store, cbi_suite suite, cbi_epochs *out,
                                cbank_error *err)
{
    cbi_txn *txn = NULL;
    cbank_status status = cbi_txn_begin(store, CBI_TXN_READ, &txn, err);

    if (status == CBANK_OK)
        status = cbi_epochs_read(txn, suite, out, err);
    cbi_txn_abort(txn);
    return status;
}

cbank_status cbi_logkey_choose(const char *folder, cbi_bytes passphrase, cbi_store *store,
                               cbi_logkey *key, cbank_error *err)
{
    cbi_private *candidate = NULL;
    cbank_status status = CBANK_OK;
    cbi_epochs epochs;

    CBI_TRY(read_epochs(store, cbi_private_public(key->key)->suite, &epochs, err));
    if (is_named(&epochs, key->key))
        goto done;
    status = read_key(folder, "log.next.key", passphrase, &candidate, NULL);
    key->takes_over = status == CBANK_OK;
    /* Somebody else may have settled it since log.key was read. */
    if (status == CBANK_E_NOT_FOUND)
        status = read_key(folder, "log.key", passphrase, &candidate, NULL);
    if (status != CBANK_OK || !is_named(&epochs, candidate))
        CBI_TRY(cbi_fail(err, CBI_REASON_LOG_KEY_SUPERSEDED, 0, "log.key", NULL));
    key->earlier = *cbi_private_public(key->key);
    cbi_private_free(key->key);
    key->key = candidate;
    candidate = NULL;
done:
    cbi_private_free(candidate);
    return status;
}

void cbi_logkey_clear(cbi_logkey *key)
{
    cbi_private_free(key->key);
    cbi_private_free(key->next);
    *key = (cbi_logkey){0};
}

static cbank_status fail_file(const char *name, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_BANK_FILE, 0, name, "%s", strerror(errno));
}

/* The keys' folder, for as long as `*fd` is open. */
static cbank_status lock_keys(const char *folder, int *fd, cbank_error *err)
{
    char keys[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_config_path(folder, "keys", keys, err));
    *fd = open(keys, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0)
        CBI_TRY(fail_file("keys", err));
    while (flock(*fd, LOCK_EX) != 0) {
        if (errno != EINTR)
            CBI_TRY(fail_file("keys", err));
    }
done:
    return status;
}

/* Under the lock. */
static cbank_status take_name(const char *folder, cbank_error *err)
{
    char next[CBI_PATH_MAX], path[CBI_PATH_MAX], keys[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;

    CBI_TRY(path_of(folder, "log.next.key", next, err));
    CBI_TRY(path_of(folder, "log.key", path, err));
    CBI_TRY(cbi_config_path(folder, "keys", keys, err));
    if (rename(next, path) != 0)
        CBI_TRY(fail_file("log.key", err));
    CBI_TRY(cbi_place_sync(keys, err));
done:
    return status;
}

cbank_status cbi_logkey_settle(const char *folder, cbi_bytes passphrase, cbi_logkey *key,
                               cbank_error *err)
{
    cbi_private *there = NULL;
    cbank_status status = CBANK_OK;
    int fd = -1;

    if (!key->takes_over)
        return CBANK_OK;
    CBI_TRY(lock_keys(folder, &fd, err));
    /* What waits there now may be somebody else's, for an epoch that has not begun. */
    status = read_key(folder, "log.next.key", passphrase, &there, err);
    if (status == CBANK_OK &&
        cbi_public_equal(cbi_private_public(there), cbi_private_public(key->key)))
        status = take_name(folder, err);
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
    CBI_TRY(status);
    key->takes_over = false;
done:
    cbi_private_free(there);
    if (fd >= 0)
        close(fd);
    return status;
}

/* ---- the entry that begins an epoch --------------------------------------------------------- */

typedef struct beginning {
    cbi_act act;
    const cbi_bank *bank;
    const cbi_public *key;
    cbi_sealed last; /* the last checkpoint of the earlier key */
} beginning;

static cbank_status check_beginning(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const beginning *it = (const beginning *)(const void *)act;
    Cbank__V1__BankKeys *keys = NULL;
    cbank_status status = CBANK_OK;

    if (append->state.frontier.size != it->last.size)
        return cbi_fail(err, CBI_REASON_LOG_GREW, append->state.frontier.size, NULL, NULL);
    CBI_TRY(cbi_keyring_read(it->bank, append->txn, &keys, err));
    if (keys->n_log_keys >= CBI_LOG_KEYS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_TOO_MANY, CBI_LOG_KEYS_MAX, "log_keys", NULL));
done:
    cbi_message_free(keys);
    return status;
}

static cbank_status write_beginning(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const beginning *it = (const beginning *)(const void *)act;
    Cbank__V1__LogKeyBegun body = CBANK__V1__LOG_KEY_BEGUN__INIT;
    cbi_errand_statement statement = {
        .subject = cbi_bank_subject(it->bank),
        .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_LOG_KEY_BEGUN,
        .body = &body};
    Cbank__V1__BankKeys *keys = NULL;
    cbank_status status = CBANK_OK;
    uint64_t index;

    CBI_TRY(cbi_keyring_read(it->bank, append->txn, &keys, err));
    body.origin = cbi_message_string(it->bank->config.origin);
    body.epoch = (uint32_t)keys->n_log_keys + 1;
    body.earlier_key = keys->log_keys[keys->n_log_keys - 1]->public_key;
    body.public_key = cbi_message_data(cbi_public_bytes(it->key));
    body.size = it->last.size;
    body.root = cbi_message_data(cbi_bytes_of_hash(&it->last.root));
    body.checkpoint = cbi_message_data(cbi_sealed_note(&it->last));
    CBI_TRY(cbi_errand_append(append, &statement, &index, NULL, err));
    CBI_TRY(cbi_keyring_write(it->bank, append->txn, statement.kind, &body, index, err));
done:
    cbi_message_free(keys);
    return status;
}

/* Others may commit between seal and entry; then it is tried again after what they wrote. */
static cbank_status begin_epoch(cbi_bank *bank, int64_t now, cbank_error *err)
{
    cbank_error error = {0};
    cbank_status status = CBANK_E_BUSY;

    for (int i = 0; i < ROTATION_TRIES && status == CBANK_E_BUSY; i++) {
        beginning it = {.bank = bank, .key = cbi_private_public(bank->log_key.next)};

        it.act.now = now;
        it.act.check = check_beginning;
        it.act.write = write_beginning;
        CBI_TRY(cbi_random(it.act.token, sizeof(it.act.token), err));
        CBI_TRY(cbi_ledger_seal(bank->ledger, err));
        CBI_TRY(cbi_ledger_view(bank->ledger, &it.last, err));
        status = cbi_ledger_submit(bank->ledger, &it.act, &error);
        cbank_buffer_clear(&it.act.result);
    }
    if (status != CBANK_OK && err != NULL)
        *err = error;
done:
    return status;
}

/* ---- rotation ------------------------------------------------------------------------------- */

/* What a rotation left that never began its epoch makes room for another key. */
static cbank_status write_next(const char *folder, cbi_bytes passphrase, cbi_suite suite,
                               cbank_error *err)
{
    char path[CBI_PATH_MAX];
    cbi_private *key = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(path_of(folder, "log.next.key", path, err));
    CBI_TRY(cbi_private_new(suite, &key, err));
    if (unlink(path) != 0 && errno != ENOENT)
        CBI_TRY(fail_file("log.next.key", err));
    CBI_TRY(cbi_keyfile_write_private(path, key, passphrase, err));
done:
    cbi_private_free(key);
    return status;
}

/* Settles what was left before, and finds the suite. */
static cbank_status open_once(const char *folder, cbi_bytes passphrase, cbi_suite *suite,
                              cbank_error *err)
{
    cbi_bank *bank = NULL;
    cbank_status status = cbi_bank_open(folder, passphrase, &bank, err);

    if (status == CBANK_OK)
        *suite = bank->config.suite;
    cbi_bank_close(bank);
    return status;
}

/* Whether log.key is the key that signs, so that nothing under the other name is needed. */
static cbank_status find_settled(const char *folder, cbi_bytes passphrase, bool *out,
                                 cbank_error *err)
{
    char path[CBI_PATH_MAX];
    cbi_logkey key = {0};
    cbi_store *store = NULL;
    cbank_status status = CBANK_OK;
    cbi_config config;

    CBI_TRY(cbi_config_read(folder, &config, err));
    CBI_TRY(cbi_config_path(folder, "store", path, err));
    CBI_TRY(cbi_store_open(path, config.quota, &store, err));
    CBI_TRY(cbi_logkey_read(folder, passphrase, &key, err));
    CBI_TRY(cbi_logkey_choose(folder, passphrase, store, &key, err));
    *out = !key.takes_over;
done:
    cbi_store_close(store);
    cbi_logkey_clear(&key);
    return status;
}

/*
 * The lock, and nothing left to settle: before it was given, somebody else may have begun an epoch
 * and stopped, and then log.next.key is all there is of the key that signs.
 */
static cbank_status lock_settled(const char *folder, cbi_bytes passphrase, cbi_suite *suite,
                                 int *fd, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool settled = false;

    for (int i = 0; i < ROTATION_TRIES && !settled; i++) {
        if (*fd >= 0)
            close(*fd);
        *fd = -1;
        CBI_TRY(open_once(folder, passphrase, suite, err));
        CBI_TRY(lock_keys(folder, fd, err));
        CBI_TRY(find_settled(folder, passphrase, &settled, err));
    }
    if (!settled)
        status = cbi_fail(err, CBI_REASON_LOG_GREW, 0, NULL, NULL);
done:
    return status;
}

cbank_status cbi_logkey_rotate(const char *folder, cbi_bytes passphrase, int64_t now,
                               cbank_error *err)
{
    cbi_bank *bank = NULL;
    cbank_status status = CBANK_OK;
    cbi_suite suite;
    int fd = -1;

    CBI_TRY(lock_settled(folder, passphrase, &suite, &fd, err));
    CBI_TRY(write_next(folder, passphrase, suite, err));
    CBI_TRY(cbi_bank_open_waiting(folder, passphrase, &bank, err));
    CBI_TRY(begin_epoch(bank, now, err));
    CBI_TRY(take_name(folder, err));
done:
    cbi_bank_close(bank);
    if (fd >= 0)
        close(fd);
    return status;
}
