/*
 * field.h - checks of single fields, each failing with the field's name as object.
 *
 * All answer INVALID. `name` is the field's name in the schema; what a message says about a wrong
 * value is its length or a code, never the value itself where it could name a person.
 */
#ifndef CBI_RECORD_FIELD_H
#define CBI_RECORD_FIELD_H

#include "wire/message.h"

#include "cbank/v1/common.pb-c.h"

#define CBI_WORD_MAX 32

/* A word of a fixed list or of the bank's own: [a-z0-9.-]{1,32}. */
bool cbi_field_is_word(cbi_bytes text);

/* 1 to `max` bytes of clean text. */
cbank_status cbi_field_text(const char *name, const char *value, size_t max, cbank_error *err);
/* Empty or exactly `size` bytes; not empty if required. */
cbank_status cbi_field_size(const char *name, ProtobufCBinaryData value, size_t size,
                            bool required, cbank_error *err);
/* A digest, a leaf or an id: exactly 32 bytes. */
cbank_status cbi_field_hash(const char *name, ProtobufCBinaryData value, cbank_error *err);
/* An account's 16 digits. */
cbank_status cbi_field_account(const char *name, const char *value, cbank_error *err);
/* A public key of either suite: which one is the bank's is not known here. */
cbank_status cbi_field_key(const char *name, ProtobufCBinaryData key, cbank_error *err);
/* 0 or a date. */
cbank_status cbi_field_date(const char *name, uint32_t date, cbank_error *err);
/* Refuses `later` before `earlier`, compared as far as both are known. */
cbank_status cbi_field_date_order(const char *name, uint32_t earlier, uint32_t later,
                                  cbank_error *err);
/* NULL, or a code with scheme and value. */
cbank_status cbi_field_code(const char *name, const Cbank__V1__Code *code, cbank_error *err);
/* An institution's code. */
cbank_status cbi_field_institution(const char *name, const char *value, cbank_error *err);
/* "zh", "en", "zh-Hans": the form of a BCP 47 tag. */
cbank_status cbi_field_language(const char *name, const char *value, cbank_error *err);
cbank_status cbi_field_count(const char *name, size_t count, size_t max, cbank_error *err);
/* At least one, each with a value; a language and days where stated. */
cbank_status cbi_field_names(const char *name, Cbank__V1__DatedName *const *names, size_t count,
                             cbank_error *err);

/*
 * A signed message that breaks a rule is MALFORMED for whoever reads it: keeps the field as
 * object and the finer reason's word as detail. Other statuses pass through.
 */
cbank_status cbi_field_refuse_signed(cbank_status status, cbank_error *err);

#endif
