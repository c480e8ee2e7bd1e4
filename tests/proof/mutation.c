/*
 * Files with random damage, half of them signed again by who holds the key, so that the damage is
 * read: nothing crashes, nothing without a key is accepted, no statement of a transcript can be
 * changed even by the bank that signs it, and no answer is undocumented. What is damaged is chosen
 * by a fixed seed, or by CBANK_TEST_SEED; the keys are new each time.
 */
#include <criterion/criterion.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proof/assembly.h"
#include "proof/body.h"
#include "proof/specimen.h"

#define RUNS 50000
#define SIZE_MAX_MUTATED (64u * 1024)

static specimens all;
static uint64_t state;

/* SplitMix64. */
static uint64_t random_below(uint64_t limit)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % limit;
}

static void append(cbank_buffer *out, const uint8_t *data, size_t size)
{
    cr_assert_eq(cbi_buffer_append(out, cbi_bytes_of(data, size), NULL), CBANK_OK);
}

static void set(cbank_buffer *out, cbi_bytes bytes)
{
    cr_assert_eq(cbi_buffer_set(out, bytes, NULL), CBANK_OK);
}

/* Moves, drops, doubles or copies in a stretch of bytes, or changes one. */
static void mutate_once(cbank_buffer *bytes, cbi_bytes other)
{
    static const uint8_t special[] = {0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x12};
    size_t at = (size_t)random_below(bytes->size);
    size_t size = 1 + (size_t)random_below(bytes->size - at);
    cbank_buffer tail = {0};

    size = size > 64 && random_below(4) != 0 ? 1 + size % 64 : size;
    switch (random_below(6)) {
    case 0:
        bytes->data[at] ^= (uint8_t)(1u << random_below(8));
        return;
    case 1:
        bytes->data[at] = special[random_below(sizeof(special))];
        return;
    case 2: /* one more or less, which is what lengths and numbers are wrong by */
        bytes->data[at] = (uint8_t)(bytes->data[at] + (random_below(2) == 0 ? 1 : -1));
        return;
    case 3: /* drop */
        memmove(bytes->data + at, bytes->data + at + size, bytes->size - at - size);
        bytes->size -= size;
        return;
    case 4: /* double */
        append(&tail, bytes->data + at, bytes->size - at);
        bytes->size = at + size;
        append(bytes, tail.data, tail.size);
        break;
    default: /* from elsewhere */
        at = at < other.size ? at : 0;
        size = size < other.size - at ? size : other.size - at;
        append(&tail, bytes->data + (at < bytes->size ? at : bytes->size),
               bytes->size - (at < bytes->size ? at : bytes->size));
        bytes->size -= tail.size;
        append(bytes, other.data + at, size);
        append(bytes, tail.data, tail.size);
    }
    cbank_buffer_clear(&tail);
}

static void mutate(cbank_buffer *bytes, cbi_bytes other)
{
    for (uint64_t n = 1 + random_below(3); n > 0 && bytes->size > 0; n--)
        mutate_once(bytes, other);
}

/* Puts the parts behind the envelope that these bytes make under the specimen's keys. */
static void seal(const specimen *of, cbi_bytes payload, const cbank_buffer *parts,
                 cbank_buffer *file)
{
    cbank_buffer envelope = {0};

    file->size = 0;
    if (payload.size > 0 && payload.size < SIZE_MAX_MUTATED / 2) {
        cr_assert_eq(cbi_envelope_sign(of->payload_type, payload, of->signers, of->signer_count,
                                       &envelope, NULL),
                     CBANK_OK);
        cr_assert_eq(cbi_artefact_write_envelope(file, cbi_bytes_of_buffer(&envelope), NULL),
                     CBANK_OK);
    }
    append(file, parts->data, parts->size);
    cbank_buffer_clear(&envelope);
}

/* The digest that the head holds is replaced wherever it stands. */
static void rebind(const specimen *of, const cbank_buffer *parts, cbank_buffer *payload)
{
    cbank_buffer file = {0};
    cbi_artefact_reader before, after;
    cbi_hash old_digest, new_digest;

    append(&file, (const uint8_t *)"\x0a\x01x", 3);
    append(&file, parts->data, parts->size);
    cr_assert_eq(cbi_artefact_open(of->file, &before, NULL), CBANK_OK);
    cr_assert_eq(cbi_body_digest(all.world->hasher, &before, &old_digest, NULL, NULL), CBANK_OK);
    if (cbi_artefact_open(cbi_bytes_of_buffer(&file), &after, NULL) == CBANK_OK) {
        uint8_t *place =
            memmem(payload->data, payload->size, old_digest.bytes, CBI_HASH_SIZE);

        cr_assert_eq(cbi_body_digest(all.world->hasher, &after, &new_digest, NULL, NULL),
                     CBANK_OK);
        if (place != NULL)
            memcpy(place, new_digest.bytes, CBI_HASH_SIZE);
    }
    cbank_buffer_clear(&file);
}

/* One part, changed inside, in its own frame. */
static void mutate_part(const specimen *of, const specimen *other, cbank_buffer *parts)
{
    cbi_artefact_reader reader, others;
    cbank_buffer changed = {0};
    cbi_bytes part, foreign = {0};
    uint64_t count = 0, chosen;

    cr_assert_eq(cbi_artefact_open(of->file, &reader, NULL), CBANK_OK);
    cr_assert_eq(cbi_artefact_open(other->other, &others, NULL), CBANK_OK);
    while (cbi_artefact_next(&reader, &part))
        count++;
    chosen = count == 0 ? 0 : random_below(count);
    cbi_artefact_rewind(&reader);
    parts->size = 0;
    for (uint64_t i = 0; cbi_artefact_next(&reader, &part); i++) {
        if (cbi_artefact_next(&others, &foreign) && foreign.size == 0)
            foreign = part;
        set(&changed, part);
        if (i == chosen)
            mutate(&changed, foreign.size > 0 ? foreign : part);
        if (changed.size > 0)
            cr_assert_eq(cbi_artefact_write_part(parts, cbi_bytes_of_buffer(&changed), NULL),
                         CBANK_OK);
    }
    cbank_buffer_clear(&changed);
}

/* Damage to the head or to one part, under good signatures. True if it is to a part. */
static bool damage_inside(const specimen *of, const specimen *other, cbank_buffer *file)
{
    bool part = false;
    cbank_buffer payload = {0}, parts = {0};
    cbi_artefact_reader reader;
    cbi_envelope envelope;

    cr_assert_eq(cbi_artefact_open(of->file, &reader, NULL), CBANK_OK);
    cr_assert_eq(cbi_envelope_parse(reader.envelope, of->payload_type, &envelope, NULL), CBANK_OK);
    set(&payload, envelope.payload);
    if (reader.body_offset == of->file.size || random_below(2) == 0) {
        append(&parts, of->file.data + reader.body_offset, of->file.size - reader.body_offset);
        mutate(&payload, other->other);
    } else {
        part = true;
        mutate_part(of, other, &parts);
        rebind(of, &parts, &payload);
    }
    seal(of, cbi_bytes_of_buffer(&payload), &parts, file);
    cbank_buffer_clear(&payload);
    cbank_buffer_clear(&parts);
    return part;
}

/* Evidence and openings may be left out; what was stated is stated. */
static bool states_the_same(cbi_bytes one, cbi_bytes other)
{
    const ProtobufCMessageDescriptor *type = &cbank__v1__transcript_item__descriptor;
    Cbank__V1__TranscriptItem *items[2] = {NULL, NULL};
    bool same = true;

    if (cbi_message_parse(type, one, &items[0], NULL) == CBANK_OK)
        same = cbi_message_parse(type, other, &items[1], NULL) == CBANK_OK &&
               cbi_bytes_equal(cbi_message_bytes(items[0]->statement),
                               cbi_message_bytes(items[1]->statement)) &&
               cbi_bytes_equal(cbi_message_bytes(items[0]->digest),
                               cbi_message_bytes(items[1]->digest));
    cbi_message_free(items[0]);
    cbi_message_free(items[1]);
    return same;
}

static bool body_states_the_same(const specimen *of, cbi_bytes file)
{
    cbi_artefact_reader before, after;
    cbi_bytes one, other;

    cr_assert_eq(cbi_artefact_open(of->file, &before, NULL), CBANK_OK);
    cr_assert_eq(cbi_artefact_open(file, &after, NULL), CBANK_OK);
    while (cbi_artefact_next(&before, &one)) {
        if (!cbi_artefact_next(&after, &other) || !states_the_same(one, other))
            return false;
    }
    return !cbi_artefact_next(&after, &other);
}

static bool is_documented(cbank_status status)
{
    return status == CBANK_OK || status == CBANK_E_MALFORMED || status == CBANK_E_UNSUPPORTED ||
           status == CBANK_E_TOO_LARGE ||
           (status >= CBANK_E_UNTRUSTED_KEY && status <= CBANK_E_STALE);
}

Test(mutation, nothing_crashes_and_nothing_unsigned_is_accepted)
{
    const ProtobufCMessageDescriptor *transcript = &cbank__v1__transcript_head__descriptor;
    const char *chosen = getenv("CBANK_TEST_SEED");
    size_t accepted = 0, refused = 0;
    cbank_buffer file = {0};

    state = chosen == NULL ? 20261124 : strtoull(chosen, NULL, 10);
    printf("mutation: seed %" PRIu64 "\n", state);
    specimens_begin(&all, CBI_SUITE_SHA256_ED25519);
    for (size_t run = 0; run < RUNS; run++) {
        const specimen *of = &all.items[random_below(SPECIMENS)];
        const specimen *other = &all.items[random_below(SPECIMENS)];
        bool inside = run % 2 == 0, part = false;
        cbank_status status;

        if (inside) {
            part = damage_inside(of, other, &file);
        } else {
            set(&file, of->file);
            mutate(&file, other->other);
        }
        status = of->read(&all, cbi_bytes_of_buffer(&file));
        cr_assert(is_documented(status), "run %zu, %s: %d", run, of->name, (int)status);
        cr_assert(status != CBANK_OK || inside ||
                      cbi_bytes_equal(cbi_bytes_of_buffer(&file), of->file),
                  "run %zu: a damaged %s is accepted", run, of->name);
        cr_assert(status != CBANK_OK || !part || of->head_type != transcript ||
                      body_states_the_same(of, cbi_bytes_of_buffer(&file)),
                  "run %zu: not even the bank may change what a %s states", run, of->name);
        accepted += status == CBANK_OK;
        refused += status != CBANK_OK;
    }
    printf("mutation: %zu run, %zu refused, %zu accepted under a good signature, 0 skipped\n",
           accepted + refused, refused, accepted);
    cr_expect(accepted > 0, "some damage says something else that is well said");
    cbank_buffer_clear(&file);
    specimens_end(&all);
}
