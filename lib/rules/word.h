/*
 * word.h - values of enums as the words that people write: RULE_EFFECT_DOES_NOT_TRANSFER is
 * "does-not-transfer".
 */
#ifndef CBI_RULES_WORD_H
#define CBI_RULES_WORD_H

#include "wire/message.h"

#define CBI_WORD_TEXT_MAX 48

/* `out` holds CBI_WORD_TEXT_MAX; "" for 0 and for a value that the enum has not. */
void cbi_word_of(const ProtobufCEnumDescriptor *type, int value, char *out);
/* 0 for what is no word of the enum. */
int cbi_word_value(const ProtobufCEnumDescriptor *type, cbi_bytes word);
/* All words of the enum, "a, b, c", cut to fit: for messages. */
void cbi_word_list(const ProtobufCEnumDescriptor *type, char *out, size_t size);

#endif
