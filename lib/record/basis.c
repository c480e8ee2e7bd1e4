#include "record/basis.h"

#include <string.h>

static const cbi_basis BASES[] = {
#define CBI_BASIS(code, article, zh, en) {code, article, zh, en},
#include "record/basis.def"
#undef CBI_BASIS
};
#define COUNT (sizeof(BASES) / sizeof(BASES[0]))

const cbi_basis *cbi_basis_find(const char *code)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (strcmp(BASES[i].code, code) == 0)
            return &BASES[i];
    }
    return NULL;
}

const char *cbi_basis_codes(void)
{
    static const char codes[] = ""
#define CBI_BASIS(code, article, zh, en) ", " code
#include "record/basis.def"
#undef CBI_BASIS
        ;

    return codes + 2;
}

cbank_status cbi_basis_digest(cbi_hasher *hasher, const cbi_basis *basis, cbi_hash *out,
                              cbank_error *err)
{
    return cbi_digest_labelled(hasher, "cbank/v1/basis", cbi_bytes_of_text(basis->code), out, err);
}

cbank_status cbi_basis_of_digest(cbi_hasher *hasher, cbi_bytes digest, const cbi_basis **out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash own;

    *out = NULL;
    for (size_t i = 0; i < COUNT && *out == NULL; i++) {
        CBI_TRY(cbi_basis_digest(hasher, &BASES[i], &own, err));
        if (cbi_bytes_equal(cbi_bytes_of_hash(&own), digest))
            *out = &BASES[i];
    }
done:
    return status;
}
