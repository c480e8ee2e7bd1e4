/* SipHash-2-4 of 128 bits, as its authors give it; and a key that is drawn anew. */
#include "crypto/fingerprint.h"

#include "crypto/fixture.h"

/* The first of the vectors that came with it: of 0, 1, 2 ... bytes that count, as the key does. */
Test(fingerprint, is_what_the_authors_of_siphash_published)
{
    static const uint8_t wanted[][CBI_FINGERPRINT_SIZE] = {
        {0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02,
         0x93},
        {0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc,
         0x45},
    };
    cbi_fingerprint_key key;
    uint8_t text[1] = {0};

    for (uint8_t i = 0; i < sizeof(key.bytes); i++)
        key.bytes[i] = i;
    for (size_t size = 0; size < 2; size++) {
        cbi_fingerprint made = cbi_fingerprint_of(&key, cbi_bytes_of(text, size));

        cr_expect_arr_eq(made.bytes, wanted[size], CBI_FINGERPRINT_SIZE, "%zu", size);
    }
}

Test(fingerprint, is_another_under_each_key)
{
    const cbi_bytes text = cbi_bytes_of_text("the same");
    cbi_fingerprint_key first, second;
    cbi_fingerprint a, b, again;

    cr_assert_eq(cbi_fingerprint_draw(&first, NULL), CBANK_OK);
    cr_assert_eq(cbi_fingerprint_draw(&second, NULL), CBANK_OK);
    a = cbi_fingerprint_of(&first, text);
    b = cbi_fingerprint_of(&second, text);
    again = cbi_fingerprint_of(&first, text);
    cr_expect(cbi_fingerprint_equal(&a, &again));
    cr_expect_not(cbi_fingerprint_equal(&a, &b));
    cbi_fingerprint_wipe(&first);
}
