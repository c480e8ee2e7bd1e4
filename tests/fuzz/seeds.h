/*
 * seeds.h - inputs to begin with, each a file below the folder that seeds.c was given.
 */
#ifndef CBI_TESTS_FUZZ_SEEDS_H
#define CBI_TESTS_FUZZ_SEEDS_H

#include "fuzz/fuzz.h"

/* TARGET/NAME holds these bytes; before them, the choices that the target takes off. */
void seed_put(const char *target, const char *name, cbi_bytes bytes);
void seed_text(const char *target, const char *name, const char *text);
void seed_chosen(const char *target, const char *name, uint8_t choice, cbi_bytes bytes);
void seed_after(const char *target, const char *name, cbi_bytes head, cbi_bytes bytes);

/*
 * A signed file: for its target, for those of container and envelope, and each part as a message
 * of that number in the target `message`.
 */
void seed_file(const char *target, const char *name, cbi_bytes file, uint8_t part_type);

/* The parts of this program. */
void seeds_of_requests(story *it);
void seeds_of_rules(void);

#endif
