#include "bank/bank.h"

#include <string.h>
#include <unistd.h>

#include "bank/place.h"
#include "crypto/keyfile.h"
#include "proof/checkpoint.h"

/* The bank's first statement, which says who it is and under which keys. */
typedef struct first_act {
    cbi_act act;
    const cbi_bank_founding *founding;
    const cbi_public *root_key;
    const cbi_public *log_key;
} first_act;

static cbank_status check_empty(cbi_act *act, cbi_append *append, cbank_error *err)
{
    (void)act;
    if (append->state.frontier.size != 0)
        return cbi_fail(err, CBI_REASON_BANK_EXISTS, 0, NULL, NULL);
    return CBANK_OK;
}

static cbank_status write_created(cbi_act *act, cbi_append *append, cbank_error *err)
{
    first_act *first = (first_act *)(void *)act;
    const cbi_bank_founding *founding = first->founding;
    Cbank__V1__BankCreated body = CBANK__V1__BANK_CREATED__INIT;
    cbi_statement_draft draft = {
        .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_BANK_CREATED, .at = append->at};
    cbi_subject subject = {CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_BANK,
                           cbi_bytes_of_text(founding->origin)};
    Cbank__V1__DatedName *names[8] = {0};
    cbank_buffer statement = {0};
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < founding->name_count; i++)
        names[i] = founding->names[i];
    body.origin = cbi_message_string(founding->origin);
    body.names = names;
    body.n_names = founding->name_count;
    body.suite = (Cbank__V1__Suite)founding->suite;
    body.root_key = cbi_message_data(cbi_public_bytes(first->root_key));
    body.log_key = cbi_message_data(cbi_public_bytes(first->log_key));
    draft.body = &body;
    CBI_TRY(cbi_random(draft.salt, sizeof(draft.salt), err));
    CBI_TRY(cbi_statement_build(&draft, &statement, err));
    CBI_TRY(cbi_append_statement(append, &subject,
                                 CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_OTHER,
                                 cbi_bytes_of_buffer(&statement), NULL, NULL, NULL, err));
done:
    cbank_buffer_clear(&statement);
    return status;
}

static cbank_status write_keys(const char *folder, const cbi_bank_founding *founding,
                               cbi_private *root_key, cbi_private *log_key, cbank_error *err)
{
    char keys[CBI_PATH_MAX], path[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;
    cbi_secret master = {0};

    CBI_TRY(cbi_config_path(folder, "keys", keys, err));
    CBI_TRY(cbi_place_make(keys, err));
    CBI_TRY(cbi_config_path(keys, "root.key", path, err));
    CBI_TRY(cbi_keyfile_write_private(path, root_key, founding->passphrase, err));
    CBI_TRY(cbi_config_path(keys, "log.key", path, err));
    CBI_TRY(cbi_keyfile_write_private(path, log_key, founding->passphrase, err));
    CBI_TRY(cbi_config_path(keys, "vault.key", path, err));
    CBI_TRY(cbi_random(master.bytes, sizeof(master.bytes), err));
    CBI_TRY(cbi_keyfile_write_secret(path, &master, founding->passphrase, err));
done:
    cbi_secret_wipe(&master);
    return status;
}

/* Store, guard and first statement. */
static cbank_status found_ledger(const char *folder, const cbi_config *config,
                                 const cbi_bank_founding *founding, const cbi_private *root_key,
                                 const cbi_private *log_key, cbank_error *err)
{
    first_act first = {.founding = founding,
                       .root_key = cbi_private_public(root_key),
                       .log_key = cbi_private_public(log_key)};
    char path[CBI_PATH_MAX], guard[CBI_PATH_MAX];
    cbi_ledger_setup setup;
    cbi_store *store = NULL;
    cbi_ledger *ledger = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_config_path(folder, "store", path, err));
    CBI_TRY(cbi_bank_setup(config, log_key, guard, &setup, err));
    CBI_TRY(cbi_store_create(path, config->quota, err));
    CBI_TRY(cbi_store_open(path, config->quota, &store, err));
    CBI_TRY(cbi_ledger_create(store, &setup, err));
    CBI_TRY(cbi_ledger_open(store, &setup, &ledger, err));
    CBI_TRY(cbi_random(first.act.token, sizeof(first.act.token), err));
    first.act.now = founding->now;
    first.act.check = check_empty;
    first.act.write = write_created;
    CBI_TRY(cbi_ledger_submit(ledger, &first.act, err));
done:
    cbank_buffer_clear(&first.act.result);
    cbi_ledger_close(ledger);
    cbi_store_close(store);
    return status;
}

static cbank_status check_founding(const cbi_bank_founding *founding, cbank_error *err)
{
    cbi_bytes origin = cbi_bytes_of_text(founding->origin);
    cbi_suite other = founding->suite == CBI_SUITE_SM3_SM2 ? CBI_SUITE_SHA256_ED25519
                                                           : CBI_SUITE_SM3_SM2;

    if (!cbi_origin_is_valid(origin))
        return cbi_fail(err, CBI_REASON_BANK_ORIGIN, 0, founding->origin, NULL);
    /* An origin that names a suite names its own. */
    if (strstr(founding->origin, cbi_suite_name(other)) != NULL)
        return cbi_fail(err, CBI_REASON_BANK_ORIGIN, 0, founding->origin, "suite");
    if (founding->name_count == 0 || founding->name_count > 8)
        return cbi_fail(err, CBI_REASON_BANK_NAME, 0, "name", NULL);
    for (size_t i = 0; i < founding->name_count; i++) {
        if (founding->names[i]->value[0] == '\0')
            return cbi_fail(err, CBI_REASON_BANK_NAME, 0, "name", NULL);
    }
    if (access(founding->path, F_OK) == 0)
        return cbi_fail(err, CBI_REASON_BANK_EXISTS, 0, founding->path, NULL);
    return CBANK_OK;
}

/* All that the folder holds. */
static cbank_status fill(const char *folder, const cbi_config *config,
                         const cbi_bank_founding *founding, cbank_error *err)
{
    cbi_private *root_key = NULL, *log_key = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_private_new(founding->suite, &root_key, err));
    CBI_TRY(cbi_private_new(founding->suite, &log_key, err));
    CBI_TRY(write_keys(folder, founding, root_key, log_key, err));
    CBI_TRY(found_ledger(folder, config, founding, root_key, log_key, err));
    CBI_TRY(cbi_config_write(folder, config, err));
done:
    cbi_private_free(root_key);
    cbi_private_free(log_key);
    return status;
}

cbank_status cbi_bank_create(const cbi_bank_founding *founding, cbank_error *err)
{
    cbi_config config = {.suite = founding->suite, .quota = founding->quota};
    char temporary[CBI_PATH_MAX] = "";
    bool has_guard = false;
    cbank_status status = CBANK_OK;

    CBI_TRY(check_founding(founding, err));
    memcpy(config.origin, founding->origin, strlen(founding->origin) + 1);
    CBI_TRY(cbi_place_guard(founding->path, founding->guard, config.guard, err));
    CBI_TRY(cbi_place_start(founding->path, temporary, err));
    CBI_TRY(cbi_place_make(config.guard, err));
    has_guard = true;
    CBI_TRY(fill(temporary, &config, founding, err));
    CBI_TRY(cbi_place_finish(temporary, founding->path, err));
done:
    if (status != CBANK_OK && temporary[0] != '\0')
        cbi_place_drop(temporary);
    if (status != CBANK_OK && has_guard)
        cbi_place_drop(config.guard);
    return status;
}
