#include "crypto/suite.h"

typedef struct suite_facts {
    const char *name;
    size_t public_size;
} suite_facts;

static const suite_facts known[] = {
    [CBI_SUITE_SHA256_ED25519] = {"sha256-ed25519", 32},
    [CBI_SUITE_SM3_SM2] = {"sm3-sm2", 65},
};

bool cbi_suite_is_known(int suite)
{
    return suite == CBI_SUITE_SHA256_ED25519 || suite == CBI_SUITE_SM3_SM2;
}

cbank_status cbi_suite_require(int suite, cbank_error *err)
{
    if (cbi_suite_is_known(suite))
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_UNKNOWN_SUITE, (uint64_t)(unsigned)suite, NULL, NULL);
}

const char *cbi_suite_name(cbi_suite suite)
{
    return cbi_suite_is_known((int)suite) ? known[suite].name : "";
}

bool cbi_suite_from_name(cbi_bytes name, cbi_suite *out)
{
    for (int suite = CBI_SUITE_SHA256_ED25519; suite <= CBI_SUITE_SM3_SM2; suite++) {
        if (cbi_bytes_equal(name, cbi_bytes_of_text(known[suite].name))) {
            *out = (cbi_suite)suite;
            return true;
        }
    }
    return false;
}

size_t cbi_suite_public_size(cbi_suite suite)
{
    return cbi_suite_is_known((int)suite) ? known[suite].public_size : 0;
}
