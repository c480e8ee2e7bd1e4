/* The limit on what a message takes once unpacked, against what protobuf-c really asks for. */
#include <criterion/criterion.h>

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "wire/field.h"
#include "wire/message.h"

#include "cbank/v1/status.pb-c.h"
#include "shapes.pb-c.h"


static void *take(void *data, size_t size)
{
    size_t *live = data;
    void *memory = malloc(size);

    *live += memory == NULL ? 0 : malloc_usable_size(memory);
    return memory;
}

static void give(void *data, void *memory)
{
    size_t *live = data;

    *live -= memory == NULL ? 0 : malloc_usable_size(memory);
    free(memory);
}

static size_t unpacked_size(const ProtobufCMessageDescriptor *type, cbi_bytes bytes)
{
    size_t meter = 0;
    ProtobufCAllocator allocator = {.alloc = take, .free = give, .allocator_data = &meter};
    ProtobufCMessage *message =
        protobuf_c_message_unpack(type, &allocator, bytes.size, bytes.data);
    size_t live = meter;

    cr_assert_not_null(message);
    protobuf_c_message_free_unpacked(message, &allocator);
    cr_assert_eq(meter, 0);
    return live;
}

static void fill(cbank_buffer *out, cbi_bytes piece, size_t count)
{
    out->size = 0;
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(cbi_buffer_append(out, piece, NULL), CBANK_OK);
}

/* The most pieces that are accepted. */
static size_t most(const ProtobufCMessageDescriptor *type, cbi_bytes piece, cbank_buffer *bytes)
{
    size_t low = 1;
    size_t high = CBI_MESSAGE_MEMORY_MAX;
    cbank_error err;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        fill(bytes, piece, middle);
        if (cbi_message_check(type, cbi_bytes_of_buffer(bytes), &err) == CBANK_OK)
            low = middle;
        else
            high = middle;
    }
    cr_expect_eq(err.reason, (int32_t)CBI_REASON_MESSAGE_MEMORY);
    fill(bytes, piece, low);
    return low;
}

static void stays_within(const char *name, const ProtobufCMessageDescriptor *type, cbi_bytes piece)
{
    cbank_buffer bytes = {0};
    size_t count = most(type, piece, &bytes);
    size_t size = unpacked_size(type, cbi_bytes_of_buffer(&bytes));

    printf("memory: %zu %s in %zu bytes take %zu\n", count, name, bytes.size, size);
    cr_expect(size <= CBI_MESSAGE_MEMORY_MAX, "%s take %zu bytes", name, size);
    cr_expect(size >= CBI_MESSAGE_MEMORY_MAX / 8, "%s: the estimate is far too high", name);
    cbank_buffer_clear(&bytes);
}

Test(memory, what_is_accepted_stays_within_the_limit_once_unpacked)
{
    stays_within("empty messages", &cbank__v1__status_page__descriptor,
                 cbi_bytes_of("\x0a\x00", 2));
    stays_within("large empty messages", &shapes__everything__descriptor,
                 cbi_bytes_of("\xc2\xbb\x01\x00", 4));
    stays_within("empty texts", &shapes__everything__descriptor, cbi_bytes_of("\xb2\x01\x00", 3));
    stays_within("empty bytes", &shapes__everything__descriptor, cbi_bytes_of("\xba\x01\x00", 3));
    stays_within("short texts", &shapes__article__descriptor, cbi_bytes_of("\x4a\x01z", 3));
}

/* Whole files travel inside requests; they cost what they cost on the wire, and no more. */
Test(memory, the_content_of_bytes_does_not_count)
{
    cbank_buffer value = {0};
    cbank_buffer bytes = {0};

    cr_assert_eq(cbi_buffer_reserve(&value, 2 * CBI_MESSAGE_MEMORY_MAX, NULL), CBANK_OK);
    value.size = 2 * CBI_MESSAGE_MEMORY_MAX;
    memset(value.data, 'z', value.size);
    cr_assert_eq(cbi_field_write_bytes(&bytes, 8, cbi_bytes_of_buffer(&value), NULL), CBANK_OK);
    cr_expect_eq(
        cbi_message_check(&shapes__everything__descriptor, cbi_bytes_of_buffer(&bytes), NULL),
        CBANK_OK);
    cr_expect(unpacked_size(&shapes__everything__descriptor, cbi_bytes_of_buffer(&bytes)) <=
                  bytes.size + CBI_MESSAGE_MEMORY_MAX,
              "beside it the limit holds as before");
    cbank_buffer_clear(&value);
    cbank_buffer_clear(&bytes);
}

Test(memory, a_packed_list_counts_each_number)
{
    size_t fits = CBI_MESSAGE_MEMORY_MAX / sizeof(uint64_t) - 256;
    cbank_buffer ones = {0};
    cbank_buffer bytes = {0};

    fill(&ones, cbi_bytes_of("\x01", 1), fits);
    cr_assert_eq(cbi_field_write_bytes(&bytes, 17, cbi_bytes_of_buffer(&ones), NULL), CBANK_OK);
    cr_expect_eq(
        cbi_message_check(&shapes__everything__descriptor, cbi_bytes_of_buffer(&bytes), NULL),
        CBANK_OK);
    cr_expect(unpacked_size(&shapes__everything__descriptor, cbi_bytes_of_buffer(&bytes)) <=
                  CBI_MESSAGE_MEMORY_MAX + 4096,
              "but for the page to which malloc rounds one large block");
    bytes.size = 0;
    fill(&ones, cbi_bytes_of("\x01", 1), fits + 256);
    cr_assert_eq(cbi_field_write_bytes(&bytes, 17, cbi_bytes_of_buffer(&ones), NULL), CBANK_OK);
    cr_expect_eq(
        cbi_message_check(&shapes__everything__descriptor, cbi_bytes_of_buffer(&bytes), NULL),
        CBANK_E_TOO_LARGE);
    cbank_buffer_clear(&ones);
    cbank_buffer_clear(&bytes);
}
