#include "proof/envelope.h"

#include "base/text.h"

#include <stdio.h>

#include "base/limits.h"
#include "wire/field.h"
#include "wire/message.h"

#include "cbank/v1/envelope.pb-c.h"

/* The numbers of the fields, as DSSE published them. */
#define PAYLOAD 1
#define PAYLOAD_TYPE 2
#define SIGNATURES 3
#define SIG 1

cbank_status cbi_envelope_pae(cbi_bytes payload_type, cbi_bytes payload, cbank_buffer *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t before = out->size;
    char size[32];

    CBI_TRY(cbi_buffer_reserve(out, 2 * sizeof(size) + payload_type.size + payload.size, err));
    snprintf(size, sizeof(size), "DSSEv1 %zu ", payload_type.size);
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(size), err));
    CBI_TRY(cbi_buffer_append(out, payload_type, err));
    snprintf(size, sizeof(size), " %zu ", payload.size);
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of_text(size), err));
    CBI_TRY(cbi_buffer_append(out, payload, err));
done:
    if (status != CBANK_OK)
        out->size = before;
    return status;
}

static cbank_status refuse(const char *what, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ENVELOPE_FORM, 0, what, NULL);
}

/* A signature and nothing else: a keyid would be a hint that nobody has signed. */
static cbank_status read_signature(cbi_bytes bytes, cbi_bytes *out, cbank_error *err)
{
    size_t offset = 0;
    cbi_field field;

    if (!cbi_field_next(bytes, &offset, &field) || field.number != SIG)
        return refuse("sig", err);
    if (field.bytes.size > CBI_SIGNATURE_MAX)
        return refuse("sig", err);
    if (offset != bytes.size)
        return refuse("keyid", err);
    *out = field.bytes;
    return CBANK_OK;
}

/* The form was checked before, so that each field is known and stands at its place. */
static cbank_status read_fields(cbi_bytes bytes, cbi_envelope *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t offset = 0;
    cbi_field field;

    while (cbi_field_next(bytes, &offset, &field)) {
        if (field.number == PAYLOAD) {
            out->payload = field.bytes;
        } else if (field.number == PAYLOAD_TYPE) {
            out->payload_type = field.bytes;
        } else {
            if (out->signature_count == CBI_ENVELOPE_SIGNATURES_MAX)
                return refuse("signatures", err);
            CBI_TRY(read_signature(field.bytes, &out->signatures[out->signature_count], err));
            out->signature_count++;
        }
    }
done:
    return status;
}

cbank_status cbi_envelope_parse(cbi_bytes bytes, const char *payload_type, cbi_envelope *out,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_envelope envelope = {0};

    if (bytes.size > CBI_ENVELOPE_MAX)
        return cbi_fail(err, CBI_REASON_ENVELOPE_SIZE, CBI_ENVELOPE_MAX, NULL, NULL);
    CBI_TRY(cbi_message_check(&cbank__v1__envelope__descriptor, bytes, err));
    CBI_TRY(read_fields(bytes, &envelope, err));
    if (!cbi_bytes_equal(envelope.payload_type, cbi_bytes_of_text(payload_type)))
        return cbi_fail(err, CBI_REASON_ENVELOPE_TYPE, 0, payload_type, "%.*s",
                        (int)envelope.payload_type.size, (const char *)envelope.payload_type.data);
    if (envelope.payload.size == 0)
        return refuse("payload", err);
    if (envelope.signature_count == 0)
        return refuse("signatures", err);
    *out = envelope;
done:
    return status;
}

/* cbi_known_verify or cbi_known_verify_once. */
typedef cbank_status verify_one(cbi_known *known, const cbi_public *key, cbi_bytes message,
                                cbi_bytes signature, cbank_error *err);

static cbank_status verify_all(const cbi_envelope *envelope, const cbi_public *const *keys,
                               size_t count, verify_one *verify, cbi_known *known,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer pae = {0};

    if (count == 0 || envelope->signature_count != count)
        return cbi_fail(err, CBI_REASON_ENVELOPE_SIGNERS, count, NULL, NULL);
    CBI_TRY(cbi_envelope_pae(envelope->payload_type, envelope->payload, &pae, err));
    for (size_t i = 0; i < count; i++)
        CBI_TRY(verify(known, keys[i], cbi_bytes_of_buffer(&pae), envelope->signatures[i], err));
done:
    cbank_buffer_clear(&pae);
    return status;
}

cbank_status cbi_envelope_verify(const cbi_envelope *envelope, const cbi_public *key,
                                 cbank_error *err)
{
    return verify_all(envelope, &key, 1, cbi_known_verify, NULL, err);
}

cbank_status cbi_envelope_verify_known(const cbi_envelope *envelope, const cbi_public *key,
                                       cbi_known *known, cbank_error *err)
{
    return verify_all(envelope, &key, 1, cbi_known_verify, known, err);
}

cbank_status cbi_envelope_verify_once(const cbi_envelope *envelope, const cbi_public *key,
                                      cbi_known *known, cbank_error *err)
{
    return verify_all(envelope, &key, 1, cbi_known_verify_once, known, err);
}

cbank_status cbi_envelope_verify_all(const cbi_envelope *envelope, const cbi_public *const *keys,
                                     size_t count, cbank_error *err)
{
    return verify_all(envelope, keys, count, cbi_known_verify, NULL, err);
}

/* In a draft the place of a signature that is still missing names its key. */
#define KEYID_MAX (2 * CBI_PUBLIC_MAX + 1)

/* Appends the envelope of `signatures`, each of which ends where `ends` says. */
static cbank_status pack(const char *payload_type, cbi_bytes payload, cbi_bytes signatures,
                         const size_t *ends, char (*keyids)[KEYID_MAX], size_t count,
                         cbank_buffer *out, cbank_error *err)
{
    Cbank__V1__Signature messages[CBI_ENVELOPE_SIGNATURES_MAX];
    Cbank__V1__Signature *pointers[CBI_ENVELOPE_SIGNATURES_MAX];
    Cbank__V1__Envelope envelope;
    size_t before = out->size;
    size_t begin = 0;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < count; i++) {
        cbank__v1__signature__init(&messages[i]);
        if (ends[i] > begin) /* one that is made elsewhere is not there yet */
            messages[i].sig =
                cbi_message_data(cbi_bytes_of(signatures.data + begin, ends[i] - begin));
        messages[i].keyid = keyids[i];
        pointers[i] = &messages[i];
        begin = ends[i];
    }
    cbank__v1__envelope__init(&envelope);
    envelope.payload = cbi_message_data(payload);
    envelope.payload_type = cbi_message_string(payload_type);
    envelope.n_signatures = count;
    envelope.signatures = pointers;
    CBI_TRY(cbi_message_pack(&envelope, out, err));
    if (out->size - before > CBI_ENVELOPE_MAX) {
        out->size = before;
        return cbi_fail(err, CBI_REASON_ENVELOPE_SIZE, CBI_ENVELOPE_MAX, NULL, NULL);
    }
done:
    return status;
}

cbank_status cbi_envelope_sign(const char *payload_type, cbi_bytes payload,
                               const cbi_private *const *keys, size_t count, cbank_buffer *out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t ends[CBI_ENVELOPE_SIGNATURES_MAX];
    char keyids[CBI_ENVELOPE_SIGNATURES_MAX][KEYID_MAX] = {""};
    cbank_buffer signatures = {0};
    cbank_buffer pae = {0};

    if (count == 0 || count > CBI_ENVELOPE_SIGNATURES_MAX)
        return refuse("signatures", err);
    if (payload.size == 0)
        return refuse("payload", err);
    CBI_TRY(cbi_envelope_pae(cbi_bytes_of_text(payload_type), payload, &pae, err));
    for (size_t i = 0; i < count; i++) {
        if (cbi_private_is_detached(keys[i]))
            cbi_hex_encode(cbi_public_bytes(cbi_private_public(keys[i])), keyids[i]);
        else
            CBI_TRY(cbi_sign(keys[i], cbi_bytes_of_buffer(&pae), &signatures, err));
        ends[i] = signatures.size;
    }
    CBI_TRY(pack(payload_type, payload, cbi_bytes_of_buffer(&signatures), ends, keyids, count,
                 out, err));
done:
    cbank_buffer_clear(&signatures);
    cbank_buffer_clear(&pae);
    return status;
}

cbank_status cbi_envelope_id(cbi_hasher *hasher, cbi_bytes payload, cbi_hash *out,
                             cbank_error *err)
{
    return cbi_digest_labelled(hasher, "cbank/v1/payload", payload, out, err);
}
