/*
 * field.h - messages by the names of their fields, as the shared cases write them.
 */
#ifndef VECTORS_FIELD_H
#define VECTORS_FIELD_H

#include <cbank.h>
#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

/* Whatever a case needs until it ends; kept together and freed together. */
void *field_keep(void *allocated);
void field_free_kept(void);

/* The whole file; ends the program if it cannot be read. */
cbank_buffer field_read(const char *folder, const char *name);

/* A text with "{scene}" replaced; kept. */
const char *field_text(const char *text, const char *scene);

/* Serialises a JSON object as a message; kept. {"@file": NAME} is the bytes of a file. */
cbank_buffer field_pack(const ProtobufCMessageDescriptor *kind, const json_t *fields,
                        const char *folder, const char *scene);

/* The value at a path of a serialised message as a text; kept. "?" says that there is none. */
const char *field_look(const ProtobufCMessageDescriptor *kind, const uint8_t *data, size_t size,
                       const char *path);

/* By its full name; NULL if the cases do not know it. */
const ProtobufCMessageDescriptor *field_message(const char *name);

#endif
