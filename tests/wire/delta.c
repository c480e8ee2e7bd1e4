/* Deltas give back what they were made of, and nothing from outside breaks the reader. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "wire/delta.h"

#define ROUNDS 3000
#define SIZE_MAX_HERE 700u

static uint64_t seed = 1;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % below;
}

/* Bytes of few sorts, so that pieces come again; some of them from the pattern. */
static size_t fill(uint8_t *out, size_t size, cbi_bytes pattern)
{
    size_t done = 0;

    while (done < size) {
        size_t piece = 1 + draw(40), from;

        if (piece > size - done)
            piece = size - done;
        from = pattern.size == 0 ? 0 : draw((uint32_t)pattern.size);
        for (size_t i = 0; i < piece; i++)
            out[done + i] = draw(2) == 0 && from + i < pattern.size ? pattern.data[from + i]
                                                                    : (uint8_t)draw(5);
        if (pattern.size > 0 && draw(2) == 0 && from + piece <= pattern.size)
            memcpy(out + done, pattern.data + from, piece);
        done += piece;
    }
    return size;
}

Test(delta, gives_back_what_it_was_made_of)
{
    static cbi_delta_pattern pattern;
    uint8_t base[SIZE_MAX_HERE], bytes[SIZE_MAX_HERE], delta[2 * SIZE_MAX_HERE + 16],
        back[SIZE_MAX_HERE];

    for (int round = 0; round < ROUNDS; round++) {
        size_t base_size = fill(base, draw(SIZE_MAX_HERE), (cbi_bytes){0});
        size_t size = fill(bytes, 1 + draw(SIZE_MAX_HERE - 1), cbi_bytes_of(base, base_size));
        size_t delta_size, exact;

        cbi_delta_set(&pattern, cbi_bytes_of(base, base_size));
        delta_size = cbi_delta_write(&pattern, cbi_bytes_of(bytes, size), delta, sizeof(delta));
        cr_assert_gt(delta_size, 0);
        cr_assert(cbi_delta_read(cbi_bytes_of(base, base_size), cbi_bytes_of(delta, delta_size),
                                 back, size));
        cr_assert_eq(memcmp(back, bytes, size), 0);
        exact = cbi_delta_write(&pattern, cbi_bytes_of(bytes, size), delta, delta_size);
        cr_assert_eq(exact, delta_size);
        cr_assert_eq(cbi_delta_write(&pattern, cbi_bytes_of(bytes, size), delta, delta_size - 1),
                     0);
    }
}

/* One after the other of the same layout, with now and then something more or less. */
Test(delta, gives_back_each_of_many_that_are_laid_out_alike)
{
    static cbi_delta_pattern pattern;
    uint8_t base[200], bytes[300], delta[400], back[300];
    size_t total = 0, delta_total = 0;

    for (size_t i = 0; i < sizeof(base); i++)
        base[i] = (uint8_t)(i + 1);
    cbi_delta_set(&pattern, cbi_bytes_of(base, sizeof(base)));
    for (int round = 0; round < 5000; round++) {
        size_t size = 0, delta_size;

        for (size_t from = 0; from < sizeof(base); from += 40) {
            memcpy(bytes + size, base + from, 40);
            size += 40;
            for (uint32_t own = draw(8) == 0 ? draw(20) : 16; own > 0; own--)
                bytes[size++] = (uint8_t)draw(256);
        }
        delta_size = cbi_delta_write(&pattern, cbi_bytes_of(bytes, size), delta, sizeof(delta));
        cr_assert(cbi_delta_read(cbi_bytes_of(base, sizeof(base)), cbi_bytes_of(delta, delta_size),
                                 back, size));
        cr_assert_eq(memcmp(back, bytes, size), 0);
        total += size;
        delta_total += delta_size;
    }
    cr_expect_lt(delta_total, total / 2);
}

Test(delta, is_small_for_what_is_alike)
{
    static const char one[] = "an institution, a course, a term, a batch: 0001 and a salt abcdef";
    static const char other[] = "an institution, a course, a term, a batch: 0001 and a salt uvwxyz";
    static cbi_delta_pattern pattern;
    uint8_t delta[sizeof(one)], shared[CBI_DELTA_PATTERN_MAX];

    cbi_delta_set(&pattern, cbi_bytes_of_text(one));
    cr_expect_leq(cbi_delta_write(&pattern, cbi_bytes_of_text(other), delta, sizeof(delta)), 10);
    cr_expect_eq(cbi_delta_shared(&pattern, cbi_bytes_of_text(other), shared), strlen(one) - 6);
    cr_expect_eq(memcmp(shared, one, strlen(one) - 6), 0);
}

/* What has nothing in common makes a delta larger than itself, by little. */
Test(delta, of_what_is_unlike_is_hardly_larger)
{
    static cbi_delta_pattern pattern;
    uint8_t bytes[200], delta[210];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7 + 1);
    cbi_delta_set(&pattern, cbi_bytes_of_text("nothing of it"));
    cr_expect_eq(cbi_delta_write(&pattern, cbi_bytes_of(bytes, sizeof(bytes)), delta,
                                 sizeof(delta)),
                 sizeof(bytes) + 2);
}

Test(delta, any_bytes_are_read_or_refused)
{
    uint8_t base[64], *delta, back[128];
    size_t read = 0;

    for (int round = 0; round < 100000; round++) {
        size_t base_size = draw(sizeof(base)), size = draw(40);

        delta = malloc(size + 1); /* its end is where a sanitizer looks */
        for (size_t i = 0; i < base_size; i++)
            base[i] = (uint8_t)draw(256);
        for (size_t i = 0; i < size; i++)
            delta[i] = (uint8_t)(draw(3) == 0 ? draw(256) : draw(16));
        read += cbi_delta_read(cbi_bytes_of(base, base_size), cbi_bytes_of(delta, size), back,
                               draw(60));
        free(delta);
    }
    cr_expect_gt(read, 0);
}

Test(delta, a_pattern_beyond_its_limit_is_cut)
{
    static cbi_delta_pattern pattern;
    static uint8_t bytes[CBI_DELTA_PATTERN_MAX + 100], delta[3 * CBI_DELTA_PATTERN_MAX],
        shared[CBI_DELTA_PATTERN_MAX];

    (void)fill(bytes, sizeof(bytes), (cbi_bytes){0});
    cbi_delta_set(&pattern, cbi_bytes_of(bytes, sizeof(bytes)));
    cr_expect_eq(pattern.size, CBI_DELTA_PATTERN_MAX);
    cr_expect_gt(cbi_delta_write(&pattern, cbi_bytes_of(bytes, sizeof(bytes)), delta,
                                 sizeof(delta)),
                 0);
    cr_expect_leq(cbi_delta_shared(&pattern, cbi_bytes_of(bytes, sizeof(bytes)), shared),
                  CBI_DELTA_PATTERN_MAX);
}
