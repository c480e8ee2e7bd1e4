/*
 * recognitioninfo.h - what replies say of a recognition as the bank keeps it.
 */
#ifndef CBI_API_RECOGNITIONINFO_H
#define CBI_API_RECOGNITIONINFO_H

#include "bank/holding.h"
#include "bank/outside.h"

#include "cbank/api/v1/recognition.pb-c.h"

/* A recognition, and the memory that its description lends. Begins as {0}. */
typedef struct cbi_recognition_info {
    cbi_recognition_row row;
    cbank_buffer bytes;
    cbi_recognition recognition;
    cbi_outside outside; /* in its place, if the bank has noted it from outside */
    char (*ids)[CBI_DISPLAY_ID_MAX];
    char **records; /* that it uses, or used; without what was erased */
    size_t record_count;
} cbi_recognition_info;

/* What is kept of the one in `row`; `pages`: the whole. STATE (RECOGNITION_ERASED). */
cbank_status cbi_recognition_info_load(cbi_bank *bank, cbi_reader *reader, bool pages,
                                       cbi_recognition_info *it, cbank_error *err);
void cbi_recognition_info_describe(cbi_recognition_info *it,
                                   Cbank__Api__V1__RecognitionInfo *out);
void cbi_recognition_info_clear(cbi_recognition_info *it);

/* The reply of what was entered, with the records that are free again. */
cbank_status cbi_recognition_info_reply(cbi_bank *bank, const cbi_recognised *entered,
                                        cbank_buffer *reply, cbank_error *err);

#endif
