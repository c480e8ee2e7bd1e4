/*
 * Every signed message: what the walker passes, and nothing else, is what protobuf-c unpacks and
 * packs again to the same bytes.
 */
#include "fuzz/fuzz.h"
#include "wire/message.h"

#include "cbank/v1/envelope.pb-c.h"
#include "cbank/v1/programme.pb-c.h"
#include "cbank/v1/publication.pb-c.h"
#include "cbank/v1/reference.pb-c.h"
#include "cbank/v1/ruleset.pb-c.h"
#include "cbank/v1/succession.pb-c.h"

static const ProtobufCMessageDescriptor *const types[] = {
    &cbank__v1__envelope__descriptor,        &cbank__v1__credit_record__descriptor,
    &cbank__v1__credit_change__descriptor,   &cbank__v1__batch_head__descriptor,
    &cbank__v1__batch_item__descriptor,      &cbank__v1__request_head__descriptor,
    &cbank__v1__directory_head__descriptor,  &cbank__v1__directory_institution__descriptor,
    &cbank__v1__status_head__descriptor,     &cbank__v1__status_page__descriptor,
    &cbank__v1__transcript_head__descriptor, &cbank__v1__transcript_item__descriptor,
    &cbank__v1__batch_evidence__descriptor,  &cbank__v1__log_proof__descriptor,
    &cbank__v1__statement__descriptor,       &cbank__v1__publication_head__descriptor,
    &cbank__v1__rule_set_page__descriptor,   &cbank__v1__framework_page__descriptor,
    &cbank__v1__programme_page__descriptor,  &cbank__v1__catalogue_page__descriptor,
    &cbank__v1__unit_page__descriptor,       &cbank__v1__scale_page__descriptor,
    &cbank__v1__succession_head__descriptor,
};

void fuzz_message(cbi_bytes input)
{
    const ProtobufCMessageDescriptor *type =
        types[fuzz_choose(&input, sizeof(types) / sizeof(types[0]))];
    bool passed = cbi_message_check(type, input, NULL) == CBANK_OK;
    cbank_buffer again = {0};
    void *message = NULL;

    fuzz_require(passed == (cbi_message_parse(type, input, &message, NULL) == CBANK_OK),
                 "what is checked can be parsed, and nothing else");
    if (passed)
        fuzz_require(cbi_message_pack(message, &again, NULL) == CBANK_OK &&
                         cbi_bytes_equal(cbi_bytes_of_buffer(&again), input),
                     "a message has one form");
    cbank_buffer_clear(&again);
    cbi_message_free(message);
}
