#include "proof/entry.h"

#include <criterion/criterion.h>

#include <string.h>

#include "proof/memory_log.h"

static cbi_hash filled(uint8_t value)
{
    cbi_hash hash;

    memset(hash.bytes, value, CBI_HASH_SIZE);
    return hash;
}

static cbi_entry sample(void)
{
    return (cbi_entry){
        .subject_kind = 1,
        .entry_class = 2,
        .sequence = 0x0102030405060708,
        .tag = filled(0xaa),
        .statement = filled(0xbb),
        .previous = filled(0xcc),
    };
}

/* The same entry, written out by hand. */
static void sample_bytes(uint8_t out[CBI_ENTRY_SIZE])
{
    static const uint8_t head[] = {1, 1, 2, 1, 2, 3, 4, 5, 6, 7, 8};

    memcpy(out, head, 11);
    memset(out + 11, 0xaa, 32);
    memset(out + 43, 0xbb, 32);
    memset(out + 75, 0xcc, 32);
}

static cbank_status decode(const uint8_t *bytes, size_t size)
{
    cbi_entry entry;

    return cbi_entry_decode(cbi_bytes_of(bytes, size), &entry, NULL);
}

Test(entry, is_107_bytes_in_the_written_order)
{
    cbi_entry entry = sample();
    uint8_t wanted[CBI_ENTRY_SIZE];
    uint8_t bytes[CBI_ENTRY_SIZE];

    cr_assert_eq(CBI_ENTRY_SIZE, 107);
    sample_bytes(wanted);
    cbi_entry_encode(&entry, bytes);
    cr_assert_arr_eq(bytes, wanted, sizeof(bytes));
}

Test(entry, comes_back_from_its_bytes)
{
    cbi_entry entry = sample();
    cbi_entry read;
    uint8_t bytes[CBI_ENTRY_SIZE];

    cbi_entry_encode(&entry, bytes);
    cr_assert_eq(cbi_entry_decode(cbi_bytes_of(bytes, sizeof(bytes)), &read, NULL), CBANK_OK);
    cr_assert_eq(read.subject_kind, entry.subject_kind);
    cr_assert_eq(read.entry_class, entry.entry_class);
    cr_assert_eq(read.sequence, entry.sequence);
    cr_assert(cbi_hash_equal(&read.tag, &entry.tag));
    cr_assert(cbi_hash_equal(&read.statement, &entry.statement));
    cr_assert(cbi_hash_equal(&read.previous, &entry.previous));
}

Test(entry, of_any_other_size_is_malformed)
{
    uint8_t bytes[2 * CBI_ENTRY_SIZE] = {0};

    sample_bytes(bytes);
    for (size_t size = 0; size <= sizeof(bytes); size++)
        cr_assert_eq(decode(bytes, size), size == 107 ? CBANK_OK : CBANK_E_MALFORMED, "%zu", size);
}

Test(entry, of_an_unknown_version_kind_or_class_is_not_supported)
{
    uint8_t bytes[CBI_ENTRY_SIZE];

    sample_bytes(bytes);
    for (unsigned value = 0; value < 256; value++) {
        bytes[0] = (uint8_t)value;
        cr_assert_eq(decode(bytes, sizeof(bytes)), value == 1 ? CBANK_OK : CBANK_E_UNSUPPORTED);
    }
    for (size_t at = 1; at <= 2; at++) {
        sample_bytes(bytes);
        for (unsigned value = 0; value < 256; value++) {
            bool known = value >= 1 && value <= 6;

            bytes[at] = (uint8_t)value;
            cr_assert_eq(decode(bytes, sizeof(bytes)), known ? CBANK_OK : CBANK_E_UNSUPPORTED,
                         "byte %zu is %u", at, value);
        }
    }
}

Test(entry, says_what_it_does_not_know)
{
    uint8_t bytes[CBI_ENTRY_SIZE];
    cbi_entry entry;
    cbank_error err = {0};

    sample_bytes(bytes);
    bytes[1] = 9;
    cr_assert_eq(cbi_entry_decode(cbi_bytes_of(bytes, sizeof(bytes)), &entry, &err),
                 CBANK_E_UNSUPPORTED);
    cr_assert_eq(err.reason, CBI_REASON_ENTRY_UNKNOWN);
    cr_assert_str_eq(err.object, "kind");
    cr_assert_eq(err.where, 9);
}

Test(entry, has_the_leaf_hash_of_its_bytes_behind_a_zero)
{
    cbi_hasher *hasher = memory_log_hasher(CBI_SUITE_SHA256_ED25519);
    cbi_entry entry = sample();
    uint8_t bytes[1 + CBI_ENTRY_SIZE] = {0};
    cbi_hash leaf, wanted;

    sample_bytes(bytes + 1);
    cr_assert_eq(cbi_digest_sha256(cbi_bytes_of(bytes, sizeof(bytes)), &wanted, NULL), CBANK_OK);
    cr_assert_eq(cbi_entry_leaf(hasher, &entry, &leaf, NULL), CBANK_OK);
    cr_assert(cbi_hash_equal(&leaf, &wanted));
    cbi_hasher_free(hasher);
}

Test(entry, digests_a_statement_behind_its_label)
{
    static const char text[] = "cbank/v1/statement\0the bytes";
    cbi_hasher *hasher = memory_log_hasher(CBI_SUITE_SHA256_ED25519);
    cbi_hash digest, wanted;

    cr_assert_eq(cbi_digest_sha256(cbi_bytes_of(text, sizeof(text) - 1), &wanted, NULL), CBANK_OK);
    cr_assert_eq(cbi_entry_statement_digest(hasher, cbi_bytes_of_text("the bytes"), &digest, NULL),
                 CBANK_OK);
    cr_assert(cbi_hash_equal(&digest, &wanted));
    cbi_hasher_free(hasher);
}

Test(entry, has_a_tag_of_kind_randomness_and_subject)
{
    static const char label[] = "cbank/v1/tag";
    cbi_hasher *hasher = memory_log_hasher(CBI_SUITE_SHA256_ED25519);
    cbi_hash randomness = filled(0x5a);
    uint8_t text[sizeof(label) + 1 + CBI_HASH_SIZE + 4];
    cbi_hash tag, wanted;

    memcpy(text, label, sizeof(label));
    text[sizeof(label)] = 4;
    memcpy(text + sizeof(label) + 1, randomness.bytes, CBI_HASH_SIZE);
    memcpy(text + sizeof(label) + 1 + CBI_HASH_SIZE, "scut", 4);
    cr_assert_eq(cbi_digest_sha256(cbi_bytes_of(text, sizeof(text)), &wanted, NULL), CBANK_OK);
    cr_assert_eq(cbi_entry_tag(hasher, 4, &randomness, cbi_bytes_of_text("scut"), &tag, NULL),
                 CBANK_OK);
    cr_assert(cbi_hash_equal(&tag, &wanted));
    cbi_hasher_free(hasher);
}

Test(entry, has_another_tag_for_another_kind_randomness_subject_or_suite)
{
    cbi_hash randomness[] = {filled(0), filled(1)};
    cbi_hash tags[5];

    for (size_t i = 0; i < 5; i++) {
        cbi_hasher *hasher =
            memory_log_hasher(i == 4 ? CBI_SUITE_SM3_SM2 : CBI_SUITE_SHA256_ED25519);

        cr_assert_eq(cbi_entry_tag(hasher, i == 1 ? 5 : 4, &randomness[i == 2],
                                   cbi_bytes_of_text(i == 3 ? "b" : "a"), &tags[i], NULL),
                     CBANK_OK);
        for (size_t j = 0; j < i; j++)
            cr_assert(!cbi_hash_equal(&tags[i], &tags[j]), "%zu and %zu", i, j);
        cbi_hasher_free(hasher);
    }
}
