#include "crypto/fingerprint.h"

#include <sodium.h>

#include "base/memory.h"

_Static_assert(sizeof(cbi_fingerprint) == crypto_shorthash_siphashx24_BYTES, "of 128 bits");
_Static_assert(sizeof(cbi_fingerprint_key) == crypto_shorthash_siphashx24_KEYBYTES, "the key");

cbank_status cbi_fingerprint_draw(cbi_fingerprint_key *out, cbank_error *err)
{
    return cbi_random(out->bytes, sizeof(out->bytes), err);
}

void cbi_fingerprint_wipe(cbi_fingerprint_key *key)
{
    cbi_wipe(key, sizeof(*key));
}

cbi_fingerprint cbi_fingerprint_of(const cbi_fingerprint_key *key, cbi_bytes text)
{
    cbi_fingerprint made;

    (void)crypto_shorthash_siphashx24(made.bytes, text.data, text.size, key->bytes);
    return made;
}
