/* The digest that binds a body to its head. */
#include <criterion/criterion.h>

#include "proof/body.h"

#define BYTES(text) cbi_bytes_of(text, sizeof(text) - 1)
#define PARTS_MAX 4

static cbi_hasher *hasher;

static void start(void)
{
    cr_assert_eq(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, NULL), CBANK_OK);
}

static void end(void)
{
    cbi_hasher_free(hasher);
}

TestSuite(body, .init = start, .fini = end);

static cbi_hash digest(const cbi_bytes *parts, size_t count)
{
    cbi_artefact_reader reader;
    cbank_buffer file = {0};
    uint64_t counted = 0;
    cbi_hash hash;

    cr_assert_eq(cbi_artefact_write_envelope(&file, BYTES("head"), NULL), CBANK_OK);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(cbi_artefact_write_part(&file, parts[i], NULL), CBANK_OK);
    cr_assert_eq(cbi_artefact_open(cbi_bytes_of_buffer(&file), &reader, NULL), CBANK_OK);
    cr_assert_eq(cbi_body_digest(hasher, &reader, &hash, &counted, NULL), CBANK_OK);
    cr_expect_eq(counted, count);
    cbank_buffer_clear(&file);
    return hash;
}

static cbi_hash sha256(cbi_bytes bytes)
{
    cbi_hash hash;

    cr_assert_eq(cbi_digest_sha256(bytes, &hash, NULL), CBANK_OK);
    return hash;
}

Test(body, it_is_the_label_then_each_size_and_part)
{
    const cbi_bytes parts[] = {BYTES("one"), BYTES("four")};
    cbi_hash expected = sha256(BYTES("cbank/v1/body\0"
                                     "\0\0\0\0\0\0\0\3"
                                     "one"
                                     "\0\0\0\0\0\0\0\4"
                                     "four"));
    cbi_hash hash = digest(parts, 2);

    cr_expect(cbi_hash_equal(&hash, &expected));
}

Test(body, no_body_has_a_digest_too)
{
    cbi_hash expected = sha256(BYTES("cbank/v1/body\0"));
    cbi_hash hash = digest(NULL, 0);

    cr_expect(cbi_hash_equal(&hash, &expected));
}

Test(body, parts_changed_dropped_moved_joined_or_split_have_another_digest)
{
    const struct {
        cbi_bytes parts[PARTS_MAX];
        size_t count;
    } rows[] = {
        {{BYTES("ab"), BYTES("c")}, 2}, {{BYTES("ab"), BYTES("d")}, 2},
        {{BYTES("ab")}, 1},             {{BYTES("c"), BYTES("ab")}, 2},
        {{BYTES("abc")}, 1},            {{BYTES("a"), BYTES("b"), BYTES("c")}, 3},
        {{BYTES("a"), BYTES("bc")}, 2},
    };
    size_t count = sizeof(rows) / sizeof(rows[0]);
    cbi_hash hashes[sizeof(rows) / sizeof(rows[0])];

    for (size_t i = 0; i < count; i++) {
        hashes[i] = digest(rows[i].parts, rows[i].count);
        for (size_t j = 0; j < i; j++)
            cr_expect(!cbi_hash_equal(&hashes[i], &hashes[j]), "rows %zu and %zu", i, j);
    }
}

Test(body, the_reader_stays_where_it_stands)
{
    cbi_bytes file = BYTES("\x0a\x01h\x12\x01z\x12\x01y");
    cbi_artefact_reader reader;
    cbi_hash before;
    cbi_hash after;
    cbi_bytes part;

    cr_assert_eq(cbi_artefact_open(file, &reader, NULL), CBANK_OK);
    cr_assert_eq(cbi_body_digest(hasher, &reader, &before, NULL, NULL), CBANK_OK);
    cr_assert(cbi_artefact_next(&reader, &part));
    cr_assert_eq(cbi_body_digest(hasher, &reader, &after, NULL, NULL), CBANK_OK);
    cr_expect(cbi_hash_equal(&before, &after));
    cr_assert(cbi_artefact_next(&reader, &part));
    cr_expect(cbi_bytes_equal(part, BYTES("y")));
}

Test(body, written_piece_by_piece_it_is_the_same)
{
    const cbi_bytes parts[] = {BYTES("one"), BYTES("four")};
    cbi_hash whole = digest(parts, 2);
    cbi_hash pieces;

    cr_assert_eq(cbi_body_begin(hasher, NULL), CBANK_OK);
    cr_assert_eq(cbi_body_part(hasher, parts[0], NULL), CBANK_OK);
    cr_assert_eq(cbi_body_part(hasher, parts[1], NULL), CBANK_OK);
    cr_assert_eq(cbi_body_end(hasher, &pieces, NULL), CBANK_OK);
    cr_expect(cbi_hash_equal(&whole, &pieces));
}
