/* What an institution asks for, and who must have signed it. */
#include <criterion/criterion.h>

#include <string.h>

#include "proof/reseal.h"

static world *it;
static cbi_private *key, *earlier;

static void begin(cbi_suite suite)
{
    it = world_new(suite);
    key = world_new_key(it);
    earlier = world_new_key(it);
}

static void start(void)
{
    begin(CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    cbi_private_free(key);
    cbi_private_free(earlier);
    world_free(it);
}

TestSuite(request, .init = start, .fini = end);

static cbank_status open(cbi_bytes file, const cbi_private *signer)
{
    cbi_request request = {0};
    cbank_status status = cbi_request_open(it->suite, file, &request, NULL);

    if (status == CBANK_OK)
        status = cbi_request_verify(
            &request, signer == NULL ? NULL : cbi_private_public(signer), NULL);
    cbi_request_clear(&request);
    return status;
}

static Cbank__V1__RequestHead *take_apart(reseal *out)
{
    reseal_open(out, it, world_request(it, "NEW", NULL, key), CBI_REQUEST_TYPE,
                &cbank__v1__request_head__descriptor);
    return (Cbank__V1__RequestHead *)out->head;
}

static cbi_bytes put_together(reseal *sealed)
{
    const cbi_private *signer = key;

    return reseal_close(sealed, &signer, 1);
}

Test(request, to_join_it_is_signed_by_the_key_it_brings)
{
    end();
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        cbi_request request = {0};
        cbi_bytes file;

        begin(world_suites[s]);
        file = world_request(it, "NEW", NULL, key);
        cr_assert_eq(cbi_request_open(it->suite, file, &request, NULL), CBANK_OK);
        cr_expect_eq(cbi_request_verify(&request, NULL, NULL), CBANK_OK);
        cr_expect(cbi_public_equal(&request.key, cbi_private_public(key)));
        cr_expect_str_eq(request.head->institution, "NEW");
        cr_expect_str_eq(request.head->origin, it->origin);
        cr_expect_eq(request.head->act, CBANK__V1__REQUEST_ACT__REQUEST_ACT_ADMIT);
        cbi_request_clear(&request);
        cr_expect_eq(open(file, earlier), CBANK_E_MALFORMED, "no change of key");
        if (s + 1 < WORLD_SUITES)
            end();
    }
}

Test(request, to_change_the_key_the_earlier_one_signs_then_the_new_one)
{
    end();
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        cbi_bytes file;

        begin(world_suites[s]);
        file = world_request(it, "NEW", earlier, key);
        cr_expect_eq(open(file, earlier), CBANK_OK);
        cr_expect_eq(open(file, key), CBANK_E_BAD_SIGNATURE);
        cr_expect_eq(open(file, it->root_key), CBANK_E_BAD_SIGNATURE);
        cr_expect_eq(open(file, NULL), CBANK_E_MALFORMED, "no request to join");
        if (s + 1 < WORLD_SUITES)
            end();
    }
}

Test(request, nobody_asks_with_a_key_that_he_does_not_hold)
{
    reseal sealed;
    Cbank__V1__RequestHead *head = take_apart(&sealed);

    head->public_key = cbi_message_data(cbi_public_bytes(cbi_private_public(earlier)));
    cr_expect_eq(open(put_together(&sealed), NULL), CBANK_E_BAD_SIGNATURE);
}

Test(request, a_change_of_key_has_two_signatures)
{
    const cbi_private *signers[] = {key, earlier};
    reseal sealed;

    take_apart(&sealed)->act = CBANK__V1__REQUEST_ACT__REQUEST_ACT_ROTATE;
    cr_expect_eq(open(put_together(&sealed), earlier), CBANK_E_BAD_SIGNATURE, "one");
    take_apart(&sealed)->act = CBANK__V1__REQUEST_ACT__REQUEST_ACT_ROTATE;
    cr_expect_eq(open(reseal_close(&sealed, signers, 2), earlier), CBANK_E_BAD_SIGNATURE,
                 "in the other order");
    take_apart(&sealed);
    cr_expect_eq(open(reseal_close(&sealed, signers, 2), NULL), CBANK_E_BAD_SIGNATURE,
                 "two under one to join");
}

Test(request, values_of_the_head)
{
    static const cbank_status expected[] = {
        CBANK_E_UNSUPPORTED, CBANK_E_MALFORMED, CBANK_E_MALFORMED, CBANK_E_MALFORMED,
        CBANK_E_MALFORMED,   CBANK_E_MALFORMED, CBANK_E_MALFORMED, CBANK_E_MALFORMED,
    };

    for (size_t row = 0; row < sizeof(expected) / sizeof(expected[0]); row++) {
        reseal sealed;
        Cbank__V1__RequestHead *head = take_apart(&sealed);

        switch (row) {
        case 0:
            head->version = 3;
            break;
        case 1:
            head->act = 0;
            break;
        case 2:
            head->origin = cbi_message_string("bank");
            break;
        case 3:
            head->institution = cbi_message_string("a b");
            break;
        case 4:
            head->suite = CBANK__V1__SUITE__SUITE_SM3_SM2;
            break;
        case 5:
            head->n_names = 0;
            break;
        case 6:
            head->at = 0;
            break;
        default:
            head->public_key.len = 31;
        }
        cr_expect_eq(open(put_together(&sealed), NULL), expected[row], "row %zu", row);
    }
}

Test(request, a_weak_key_is_refused)
{
    static const uint8_t weak[32] = {1};
    reseal sealed;

    memcpy(take_apart(&sealed)->public_key.data, weak, sizeof(weak));
    cr_expect_eq(open(put_together(&sealed), NULL), CBANK_E_UNTRUSTED_KEY);
}

Test(request, it_has_no_body)
{
    reseal sealed;

    take_apart(&sealed);
    sealed.parts[sealed.count++] = cbi_bytes_of_text("x");
    cr_expect_eq(open(put_together(&sealed), NULL), CBANK_E_MALFORMED);
}

Test(request, what_failed_to_open_is_empty)
{
    cbi_request request = {0};
    reseal sealed;

    take_apart(&sealed)->public_key.len = 31;
    cr_expect_neq(cbi_request_open(it->suite, put_together(&sealed), &request, NULL), CBANK_OK);
    cr_expect_null(request.head);
}
