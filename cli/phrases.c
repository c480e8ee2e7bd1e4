#include "phrases.h"

#include <stdio.h>
#include <string.h>

typedef struct pair {
    const char *zh;
    const char *en;
} pair;

static const pair phrases[] = {
    {"", ""},
#define PHRASE(name, zh, en) {zh, en},
#define WORD(word, zh, en)
#include "help.def"
#include "phrases.def"
#include "study.def"
#include "upkeep.def"
#include "casework.def"
#undef PHRASE
#undef WORD
};

static const struct {
    const char *word;
    pair text;
} words[] = {
#define PHRASE(name, zh, en)
#define WORD(word, zh, en) {word, {zh, en}},
#include "help.def"
#include "phrases.def"
#include "study.def"
#include "upkeep.def"
#include "casework.def"
#undef PHRASE
#undef WORD
};

static bool chinese_chosen;

void phrases_choose(bool chinese)
{
    chinese_chosen = chinese;
}

bool phrases_are_chinese(void)
{
    return chinese_chosen;
}

const char *phrases_language(void)
{
    return chinese_chosen ? "zh" : "en";
}

const char *phrase_text(phrase id)
{
    return chinese_chosen ? phrases[id].zh : phrases[id].en;
}

const char *phrase_word(const char *word)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i].word, word) == 0)
            return chinese_chosen ? words[i].text.zh : words[i].text.en;
    }
    return word;
}

void phrase_fill(const char *text, const char *object, char *out, size_t size)
{
    size_t used = 0;

    out[0] = '\0';
    while (*text != '\0' && used + 1 < size) {
        const char *hole = strstr(text, "{}");
        size_t length = hole != NULL ? (size_t)(hole - text) : strlen(text);

        snprintf(out + used, size - used, "%.*s%s", (int)length, text, hole != NULL ? object : "");
        used += strlen(out + used);
        text += length + (hole != NULL ? 2 : 0);
    }
}
