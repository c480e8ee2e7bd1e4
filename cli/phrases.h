/*
 * phrases.h - everything the program says, in Chinese and English, each phrase written once
 * (phrases.def, help.def, study.def, upkeep.def,
 * casework.def). One run speaks one language.
 */
#ifndef CBANK_CLI_PHRASES_H
#define CBANK_CLI_PHRASES_H

#include <stdbool.h>
#include <stddef.h>

typedef enum phrase {
    P_NONE,
#define PHRASE(name, zh, en) P_##name,
#define WORD(word, zh, en)
#include "help.def"
#include "phrases.def"
#include "study.def"
#include "upkeep.def"
#include "casework.def"
#undef PHRASE
#undef WORD
} phrase;

/* The language from here on; English until it is called. */
void phrases_choose(bool chinese);
bool phrases_are_chinese(void);
/* "zh" or "en", as the library wants it. */
const char *phrases_language(void);

const char *phrase_text(phrase id);
/* A word of the JSON output for people, such as "held"; the word itself if it has no phrase. */
const char *phrase_word(const char *word);

/* The text with {} replaced by `object`, cut to fit. */
void phrase_fill(const char *text, const char *object, char *out, size_t size);

#endif
