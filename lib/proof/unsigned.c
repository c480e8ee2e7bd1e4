#include "proof/unsigned.h"

#include <string.h>

#include "base/text.h"
#include "wire/artefact.h"
#include "wire/field.h"
#include "wire/message.h"

#include "cbank/v1/envelope.pb-c.h"

#define ENVELOPE_FIELD 1

static cbank_status refuse(const char *what, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_NOT_A_DRAFT, 0, what, NULL);
}

/* The envelope, and what follows it in the file. */
static cbank_status open_file(cbi_bytes file, Cbank__V1__Envelope **envelope, cbi_bytes *rest,
                              cbank_error *err)
{
    cbi_artefact_reader reader;
    cbank_status status = CBANK_OK;
    const uint8_t *end;

    CBI_TRY(cbi_artefact_open(file, &reader, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__envelope__descriptor, reader.envelope, envelope, err));
    end = reader.envelope.data + reader.envelope.size;
    *rest = cbi_bytes_of(end, file.size - (size_t)(end - file.data));
    if ((*envelope)->payload.len == 0 ||
        (*envelope)->n_signatures > CBI_ENVELOPE_SIGNATURES_MAX)
        CBI_TRY(refuse("envelope", err));
done:
    return status;
}

/* The first signature that is missing; NULL if none is. */
static Cbank__V1__Signature *find_missing(const Cbank__V1__Envelope *envelope)
{
    for (size_t i = 0; i < envelope->n_signatures; i++) {
        if (envelope->signatures[i]->sig.len == 0)
            return envelope->signatures[i];
    }
    return NULL;
}

/* The suite follows from the size of the key. */
static cbank_status read_key(const char *keyid, cbi_public *out, cbank_error *err)
{
    size_t size = strlen(keyid) / 2;
    uint8_t bytes[CBI_PUBLIC_MAX];
    cbi_suite suite = size == cbi_suite_public_size(CBI_SUITE_SM3_SM2) ? CBI_SUITE_SM3_SM2
                                                                       : CBI_SUITE_SHA256_ED25519;

    if (size != cbi_suite_public_size(suite) ||
        !cbi_hex_decode(cbi_bytes_of_text(keyid), bytes, size))
        return refuse("keyid", err);
    return cbi_public_parse(suite, cbi_bytes_of(bytes, size), out, err);
}

static cbank_status read_envelope(const Cbank__V1__Envelope *envelope, cbi_unsigned *out,
                                  cbank_error *err)
{
    const Cbank__V1__Signature *missing = find_missing(envelope);
    cbi_bytes type = cbi_message_text(envelope->payload_type);
    cbank_status status = CBANK_OK;

    if (missing == NULL || type.size == 0 || type.size >= sizeof(out->payload_type))
        return refuse("signatures", err);
    memcpy(out->payload_type, type.data, type.size);
    CBI_TRY(read_key(missing->keyid, &out->key, err));
    CBI_TRY(cbi_envelope_pae(type, cbi_message_bytes(envelope->payload), &out->bytes, err));
done:
    return status;
}

cbank_status cbi_unsigned_read(cbi_bytes file, cbi_unsigned *out, cbank_error *err)
{
    Cbank__V1__Envelope *envelope = NULL;
    cbank_status status = CBANK_OK;
    cbi_bytes rest;

    CBI_TRY(open_file(file, &envelope, &rest, err));
    CBI_TRY(read_envelope(envelope, out, err));
done:
    cbi_message_free(envelope);
    if (status != CBANK_OK)
        cbi_unsigned_clear(out);
    return status;
}

void cbi_unsigned_clear(cbi_unsigned *draft)
{
    cbank_buffer_clear(&draft->bytes);
    *draft = (cbi_unsigned){0};
}

/* The message is ours for a moment: it lends the signature, and is as it was again. */
static cbank_status pack_with(Cbank__V1__Envelope *envelope, Cbank__V1__Signature *missing,
                              cbi_bytes signature, cbi_bytes rest, cbank_buffer *out,
                              cbank_error *err)
{
    ProtobufCBinaryData none = missing->sig;
    char *keyid = missing->keyid;
    cbank_buffer packed = {0};
    cbank_status status = CBANK_OK;

    missing->sig = cbi_message_data(signature);
    missing->keyid = cbi_message_string("");
    CBI_TRY(cbi_message_pack(envelope, &packed, err));
    CBI_TRY(cbi_field_write_bytes(out, ENVELOPE_FIELD, cbi_bytes_of_buffer(&packed), err));
    CBI_TRY(cbi_buffer_append(out, rest, err));
done:
    missing->sig = none;
    missing->keyid = keyid;
    cbank_buffer_clear(&packed);
    return status;
}

cbank_status cbi_unsigned_attach(cbi_bytes file, cbi_bytes signature, cbank_buffer *out,
                                 size_t *missing, cbank_error *err)
{
    Cbank__V1__Envelope *envelope = NULL;
    cbi_unsigned draft = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes rest;

    CBI_TRY(open_file(file, &envelope, &rest, err));
    CBI_TRY(read_envelope(envelope, &draft, err));
    CBI_TRY(cbi_verify(&draft.key, cbi_bytes_of_buffer(&draft.bytes), signature, err));
    CBI_TRY(pack_with(envelope, find_missing(envelope), signature, rest, out, err));
    *missing = 0;
    for (size_t i = 0; i < envelope->n_signatures; i++)
        *missing += envelope->signatures[i]->sig.len == 0;
    (*missing)--;
done:
    cbi_unsigned_clear(&draft);
    cbi_message_free(envelope);
    return status;
}
