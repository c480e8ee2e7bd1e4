/*
 * Every valid file, in both suites and at every level of evidence, with every bit changed, cut at
 * every length, and with its parts dropped, doubled, moved and exchanged: by who has no key, and
 * by who has the key that signed it. None is accepted, and the classes of the answers are those
 * that are written here.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "proof/reseal.h"
#include "proof/specimen.h"

static specimens all;

/* The answers that came, each once, in order of their numbers. */
typedef struct answers {
    bool seen[1000];
    size_t count;
} answers;

static void note(answers *out, const specimen *of, cbank_status status, const char *what, size_t i)
{
    cr_expect_neq(status, CBANK_OK, "%s: %s %zu is accepted", of->name, what, i);
    out->seen[status] = true;
    out->count++;
}

/* `perhaps`: an answer that depends on what random bytes look like where they do not belong. */
static void expect(const answers *seen, const char *expected, cbank_status perhaps,
                   const char *what)
{
    char list[512] = "";
    size_t size = 0;

    for (size_t i = 0; i < 1000; i++) {
        if (seen->seen[i] && i != (size_t)perhaps)
            size += (size_t)snprintf(list + size, sizeof(list) - size, "%s%s",
                                     size == 0 ? "" : " ", cbi_status_word((cbank_status)i));
    }
    cr_expect_str_eq(list, expected, "%s: %s", what, list);
    printf("tamper: %s: %zu run, %zu refused, 0 skipped: %s\n", what, seen->count, seen->count,
           list);
}

static cbank_buffer copy_of(cbi_bytes file)
{
    cbank_buffer copy = {0};

    cr_assert_eq(cbi_buffer_set(&copy, file, NULL), CBANK_OK);
    return copy;
}

/*
 * SM2 takes ten times as long, and nothing but the signature is another: there one bit of every
 * byte of the signed head, and of every third byte behind it.
 */
static size_t step_at(const specimen *of, size_t bit)
{
    cbi_artefact_reader reader;

    if (all.world->suite != CBI_SUITE_SM3_SM2)
        return 1;
    cr_assert_eq(cbi_artefact_open(of->file, &reader, NULL), CBANK_OK);
    return bit / 8 < reader.body_offset ? 7 : 23;
}

static void flip_bits(cbi_suite suite)
{
    answers seen = {0};

    specimens_begin(&all, suite);
    for (size_t s = 0; s < SPECIMENS; s++) {
        const specimen *of = &all.items[s];
        cbank_buffer copy = copy_of(of->file);

        for (size_t bit = 0; bit < 8 * copy.size; bit += step_at(of, bit)) {
            copy.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            note(&seen, of, of->read(&all, cbi_bytes_of_buffer(&copy)), "bit", bit);
            copy.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        cbank_buffer_clear(&copy);
    }
    expect(&seen, "malformed unsupported untrusted_key bad_signature", CBANK_OK,
           cbi_suite_name(suite));
    specimens_end(&all);
}

Test(tamper, no_bit_may_change)
{
    flip_bits(CBI_SUITE_SHA256_ED25519);
}

Test(tamper, no_bit_may_change_in_the_other_suite)
{
    flip_bits(CBI_SUITE_SM3_SM2);
}

Test(tamper, nothing_may_be_cut_off_or_added)
{
    for (size_t i = 0; i < WORLD_SUITES; i++) {
        answers seen = {0};

        specimens_begin(&all, world_suites[i]);
        for (size_t s = 0; s < SPECIMENS; s++) {
            const specimen *of = &all.items[s];
            cbank_buffer copy = copy_of(of->file);

            for (size_t size = 0; size < of->file.size; size++)
                note(&seen, of, of->read(&all, cbi_bytes_of(copy.data, size)), "size", size);
            cr_assert_eq(cbi_buffer_append(&copy, cbi_bytes_of("\x12\x01x", 3), NULL), CBANK_OK);
            note(&seen, of, of->read(&all, cbi_bytes_of_buffer(&copy)), "a part more", 0);
            copy.size -= 2;
            note(&seen, of, of->read(&all, cbi_bytes_of_buffer(&copy)), "a byte more", 0);
            cbank_buffer_clear(&copy);
        }
        expect(&seen, "malformed bad_signature", CBANK_OK, "cuts");
        specimens_end(&all);
    }
}

/* ---- parts ------------------------------------------------------------------------------- */

typedef enum rearrangement {
    DROPPED,
    DOUBLED,
    SWAPPED, /* with the next */
    SPLICED, /* with the one in the other file */
    REARRANGEMENTS,
} rearrangement;

/* False if it cannot be done or changes nothing. */
static bool rearrange(reseal *sealed, const reseal *other, rearrangement how, size_t i)
{
    cbi_bytes part = sealed->parts[i];

    switch (how) {
    case DROPPED:
        memmove(&sealed->parts[i], &sealed->parts[i + 1],
                (--sealed->count - i) * sizeof(part));
        return true;
    case DOUBLED:
        memmove(&sealed->parts[i + 1], &sealed->parts[i], (sealed->count++ - i) * sizeof(part));
        return true;
    case SWAPPED:
        if (i + 1 >= sealed->count || cbi_bytes_equal(part, sealed->parts[i + 1]))
            return false;
        sealed->parts[i] = sealed->parts[i + 1];
        sealed->parts[i + 1] = part;
        return true;
    default:
        if (i >= other->count || cbi_bytes_equal(part, other->parts[i]))
            return false;
        sealed->parts[i] = other->parts[i];
        return true;
    }
}

/* The parts as they are now behind the envelope that was there before. */
static cbi_bytes under_the_old_envelope(const specimen *of, const reseal *sealed)
{
    cbi_artefact_reader reader;
    cbank_buffer file = {0};

    cr_assert_eq(cbi_artefact_open(of->file, &reader, NULL), CBANK_OK);
    cr_assert_eq(cbi_artefact_write_envelope(&file, reader.envelope, NULL), CBANK_OK);
    for (size_t i = 0; i < sealed->count; i++)
        cr_assert_eq(cbi_artefact_write_part(&file, sealed->parts[i], NULL), CBANK_OK);
    return world_keep_buffer(all.world, &file);
}

static void rearrange_all(bool resigned, const char *expected, cbank_status perhaps)
{
    for (size_t suite = 0; suite < WORLD_SUITES; suite++) {
        answers seen = {0};

        specimens_begin(&all, world_suites[suite]);
        for (size_t s = 0; s < SPECIMENS; s++) {
            const specimen *of = &all.items[s];
            reseal other, sealed;

            reseal_open(&other, all.world, of->other, of->payload_type, of->head_type);
            reseal_open(&sealed, all.world, of->file, of->payload_type, of->head_type);
            for (size_t n = sealed.count * REARRANGEMENTS; n > 0; n--) {
                reseal_open(&sealed, all.world, of->file, of->payload_type, of->head_type);
                if (!rearrange(&sealed, &other, (n - 1) % REARRANGEMENTS,
                               (n - 1) / REARRANGEMENTS))
                    continue;
                /* Which records are revoked is the bank's to say. */
                if (resigned && s == SPECIMEN_STATUS &&
                    (n - 1) % REARRANGEMENTS == SPLICED)
                    continue;
                note(&seen, of,
                     of->read(&all, resigned ? reseal_close(&sealed, of->signers, of->signer_count)
                                             : under_the_old_envelope(of, &sealed)),
                     "rearrangement", n - 1);
            }
        }
        expect(&seen, expected, perhaps, resigned ? "parts, signed again" : "parts");
        specimens_end(&all);
    }
}

Test(tamper, no_part_may_be_dropped_doubled_moved_or_exchanged)
{
    rearrange_all(false, "bad_signature", CBANK_OK);
}

Test(tamper, nor_by_who_signs_it_again)
{
    rearrange_all(true, "malformed bad_signature broken_chain not_included bad_semantics",
                  CBANK_E_UNSUPPORTED);
}

Test(tamper, no_file_passes_for_one_of_another_kind)
{
    for (size_t suite = 0; suite < WORLD_SUITES; suite++) {
        answers seen = {0};

        specimens_begin(&all, world_suites[suite]);
        for (size_t a = 0; a < SPECIMENS; a++) {
            for (size_t b = 0; b < SPECIMENS; b++) {
                if (strcmp(all.items[a].payload_type, all.items[b].payload_type) != 0)
                    note(&seen, &all.items[a], all.items[a].read(&all, all.items[b].file),
                         "file", b);
            }
        }
        expect(&seen, "unsupported", CBANK_E_MALFORMED, "kinds");
        specimens_end(&all);
    }
}
