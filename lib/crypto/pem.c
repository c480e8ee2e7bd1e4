#include "crypto/pem.h"

#include "crypto/algorithm.h"
#include "crypto/key.h"

#include <openssl/crypto.h>
#include <openssl/pem.h>

static cbank_status read_block(cbi_bytes text, cbi_reason reason, cbi_pem *out, cbank_error *err)
{
    BIO *bio = BIO_new_mem_buf(text.data, (int)text.size);
    cbank_status status = CBANK_OK;

    if (bio == NULL)
        return cbi_algorithm_fail(err, CBI_REASON_NO_MEMORY, "pem");
    if (PEM_read_bio_ex(bio, &out->name, &out->header, &out->data, &out->size, PEM_FLAG_SECURE) !=
        1)
        status = cbi_algorithm_fail(err, reason, "pem");
    BIO_free(bio);
    return status;
}

cbank_status cbi_pem_read(cbi_bytes text, cbi_reason reason, cbi_pem *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_pem pem = {0};

    if (text.size == 0 || text.size > CBI_PEM_MAX)
        return cbi_fail(err, reason, 0, "pem", "%zu bytes", text.size);
    CBI_TRY(read_block(text, reason, &pem, err));
    if (pem.header[0] != '\0') {
        status = cbi_fail(err, reason, 0, "pem", "encapsulated headers");
        goto done;
    }
    *out = pem;
    pem = (cbi_pem){0};
done:
    cbi_pem_clear(&pem);
    return status;
}

void cbi_pem_clear(cbi_pem *pem)
{
    OPENSSL_secure_free(pem->name);
    OPENSSL_secure_free(pem->header);
    OPENSSL_secure_clear_free(pem->data, (size_t)pem->size);
    *pem = (cbi_pem){0};
}

cbank_status cbi_pem_take(BIO *bio, cbank_buffer *text, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer taken = {0};
    char *written = NULL;
    long size = BIO_get_mem_data(bio, &written);

    CBI_TRY(cbi_buffer_append(&taken, cbi_bytes_of(written, (size_t)size), err));
    cbank_buffer_clear(text);
    *text = taken;
done:
    return status;
}
