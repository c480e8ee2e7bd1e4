/*
 * sheets.h - spreadsheets into batches, and batches into the bank, through the public face.
 */
#ifndef SHEETS_H
#define SHEETS_H

#include "scene.h"

/* The columns of the sheets here, and what fills what. */
#define SHEETS_HEADER "姓名,身份证号,编号,课程,学分,结果\n"

/* What is asked, of whichever job. */
typedef struct sheets_ask {
    const char *institution;
    const cbank_key *key;
    const char *origin;
    const char *format; /* NULL: "generic", */
    const char *map;    /* by this map */
    const char *passed; /* one value, or NULL: the file holds passed rows only */
    const char *encoding;
    const char *lang;
    const char *token;
    uint64_t number;
    bool open_accounts;
    bool keep_going;
    bool amend;
    bool dry_run;
} sheets_ask;

/* The college of the scene, Chinese, opening accounts, all or nothing. */
sheets_ask sheets_plain(const scene *stage);

/* What an import or a signing answered; `output` is the error file or the batch. */
typedef struct sheets_import {
    cbank_status status;
    cbank_error err;
    cbank_buffer output;
    Cbank__Api__V1__CreditImportReply *reply;
} sheets_import;

cbank_status sheets_begin_import(const scene *stage, const sheets_ask *ask, cbank_job **out,
                                 cbank_error *err);
/* Feeds this to the job as the last of its file, and closes it. */
sheets_import sheets_end_import(cbank_job *job, const void *text, size_t size);
/* Both. */
sheets_import sheets_bring(const scene *stage, const sheets_ask *ask, const void *text,
                           size_t size);
sheets_import sheets_sign(const sheets_ask *ask, const void *text, size_t size);
void sheets_clear_import(sheets_import *import);
/* The batch that signing a text must make; of so many rows with references 1, 2, ... */
cbank_buffer sheets_batch(const sheets_ask *ask, const char *text);
cbank_buffer sheets_batch_of(const sheets_ask *ask, size_t rows);
/* A text of so many rows; freed by the caller. */
char *sheets_rows(size_t rows);

/* What a deposit answered. */
typedef struct sheets_deposit {
    cbank_status status;
    cbank_error err;
    Cbank__Api__V1__CreditDepositReply *reply;
} sheets_deposit;

cbank_job *sheets_begin_deposit(cbank_bank *bank, const sheets_ask *ask);
sheets_deposit sheets_hand_in(cbank_bank *bank, const sheets_ask *ask, const cbank_buffer *batch);
void sheets_clear_deposit(sheets_deposit *deposit);

Cbank__Api__V1__BankInfo *sheets_info(const scene *stage);
/* Entries of the log. */
uint64_t sheets_log_size(const scene *stage);

#endif
