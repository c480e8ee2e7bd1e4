#include "crypto/seal.h"

#include "crypto/fixture.h"

#include <string.h>

static const cbi_secret key = {{1, 2, 3}};

static cbank_buffer seal(cbi_suite suite, cbi_bytes associated, cbi_bytes plain)
{
    cbank_buffer sealed = {0};

    cr_assert(cbi_seal(suite, &key, associated, plain, &sealed, NULL) == CBANK_OK);
    return sealed;
}

Test(seal, opens_to_what_was_sealed)
{
    static uint8_t plain[70000];
    static const size_t sizes[] = {0, 1, 15, 16, 17, 70000};
    cbank_buffer opened = {0};

    for (int suite = 0; suite < FIXTURE_SUITES; suite++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            const cbi_bytes bytes = cbi_bytes_of(plain, sizes[i]);
            const cbi_bytes associated = cbi_bytes_of_text(i % 2 == 0 ? "bank/1" : "");
            cbank_buffer sealed = seal(fixture_suites[suite], associated, bytes);

            cr_assert(cbi_unseal(fixture_suites[suite], &key, associated,
                                 cbi_bytes_of_buffer(&sealed), &opened, NULL) == CBANK_OK);
            cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&opened), bytes));
            cbank_buffer_clear(&sealed);
        }
    }
    cbank_buffer_clear(&opened);
}

Test(seal, hides_the_content_and_never_looks_the_same_twice)
{
    const cbi_bytes plain = cbi_bytes_of_text("a name that nobody may read here");

    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbank_buffer one = seal(fixture_suites[i], (cbi_bytes){0}, plain);
        cbank_buffer other = seal(fixture_suites[i], (cbi_bytes){0}, plain);

        cr_assert(memmem(one.data, one.size, plain.data, 8) == NULL);
        cr_assert_not(cbi_bytes_equal(cbi_bytes_of_buffer(&one), cbi_bytes_of_buffer(&other)));
        cbank_buffer_clear(&one);
        cbank_buffer_clear(&other);
    }
}

Test(seal, notices_every_changed_bit_and_every_missing_byte)
{
    const cbi_bytes associated = cbi_bytes_of_text("bank/1");
    const cbi_bytes plain = cbi_bytes_of_text("three credits");
    cbank_buffer opened = {0};
    cbank_error err;

    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbank_buffer sealed = seal(fixture_suites[i], associated, plain);

        for (size_t bit = 0; bit < 8 * sealed.size; bit++) {
            sealed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            cr_assert(cbi_unseal(fixture_suites[i], &key, associated, cbi_bytes_of_buffer(&sealed),
                                 &opened, &err) == CBANK_E_CORRUPT);
            cr_assert(err.reason == CBI_REASON_SEAL_BROKEN);
            sealed.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        for (size_t size = 0; size < sealed.size; size++)
            cr_assert(cbi_unseal(fixture_suites[i], &key, associated,
                                 cbi_bytes_of(sealed.data, size), &opened,
                                 NULL) == CBANK_E_CORRUPT);
        cr_assert(opened.data == NULL);
        cbank_buffer_clear(&sealed);
    }
}

Test(seal, does_not_open_elsewhere)
{
    const cbi_bytes associated = cbi_bytes_of_text("bank/1");
    const cbi_secret another = {{1, 2, 4}};
    cbank_buffer opened = {0};

    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbank_buffer sealed = seal(fixture_suites[i], associated, cbi_bytes_of_text("x"));
        const cbi_bytes bytes = cbi_bytes_of_buffer(&sealed);

        cr_assert(cbi_unseal(fixture_suites[i], &key, cbi_bytes_of_text("bank/2"), bytes, &opened,
                             NULL) == CBANK_E_CORRUPT);
        cr_assert(cbi_unseal(fixture_suites[i], &another, associated, bytes, &opened, NULL) ==
                  CBANK_E_CORRUPT);
        cr_assert(cbi_unseal(fixture_suites[1 - i], &key, associated, bytes, &opened, NULL) ==
                  CBANK_E_CORRUPT);
        /* The other suite's name on it does not help. */
        sealed.data[0] = (uint8_t)(3 - sealed.data[0]);
        cr_assert(cbi_unseal(fixture_suites[1 - i], &key, associated, bytes, &opened, NULL) ==
                  CBANK_E_CORRUPT);
        cr_assert(cbi_unseal((cbi_suite)3, &key, associated, bytes, &opened, NULL) ==
                  CBANK_E_UNSUPPORTED);
        cbank_buffer_clear(&sealed);
    }
}

Test(seal, keeps_the_old_content_if_it_fails)
{
    cbank_buffer buffer = {0};

    cr_assert(cbi_buffer_append(&buffer, cbi_bytes_of_text("old"), NULL) == CBANK_OK);
    cr_assert(cbi_unseal(CBI_SUITE_SM3_SM2, &key, (cbi_bytes){0}, cbi_bytes_of_text("no seal"),
                         &buffer, NULL) == CBANK_E_CORRUPT);
    cr_assert(cbi_seal((cbi_suite)3, &key, (cbi_bytes){0}, (cbi_bytes){0}, &buffer, NULL) ==
              CBANK_E_UNSUPPORTED);
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&buffer), cbi_bytes_of_text("old")));
    cbank_buffer_clear(&buffer);
}
