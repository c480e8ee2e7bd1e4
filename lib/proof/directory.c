#include "proof/directory.h"

#include <string.h>

#include "base/memory.h"
#include "base/time.h"
#include "proof/checkpoint.h"
#include "proof/file.h"
#include "proof/grant.h"
#include "proof/request.h"
#include "record/code.h"
#include "record/field.h"
#include "record/institution.h"

static cbank_status check_head(const Cbank__V1__DirectoryHead *head, int64_t at, cbank_error *err)
{
    char expires[CBI_TIME_TEXT_MAX];

    if (head->version == 0 || head->version > CBI_DIRECTORY_VERSION)
        return cbi_fail(err, CBI_REASON_FILE_VERSION, head->version, "directory", NULL);
    if (!cbi_origin_is_valid(cbi_message_text(head->origin)))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "origin", NULL);
    if (head->number == 0 || head->at <= 0 || head->size == 0)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, head->number, "number", NULL);
    if (head->n_log_keys == 0 || head->n_log_keys > CBI_LOG_KEYS_MAX)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "log_keys", NULL);
    if (head->institutions > CBI_DIRECTORY_INSTITUTIONS_MAX)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, head->institutions, "institutions", NULL);
    if (head->expires_at < at) {
        cbi_time_format(head->expires_at, expires);
        return cbi_fail(err, CBI_REASON_FILE_EXPIRED, 0, "directory", "%s", expires);
    }
    return CBANK_OK;
}

/* The pinned key must be the root key, or one that has led to it. */
static cbank_status check_pinned(const cbi_directory *directory, const cbi_hash *fingerprint,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint32_t epoch;

    if (fingerprint == NULL)
        return CBANK_OK;
    CBI_TRY(cbi_root_keys_find(&directory->roots, fingerprint, &epoch, err));
    if (epoch == 0)
        status = cbi_fail(err, CBI_REASON_ROOT_KEY_DIFFERS, 0, directory->head->origin, NULL);
done:
    return status;
}

/* The root key, under the fingerprint if there is one; then its signature and the body. */
static cbank_status check_root(cbi_hasher *hasher, const cbi_file *file,
                               const cbi_hash *fingerprint, cbi_directory *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public root;

    CBI_TRY(cbi_public_parse(out->suite, cbi_message_bytes(out->head->root_key), &root, err));
    CBI_TRY(cbi_public_fingerprint(&root, &out->fingerprint, err));
    CBI_TRY(cbi_succession_follow(out->suite, out->head->origin, out->head->successions,
                                  out->head->n_successions, &root, &out->roots, err));
    CBI_TRY(check_pinned(out, fingerprint, err));
    CBI_TRY(cbi_envelope_verify(&file->envelope, &root, err));
    CBI_TRY(cbi_file_check_body(hasher, file, cbi_message_bytes(out->head->body_digest), err));
done:
    return status;
}

static cbank_status read_log_keys(cbi_directory *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t end = 0;

    CBI_TRY(cbi_alloc(out->head->n_log_keys, sizeof(*out->log_keys), &out->log_keys, err));
    for (size_t i = 0; i < out->head->n_log_keys; i++) {
        const Cbank__V1__LogKey *from = out->head->log_keys[i];
        cbi_directory_log_key *key = &out->log_keys[i];
        bool open = from->until_size == 0;

        if (from->from_size < end || (!open && from->until_size <= from->from_size) ||
            (open && i + 1 < out->head->n_log_keys) ||
            (from->compromised_since != 0 && from->compromised_since < from->from_size))
            CBI_TRY(cbi_fail(err, CBI_REASON_DIRECTORY_ORDER, i, "log_keys", NULL));
        CBI_TRY(cbi_public_parse(out->suite, cbi_message_bytes(from->public_key), &key->key, err));
        key->from_size = from->from_size;
        key->until_size = end = from->until_size;
        key->compromised_since = from->compromised_since;
        out->log_key_count++;
    }
done:
    return status;
}

/* The log that the directory speaks of, under one of the log keys it names. */
static cbank_status check_log_state(cbi_directory *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t size;
    cbi_hash root;

    if (!cbi_hash_from(cbi_message_bytes(out->head->root), &out->root))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "root", NULL);
    CBI_TRY(cbi_directory_check_note(out, cbi_message_bytes(out->head->checkpoint), &size, &root,
                                     err));
    if (size != out->head->size || !cbi_hash_equal(&root, &out->root))
        CBI_TRY(cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, size, "checkpoint", NULL));
done:
    return status;
}

/* Does the institution itself say that this key is its own? */
static cbank_status check_request(const cbi_directory *directory,
                                  const cbi_directory_institution *institution, size_t position,
                                  cbi_bytes envelope, cbank_error *err)
{
    const cbi_directory_key *key = &institution->keys[position];
    const cbi_public *earlier = position == 0 ? NULL : &institution->keys[position - 1].key;
    cbi_request request = {0};
    cbank_error finer = {0};
    cbank_status status;

    status = cbi_request_parse(directory->suite, envelope, &request, &finer);
    if (status == CBANK_OK)
        status = cbi_request_verify(&request, earlier, &finer);
    if (status == CBANK_OK &&
        (!cbi_public_equal(&request.key, &key->key) ||
         strcmp(request.head->origin, directory->origin) != 0 ||
         strcmp(request.head->institution, institution->message->institution) != 0))
        status = CBANK_E_BAD_SEMANTICS;
    cbi_request_clear(&request);
    if (status == CBANK_E_MEMORY || status == CBANK_E_INTERNAL)
        return cbi_fail(err, (cbi_reason)finer.reason, finer.where, NULL, NULL);
    if (status != CBANK_OK)
        return cbi_fail(err, CBI_REASON_REQUEST_DIFFERS, position,
                        institution->message->institution, NULL);
    return CBANK_OK;
}

bool cbi_directory_key_is_sound(const cbi_directory_key *key, uint64_t index)
{
    return key->compromised_since == 0 || index < key->compromised_since;
}

static cbank_status read_key(const cbi_directory *directory, cbi_directory_institution *out,
                             size_t position, cbank_error *err)
{
    const Cbank__V1__InstitutionKey *from = out->message->keys[position];
    const char *code = out->message->institution;
    cbi_directory_key *key = &out->keys[position];
    bool last = position + 1 == out->message->n_keys;
    cbank_status status = CBANK_OK;

    if ((position > 0 && from->from_index < out->keys[position - 1].until_index) ||
        (from->until_index == 0 && !last) ||
        (from->until_index != 0 && from->until_index <= from->from_index) ||
        (from->compromised_since != 0 && from->compromised_since < from->from_index))
        return cbi_fail(err, CBI_REASON_DIRECTORY_ORDER, position, code, NULL);
    CBI_TRY(cbi_public_parse(directory->suite, cbi_message_bytes(from->public_key), &key->key,
                             err));
    key->from_index = from->from_index;
    key->until_index = from->until_index;
    key->compromised_since = from->compromised_since;
    key->joined = position > 0 && from->request.len > 0 &&
                  cbi_directory_key_is_sound(&out->keys[position - 1], from->from_index);
    key->vouched = from->request.len == 0 ||
                   (position > 0 && (out->keys[position - 1].vouched || !key->joined));
    if (from->request.len > 0)
        CBI_TRY(check_request(directory, out, position, cbi_message_bytes(from->request), err));
done:
    return status;
}

static cbank_status read_institution(cbi_file *file, const cbi_directory *directory,
                                     cbi_directory_institution *out, cbank_error *err)
{
    const Cbank__V1__DirectoryInstitution *message;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_file_next_message(file, &cbank__v1__directory_institution__descriptor,
                                  &out->message, err));
    message = out->message;
    if (!cbi_institution_code_is_valid(cbi_message_text(message->institution)) ||
        message->status == CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_UNSPECIFIED ||
        message->n_names == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "institution", NULL));
    if (message->n_keys > CBI_INSTITUTION_KEYS_MAX ||
        (message->n_keys == 0 && directory->head->version == 1))
        CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "keys", NULL));
    status = cbi_institution_check_entry(message, directory->head->version, err);
    CBI_TRY(cbi_field_refuse_signed(status, err));
    CBI_TRY(cbi_alloc(message->n_keys, sizeof(*out->keys), &out->keys, err));
    for (size_t i = 0; i < message->n_keys; i++) {
        CBI_TRY(read_key(directory, out, i, err));
        out->key_count++;
    }
    CBI_TRY(cbi_grant_check(directory, out, err));
done:
    return status;
}

static cbank_status read_institutions(cbi_file *file, cbi_directory *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(out->head->institutions, sizeof(*out->institutions), &out->institutions,
                      err));
    for (uint32_t i = 0; i < out->head->institutions; i++) {
        cbi_directory_institution *institution = &out->institutions[i];

        out->institution_count++; /* cleared with the rest, even half read */
        CBI_TRY(read_institution(file, out, institution, err));
        if (i > 0 && strcmp(out->institutions[i - 1].message->institution,
                            institution->message->institution) >= 0)
            CBI_TRY(cbi_fail(err, CBI_REASON_DIRECTORY_ORDER, i,
                             institution->message->institution, NULL));
    }
    CBI_TRY(cbi_file_end(file, err));
done:
    return status;
}

cbank_status cbi_directory_open(cbi_bytes bytes, const cbi_hash *fingerprint, int64_t at,
                                cbi_directory *out, cbank_error *err)
{
    cbi_file file = {0};
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_file_open(bytes, CBI_DIRECTORY_TYPE, &cbank__v1__directory_head__descriptor, &file,
                          err));
    out->head = file.head;
    file.head = NULL;
    if (!cbi_suite_is_known((int)out->head->suite))
        CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "suite", NULL));
    out->suite = (cbi_suite)out->head->suite;
    CBI_TRY(cbi_hasher_new(out->suite, &hasher, err));
    CBI_TRY(check_root(hasher, &file, fingerprint, out, err));
    CBI_TRY(check_head(out->head, at, err));
    memcpy(out->origin, out->head->origin, strlen(out->head->origin) + 1);
    CBI_TRY(read_log_keys(out, err));
    CBI_TRY(check_log_state(out, err));
    CBI_TRY(read_institutions(&file, out, err));
done:
    cbi_file_clear(&file);
    cbi_hasher_free(hasher);
    if (status != CBANK_OK)
        cbi_directory_clear(out);
    return status;
}

cbank_status cbi_directory_open_vkey(cbi_bytes vkey, cbi_directory *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes name;

    CBI_TRY(cbi_alloc(1, sizeof(*out->log_keys), &out->log_keys, err));
    CBI_TRY(cbi_note_parse_vkey(vkey, &name, &out->log_keys->key, err));
    if (!cbi_origin_is_valid(name))
        CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "origin", NULL));
    memcpy(out->origin, name.data, name.size);
    out->suite = out->log_keys->key.suite;
    out->log_key_count = 1;
    CBI_TRY(cbi_public_fingerprint(&out->log_keys->key, &out->fingerprint, err));
done:
    if (status != CBANK_OK)
        cbi_directory_clear(out);
    return status;
}

void cbi_directory_clear(cbi_directory *directory)
{
    for (size_t i = 0; i < directory->institution_count; i++) {
        cbi_message_free(directory->institutions[i].message);
        cbi_free(directory->institutions[i].keys);
    }
    cbi_free(directory->institutions);
    cbi_free(directory->log_keys);
    cbi_message_free(directory->head);
    cbi_known_free(directory->known);
    *directory = (cbi_directory){0};
}

const cbi_directory_institution *cbi_directory_find(const cbi_directory *directory, cbi_bytes code)
{
    size_t begin = 0, end = directory->institution_count;

    while (begin < end) {
        size_t middle = begin + (end - begin) / 2;
        const cbi_directory_institution *institution = &directory->institutions[middle];
        int order =
            cbi_bytes_compare(code, cbi_message_text(institution->message->institution));

        if (order == 0)
            return institution;
        if (order < 0)
            end = middle;
        else
            begin = middle + 1;
    }
    return NULL;
}

static bool covers(const cbi_directory_log_key *key, uint64_t size)
{
    return size >= key->from_size && (key->until_size == 0 || size < key->until_size);
}

/* Whether what the key has signed may be believed of this size; `key` is NULL if none fits. */
static cbank_status judge_log_key(const cbi_directory *directory,
                                  const cbi_directory_log_key *key, uint64_t size,
                                  cbank_error *err)
{
    if (key == NULL)
        return cbi_fail(err, CBI_REASON_LOG_KEY_RANGE, size, directory->origin, NULL);
    if (key->compromised_since != 0 && size >= key->compromised_since)
        return cbi_fail(err, CBI_REASON_LOG_KEY_COMPROMISED, size, directory->origin, "%llu",
                        (unsigned long long)key->compromised_since);
    return CBANK_OK;
}

/* Newest first: that is the one that most files are signed by. A key may have two ranges. */
cbank_status cbi_directory_check_log(const cbi_directory *directory, const cbi_envelope *envelope,
                                     uint64_t size, bool *unconfirmed, cbank_error *err)
{
    const cbi_directory_log_key *found = NULL;
    cbank_status status = CBANK_E_BAD_SIGNATURE;
    cbank_error last = {0};
    bool signs = false;

    for (size_t i = directory->log_key_count; i > 0 && found == NULL; i--) {
        const cbi_directory_log_key *key = &directory->log_keys[i - 1];

        status = cbi_envelope_verify_once(envelope, &key->key, directory->known, &last);
        if (status != CBANK_OK && status != CBANK_E_BAD_SIGNATURE)
            break;
        signs = signs || status == CBANK_OK;
        if (status == CBANK_OK && covers(key, size))
            found = key;
    }
    if (!signs || (status != CBANK_OK && status != CBANK_E_BAD_SIGNATURE)) {
        if (err != NULL)
            *err = last;
        return status;
    }
    CBI_TRY(judge_log_key(directory, found, size, err));
    if (unconfirmed != NULL)
        *unconfirmed = found->compromised_since != 0;
    else if (found->compromised_since != 0)
        status = cbi_fail(err, CBI_REASON_LOG_KEY_UNCONFIRMED, size, directory->origin, NULL);
done:
    return status;
}

cbank_status cbi_directory_check_note(const cbi_directory *directory, cbi_bytes note,
                                      uint64_t *size, cbi_hash *root, cbank_error *err)
{
    cbi_bytes origin = cbi_bytes_of_text(directory->origin);
    const cbi_directory_log_key *found = NULL;
    cbank_status status = CBANK_E_UNTRUSTED_KEY;
    cbi_checkpoint checkpoint = {0};
    cbank_error last = {0};
    bool signs = false;

    /* A note names the key it is signed by, so another key's answer is UNTRUSTED_KEY. */
    for (size_t i = directory->log_key_count; i > 0 && found == NULL; i--) {
        const cbi_directory_log_key *key = &directory->log_keys[i - 1];

        status = cbi_checkpoint_verify(note, origin, &key->key, directory->known, &checkpoint,
                                       &last);
        if (status != CBANK_OK && status != CBANK_E_UNTRUSTED_KEY)
            break;
        signs = signs || status == CBANK_OK;
        if (status == CBANK_OK && covers(key, checkpoint.size))
            found = key;
    }
    if (!signs || (status != CBANK_OK && status != CBANK_E_UNTRUSTED_KEY)) {
        if (err != NULL)
            *err = last;
        return status;
    }
    CBI_TRY(judge_log_key(directory, found, checkpoint.size, err));
    *size = checkpoint.size;
    *root = checkpoint.root;
done:
    return status;
}
