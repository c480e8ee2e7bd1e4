#include "api/face.h"

#include <string.h>

#include "bank/backup.h"
#include "bank/counter.h"
#include "bank/keyring.h"
#include "bank/rootkey.h"
#include "bank/upkeep.h"
#include "base/memory.h"
#include "base/process.h"
#include "base/text.h"
#include "proof/note.h"

#include "cbank/api/v1/bank.pb-c.h"

const char *cbank_version(void)
{
    return CBANK_VERSION;
}

/* ---- what a bank holds ------------------------------------------------------------------- */

static cbank_status read_counters(cbi_txn *txn, Cbank__Api__V1__BankInfo *info, cbank_error *err)
{
    const struct {
        cbi_counter counter;
        uint64_t *value;
    } counted[] = {
        {CBI_COUNTER_ACCOUNTS, &info->accounts}, {CBI_COUNTER_RECORDS, &info->records},
        {CBI_COUNTER_ENDED, &info->ended},       {CBI_COUNTER_INSTITUTIONS, &info->institutions},
        {CBI_COUNTER_BATCHES, &info->batches},
    };
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
        CBI_TRY(cbi_counter_read(txn, counted[i].counter, counted[i].value, err));
done:
    return status;
}

/* The log key in the form of signed notes, as text. */
static cbank_status write_vkey(const cbi_bank *bank, cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_note_vkey(cbi_bytes_of_text(bank->config.origin),
                          cbi_private_public(bank->log_key.key), out, err));
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of("", 1), err));
done:
    return status;
}

static cbank_status fingerprint_of(const cbi_bank *bank, const Cbank__V1__BankKeys *keys,
                                   char out[2 * CBI_HASH_SIZE + 1], cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public root_key;
    cbi_hash digest;

    CBI_TRY(cbi_public_parse(bank->config.suite, cbi_message_bytes(keys->root_key), &root_key,
                             err));
    CBI_TRY(cbi_public_fingerprint(&root_key, &digest, err));
    cbi_hex_encode(cbi_bytes_of_hash(&digest), out);
done:
    return status;
}

static cbank_status reply_info(cbi_bank *bank, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__BankInfo info = CBANK__API__V1__BANK_INFO__INIT;
    char fingerprint[2 * CBI_HASH_SIZE + 1];
    Cbank__V1__BankKeys *keys = NULL;
    cbank_buffer vkey = {0};
    cbi_reader reader = {0};
    cbi_store_use use;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_store_measure(bank->store, &use, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(read_counters(reader.txn, &info, err));
    CBI_TRY(cbi_upkeep_read(reader.txn, CBI_UPKEEP_ERASED, &info.erased_at, err));
    CBI_TRY(cbi_upkeep_read(reader.txn, CBI_UPKEEP_COMPACTED, &info.compacted_at, err));
    CBI_TRY(write_vkey(bank, &vkey, err));
    CBI_TRY(cbi_keyring_read(bank, reader.txn, &keys, err));
    CBI_TRY(fingerprint_of(bank, keys, fingerprint, err));
    CBI_TRY(cbi_face_texts(bank->self->names, bank->self->n_names, &info.names, err));
    info.n_names = bank->self->n_names;
    info.origin = bank->config.origin;
    info.suite = (Cbank__V1__Suite)bank->config.suite;
    info.vkey = (char *)vkey.data;
    info.root_key = keys->root_key;
    info.root_epoch = (uint32_t)keys->n_successions + 1;
    info.log_epoch = (uint32_t)keys->n_log_keys;
    info.fingerprint = fingerprint;
    info.size = reader.sealed.size;
    info.root = cbi_message_data(cbi_bytes_of_hash(&reader.sealed.root));
    info.used_bytes = use.used_bytes;
    info.quota_bytes = use.quota_bytes;
    CBI_TRY(cbi_face_reply(&info, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbank_buffer_clear(&vkey);
    cbi_message_free(keys);
    cbi_free(info.names);
    return status;
}

cbank_status cbank_bank_info(cbank_bank *bank, cbank_buffer *reply, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(reply_info(inner, reply, err));
done:
    return status;
}

/* ---- making, opening, closing ------------------------------------------------------------ */

/* The suite asked for; where none is, the one that the origin names. */
static cbi_suite choose_suite(const Cbank__Api__V1__BankCreateRequest *request)
{
    if (request->suite != CBANK__V1__SUITE__SUITE_UNSPECIFIED)
        return (cbi_suite)request->suite;
    return strstr(request->origin, cbi_suite_name(CBI_SUITE_SM3_SM2)) != NULL
               ? CBI_SUITE_SM3_SM2
               : CBI_SUITE_SHA256_ED25519;
}

cbank_status cbank_bank_create(const uint8_t *request, size_t request_size,
                               const uint8_t *passphrase, size_t passphrase_size,
                               cbank_buffer *reply, cbank_error *err)
{
    cbi_bytes secret = cbi_face_passphrase(passphrase, passphrase_size);
    Cbank__Api__V1__BankCreateRequest *asked = NULL;
    Cbank__V1__DatedName **names = NULL;
    cbi_bank_founding founding;
    cbi_bank *bank = NULL;
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__bank_create_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_text("path", asked->path, err));
    CBI_TRY(cbi_face_names(asked->names, asked->n_names, &names, err));
    founding = (cbi_bank_founding){.path = asked->path,
                                   .guard = asked->guard,
                                   .origin = asked->origin,
                                   .names = names,
                                   .name_count = asked->n_names,
                                   .suite = choose_suite(asked),
                                   .quota = asked->quota,
                                   .now = cbi_face_now(),
                                   .passphrase = secret};
    CBI_TRY(cbi_bank_create(&founding, err));
    CBI_TRY(cbi_bank_open(asked->path, secret, &bank, err));
    CBI_TRY(reply_info(bank, reply, err));
done:
    cbi_bank_close(bank);
    cbi_face_free_names(names);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_bank_open(const char *path, const uint8_t *passphrase, size_t passphrase_size,
                             cbank_bank **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_bank *handle = NULL;

    CBI_REQUIRE(path != NULL && out != NULL, err);
    CBI_TRY(cbi_alloc(1, sizeof(*handle), &handle, err));
    CBI_TRY(cbi_bank_open(path, cbi_face_passphrase(passphrase, passphrase_size), &handle->inner,
                          err));
    handle->pid = cbi_process();
    *out = handle;
    handle = NULL;
done:
    cbi_free(handle);
    return status;
}

void cbank_bank_close(cbank_bank *bank)
{
    if (bank == NULL)
        return;
    cbi_bank_close(bank->inner);
    cbi_free(bank);
}

/* ---- keys -------------------------------------------------------------------------------- */

cbank_status cbank_bank_rotate_key(const uint8_t *request, size_t request_size,
                                   const uint8_t *passphrase, size_t passphrase_size,
                                   cbank_buffer *reply, cbank_error *err)
{
    cbi_bytes secret = cbi_face_passphrase(passphrase, passphrase_size);
    Cbank__Api__V1__RotateLogKeyRequest *asked = NULL;
    cbi_bank *bank = NULL;
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__rotate_log_key_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_text("path", asked->path, err));
    CBI_TRY(cbi_logkey_rotate(asked->path, secret, cbi_face_now(), err));
    CBI_TRY(cbi_bank_open(asked->path, secret, &bank, err));
    CBI_TRY(reply_info(bank, reply, err));
done:
    cbi_bank_close(bank);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_bank_succeed_root(cbank_bank *bank, const uint8_t *request,
                                     size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__SucceedRootRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__succeed_root_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_rootkey_succeed(inner, cbi_message_bytes(asked->file),
                                cbi_message_bytes(asked->token), cbi_face_now(), err));
    CBI_TRY(reply_info(inner, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

/* ---- copies ------------------------------------------------------------------------------ */

static cbank_status reply_backup(const cbi_backup *made, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__BackupReply message = CBANK__API__V1__BACKUP_REPLY__INIT;

    message.size = made->size;
    message.root = cbi_message_data(cbi_bytes_of_hash(&made->root));
    message.bytes = made->bytes;
    return cbi_face_reply(&message, reply, err);
}

cbank_status cbank_bank_backup(cbank_bank *bank, const uint8_t *request, size_t request_size,
                               cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__BackupRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;
    cbi_backup made;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__backup_request__descriptor, request, request_size,
                             &asked, err));
    CBI_TRY(cbi_face_check_text("file", asked->file, err));
    CBI_TRY(cbi_backup_write(inner, asked->file, &made, err));
    CBI_TRY(reply_backup(&made, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_bank_restore(const uint8_t *request, size_t request_size,
                                const uint8_t *passphrase, size_t passphrase_size,
                                cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RestoreRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_restoring restoring;
    cbi_backup made;

    CBI_REQUIRE(reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__restore_request__descriptor, request, request_size,
                             &asked, err));
    CBI_TRY(cbi_face_check_text("file", asked->file, err));
    CBI_TRY(cbi_face_check_text("path", asked->path, err));
    CBI_TRY(cbi_face_check_text("keys", asked->keys, err));
    restoring = (cbi_restoring){
        .file = asked->file,
        .path = asked->path,
        .guard = asked->guard,
        .keys = asked->keys,
        .note = cbi_message_bytes(asked->adopt_note),
        .passphrase = cbi_face_passphrase(passphrase, passphrase_size)};
    CBI_TRY(cbi_backup_restore(&restoring, &made, err));
    CBI_TRY(reply_backup(&made, reply, err));
done:
    cbi_message_free(asked);
    return status;
}
