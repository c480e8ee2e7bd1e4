#include "api/face.h"
#include "bank/publish.h"

#include "base/text.h"

#include "cbank/api/v1/bank.pb-c.h"

static cbank_status reply_directory(const cbi_publication *publication, const cbi_private *root,
                                    cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__DirectoryReply message = CBANK__API__V1__DIRECTORY_REPLY__INIT;
    char digits[2 * CBI_HASH_SIZE + 1];
    cbank_status status = CBANK_OK;
    cbi_hash fingerprint;

    CBI_TRY(cbi_public_fingerprint(cbi_private_public(root), &fingerprint, err));
    cbi_hex_encode(cbi_bytes_of_hash(&fingerprint), digits);
    message.file = cbi_message_data(cbi_bytes_of_buffer(&publication->file));
    message.number = publication->number;
    message.institutions = publication->institutions;
    message.fingerprint = digits;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    return status;
}

cbank_status cbank_bank_directory(cbank_bank *handle, const cbank_key *root, const uint8_t *bytes,
                                  size_t size, cbank_buffer *reply, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bank *bank = NULL;
    Cbank__Api__V1__DirectoryRequest *request = NULL;
    cbi_publication publication = {0};

    CBI_REQUIRE(handle != NULL && root != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(handle, &bank, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__directory_request__descriptor, bytes, size, &request,
                             err));
    CBI_TRY(cbi_publish_directory(bank, root->inner, cbi_face_now(), request->expires_at,
                                  &publication, err));
    CBI_TRY(reply_directory(&publication, root->inner, reply, err));
done:
    cbi_publish_clear(&publication);
    cbi_message_free(request);
    return status;
}

static cbank_status reply_status(const cbi_publication *publication, cbank_buffer *reply,
                                 cbank_error *err)
{
    Cbank__Api__V1__StatusReply message = CBANK__API__V1__STATUS_REPLY__INIT;

    message.file = cbi_message_data(cbi_bytes_of_buffer(&publication->file));
    message.number = publication->number;
    message.size = publication->size;
    message.records = publication->records;
    message.accounts = publication->accounts;
    return cbi_face_reply(&message, reply, err);
}

cbank_status cbank_bank_status(cbank_bank *handle, const uint8_t *bytes, size_t size,
                               cbank_buffer *reply, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bank *bank = NULL;
    Cbank__Api__V1__StatusRequest *request = NULL;
    cbi_publication publication = {0};

    CBI_REQUIRE(handle != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(handle, &bank, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__status_request__descriptor, bytes, size, &request,
                             err));
    CBI_TRY(cbi_publish_status(bank, cbi_face_now(), request->expires_at, &publication, err));
    CBI_TRY(reply_status(&publication, reply, err));
done:
    cbi_publish_clear(&publication);
    cbi_message_free(request);
    return status;
}
