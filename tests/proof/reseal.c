#include "proof/reseal.h"

#include <criterion/criterion.h>

#include <string.h>

#include "proof/assembly.h"

static void *take(void *owner, size_t size)
{
    return world_keep(owner, NULL, size);
}

static void leave(void *owner, void *memory)
{
    (void)owner;
    (void)memory;
}

static ProtobufCMessage *read(world *it, const ProtobufCMessageDescriptor *type, cbi_bytes bytes)
{
    ProtobufCAllocator kept = {.alloc = take, .free = leave, .allocator_data = it};
    ProtobufCMessage *message = protobuf_c_message_unpack(type, &kept, bytes.size, bytes.data);

    cr_assert_not_null(message);
    return message;
}

void reseal_open(reseal *out, world *it, cbi_bytes file, const char *payload_type,
                 const ProtobufCMessageDescriptor *head_type)
{
    cbi_artefact_reader reader;
    cbi_envelope envelope;
    cbi_bytes part;

    *out = (reseal){.world = it, .payload_type = payload_type};
    cr_assert_eq(cbi_artefact_open(file, &reader, NULL), CBANK_OK);
    cr_assert_eq(cbi_envelope_parse(reader.envelope, payload_type, &envelope, NULL), CBANK_OK);
    out->head = read(it, head_type, envelope.payload);
    while (cbi_artefact_next(&reader, &part)) {
        cr_assert(out->count < RESEAL_PARTS_MAX);
        out->parts[out->count++] = part;
    }
}

void *reseal_part(reseal *it, size_t part, const ProtobufCMessageDescriptor *type)
{
    it->message = read(it->world, type, it->parts[part]);
    return it->message;
}

void reseal_put(reseal *it, size_t part)
{
    cbank_buffer bytes = {0};

    cr_assert_eq(cbi_message_pack(it->message, &bytes, NULL), CBANK_OK);
    it->parts[part] = world_keep_buffer(it->world, &bytes);
}

static void set_digest(ProtobufCMessage *head, const cbi_hash *digest)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(head->descriptor, "body_digest");
    ProtobufCBinaryData data = cbi_message_data(cbi_bytes_of_hash(digest));

    if (field != NULL) /* a request has none: it has no body */
        memcpy((uint8_t *)head + field->offset, &data, sizeof(data));
}

cbi_bytes reseal_close(reseal *it, const cbi_private *const *keys, size_t key_count)
{
    cbi_assembly assembly = {0};
    cbank_buffer file = {0};
    cbi_hash digest;

    cr_assert_eq(cbi_assembly_begin(it->world->suite, &assembly, NULL), CBANK_OK);
    for (size_t i = 0; i < it->count; i++)
        cr_assert_eq(cbi_assembly_add(&assembly, it->parts[i], NULL), CBANK_OK);
    cr_assert_eq(cbi_assembly_digest(&assembly, &digest, NULL), CBANK_OK);
    set_digest(it->head, &digest);
    cr_assert_eq(cbi_assembly_finish(&assembly, it->payload_type, it->head, keys, key_count, &file,
                                     NULL),
                 CBANK_OK);
    cbi_assembly_clear(&assembly);
    return world_keep_buffer(it->world, &file);
}
