/* Files that wait for a signature made elsewhere. */
#include "fuzz/fuzz.h"
#include "proof/unsigned.h"

/* Signs it with the key that the bank has; whoever else is to sign is not at hand. */
static void sign(cbi_bytes file, const cbi_unsigned *draft)
{
    const cbi_private *key = fuzz_story()->world->log_key;
    cbank_buffer signature = {0}, signed_file = {0};
    cbi_unsigned next = {0};
    size_t missing = 0;
    cbank_status status;

    fuzz_require(cbi_sign(key, cbi_bytes_of_buffer(&draft->bytes), &signature, NULL) == CBANK_OK,
                 "the bank signs");
    status = cbi_unsigned_attach(file, cbi_bytes_of_buffer(&signature), &signed_file, &missing,
                                 NULL);
    if (cbi_public_equal(&draft->key, cbi_private_public(key)))
        fuzz_require(status == CBANK_OK, "the right signature is taken");
    else
        fuzz_require(status != CBANK_OK, "nobody signs for another");
    if (status == CBANK_OK)
        fuzz_require((cbi_unsigned_read(cbi_bytes_of_buffer(&signed_file), &next, NULL) ==
                      CBANK_OK) == (missing > 0),
                     "it waits until none is missing");
    cbi_unsigned_clear(&next);
    cbank_buffer_clear(&signature);
    cbank_buffer_clear(&signed_file);
}

void fuzz_unsigned(cbi_bytes input)
{
    cbi_unsigned draft = {0};

    if (cbi_unsigned_read(input, &draft, NULL) == CBANK_OK)
        sign(input, &draft);
    cbi_unsigned_clear(&draft);
}
