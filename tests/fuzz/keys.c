/*
 * Keys that are counted instead of drawn: the n-th one made is the same in every process. The
 * linker leads every cbi_private_new to here.
 */
#include <criterion/criterion.h>

#include <string.h>

#include "base/text.h"
#include "crypto/key.h"

cbank_status __wrap_cbi_private_new(cbi_suite suite, cbi_private **out, cbank_error *err);

/* PKCS#8 up to the 32 bytes of the secret. */
static const uint8_t ed25519[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                  0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
static const uint8_t sm2[] = {
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d,
    0x02, 0x01, 0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x82, 0x2d, 0x04, 0x27,
    0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20};

cbank_status __wrap_cbi_private_new(cbi_suite suite, cbi_private **out, cbank_error *err)
{
    static uint32_t made;
    bool is_sm2 = suite == CBI_SUITE_SM3_SM2;
    cbi_bytes head =
        is_sm2 ? cbi_bytes_of(sm2, sizeof(sm2)) : cbi_bytes_of(ed25519, sizeof(ed25519));
    uint8_t secret[CBI_SECRET_SIZE] = "a key that everybody may know";
    cbank_buffer der = {0}, pem = {0};
    cbank_status status;

    cbi_put_u32(secret + CBI_SECRET_SIZE - 4, ++made);
    cr_assert_eq(cbi_buffer_append(&der, head, NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&der, cbi_bytes_of(secret, sizeof(secret)), NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&pem, cbi_bytes_of_text("-----BEGIN PRIVATE KEY-----\n"), NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_base64_encode(cbi_bytes_of_buffer(&der), &pem, NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&pem, cbi_bytes_of_text("\n-----END PRIVATE KEY-----\n"), NULL),
                 CBANK_OK);
    status = cbi_private_decode(cbi_bytes_of_buffer(&pem), cbi_bytes_of(NULL, 0), out, err);
    cbank_buffer_clear(&pem);
    cbank_buffer_clear(&der);
    return status;
}
