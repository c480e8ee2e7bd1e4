#include "bank/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bank/place.h"
#include "crypto/keyfile.h"

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static cbank_status fail_file(const char *path, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_BANK_FILE, 0, name_of(path), "%s", strerror(errno));
}

static cbank_status describe(const char *file, const cbi_sealed *sealed, cbi_backup *out,
                             cbank_error *err)
{
    struct stat there;

    if (stat(file, &there) != 0)
        return fail_file(file, err);
    *out = (cbi_backup){
        .size = sealed->size, .root = sealed->root, .bytes = (uint64_t)there.st_size};
    return CBANK_OK;
}

cbank_status cbi_backup_write(cbi_bank *bank, const char *file, cbi_backup *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_sealed sealed;

    /* The checkpoint first: what it stands for is in every copy that is made after it. */
    CBI_TRY(cbi_ledger_view(bank->ledger, &sealed, err));
    CBI_TRY(cbi_store_backup(bank->store, file, err));
    CBI_TRY(describe(file, &sealed, out, err));
done:
    return status;
}

/* ---- keys -------------------------------------------------------------------------------- */

static cbank_status read_file(const char *path, cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    ssize_t size = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0 && errno == ENOENT)
        return cbi_fail(err, CBI_REASON_KEYFILE_MISSING, 0, name_of(path), NULL);
    if (fd < 0)
        return fail_file(path, err);
    CBI_TRY(cbi_buffer_reserve(out, CBI_PEM_MAX + 1, err));
    while (size != 0 && out->size <= CBI_PEM_MAX) {
        size = read(fd, out->data + out->size, CBI_PEM_MAX + 1 - out->size);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            CBI_TRY(fail_file(path, err));
        out->size += (size_t)size;
    }
    if (out->size > CBI_PEM_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_PEM_MAX, name_of(path),
                         NULL));
done:
    close(fd);
    return status;
}

static cbank_status write_file(const char *path, cbi_bytes content, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return fail_file(path, err);
    while (content.size > 0) {
        ssize_t written = write(fd, content.data, content.size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            CBI_TRY(fail_file(path, err));
        content.data += written;
        content.size -= (size_t)written;
    }
    if (fsync(fd) != 0)
        CBI_TRY(fail_file(path, err));
done:
    close(fd);
    return status;
}

/* As they are: encrypted ones stay so under their passphrase. */
static cbank_status copy_keys(const char *from, const char *folder, cbank_error *err)
{
    static const struct {
        const char *name;
        bool required;
    } files[] = {
        {"log.key", true}, {"log.next.key", false}, {"vault.key", true}, {"root.key", false}};
    char keys[CBI_PATH_MAX], source[CBI_PATH_MAX], target[CBI_PATH_MAX];
    cbank_buffer content = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_config_path(folder, "keys", keys, err));
    CBI_TRY(cbi_place_make(keys, err));
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        cbank_buffer_clear(&content);
        CBI_TRY(cbi_config_path(from, files[i].name, source, err));
        CBI_TRY(cbi_config_path(keys, files[i].name, target, err));
        status = read_file(source, &content, err);
        if (status == CBANK_E_NOT_FOUND && !files[i].required) {
            status = CBANK_OK;
            continue;
        }
        CBI_TRY(status);
        CBI_TRY(write_file(target, cbi_bytes_of_buffer(&content), err));
    }
    CBI_TRY(cbi_place_sync(keys, err));
done:
    cbank_buffer_clear(&content);
    return status;
}

/* ---- restoring --------------------------------------------------------------------------- */

/* Whose store it is stands in its first row; the log key says how that is hashed. */
static cbank_status read_origin(cbi_store *store, cbi_suite suite, cbi_config *config,
                                cbank_error *err)
{
    const Cbank__V1__BankCreated *created;
    cbi_statement statement = {0};
    cbi_hasher *hasher = NULL;
    cbank_buffer row = {0};
    cbi_txn *txn = NULL;
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_hasher_new(suite, &hasher, err));
    CBI_TRY(cbi_txn_begin(store, CBI_TXN_READ, &txn, err));
    CBI_TRY(cbi_logged_read(txn, hasher, 0, &row, &logged, err));
    CBI_TRY(cbi_statement_parse(logged.statement, &statement, err));
    created = cbi_statement_body(&statement, &cbank__v1__bank_created__descriptor);
    if (created == NULL || !cbi_origin_is_valid(cbi_bytes_of_text(created->origin)))
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_SELF, 0, NULL, NULL));
    if ((cbi_suite)created->suite != suite)
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_KEY, 0, "log.key", NULL));
    memcpy(config->origin, created->origin, strlen(created->origin) + 1);
    config->suite = suite;
done:
    cbi_txn_abort(txn);
    cbank_buffer_clear(&row);
    cbi_hasher_free(hasher);
    cbi_statement_clear(&statement);
    return status;
}

/* A new guard that begins with the note which the operator vouches for. */
static cbank_status adopt(const cbi_restoring *restoring, cbi_store *store,
                          const cbi_config *config, const cbi_private *log_key, cbank_error *err)
{
    bool there = access(config->guard, F_OK) == 0, made = false;
    char guard[CBI_PATH_MAX];
    cbi_ledger_setup setup;
    cbank_status status = CBANK_OK;

    if (!there)
        CBI_TRY(cbi_place_make(config->guard, err));
    made = !there;
    CBI_TRY(cbi_bank_setup(config, log_key, guard, &setup, err));
    CBI_TRY(cbi_ledger_adopt(store, &setup, restoring->note, err));
done:
    if (status != CBANK_OK && made)
        cbi_place_drop(config->guard);
    return status;
}

/* The configuration, and the guard where there has to be a new one. */
static cbank_status settle(const char *folder, const cbi_restoring *restoring, cbi_config *config,
                           cbank_error *err)
{
    char path[CBI_PATH_MAX];
    cbi_logkey log_key = {0};
    cbi_store *store = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_logkey_read(folder, restoring->passphrase, &log_key, err));
    CBI_TRY(cbi_config_path(folder, "store", path, err));
    CBI_TRY(cbi_store_open(path, config->quota, &store, err));
    CBI_TRY(cbi_logkey_choose(folder, restoring->passphrase, store, &log_key, err));
    CBI_TRY(read_origin(store, cbi_private_public(log_key.key)->suite, config, err));
    CBI_TRY(cbi_config_write(folder, config, err));
    if (restoring->note.size > 0)
        CBI_TRY(adopt(restoring, store, config, log_key.key, err));
done:
    cbi_store_close(store);
    cbi_logkey_clear(&log_key);
    return status;
}

cbank_status cbi_backup_restore(const cbi_restoring *restoring, cbi_backup *out,
                                cbank_error *err)
{
    cbi_config config = {.quota = 0};
    char store[CBI_PATH_MAX];
    char temporary[CBI_PATH_MAX] = "";
    cbi_bank *bank = NULL;
    cbank_status status = CBANK_OK;
    cbi_sealed sealed;

    CBI_TRY(cbi_place_guard(restoring->path, restoring->guard, config.guard, err));
    CBI_TRY(cbi_place_start(restoring->path, temporary, err));
    CBI_TRY(cbi_config_path(temporary, "store", store, err));
    CBI_TRY(cbi_store_restore(restoring->file, store, config.quota, err));
    CBI_TRY(copy_keys(restoring->keys, temporary, err));
    CBI_TRY(settle(temporary, restoring, &config, err));
    CBI_TRY(cbi_bank_open(temporary, restoring->passphrase, &bank, err));
    CBI_TRY(cbi_ledger_view(bank->ledger, &sealed, err));
    CBI_TRY(describe(restoring->file, &sealed, out, err));
    cbi_bank_close(bank);
    bank = NULL;
    CBI_TRY(cbi_place_finish(temporary, restoring->path, err));
done:
    cbi_bank_close(bank);
    if (status != CBANK_OK && temporary[0] != '\0')
        cbi_place_drop(temporary);
    return status;
}
