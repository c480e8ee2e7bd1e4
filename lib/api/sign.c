#include "api/face.h"

#include "base/memory.h"
#include "base/text.h"
#include "proof/unsigned.h"

#include "cbank/api/v1/key.pb-c.h"

#define DIGITS_MAX (2 * CBI_HASH_SIZE + 1)

static cbank_status digest_of(const cbi_unsigned *draft, char out[DIGITS_MAX], cbank_error *err)
{
    cbi_bytes bytes = cbi_bytes_of_buffer(&draft->bytes);
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    CBI_TRY(cbi_hasher_new(draft->key.suite, &hasher, err));
    CBI_TRY(cbi_digest_parts(hasher, &bytes, 1, &digest, err));
    cbi_hex_encode(cbi_bytes_of_hash(&digest), out);
done:
    cbi_hasher_free(hasher);
    return status;
}

static cbank_status reply_prepared(const cbi_unsigned *draft, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__SignPrepareReply message = CBANK__API__V1__SIGN_PREPARE_REPLY__INIT;
    Cbank__Api__V1__KeyInfo key = CBANK__API__V1__KEY_INFO__INIT;
    char digits[DIGITS_MAX], fingerprint[DIGITS_MAX];
    cbank_status status = CBANK_OK;
    cbi_hash hash;

    CBI_TRY(digest_of(draft, digits, err));
    CBI_TRY(cbi_public_fingerprint(&draft->key, &hash, err));
    cbi_hex_encode(cbi_bytes_of_hash(&hash), fingerprint);
    key.suite = (Cbank__V1__Suite)draft->key.suite;
    key.public_key = cbi_message_data(cbi_public_bytes(&draft->key));
    key.fingerprint = fingerprint;
    message.bytes = cbi_message_data(cbi_bytes_of_buffer(&draft->bytes));
    message.digest = digits;
    message.key = &key;
    message.payload_type = cbi_message_string(draft->payload_type);
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    return status;
}

cbank_status cbank_sign_prepare(const uint8_t *bytes, size_t size, cbank_buffer *reply,
                                cbank_error *err)
{
    Cbank__Api__V1__SignPrepareRequest *request = NULL;
    cbi_unsigned draft = {0};
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__sign_prepare_request__descriptor, bytes, size,
                             &request, err));
    CBI_TRY(cbi_unsigned_read(cbi_message_bytes(request->draft), &draft, err));
    CBI_TRY(reply_prepared(&draft, reply, err));
done:
    cbi_unsigned_clear(&draft);
    cbi_message_free(request);
    return status;
}

cbank_status cbank_sign_attach(const uint8_t *bytes, size_t size, cbank_buffer *reply,
                               cbank_error *err)
{
    Cbank__Api__V1__SignAttachReply message = CBANK__API__V1__SIGN_ATTACH_REPLY__INIT;
    Cbank__Api__V1__SignAttachRequest *request = NULL;
    cbank_buffer file = {0};
    cbi_unsigned draft = {0};
    char digits[DIGITS_MAX];
    cbank_status status = CBANK_OK;
    size_t missing;

    CBI_REQUIRE(reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__sign_attach_request__descriptor, bytes, size,
                             &request, err));
    CBI_TRY(cbi_unsigned_read(cbi_message_bytes(request->draft), &draft, err));
    CBI_TRY(digest_of(&draft, digits, err));
    CBI_TRY(cbi_unsigned_attach(cbi_message_bytes(request->draft),
                             cbi_message_bytes(request->signature), &file, &missing, err));
    message.file = cbi_message_data(cbi_bytes_of_buffer(&file));
    message.missing = (uint32_t)missing;
    message.digest = digits;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_unsigned_clear(&draft);
    cbi_message_free(request);
    return status;
}
