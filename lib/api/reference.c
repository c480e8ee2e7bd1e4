/* The keys that references are composed with: files, and what a bank keeps for an institution. */
#include "api/face.h"

#include <string.h>

#include "crypto/keyfile.h"
#include "record/code.h"

cbank_status cbank_reference_key_save(cbank_bank *bank, const char *institution, const char *path,
                                      const uint8_t *passphrase, size_t passphrase_size,
                                      cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_secret secret = {{0}};
    cbi_bank *inner;

    CBI_REQUIRE(path != NULL && (bank == NULL) == (institution == NULL), err);
    if (bank == NULL) {
        CBI_TRY(cbi_random(secret.bytes, sizeof(secret.bytes), err));
    } else {
        CBI_TRY(cbi_face_bank(bank, &inner, err));
        if (!cbi_institution_code_is_valid(cbi_bytes_of_text(institution)))
            CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, institution, NULL));
        CBI_TRY(cbi_bank_reference_secret(inner, institution, &secret, err));
    }
    CBI_TRY(cbi_keyfile_write_secret(path, &secret,
                                     cbi_face_passphrase(passphrase, passphrase_size), err));
done:
    cbi_secret_wipe(&secret);
    return status;
}

cbank_status cbank_reference_key_open(const char *path, const uint8_t *passphrase,
                                      size_t passphrase_size, cbank_buffer *key, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_secret secret = {{0}};
    cbank_buffer bytes = {0};

    CBI_REQUIRE(path != NULL && key != NULL, err);
    CBI_TRY(cbi_keyfile_read_secret(path, cbi_face_passphrase(passphrase, passphrase_size), &secret,
                                    err));
    CBI_TRY(cbi_buffer_append(&bytes, cbi_bytes_of(secret.bytes, sizeof(secret.bytes)), err));
    cbank_buffer_clear(key);
    *key = bytes;
done:
    cbi_secret_wipe(&secret);
    return status;
}
