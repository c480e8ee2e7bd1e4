/* What the walker costs beside unpacking and packing again; printed, for the machine decides. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <time.h>

#include "wire/message.h"
#include "wire/oracle.h"
#include "wire/sample.h"

#include "cbank/v1/record.pb-c.h"
#include "cbank/v1/statement.pb-c.h"

#define SAMPLES 64
#define ROUNDS 300

typedef bool accepts(const ProtobufCMessageDescriptor *type, cbi_bytes bytes);

static bool walk(const ProtobufCMessageDescriptor *type, cbi_bytes bytes)
{
    return cbi_message_check(type, bytes, NULL) == CBANK_OK;
}

static bool unpack_and_pack(const ProtobufCMessageDescriptor *type, cbi_bytes bytes)
{
    return oracle_look(type, bytes).packs_the_same;
}

static double nanoseconds_each(accepts *way, const ProtobufCMessageDescriptor *type,
                               const cbank_buffer *samples)
{
    struct timespec begin;
    struct timespec end;

    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (unsigned round = 0; round < ROUNDS; round++)
        for (unsigned i = 0; i < SAMPLES; i++)
            cr_assert(way(type, cbi_bytes_of_buffer(&samples[i])));
    clock_gettime(CLOCK_MONOTONIC, &end);
    return ((double)(end.tv_sec - begin.tv_sec) * 1e9 + (double)(end.tv_nsec - begin.tv_nsec)) /
           (ROUNDS * SAMPLES);
}

static void compare(const ProtobufCMessageDescriptor *type)
{
    cbank_buffer samples[SAMPLES] = {{0}};
    sample_dice dice = {.state = 1};
    size_t size = 0;
    double walking;
    double packing;

    for (unsigned i = 0; i < SAMPLES; i++) {
        sample_message(&dice, type, 4, 0, &samples[i]);
        size += samples[i].size;
    }
    walking = nanoseconds_each(walk, type, samples);
    packing = nanoseconds_each(unpack_and_pack, type, samples);
    printf("speed: %s of %zu bytes: walker %.0f ns, unpack and pack %.0f ns, %.1f times\n",
           type->short_name, size / SAMPLES, walking, packing, packing / walking);
    for (unsigned i = 0; i < SAMPLES; i++)
        cbank_buffer_clear(&samples[i]);
}

Test(speed, the_walker_accepts_what_it_is_timed_on)
{
    compare(&cbank__v1__statement__descriptor);
    compare(&cbank__v1__credit_record__descriptor);
}
