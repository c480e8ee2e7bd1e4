/* sample.h - seeded messages of any type: in the one accepted form, or spoilt on purpose. */
#ifndef CBI_TESTS_WIRE_SAMPLE_H
#define CBI_TESTS_WIRE_SAMPLE_H

#include <protobuf-c/protobuf-c.h>

#include "base/bytes.h"

typedef struct sample_dice {
    uint64_t state;
} sample_dice;

/* 0 to `sides` - 1; the same numbers for the same seed everywhere. */
uint32_t dice_below(sample_dice *dice, uint32_t sides);

/*
 * Appends a message of `type`. `faults`: how many fields in a thousand are encoded in some way
 * that is not the accepted one; 0 for none. `depth` bounds the nesting of what is made.
 */
void sample_message(sample_dice *dice, const ProtobufCMessageDescriptor *type, unsigned depth,
                    unsigned faults, cbank_buffer *out);

/* Flips, cuts, inserts, copies or overwrites a few bytes, without looking at what they are. */
void sample_damage(sample_dice *dice, cbank_buffer *bytes);

#endif
