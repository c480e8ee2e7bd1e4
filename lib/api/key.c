#include "api/face.h"

#include <stdio.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "crypto/keyfile.h"

#include "cbank/api/v1/key.pb-c.h"

static cbank_status wrap(cbi_private *inner, cbank_key **out, cbank_error *err)
{
    cbank_status status = cbi_alloc(1, sizeof(**out), out, err);

    if (status == CBANK_OK)
        (*out)->inner = inner;
    else
        cbi_private_free(inner);
    return status;
}

cbank_status cbank_key_new(const char *suite, cbank_key **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_private *inner = NULL;
    cbi_suite number;

    CBI_REQUIRE(suite != NULL && out != NULL, err);
    if (!cbi_suite_from_name(cbi_bytes_of_text(suite), &number))
        return cbi_fail(err, CBI_REASON_SUITE_NAME, 0, suite, NULL);
    CBI_TRY(cbi_private_new(number, &inner, err));
    CBI_TRY(wrap(inner, out, err));
done:
    return status;
}

cbank_status cbank_key_open(const char *path, const uint8_t *passphrase, size_t passphrase_size,
                            cbank_key **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_private *inner = NULL;

    CBI_REQUIRE(path != NULL && out != NULL, err);
    CBI_TRY(cbi_keyfile_read_private(path, cbi_face_passphrase(passphrase, passphrase_size),
                                     &inner, err));
    CBI_TRY(wrap(inner, out, err));
done:
    return status;
}

cbank_status cbank_key_open_public(const char *path, cbank_key **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_private *inner = NULL;
    cbi_public public_key;

    CBI_REQUIRE(path != NULL && out != NULL, err);
    CBI_TRY(cbi_keyfile_read_public(path, &public_key, err));
    CBI_TRY(cbi_private_detached(&public_key, &inner, err));
    CBI_TRY(wrap(inner, out, err));
done:
    return status;
}

cbank_status cbank_key_save(const cbank_key *key, const char *path, const uint8_t *passphrase,
                            size_t passphrase_size, cbank_error *err)
{
    char public_path[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;
    int size;

    CBI_REQUIRE(key != NULL && path != NULL, err);
    if (cbi_private_is_detached(key->inner))
        return cbi_fail(err, CBI_REASON_KEY_DETACHED, 0, "signature", NULL);
    size = snprintf(public_path, sizeof(public_path), "%s.pub", path);
    CBI_REQUIRE(size > 0 && (size_t)size < sizeof(public_path), err);
    CBI_TRY(cbi_keyfile_write_private(path, key->inner,
                                      cbi_face_passphrase(passphrase, passphrase_size), err));
    status = cbi_keyfile_write_public(public_path, cbi_private_public(key->inner), err);
    if (status != CBANK_OK)
        (void)unlink(path); /* ours, made just now: both files or none */
done:
    return status;
}

static cbank_status show(const cbi_public *key, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__KeyInfo info = CBANK__API__V1__KEY_INFO__INIT;
    char fingerprint[2 * CBI_HASH_SIZE + 1];
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    CBI_TRY(cbi_public_fingerprint(key, &digest, err));
    cbi_hex_encode(cbi_bytes_of_hash(&digest), fingerprint);
    info.suite = (Cbank__V1__Suite)key->suite;
    info.public_key = cbi_message_data(cbi_public_bytes(key));
    info.fingerprint = fingerprint;
    CBI_TRY(cbi_face_reply(&info, reply, err));
done:
    return status;
}

cbank_status cbank_key_show(const cbank_key *key, cbank_buffer *reply, cbank_error *err)
{
    CBI_REQUIRE(key != NULL && reply != NULL, err);
    return show(cbi_private_public(key->inner), reply, err);
}

cbank_status cbank_key_show_public(const char *path, cbank_buffer *reply, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public key;

    CBI_REQUIRE(path != NULL && reply != NULL, err);
    CBI_TRY(cbi_keyfile_read_public(path, &key, err));
    CBI_TRY(show(&key, reply, err));
done:
    return status;
}

void cbank_key_close(cbank_key *key)
{
    if (key == NULL)
        return;
    cbi_private_free(key->inner);
    cbi_free(key);
}
