/*
 * profileread.h - values of a profile's YAML, for profile.c: what they must be, and where they
 * stand.
 */
#ifndef CBI_EXCHANGE_PROFILEREAD_H
#define CBI_EXCHANGE_PROFILEREAD_H

#include "exchange/profile.h"
#include "exchange/yaml.h"

/* What is read, and where it goes. */
typedef struct cbi_profile_reading {
    cbi_profile *profile;
    const char *file;
    cbank_error *err;
} cbi_profile_reading;

cbank_status cbi_profile_refuse(const cbi_profile_reading *r, cbi_reason reason, cbi_place at,
                                const char *detail);
cbank_status cbi_profile_want_kind(const cbi_profile_reading *r, const cbi_yaml_node *node,
                                   cbi_yaml_kind kind);

/* A copy in the profile's arena. */
cbank_status cbi_profile_keep_bytes(const cbi_profile_reading *r, cbi_bytes text, const char **out);
/* A text that is not empty. */
cbank_status cbi_profile_take_text(const cbi_profile_reading *r, const cbi_yaml_node *node,
                                   const char **out);
/* A list of texts, or one text alone. */
cbank_status cbi_profile_take_texts(const cbi_profile_reading *r, const cbi_yaml_node *node,
                                    cbi_texts *out);
/* A decimal that is not negative. */
cbank_status cbi_profile_take_milli(const cbi_profile_reading *r, const cbi_yaml_node *node,
                                    int64_t *out);

bool cbi_profile_is(cbi_bytes text, const char *word);

/* An entry of a list of words, which ends with one without a word. */
typedef struct cbi_profile_word {
    const char *word;
    int value;
} cbi_profile_word;
bool cbi_profile_find_word(const cbi_profile_word *list, cbi_bytes text, int *out);

#endif
