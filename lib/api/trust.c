#include "api/face.h"
#include "api/truststore.h"
#include "base/memory.h"
#include "base/text.h"

#include <string.h>

typedef Cbank__Api__V1__TrustRefreshRequest refresh_request;

/* ---- what is kept, as people see it ---------------------------------------------------------- */

/* A reply with room for what it points to. */
typedef struct shown {
    Cbank__Api__V1__TrustInfo info;
    Cbank__Api__V1__LogKeyInfo keys[CBI_LOG_KEYS_MAX], *key_list[CBI_LOG_KEYS_MAX];
    char fingerprints[CBI_LOG_KEYS_MAX][2 * CBI_HASH_SIZE + 1];
    char root[2 * CBI_HASH_SIZE + 1];
    char pinned[2 * CBI_HASH_SIZE + 1];
} shown;

static cbank_status show_log_keys(const cbi_directory *directory, shown *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < directory->log_key_count; i++) {
        const cbi_directory_log_key *key = &directory->log_keys[i];
        cbi_hash digest;

        CBI_TRY(cbi_public_fingerprint(&key->key, &digest, err));
        cbi_hex_encode(cbi_bytes_of_hash(&digest), out->fingerprints[i]);
        cbank__api__v1__log_key_info__init(&out->keys[i]);
        out->keys[i].fingerprint = out->fingerprints[i];
        out->keys[i].from_size = key->from_size;
        out->keys[i].until_size = key->until_size;
        out->keys[i].compromised_since = key->compromised_since;
        out->key_list[i] = &out->keys[i];
    }
    out->info.log_keys = out->key_list;
    out->info.n_log_keys = directory->log_key_count;
done:
    return status;
}

/* `out` lends from the directory. */
static cbank_status show_directory(const cbi_directory *directory, const cbi_hash *pinned,
                                   int64_t at, shown *out, cbank_error *err)
{
    const Cbank__V1__DirectoryHead *head = directory->head;
    Cbank__Api__V1__TrustInfo *info = &out->info;
    cbank_status status = CBANK_OK;

    cbank__api__v1__trust_info__init(info);
    cbi_hex_encode(cbi_bytes_of_hash(&directory->fingerprint), out->root);
    cbi_hex_encode(cbi_bytes_of_hash(pinned), out->pinned);
    info->origin = head->origin;
    info->suite = head->suite;
    info->pinned_fingerprint = out->pinned;
    info->root_fingerprint = out->root;
    info->root_epoch = (uint32_t)directory->roots.count;
    info->directory_number = head->number;
    info->directory_at = head->at;
    info->directory_expires_at = head->expires_at;
    info->directory_expired = head->expires_at < at;
    info->institutions = head->institutions;
    info->size = head->size;
    info->root = head->root;
    CBI_TRY(show_log_keys(directory, out, err));
done:
    return status;
}

/* One that no longer opens under the directory is as good as none. */
static cbank_status show_status(const cbi_directory *directory, cbi_bytes file, int64_t at,
                                shown *out, cbank_error *err)
{
    cbi_statusfile kept = {0};
    cbank_status status = CBANK_OK;

    if (file.size == 0)
        return CBANK_OK;
    status = cbi_statusfile_open(file, directory, INT64_MIN, &kept, err);
    if (status == CBANK_OK) {
        out->info.status_number = kept.head->number;
        out->info.status_at = kept.head->at;
        out->info.status_expires_at = kept.head->expires_at;
        out->info.status_expired = kept.head->expires_at < at;
        out->info.status_size = kept.head->size;
    }
    cbi_statusfile_clear(&kept);
    return status == CBANK_E_MEMORY ? status : CBANK_OK;
}

static cbank_status show_all(const cbi_directory *directory, const cbi_hash *pinned,
                             cbi_bytes status_file, int64_t at, shown *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(show_directory(directory, pinned, at, out, err));
    CBI_TRY(show_status(directory, status_file, at, out, err));
done:
    return status;
}

/* ---- pinning and refreshing ------------------------------------------------------------------ */

static cbank_status pack_reply(const Cbank__Api__V1__TrustStore *store, const shown *what,
                               bool changed, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TrustRefreshReply message = CBANK__API__V1__TRUST_REFRESH_REPLY__INIT;
    Cbank__Api__V1__TrustInfo info = what->info;
    cbank_buffer packed = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(store, &packed, err));
    message.trust = cbi_message_data(cbi_bytes_of_buffer(&packed));
    message.info = &info;
    message.changed = changed;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbank_buffer_clear(&packed);
    return status;
}

/* Begins a store: the directory as it was given, under the fingerprint from another channel. */
static cbank_status pin(const refresh_request *asked, int64_t at, cbi_truststore *out,
                        cbank_error *err)
{
    bool pinned = asked->root_fingerprint[0] != '\0';
    char digits[2 * CBI_HASH_SIZE + 1];
    Cbank__Api__V1__TrustStore store = CBANK__API__V1__TRUST_STORE__INIT;
    cbi_directory directory = {0};
    cbank_buffer packed = {0};
    cbank_status status = CBANK_OK;
    cbi_hash root;

    if (asked->directory.len == 0)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "directory", NULL);
    if (pinned && !cbi_hex_decode(cbi_message_text(asked->root_fingerprint), root.bytes,
                                  sizeof(root.bytes)))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "root_fingerprint", NULL);
    CBI_TRY(cbi_directory_open(cbi_message_bytes(asked->directory), pinned ? &root : NULL, at,
                               &directory, err));
    cbi_hex_encode(cbi_bytes_of_hash(pinned ? &root : &directory.fingerprint), digits);
    store.version = 1;
    store.origin = directory.origin;
    store.root_fingerprint = digits;
    store.pinned_at = at;
    store.directory = asked->directory;
    CBI_TRY(cbi_message_pack(&store, &packed, err));
    CBI_TRY(cbi_truststore_open(cbi_bytes_of_buffer(&packed), out, err));
done:
    cbank_buffer_clear(&packed);
    cbi_directory_clear(&directory);
    return status;
}

/* Takes over what is newer; `changed` may be true before. */
static cbank_status refresh(const refresh_request *asked, const cbi_truststore *store, int64_t at,
                            bool changed, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__TrustStore next = *store->message;
    const cbi_directory *directory = &store->directory;
    cbi_directory newer = {0};
    cbank_status status = CBANK_OK;
    bool took = false;
    shown *what = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*what), &what, err));
    if (asked->directory.len > 0) {
        CBI_TRY(cbi_truststore_take_directory(store, cbi_message_bytes(asked->directory), at,
                                              &newer, &took, err));
        directory = &newer;
        next.directory = asked->directory;
        changed = changed || took;
    }
    if (asked->status.len > 0) {
        CBI_TRY(cbi_truststore_take_status(store, cbi_message_bytes(asked->status), directory, at,
                                           &took, err));
        next.status = asked->status;
        changed = changed || took;
    }
    CBI_TRY(show_all(directory, &store->pinned, cbi_message_bytes(next.status), at, what, err));
    CBI_TRY(pack_reply(&next, what, changed, reply, err));
done:
    cbi_free(what);
    cbi_directory_clear(&newer);
    return status;
}

cbank_status cbank_trust_refresh(const uint8_t *request, size_t request_size, cbank_buffer *reply,
                                 cbank_error *err)
{
    refresh_request *asked = NULL;
    cbi_truststore store = {0};
    cbank_status status = CBANK_OK;
    int64_t at;
    bool begins;

    CBI_REQUIRE(reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__trust_refresh_request__descriptor, request,
                             request_size, &asked, err));
    at = asked->at != 0 ? asked->at : cbi_face_now();
    begins = asked->trust.len == 0;
    if (begins) {
        CBI_TRY(pin(asked, at, &store, err));
    } else if (asked->root_fingerprint[0] != '\0') {
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "root_fingerprint", NULL));
    } else {
        CBI_TRY(cbi_truststore_open(cbi_message_bytes(asked->trust), &store, err));
    }
    CBI_TRY(refresh(asked, &store, at, begins, reply, err));
done:
    cbi_truststore_clear(&store);
    cbi_message_free(asked);
    return status;
}

/* ---- showing --------------------------------------------------------------------------------- */

cbank_status cbank_trust_show(const uint8_t *request, size_t request_size, cbank_buffer *reply,
                              cbank_error *err)
{
    Cbank__Api__V1__TrustShowRequest *asked = NULL;
    cbi_truststore store = {0};
    cbi_directory directory = {0};
    cbank_status status = CBANK_OK;
    shown *what = NULL;
    int64_t at;

    CBI_REQUIRE(reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__trust_show_request__descriptor, request,
                             request_size, &asked, err));
    at = asked->at != 0 ? asked->at : cbi_face_now();
    if ((asked->trust.len == 0) == (asked->directory.len == 0))
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "directory", NULL));
    CBI_TRY(cbi_alloc(1, sizeof(*what), &what, err));
    if (asked->trust.len > 0) {
        CBI_TRY(cbi_truststore_open(cbi_message_bytes(asked->trust), &store, err));
        CBI_TRY(show_all(&store.directory, &store.pinned, cbi_message_bytes(store.message->status),
                         at, what, err));
    } else {
        CBI_TRY(cbi_directory_open(cbi_message_bytes(asked->directory), NULL, INT64_MIN, &directory,
                                   err));
        CBI_TRY(show_all(&directory, &directory.fingerprint, (cbi_bytes){0}, at, what, err));
    }
    CBI_TRY(cbi_face_reply(&what->info, reply, err));
done:
    cbi_free(what);
    cbi_directory_clear(&directory);
    cbi_truststore_clear(&store);
    cbi_message_free(asked);
    return status;
}
