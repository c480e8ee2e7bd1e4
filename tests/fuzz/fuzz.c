#include "fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proof/assembly.h"

void fuzz_require(bool holds, const char *promise)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz: it does not hold: %s\n", promise);
    abort();
}

unsigned fuzz_choose(cbi_bytes *input, unsigned count)
{
    unsigned choice;

    if (input->size == 0)
        return 0;
    choice = input->data[0] % count;
    input->data++;
    input->size--;
    return choice;
}

story *fuzz_story(void)
{
    static story it;

    if (it.world == NULL)
        story_begin(&it, CBI_SUITE_SHA256_ED25519);
    return &it;
}

const cbi_directory *fuzz_trusted(void)
{
    static cbi_directory directory;

    if (directory.head == NULL)
        world_open_directory(fuzz_story()->world, &directory);
    return &directory;
}

static void set_digest(ProtobufCMessage *head, cbi_hash *digest)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(head->descriptor, "body_digest");
    ProtobufCBinaryData data = {CBI_HASH_SIZE, digest->bytes};

    if (field != NULL) /* a request has none: it has no body */
        memcpy((uint8_t *)head + field->offset, &data, sizeof(data));
}

bool fuzz_sign(cbi_bytes file, const char *payload_type,
               const ProtobufCMessageDescriptor *head_type, fuzz_amend *amend,
               const cbi_private *const *keys, size_t key_count, cbank_buffer *out)
{
    cbi_artefact_reader reader;
    cbi_envelope envelope;
    cbi_assembly assembly = {0};
    void *head = NULL, *copy = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash digest;
    cbi_bytes part;

    CBI_TRY(cbi_artefact_open(file, &reader, NULL));
    CBI_TRY(cbi_envelope_parse(reader.envelope, payload_type, &envelope, NULL));
    CBI_TRY(cbi_message_parse(head_type, envelope.payload, &head, NULL));
    CBI_TRY(cbi_assembly_begin(fuzz_story()->world->suite, &assembly, NULL));
    while (cbi_artefact_next(&reader, &part))
        CBI_TRY(cbi_assembly_add(&assembly, part, NULL));
    CBI_TRY(cbi_assembly_digest(&assembly, &digest, NULL));
    copy = malloc(head_type->sizeof_message); /* whose fields may lend */
    fuzz_require(copy != NULL, "there is memory");
    memcpy(copy, head, head_type->sizeof_message);
    set_digest(copy, &digest);
    cbi_artefact_rewind(&reader);
    if (amend != NULL)
        amend(copy, &reader);
    CBI_TRY(cbi_assembly_finish(&assembly, payload_type, copy, keys, key_count, out, NULL));
done:
    free(copy);
    cbi_message_free(head);
    cbi_assembly_clear(&assembly);
    return status == CBANK_OK;
}

void fuzz_count_batch(void *message, cbi_artefact_reader *parts)
{
    static cbi_hash root;
    cbi_hasher *hasher = fuzz_story()->world->hasher;
    Cbank__V1__BatchHead *head = message;
    cbi_frontier frontier = {0};
    Cbank__V1__BatchItem *item;
    cbi_bytes part;
    cbi_hash id;

    while (cbi_artefact_next(parts, &part)) {
        if (cbi_message_parse(&cbank__v1__batch_item__descriptor, part, &item, NULL) != CBANK_OK)
            return;
        (void)cbi_batch_item_id(hasher, cbi_batch_item_kind(item), cbi_batch_item_bytes(item), &id,
                                NULL);
        (void)cbi_frontier_append(hasher, &frontier, &id, NULL);
        cbi_message_free(item);
    }
    (void)cbi_frontier_root(hasher, &frontier, &root, NULL);
    head->count = (uint32_t)frontier.size;
    head->root = (ProtobufCBinaryData){CBI_HASH_SIZE, root.bytes};
}
