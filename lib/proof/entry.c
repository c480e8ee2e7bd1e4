#include "proof/entry.h"

#include <string.h>

#include "cbank/v1/statement.pb-c.h"

/* Where each part begins. */
enum {
    VERSION_AT = 0,
    KIND_AT = 1,
    CLASS_AT = 2,
    SEQUENCE_AT = 3,
    TAG_AT = 11,
    STATEMENT_AT = 43,
    PREVIOUS_AT = 75,
};

static bool kind_is_known(uint8_t kind)
{
    return kind >= CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER &&
           kind <= CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_BANK;
}

static bool class_is_known(uint8_t entry_class)
{
    return entry_class >= CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD &&
           entry_class <= CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_OTHER;
}

void cbi_entry_encode(const cbi_entry *entry, uint8_t out[CBI_ENTRY_SIZE])
{
    out[VERSION_AT] = CBI_ENTRY_VERSION;
    out[KIND_AT] = entry->subject_kind;
    out[CLASS_AT] = entry->entry_class;
    cbi_put_u64(out + SEQUENCE_AT, entry->sequence);
    memcpy(out + TAG_AT, entry->tag.bytes, CBI_HASH_SIZE);
    memcpy(out + STATEMENT_AT, entry->statement.bytes, CBI_HASH_SIZE);
    memcpy(out + PREVIOUS_AT, entry->previous.bytes, CBI_HASH_SIZE);
}

cbank_status cbi_entry_decode(cbi_bytes bytes, cbi_entry *out, cbank_error *err)
{
    const uint8_t *data = bytes.data;

    if (bytes.size != CBI_ENTRY_SIZE)
        return cbi_fail(err, CBI_REASON_BAD_ENTRY, bytes.size, NULL, "size");
    if (data[VERSION_AT] != CBI_ENTRY_VERSION)
        return cbi_fail(err, CBI_REASON_ENTRY_UNKNOWN, data[VERSION_AT], "version", NULL);
    if (!kind_is_known(data[KIND_AT]))
        return cbi_fail(err, CBI_REASON_ENTRY_UNKNOWN, data[KIND_AT], "kind", NULL);
    if (!class_is_known(data[CLASS_AT]))
        return cbi_fail(err, CBI_REASON_ENTRY_UNKNOWN, data[CLASS_AT], "class", NULL);

    out->subject_kind = data[KIND_AT];
    out->entry_class = data[CLASS_AT];
    out->sequence = cbi_get_u64(data + SEQUENCE_AT);
    memcpy(out->tag.bytes, data + TAG_AT, CBI_HASH_SIZE);
    memcpy(out->statement.bytes, data + STATEMENT_AT, CBI_HASH_SIZE);
    memcpy(out->previous.bytes, data + PREVIOUS_AT, CBI_HASH_SIZE);
    return CBANK_OK;
}

cbank_status cbi_entry_leaf(cbi_hasher *hasher, const cbi_entry *entry, cbi_hash *out,
                            cbank_error *err)
{
    uint8_t bytes[CBI_ENTRY_SIZE];

    cbi_entry_encode(entry, bytes);
    return cbi_tree_leaf(hasher, cbi_bytes_of(bytes, sizeof(bytes)), out, err);
}

cbank_status cbi_entry_statement_digest(cbi_hasher *hasher, cbi_bytes statement, cbi_hash *out,
                                        cbank_error *err)
{
    return cbi_digest_labelled(hasher, "cbank/v1/statement", statement, out, err);
}

cbank_status cbi_entry_tag(cbi_hasher *hasher, uint8_t subject_kind, const cbi_hash *randomness,
                           cbi_bytes subject_id, cbi_hash *out, cbank_error *err)
{
    static const char label[] = "cbank/v1/tag"; /* its closing 00 is hashed, too */
    cbi_bytes parts[] = {cbi_bytes_of(label, sizeof(label)), cbi_bytes_of(&subject_kind, 1),
                         cbi_bytes_of_hash(randomness), subject_id};

    return cbi_digest_parts(hasher, parts, 4, out, err);
}
