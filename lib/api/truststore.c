#include "api/truststore.h"

#include <string.h>

#include "base/text.h"
#include "proof/file.h"
#include "wire/message.h"

#define FIRST_BYTE 0x08 /* field 1, a number */

bool cbi_truststore_is_one(cbi_bytes bytes)
{
    return bytes.size > 0 && bytes.data[0] == FIRST_BYTE;
}

static cbank_status refuse(const char *what, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_TRUST_FILE, 0, what, NULL);
}

/* Of a status file that was accepted before: its number is all that is wanted. */
static cbank_status read_status_number(cbi_bytes bytes, uint64_t *out, cbank_error *err)
{
    const Cbank__V1__StatusHead *head;
    cbi_file file = {0};
    cbank_status status = CBANK_OK;

    if (bytes.size == 0)
        return CBANK_OK;
    CBI_TRY(cbi_file_open(bytes, CBI_STATUS_TYPE, &cbank__v1__status_head__descriptor, &file, err));
    head = file.head;
    *out = head->number;
done:
    cbi_file_clear(&file);
    return status;
}

cbank_status cbi_truststore_open(cbi_bytes bytes, cbi_truststore *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!cbi_truststore_is_one(bytes) || bytes.size > 2u * CBI_FILE_MAX ||
        cbi_message_parse(&cbank__api__v1__trust_store__descriptor, bytes, &out->message, NULL) !=
            CBANK_OK)
        CBI_TRY(refuse("form", err));
    if (out->message->version != 1)
        CBI_TRY(cbi_fail(err, CBI_REASON_FILE_VERSION, out->message->version, "trust", NULL));
    if (!cbi_hex_decode(cbi_message_text(out->message->root_fingerprint), out->pinned.bytes,
                        sizeof(out->pinned.bytes)))
        CBI_TRY(refuse("root_fingerprint", err));
    CBI_TRY(cbi_directory_open(cbi_message_bytes(out->message->directory), &out->pinned, INT64_MIN,
                               &out->directory, err));
    if (strcmp(out->message->origin, out->directory.origin) != 0)
        CBI_TRY(refuse("origin", err));
    CBI_TRY(read_status_number(cbi_message_bytes(out->message->status), &out->status_number, err));
done:
    if (status != CBANK_OK)
        cbi_truststore_clear(out);
    return status;
}

void cbi_truststore_clear(cbi_truststore *store)
{
    cbi_directory_clear(&store->directory);
    cbi_message_free(store->message);
    *store = (cbi_truststore){0};
}

static cbank_status twice(const char *what, uint64_t number, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_NUMBER_TWICE, number, what, NULL);
}

/* The root keys known so far must all be in the new chain, at their places. */
static cbank_status check_roots(const cbi_directory *kept, const cbi_directory *given,
                                cbank_error *err)
{
    size_t common = kept->roots.count < given->roots.count ? kept->roots.count
                                                            : given->roots.count;

    for (size_t i = 0; i < common; i++) {
        if (!cbi_public_equal(&kept->roots.keys[i], &given->roots.keys[i]))
            return twice("root key", i + 1, err);
    }
    if (given->roots.count < kept->roots.count)
        return cbi_fail(err, CBI_REASON_ROOT_SUCCEEDED, 0, given->origin, NULL);
    return CBANK_OK;
}

/* By its number; its log must not be shorter, nor another one of the same size. */
static cbank_status check_newer(const cbi_directory *kept, const cbi_directory *given,
                                cbank_error *err)
{
    if (given->head->number < kept->head->number)
        return cbi_fail(err, CBI_REASON_DIRECTORY_OLDER, given->head->number, "directory", "%llu",
                        (unsigned long long)kept->head->number);
    if (given->head->size < kept->head->size)
        return cbi_fail(err, CBI_REASON_DIRECTORY_OLDER, given->head->number, "directory",
                        "%llu: log size %llu < %llu", (unsigned long long)kept->head->number,
                        (unsigned long long)given->head->size,
                        (unsigned long long)kept->head->size);
    if (given->head->size == kept->head->size && !cbi_hash_equal(&given->root, &kept->root))
        return cbi_fail(err, CBI_REASON_LOG_FORKED, given->head->size, NULL, NULL);
    return CBANK_OK;
}

/* Signed by a root key that came before the one that was pinned. */
static bool is_succeeded(const cbi_directory *kept, cbi_bytes file)
{
    cbi_directory given = {0};
    bool succeeded = cbi_directory_open(file, NULL, INT64_MIN, &given, NULL) == CBANK_OK &&
                     given.roots.count < kept->roots.count;

    for (size_t i = 0; succeeded && i < given.roots.count; i++)
        succeeded = cbi_public_equal(&kept->roots.keys[i], &given.roots.keys[i]);
    cbi_directory_clear(&given);
    return succeeded;
}

cbank_status cbi_truststore_take_directory(const cbi_truststore *store, cbi_bytes file, int64_t at,
                                           cbi_directory *out, bool *changed, cbank_error *err)
{
    const cbi_directory *kept = &store->directory;
    cbank_status status = CBANK_OK;

    *changed = !cbi_bytes_equal(file, cbi_message_bytes(store->message->directory));
    status = cbi_directory_open(file, &store->pinned, at, out, err);
    if (status == CBANK_E_UNTRUSTED_KEY && is_succeeded(kept, file))
        status = cbi_fail(err, CBI_REASON_ROOT_SUCCEEDED, 0, kept->origin, NULL);
    CBI_TRY(status);
    if (strcmp(out->origin, kept->origin) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_ORIGIN_UNKNOWN, 0, out->origin, NULL));
    if (!*changed)
        goto done;
    CBI_TRY(check_roots(kept, out, err));
    CBI_TRY(check_newer(kept, out, err));
    if (out->head->number == kept->head->number)
        CBI_TRY(twice("directory", out->head->number, err));
done:
    if (status != CBANK_OK)
        cbi_directory_clear(out);
    return status;
}

cbank_status cbi_truststore_take_status(const cbi_truststore *store, cbi_bytes file,
                                        const cbi_directory *directory, int64_t at, bool *changed,
                                        cbank_error *err)
{
    cbi_statusfile given = {0};
    cbank_status status = CBANK_OK;

    *changed = !cbi_bytes_equal(file, cbi_message_bytes(store->message->status));
    CBI_TRY(cbi_statusfile_open(file, directory, at, &given, err));
    if (!*changed)
        goto done;
    if (given.head->number < store->status_number)
        CBI_TRY(cbi_fail(err, CBI_REASON_STATUS_NUMBER_OLDER, given.head->number, "status", "%llu",
                         (unsigned long long)store->status_number));
    if (given.head->number == store->status_number)
        CBI_TRY(twice("status", given.head->number, err));
done:
    cbi_statusfile_clear(&given);
    return status;
}
