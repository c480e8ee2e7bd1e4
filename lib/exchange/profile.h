/*
 * profile.h - how one school's files are to be read, as data: lib/packs/profiles/README.md.
 *
 * A profile is a YAML file. It names the columns that fill a field, by every name that they go by,
 * and says what the school's results, codes and terms mean and which attempt counts. Profiles of
 * the common campus systems are built in; a school whose ways are its own keeps its own file.
 */
#ifndef CBI_EXCHANGE_PROFILE_H
#define CBI_EXCHANGE_PROFILE_H

#include "base/arena.h"
#include "base/bytes.h"

/* Texts that are lent by their profile. */
typedef struct cbi_texts {
    const char *const *items;
    size_t count;
} cbi_texts;

bool cbi_texts_have(const cbi_texts *texts, cbi_bytes text);

/* A field and the names of the columns that may fill it, the best first. */
typedef struct cbi_profile_column {
    const char *field; /* a word of sheet.h, or of roster.h */
    cbi_texts names;
} cbi_profile_column;

typedef struct cbi_profile_columns {
    const cbi_profile_column *items;
    size_t count;
    cbi_texts needed; /* fields without which a file is not of this kind */
} cbi_profile_columns;

/* A field that is the same in every row, or a value of a column and what it stands for. */
typedef struct cbi_profile_pair {
    const char *column; /* of a value; else NULL */
    const char *from;   /* the field, or the value as it stands in the file */
    const char *to;
} cbi_profile_pair;

typedef struct cbi_profile_pairs {
    const cbi_profile_pair *items;
    size_t count;
} cbi_profile_pairs;

/* What a result or an attempt is. */
typedef enum cbi_result_kind {
    CBI_RESULT_PASSED = 1,
    CBI_RESULT_FAILED,
    CBI_RESULT_ABSENT,     /* 缺考 */
    CBI_RESULT_DEFERRED,   /* 缓考 */
    CBI_RESULT_CHEATED,    /* 作弊 */
    CBI_RESULT_EXEMPT,     /* 免修 */
    CBI_RESULT_RECOGNISED, /* 认定, 学分转换: another institution's result */
    CBI_RESULT_PENDING,    /* 未录入 */
} cbi_result_kind;

/* A scale of results: numbers up to a maximum, or words. */
typedef struct cbi_profile_scale {
    const char *name;   /* as records state it */
    int64_t max_milli;  /* 0: words only */
    int64_t pass_milli; /* the least that passes */
    cbi_texts passed;
    cbi_texts failed;
} cbi_profile_scale;

typedef struct cbi_profile_words {
    cbi_result_kind kind;
    cbi_texts texts;
} cbi_profile_words;

/* What 考试性质 says of a row. */
typedef enum cbi_attempt_kind {
    CBI_ATTEMPT_NORMAL = 1,
    CBI_ATTEMPT_MAKEUP,     /* 补考 */
    CBI_ATTEMPT_RETAKE,     /* 重修 */
    CBI_ATTEMPT_DEFERRED,   /* 缓考: a result is an ordinary one, none is deferred */
    CBI_ATTEMPT_ABSENT,     /* 旷考 */
    CBI_ATTEMPT_EXEMPT,     /* 免修 */
    CBI_ATTEMPT_RECOGNISED, /* 认定 */
    CBI_ATTEMPT_OTHER,
} cbi_attempt_kind;

typedef struct cbi_profile_attempt {
    cbi_attempt_kind kind;
    cbi_texts texts;
} cbi_profile_attempt;

/* Rows that are passed over for what a column holds. */
typedef struct cbi_profile_skip {
    const char *column;
    cbi_texts values; /* empty: whatever fills it */
    cbi_result_kind kind;
} cbi_profile_skip;

/* Which of several passed attempts at one course counts. */
typedef enum cbi_retakes {
    CBI_RETAKES_ALL = 0, /* not stated: all are deposited */
    CBI_RETAKES_BEST,
    CBI_RETAKES_LAST,
    CBI_RETAKES_FIRST,
} cbi_retakes;

/* How dates are written; any that a year begins is read. */
typedef enum cbi_dates {
    CBI_DATES_ISO = 0, /* 2024-06-30, as exact as it is known */
    CBI_DATES_MONTH,   /* 202406 */
} cbi_dates;

#define CBI_PROFILE_SCALES_MAX 16u
#define CBI_PROFILE_WORDS_MAX 8u
#define CBI_PROFILE_SKIPS_MAX 16u

/* Begins as {0}; owns all that it leads to. */
typedef struct cbi_profile {
    cbi_arena arena;
    const char *name;
    cbi_profile_columns columns;
    cbi_profile_columns roster;
    cbi_profile_columns enrolments;
    cbi_profile_pairs constants;
    cbi_profile_pairs values;
    cbi_profile_scale scales[CBI_PROFILE_SCALES_MAX];
    size_t scale_count;
    cbi_profile_words words[CBI_PROFILE_WORDS_MAX];
    size_t word_count;
    cbi_profile_attempt attempts[CBI_PROFILE_WORDS_MAX];
    size_t attempt_count;
    cbi_profile_skip skips[CBI_PROFILE_SKIPS_MAX];
    size_t skip_count;
    cbi_retakes retakes;
    cbi_dates dates;
    cbi_texts separate; /* codes of courses of which every term counts */
    cbi_texts footers;  /* how rows begin that are none */
} cbi_profile;

/*
 * Reads a profile strictly; `file` is its name for errors, which have "FILE:LINE:COLUMN" as object:
 * MALFORMED for YAML, INVALID (PROFILE_...) for what it says. Empty on failure.
 */
cbank_status cbi_profile_parse(cbi_bytes yaml, const char *file, cbi_profile *out,
                               cbank_error *err);
/* One that is built in: zhengfang, wisedu, qiangzhi, abc, shanghai, roster, enrolments.
 * UNSUPPORTED. */
cbank_status cbi_profile_builtin(cbi_bytes name, cbi_profile *out, cbank_error *err);
void cbi_profile_clear(cbi_profile *profile);

#endif
