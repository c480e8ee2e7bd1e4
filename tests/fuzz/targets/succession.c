/* Successions of root keys, as they come and as two keys of the bank would have signed them. */
#include "fuzz/fuzz.h"

#include <string.h>

static const cbi_private *keys[2];

static void put_key(ProtobufCBinaryData *field, const cbi_private *key)
{
    cbi_bytes bytes = cbi_public_bytes(cbi_private_public(key));

    if (field->len == bytes.size)
        memcpy(field->data, bytes.data, bytes.size);
}

/* The keys that sign are the ones that it names. */
static void name_keys(void *message, cbi_artefact_reader *parts)
{
    Cbank__V1__SuccessionHead *head = message;

    (void)parts;
    put_key(&head->earlier_key, keys[0]);
    put_key(&head->public_key, keys[1]);
}

static void read_succession(cbi_bytes file)
{
    cbi_suite suite = fuzz_story()->world->suite;
    ProtobufCBinaryData link;
    cbi_succession read = {0};
    cbi_root_keys roots;

    if (cbi_succession_open(suite, file, &read, NULL) == CBANK_OK) {
        link = cbi_message_data(read.bytes);
        if (cbi_succession_follow(suite, read.head->origin, &link, 1, &read.key, &roots, NULL) ==
            CBANK_OK)
            fuzz_require(roots.count == 2 && read.head->epoch == 2 &&
                             cbi_public_equal(&roots.keys[0], &read.earlier),
                         "one link leads from the first key to the second");
    }
    cbi_succession_clear(&read);
}

void fuzz_succession(cbi_bytes input)
{
    const world *bank = fuzz_story()->world;
    cbank_buffer file = {0};

    keys[0] = bank->root_key;
    keys[1] = bank->own.keys[0].key;
    read_succession(input);
    if (fuzz_sign(input, CBI_SUCCESSION_TYPE, &cbank__v1__succession_head__descriptor, name_keys,
                  keys, 2, &file))
        read_succession(cbi_bytes_of_buffer(&file));
    cbank_buffer_clear(&file);
}
