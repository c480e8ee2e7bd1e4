/* A container out of a spool is read exactly as one in memory. */
#include "proof/stream.h"

#include <criterion/criterion.h>

#include <stdlib.h>

#include "base/limits.h"
#include "wire/artefact.h"

#define PARTS 400u

static cbi_spool *spool_of(cbi_bytes bytes)
{
    cbi_spool *spool = NULL;

    cr_assert_eq(cbi_spool_new(CBI_SUITE_SHA256_ED25519, &spool, NULL), CBANK_OK);
    cr_assert_eq(cbi_spool_append(spool, bytes, NULL), CBANK_OK);
    return spool;
}

/* Parts of 1 to 60,000 bytes, so that they lie across windows and pages in every way. */
static cbank_buffer make_file(void)
{
    static uint8_t content[60000];
    cbank_buffer file = {0};
    uint32_t seed = 7;

    cr_assert_eq(cbi_artefact_write_envelope(&file, cbi_bytes_of_text("the envelope"), NULL),
                 CBANK_OK);
    for (uint32_t i = 0; i < PARTS; i++) {
        seed = seed * 1103515245u + 12345u;
        cbi_put_u32(content, i);
        cr_assert_eq(cbi_artefact_write_part(
                         &file, cbi_bytes_of(content, 4 + (seed >> 8) % (i % 8 == 0 ? 59000 : 700)),
                         NULL),
                     CBANK_OK);
    }
    return file;
}

static void expect_the_same(const cbi_bulk *source, cbi_bytes file)
{
    cbi_stream stream = {0};
    cbi_artefact_reader reader;
    cbi_bytes part, other;
    bool any;

    cr_assert_eq(cbi_artefact_open(file, &reader, NULL), CBANK_OK);
    cr_assert_eq(cbi_stream_open(source, CBI_BATCH_FILE_MAX, &stream, NULL), CBANK_OK);
    cr_expect(cbi_bytes_equal(stream.envelope, reader.envelope));
    for (int round = 0; round < 2; round++) {
        cbi_artefact_rewind(&reader);
        stream.offset = stream.body_offset;
        while (cbi_artefact_next(&reader, &part)) {
            cr_assert_eq(cbi_stream_next(&stream, &other, &any, NULL), CBANK_OK);
            cr_assert(any);
            cr_assert(cbi_bytes_equal(part, other));
        }
        cr_assert_eq(cbi_stream_next(&stream, &other, &any, NULL), CBANK_OK);
        cr_expect(!any);
    }
    cbi_stream_clear(&stream);
}

Test(stream, reads_the_same_wherever_the_file_is_cut_between_memory_and_spool)
{
    cbank_buffer file = make_file();
    const size_t cuts[] = {0, 5, 14, 15, 16, 70000, file.size - 3, file.size};

    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        cbi_spool *rest = spool_of(cbi_bytes_of(file.data + cuts[i], file.size - cuts[i]));
        const cbi_bulk source = {.head = cbi_bytes_of(file.data, cuts[i]), .rest = rest};

        expect_the_same(&source, cbi_bytes_of_buffer(&file));
        cbi_spool_free(rest);
    }
    cbank_buffer_clear(&file);
}

/* Every short file of few different bytes: whatever artefact.h says of it, a stream does. */
Test(stream, is_as_strict_as_the_reader_in_memory)
{
    static const uint8_t letters[] = {0x0a, 0x12, 0x00, 0x01, 0x02, 0x03, 0x80, 'z'};
    uint8_t bytes[6];
    unsigned accepted = 0;

    for (uint32_t round = 0; round < 8u * 8 * 8 * 8 * 8 * 8; round++) {
        cbi_artefact_reader reader;
        cbi_stream stream = {0};
        cbi_bulk source;
        cbi_spool *spool;
        cbank_error one = {0}, other = {0};
        cbank_status status;

        for (size_t i = 0; i < 6; i++)
            bytes[i] = letters[round >> (3 * i) & 7];
        if (bytes[0] != 0x0a && round % 64 != 0)
            continue;
        status = cbi_artefact_open(cbi_bytes_of(bytes, 6), &reader, &one);
        spool = spool_of(cbi_bytes_of(bytes, 6));
        source = cbi_bulk_of_spool(spool);
        cr_assert_eq(cbi_stream_open(&source, 100, &stream, &other), status, "round %u", round);
        cr_assert_eq(other.reason, one.reason);
        cr_assert_eq(other.where, one.where);
        accepted += status == CBANK_OK;
        cbi_stream_clear(&stream);
        cbi_spool_free(spool);
    }
    cr_expect_gt(accepted, 10u);
}

Test(stream, refuses_a_file_or_a_part_beyond_the_limit)
{
    cbank_buffer file = {0};
    cbi_stream stream = {0};
    cbi_spool *spool;
    cbi_bulk source;
    uint8_t *part = calloc(1, 3 * CBI_ENVELOPE_MAX);

    cr_assert_eq(cbi_artefact_write_envelope(&file, cbi_bytes_of_text("e"), NULL), CBANK_OK);
    cr_assert_eq(cbi_artefact_write_part(&file, cbi_bytes_of(part, 3 * CBI_ENVELOPE_MAX), NULL),
                 CBANK_OK);
    spool = spool_of(cbi_bytes_of_buffer(&file));
    source = cbi_bulk_of_spool(spool);
    cr_expect_eq(cbi_stream_open(&source, file.size - 1, &stream, NULL), CBANK_E_TOO_LARGE);
    cr_expect_eq(cbi_stream_open(&source, file.size, &stream, NULL), CBANK_E_TOO_LARGE);
    cbi_stream_clear(&stream);
    cbi_spool_free(spool);
    cbank_buffer_clear(&file);
    free(part);
}
