/* The walker against its oracle, on seeded messages that are good, spoilt or damaged. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "wire/message.h"
#include "wire/oracle.h"
#include "wire/sample.h"

#include "cbank/v1/batch.pb-c.h"
#include "cbank/v1/directory.pb-c.h"
#include "cbank/v1/envelope.pb-c.h"
#include "cbank/v1/record.pb-c.h"
#include "cbank/v1/statement.pb-c.h"
#include "cbank/v1/status.pb-c.h"
#include "cbank/v1/transcript.pb-c.h"
#include "shapes.pb-c.h"

#define ROUNDS 40000
#define DEPTH 10 /* deeper than the walker goes */

static const ProtobufCMessageDescriptor *const types[] = {
    &shapes__everything__descriptor,       &shapes__article__descriptor,
    &cbank__v1__statement__descriptor,     &cbank__v1__credit_record__descriptor,
    &cbank__v1__batch_item__descriptor,    &cbank__v1__envelope__descriptor,
    &cbank__v1__status_page__descriptor,   &cbank__v1__transcript_head__descriptor,
    &cbank__v1__directory_head__descriptor, &cbank__v1__directory_institution__descriptor,
};
#define TYPES (sizeof(types) / sizeof(types[0]))

static void tell(const ProtobufCMessageDescriptor *type, cbi_bytes bytes, cbank_status status)
{
    char *hex = calloc(2, bytes.size + 1);

    cbi_hex_encode(bytes, hex);
    cr_assert_fail("%s: walker answers %d, oracle the contrary: %s", type->name, status, hex);
    free(hex);
}

/* The packer gives the bytes that protobuf-c gives, behind what was there. */
static void pack(const ProtobufCMessage *message, cbi_bytes bytes)
{
    static const cbi_bytes before = {(const uint8_t *)"before", 6};
    cbank_buffer out = {0};

    cr_assert_eq(cbi_buffer_append(&out, before, NULL), CBANK_OK);
    cr_assert_eq(cbi_message_write(message, &out, NULL), CBANK_OK);
    cr_assert(cbi_bytes_equal(cbi_bytes_of(out.data, before.size), before));
    if (!cbi_bytes_equal(cbi_bytes_of(out.data + before.size, out.size - before.size), bytes))
        tell(message->descriptor, bytes, CBANK_OK);
    cbank_buffer_clear(&out);
}

/* So does a message in the memory of another one. */
static void unpack_within(const ProtobufCMessageDescriptor *type, cbi_bytes bytes,
                          cbank_status checked)
{
    ProtobufCMessage *holder = NULL, *message = NULL;

    cr_assert_eq(cbi_message_parse(&cbank__v1__envelope__descriptor, cbi_bytes_of("", 0), &holder,
                                   NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_message_parse_within(holder, type, bytes, &message, NULL), checked);
    cr_assert_eq(message != NULL, checked == CBANK_OK);
    if (message != NULL)
        pack(message, bytes);
    cbi_message_free(holder);
}

/* Unpacked in the same walk, it holds what its bytes say; and what is refused, nobody gets. */
static void unpack(const ProtobufCMessageDescriptor *type, cbi_bytes bytes, cbank_status checked)
{
    ProtobufCMessage *message = NULL;
    cbank_error one = {0}, other = {0};
    cbank_buffer again = {0};

    cr_assert_eq(cbi_message_parse(type, bytes, &message, &one), checked);
    if (checked == CBANK_OK) {
        again.data = malloc(bytes.size + 1);
        again.size = protobuf_c_message_pack(message, again.data);
        cr_assert_eq(again.size, protobuf_c_message_get_packed_size(message));
        if (!cbi_bytes_equal(cbi_bytes_of_buffer(&again), bytes))
            tell(type, bytes, CBANK_OK);
        pack(message, bytes);
    } else {
        cr_assert_null(message);
        cr_assert_eq(cbi_message_check(type, bytes, &other), checked);
        cr_assert_eq(memcmp(&one, &other, sizeof(one)), 0, "and says the same of it");
    }
    cbi_message_free(message);
    free(again.data);
    unpack_within(type, bytes, checked);
}

/* True if accepted. */
static bool compare(const ProtobufCMessageDescriptor *type, cbi_bytes bytes)
{
    cbank_status status = cbi_message_check(type, bytes, NULL);

    if ((status == CBANK_OK) != oracle_accepts(type, bytes))
        tell(type, bytes, status);
    unpack(type, bytes, status);
    return status == CBANK_OK;
}

Test(differential, every_good_message_is_accepted)
{
    for (size_t t = 0; t < TYPES; t++) {
        sample_dice dice = {.state = t};
        cbank_buffer bytes = {0};

        for (unsigned round = 0; round < 2000; round++) {
            bytes.size = 0;
            sample_message(&dice, types[t], CBI_NESTING_MAX, 0, &bytes);
            cr_assert(compare(types[t], cbi_bytes_of_buffer(&bytes)), "%s, round %u",
                      types[t]->name, round);
        }
        cbank_buffer_clear(&bytes);
    }
}

Test(differential, the_walker_passes_exactly_what_unpacks_and_packs_again_to_the_same_bytes)
{
    size_t accepted = 0;

    for (size_t t = 0; t < TYPES; t++) {
        sample_dice dice = {.state = 1000 + t};
        cbank_buffer bytes = {0};

        for (unsigned round = 0; round < ROUNDS; round++) {
            unsigned damages = dice_below(&dice, 3);

            bytes.size = 0;
            sample_message(&dice, types[t], DEPTH, dice_below(&dice, 2) * 100, &bytes);
            for (unsigned i = 0; i < damages; i++)
                sample_damage(&dice, &bytes);
            accepted += compare(types[t], cbi_bytes_of_buffer(&bytes));
        }
        cbank_buffer_clear(&bytes);
    }
    printf("differential: %zu messages, %zu accepted\n", TYPES * ROUNDS, accepted);
    cr_assert(accepted > TYPES * ROUNDS / 10, "hardly anything was accepted");
    cr_assert(accepted < TYPES * ROUNDS * 9 / 10, "hardly anything was refused");
}
