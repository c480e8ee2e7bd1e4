/* reader.h - what the readers of an instance's parts share: strict values, and memory. */
#ifndef READER_H
#define READER_H

#include "instance.h"

#define TYPES_MAX 10 /* the numbers of RecordType */

typedef struct reader {
    instance *in;
    const char *types[TYPES_MAX]; /* words that are no RecordType stand for the unused ones */
    uint32_t type_count;
} reader;

/* Zeroed; lives as long as the instance. */
void *reader_make(reader *r, size_t count, size_t size);
void *reader_init(void *message, void (*init)(void *));
#define MAKE(r, Type, init)                                                                        \
    ((Type *)reader_init(reader_make(r, 1, sizeof(Type)), (void (*)(void *))init))

/* Only these keys, each between blanks, may be there. */
void reader_keys(const json_t *object, const char *known, const char *what);
int64_t reader_number(const json_t *object, const char *key, int64_t otherwise);
/* Must be there, and is no less than 0. */
int64_t reader_size(const json_t *object, const char *key);
char *reader_value(const json_t *value, const char *what);
char *reader_text(const json_t *object, const char *key);
char **reader_texts(reader *r, const json_t *list, const char *what, size_t *count);
uint32_t reader_day(const json_t *object, const char *key);
uint32_t reader_month_day(const json_t *value);
Cbank__V1__RecordType reader_type(reader *r, const char *word);

/* Words of the format and the numbers that they stand for; the last word is NULL. */
typedef struct reader_word {
    const char *word;
    int value;
} reader_word;
int reader_one_of(const reader_word *words, const json_t *value, const char *what);
int reader_one_or(const reader_word *words, const json_t *object, const char *key, int otherwise);
extern const reader_word reader_overs[];

Cbank__V1__Selector *reader_selector(reader *r, const json_t *object);
void reader_rules(reader *r, const json_t *document);

#endif
