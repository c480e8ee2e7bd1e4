#include "base/status.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* The longest message with all its values fits; what does not is left out. */
typedef struct rendered {
    char text[1024];
    size_t size;
    size_t bracket; /* where the bracket that is open begins */
    bool asked;     /* in it: has a value been asked for, */
    bool said;      /* and was one not empty? */
} rendered;

static const char *const openings[] = {"(", "（", NULL};
static const char *const closings[] = {")", "）", NULL};
/* What stands between two values. */
static const char *const joints[] = {" ", ":", ",", ";", "：", "，", "；", "、", NULL};

/* Bytes of the character at `at`; 1 where none begins. */
static size_t character_size(const char *at, size_t left)
{
    size_t size = 1;

    while (size < left && size < 4 && ((unsigned char)at[size] & 0xc0) == 0x80)
        size++;
    return size;
}

static void append(rendered *line, const char *text, size_t size)
{
    if (size > sizeof(line->text) - line->size)
        return;
    memcpy(line->text + line->size, text, size);
    line->size += size;
}

/* A value may be what a file is called: whatever could break the line becomes a question mark. */
static void append_value(rendered *line, const char *value, size_t capacity)
{
    size_t size = strnlen(value, capacity);
    size_t at = 0;

    line->asked = true;
    line->said = line->said || size > 0;
    while (at < size) {
        size_t used = character_size(value + at, size - at);
        bool clean = cbi_text_is_clean(cbi_bytes_of(value + at, used));

        append(line, clean ? value + at : "?", clean ? used : 1);
        at += used;
    }
}

/* Bytes of the one of `words` that `text` begins with, or 0. */
static size_t match_start(const char *text, size_t size, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t wanted = strlen(words[i]);

        if (wanted <= size && memcmp(text, words[i], wanted) == 0)
            return wanted;
    }
    return 0;
}

/* The same for what `text` ends with. */
static size_t match_end(const char *text, size_t size, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++) {
        size_t wanted = strlen(words[i]);

        if (wanted <= size && memcmp(text + size - wanted, words[i], wanted) == 0)
            return wanted;
    }
    return 0;
}

static void trim_end(rendered *line, size_t begin)
{
    size_t joint;

    while ((joint = match_end(line->text + begin, line->size - begin, joints)) > 0)
        line->size -= joint;
}

/* An empty value leaves no joint behind, and no bracket if it was all that stood in it. */
static void close_bracket(rendered *line)
{
    size_t begin = line->bracket;
    size_t joint;

    if (!line->asked)
        return;
    if (!line->said) {
        line->size = begin;
        trim_end(line, 0);
        return;
    }
    begin += match_start(line->text + begin, line->size - begin, openings);
    while ((joint = match_start(line->text + begin, line->size - begin, joints)) > 0) {
        memmove(line->text + begin, line->text + begin + joint, line->size - begin - joint);
        line->size -= joint;
    }
    trim_end(line, begin);
}

/* Takes one character of the template, or one placeholder; returns how much it took. */
static size_t take(rendered *line, const char *at, size_t left, const cbank_error *err)
{
    static const char object[] = "{object}", where[] = "{where}", detail[] = "{detail}";
    size_t size = character_size(at, left);
    char number[24];

    if (strncmp(at, object, sizeof(object) - 1) == 0) {
        append_value(line, err->object, sizeof(err->object));
        return sizeof(object) - 1;
    }
    if (strncmp(at, detail, sizeof(detail) - 1) == 0) {
        append_value(line, err->detail, sizeof(err->detail));
        return sizeof(detail) - 1;
    }
    if (strncmp(at, where, sizeof(where) - 1) == 0) {
        snprintf(number, sizeof(number), "%llu", (unsigned long long)err->where);
        append_value(line, number, sizeof(number));
        return sizeof(where) - 1;
    }
    if (match_start(at, left, openings) > 0) {
        line->bracket = line->size;
        line->asked = line->said = false;
    }
    if (match_start(at, left, closings) > 0) {
        close_bracket(line);
        if (line->asked && !line->said)
            return size;
    }
    append(line, at, size);
    return size;
}

static void render(const char *template, const cbank_error *err, char *out, size_t capacity)
{
    rendered line = {0};
    size_t left = strlen(template);
    size_t size = 0;

    if (out == NULL || capacity == 0)
        return;
    while (left > 0) {
        size_t used = take(&line, template, left, err);

        template += used;
        left -= used;
    }
    trim_end(&line, 0);
    while (size < line.size) {
        size_t used = character_size(line.text + size, line.size - size);

        if (size + used >= capacity)
            break;
        size += used;
    }
    memcpy(out, line.text, size);
    out[size] = '\0';
}

void cbank_error_text(const cbank_error *err, const char *lang, char *message, size_t message_size,
                      char *remedy, size_t remedy_size)
{
    static const cbank_error none;
    const cbank_error *from = err == NULL ? &none : err;
    bool chinese = lang != NULL && strcmp(lang, "zh") == 0;
    const char *words = cbi_reason_message((cbi_reason)from->reason, chinese);

    /* A reason of a newer library still has a status that says something. */
    render(words[0] == '\0' && from->status != CBANK_OK ? cbank_status_name(from->status) : words,
           from, message, message_size);
    render(cbi_reason_remedy((cbi_reason)from->reason, chinese), from, remedy, remedy_size);
}
