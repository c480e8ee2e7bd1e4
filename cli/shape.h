/* shape.h - parts of messages as JSON values; the keys above them are the commands' affair. */
#ifndef CBANK_CLI_SHAPE_H
#define CBANK_CLI_SHAPE_H

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

#include "cbank/v1/common.pb-c.h"

/* null for "", and for NULL. */
json_t *shape_text(const char *text);
json_t *shape_texts(char *const *texts, size_t count);
/* The word of a reason, in lower case. */
json_t *shape_reason(const char *name);
/* Bytes that are text, such as a signed note. */
json_t *shape_note(ProtobufCBinaryData data);
json_t *shape_hex(ProtobufCBinaryData data);
json_t *shape_number(uint64_t value);
/* null for 0. */
json_t *shape_time(int64_t time);
json_t *shape_date(uint32_t date);
json_t *shape_milli(int64_t milli);
/* [{unit, amount}] */
json_t *shape_amounts(Cbank__V1__Amount *const *amounts, size_t count);
/* The sum in credit; "0" if there is none. */
json_t *shape_credits(Cbank__V1__Amount *const *amounts, size_t count);
/* [{lang, text}], and the one for people, by the language of the run. */
json_t *shape_names(Cbank__V1__LangText *const *names, size_t count);
json_t *shape_name(Cbank__V1__LangText *const *names, size_t count);
/* [{scheme, value}] */
json_t *shape_ids(Cbank__V1__OrganisationId *const *ids, size_t count);
json_t *shape_code(const Cbank__V1__Code *code);

/* The word of an enum's value: "held" for CREDIT_STATUS_HELD; null for the unspecified one. */
json_t *shape_word(const ProtobufCEnumDescriptor *type, int value);
json_t *shape_suite(Cbank__V1__Suite suite);
/* The value of a word; false if there is none. */
bool shape_value(const ProtobufCEnumDescriptor *type, const char *word, int *out);

#endif
