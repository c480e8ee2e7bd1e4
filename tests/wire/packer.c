/* What the packer does where a length has more than its one byte, and where it refuses. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "wire/message.h"
#include "wire/packer.h"

#include "shapes.pb-c.h"

enum { LINKS = CBI_NESTING_MAX + 1 };

/* A message in a message, `links` of them, and a text in the innermost one. */
static Shapes__Everything *chain(size_t links, char *text)
{
    static Shapes__Everything all[LINKS], *children[LINKS];

    for (size_t i = 0; i < links; i++) {
        shapes__everything__init(&all[i]);
        children[i] = &all[i];
        if (i > 0) {
            all[i - 1].children = &children[i];
            all[i - 1].n_children = 1;
        }
    }
    all[links - 1].text = text;
    all[links - 1].i32 = -1;
    return &all[0];
}

/* The same bytes as protobuf-c's, behind what was there. */
static void packs_as_protobuf(const Shapes__Everything *message)
{
    size_t size = shapes__everything__get_packed_size(message);
    uint8_t *wanted = malloc(size + 1);
    cbank_buffer out = {0};

    shapes__everything__pack(message, wanted);
    cr_assert_eq(cbi_buffer_set(&out, cbi_bytes_of("x", 1), NULL), CBANK_OK);
    cr_assert_eq(cbi_packer_append(&message->base, NULL, &out, NULL), CBANK_OK);
    cr_assert_eq(out.size, size + 1);
    cr_assert_eq(out.data[0], 'x');
    cr_assert_eq(memcmp(out.data + 1, wanted, size), 0, "%zu bytes", size);
    cbank_buffer_clear(&out);
    free(wanted);
}

Test(packer, a_length_of_more_bytes_moves_what_it_counts)
{
    static const size_t sizes[] = {0, 1, 100, 126, 127, 128, 129, 200, 16382, 16383, 16384, 70000};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char *text = calloc(1, sizes[i] + 1);

        memset(text, 'z', sizes[i]);
        for (size_t links = 1; links <= CBI_NESTING_MAX; links++)
            packs_as_protobuf(chain(links, text));
        free(text);
    }
}

Test(packer, a_long_list_of_numbers_is_packed_behind_its_length)
{
    Shapes__Everything message;
    uint64_t numbers[300];
    int32_t signs[300];

    shapes__everything__init(&message);
    for (size_t count = 0; count <= 300; count += 25) {
        for (size_t i = 0; i < count; i++) {
            numbers[i] = (uint64_t)1 << i % 64;
            signs[i] = i % 2 == 0 ? INT32_MIN : (int32_t)i;
        }
        message.u64s = numbers;
        message.i32s = signs;
        message.n_u64s = message.n_i32s = count;
        packs_as_protobuf(&message);
    }
}

Test(packer, an_empty_message_needs_no_memory)
{
    Shapes__Everything message;
    cbank_buffer out = {0};

    shapes__everything__init(&message);
    cr_expect_eq(cbi_packer_append(&message.base, NULL, &out, NULL), CBANK_OK);
    cr_expect_null(out.data);
    cr_expect_eq(out.size, 0);
}

Test(packer, what_it_refuses_leaves_the_buffer_as_it_was)
{
    Shapes__HasSigned other;
    cbank_buffer out = {0};
    cbank_error err = {0};

    shapes__has_signed__init(&other);
    cr_assert_eq(cbi_buffer_set(&out, cbi_bytes_of("kept", 4), NULL), CBANK_OK);
    cr_expect_eq(cbi_packer_append(&chain(LINKS, NULL)->base, NULL, &out, &err), CBANK_E_TOO_LARGE);
    cr_expect_eq(err.reason, (int32_t)CBI_REASON_MESSAGE_NESTING);
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&out), cbi_bytes_of("kept", 4)));
    cr_expect_eq(cbi_packer_append(&other.base, NULL, &out, &err), CBANK_E_UNSUPPORTED);
    cr_expect_eq(err.reason, (int32_t)CBI_REASON_MESSAGE_TYPE);
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&out), cbi_bytes_of("kept", 4)));
    cbank_buffer_clear(&out);
}

/* Cut between any two fields, the pieces are the whole. */
Test(packer, a_message_may_be_written_in_pieces)
{
    uint8_t wanted[512];
    static char one[] = "one", nothing[] = "", three[] = "three";
    static char *texts[] = {one, nothing, three};
    Shapes__Everything message, child;
    cbank_buffer out = {0};
    size_t size;

    shapes__everything__init(&message);
    shapes__everything__init(&child);
    message.u32 = 7;
    message.i64 = -1;
    message.text = texts[0];
    message.texts = texts;
    message.n_texts = 3;
    message.child = &child;
    child.text = texts[2];
    size = shapes__everything__pack(&message, wanted);
    for (uint32_t last = 0; last < 3002; last++) {
        out.size = 0;
        cr_assert_eq(cbi_message_write_fields(&message, 1, last, &out, NULL), CBANK_OK);
        cr_assert_eq(cbi_message_write_fields(&message, last + 1, UINT32_MAX, &out, NULL),
                     CBANK_OK);
        cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&out), cbi_bytes_of(wanted, size)), "%u",
                  last);
    }
    cbank_buffer_clear(&out);
}
