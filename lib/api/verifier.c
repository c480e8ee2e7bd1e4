#include "api/verifier.h"

#include <string.h>

#include "api/face.h"
#include "api/truststore.h"
#include "base/memory.h"
#include "base/text.h"
#include "record/code.h"

#include "cbank/api/v1/transcript.pb-c.h"

typedef Cbank__Api__V1__VerifierRequest verifier_request;

#define PINS_MAX 1000u

struct cbank_verifier {
    cbi_directory directory;
    cbi_pinned_key *pins;
    size_t pin_count;
    cbank_buffer status; /* kept in the trust store; or empty */
    uint64_t status_number;
};

cbi_bytes cbi_verifier_status(const cbank_verifier *verifier, uint64_t *number)
{
    *number = verifier->status_number;
    return cbi_bytes_of_buffer(&verifier->status);
}

cbi_trust cbi_verifier_trust(const cbank_verifier *verifier)
{
    return (cbi_trust){.directory = &verifier->directory,
                       .pins = verifier->pins,
                       .pin_count = verifier->pin_count};
}

static cbank_status read_fingerprint(const char *field, const char *digits, uint64_t where,
                                     cbi_hash *out, cbank_error *err)
{
    if (!cbi_hex_decode(cbi_message_text(digits), out->bytes, sizeof(out->bytes)))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, where, field, NULL);
    return CBANK_OK;
}

static cbank_status read_pins(const verifier_request *request, cbank_verifier *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_face_check_list("pins", request->n_pins, PINS_MAX, err));
    CBI_TRY(cbi_alloc(request->n_pins, sizeof(*out->pins), &out->pins, err));
    for (size_t i = 0; i < request->n_pins; i++) {
        const char *code = request->pins[i]->institution;
        cbi_pinned_key *pin = &out->pins[i];

        if (!cbi_institution_code_is_valid(cbi_message_text(code)))
            CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, i, "pins", NULL));
        memcpy(pin->institution, code, strlen(code) + 1);
        CBI_TRY(read_fingerprint("pins", request->pins[i]->fingerprint, i, &pin->fingerprint,
                                 err));
        out->pin_count++;
    }
done:
    return status;
}

/* What the store keeps, or a newer directory that it accepts. */
static cbank_status read_store(const verifier_request *request, int64_t at, cbank_verifier *out,
                               cbank_error *err)
{
    cbi_bytes given = cbi_message_bytes(request->directory);
    cbi_truststore store = {0};
    cbank_status status = CBANK_OK;
    bool changed;

    if (request->root_fingerprint[0] != '\0' || request->vkey[0] != '\0')
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "trust", NULL);
    CBI_TRY(cbi_truststore_open(cbi_message_bytes(request->trust), &store, err));
    if (given.size == 0)
        given = cbi_message_bytes(store.message->directory);
    CBI_TRY(cbi_truststore_take_directory(&store, given, at, &out->directory, &changed, err));
    CBI_TRY(cbi_buffer_set(&out->status, cbi_message_bytes(store.message->status), err));
    out->status_number = store.status_number;
done:
    cbi_truststore_clear(&store);
    return status;
}

/* A directory, or a log key alone: one of the two. */
static cbank_status read_directory(const verifier_request *request, int64_t at,
                                   cbi_directory *out, cbank_error *err)
{
    bool pinned = request->root_fingerprint[0] != '\0';
    cbank_status status = CBANK_OK;
    cbi_hash root;

    if ((request->directory.len == 0) == (request->vkey[0] == '\0'))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "directory", NULL);
    if (request->vkey[0] != '\0') {
        if (pinned)
            return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "root_fingerprint", NULL);
        return cbi_directory_open_vkey(cbi_message_text(request->vkey), out, err);
    }
    if (pinned)
        CBI_TRY(read_fingerprint("root_fingerprint", request->root_fingerprint, 0, &root, err));
    CBI_TRY(cbi_directory_open(cbi_message_bytes(request->directory), pinned ? &root : NULL, at,
                               out, err));
done:
    return status;
}

cbank_status cbank_verifier_open(const uint8_t *bytes, size_t size, cbank_verifier **out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    verifier_request *request = NULL;
    cbank_verifier *verifier = NULL;
    int64_t at;

    CBI_REQUIRE(out != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__verifier_request__descriptor, bytes, size, &request,
                             err));
    CBI_TRY(cbi_alloc(1, sizeof(*verifier), &verifier, err));
    CBI_TRY(read_pins(request, verifier, err));
    at = request->at != 0 ? request->at : cbi_face_now();
    if (request->trust.len > 0)
        CBI_TRY(read_store(request, at, verifier, err));
    else
        CBI_TRY(read_directory(request, at, &verifier->directory, err));
    CBI_TRY(cbi_known_new(verifier->directory.suite, &verifier->directory.known, err));
    *out = verifier;
    verifier = NULL;
done:
    cbank_verifier_close(verifier);
    cbi_message_free(request);
    return status;
}

void cbank_verifier_close(cbank_verifier *verifier)
{
    if (verifier == NULL)
        return;
    cbi_directory_clear(&verifier->directory);
    cbank_buffer_clear(&verifier->status);
    cbi_free(verifier->pins);
    cbi_free(verifier);
}
