#include "api/face.h"
#include "bank/keyloss.h"
#include "base/text.h"
#include "proof/succession.h"

#include "cbank/api/v1/bank.pb-c.h"
#include "cbank/api/v1/key.pb-c.h"

static cbank_status fingerprint_of(const cbi_public *key, char out[2 * CBI_HASH_SIZE + 1],
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    CBI_TRY(cbi_public_fingerprint(key, &digest, err));
    cbi_hex_encode(cbi_bytes_of_hash(&digest), out);
done:
    return status;
}

/* ---- the root key hands over ----------------------------------------------------------------- */

cbank_status cbank_root_succession(const cbank_key *earlier, const cbank_key *next,
                                   const uint8_t *request, size_t request_size,
                                   cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RootSuccessionReply message = CBANK__API__V1__ROOT_SUCCESSION_REPLY__INIT;
    Cbank__Api__V1__RootSuccessionRequest *asked = NULL;
    char fingerprint[2 * CBI_HASH_SIZE + 1];
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(earlier != NULL && next != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__root_succession_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_text("origin", asked->origin, err));
    CBI_TRY(cbi_succession_make(asked->origin, asked->epoch, cbi_face_now(), earlier->inner,
                                next->inner, &file, err));
    CBI_TRY(fingerprint_of(cbi_private_public(next->inner), fingerprint, err));
    message.file = cbi_message_data(cbi_bytes_of_buffer(&file));
    message.epoch = asked->epoch;
    message.fingerprint = fingerprint;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

/* ---- keys in other hands --------------------------------------------------------------------- */

cbank_status cbank_bank_key_compromised(cbank_bank *bank, const uint8_t *request,
                                        size_t request_size, cbank_buffer *reply,
                                        cbank_error *err)
{
    Cbank__Api__V1__KeyCompromisedReply message = CBANK__API__V1__KEY_COMPROMISED_REPLY__INIT;
    Cbank__Api__V1__KeyCompromisedRequest *asked = NULL;
    char fingerprint[2 * CBI_HASH_SIZE + 1];
    cbank_status status = CBANK_OK;
    cbi_keyloss_noted noted;
    cbi_keyloss loss;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__key_compromised_request__descriptor, request,
                             request_size, &asked, err));
    loss = (cbi_keyloss){.institution = asked->institution,
                         .key = cbi_message_bytes(asked->public_key),
                         .since = asked->since,
                         .since_at = asked->since_at,
                         .reason = asked->reason,
                         .document = asked->document};
    CBI_TRY(cbi_keyloss_report(inner, &loss, cbi_message_bytes(asked->token), cbi_face_now(),
                               &noted, err));
    CBI_TRY(fingerprint_of(&noted.key, fingerprint, err));
    message.index = noted.index;
    message.since = noted.since;
    message.fingerprint = fingerprint;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_message_free(asked);
    return status;
}
