/* recognition.h - recognising a plan, for the table of the plan's own commands. */
#ifndef CBANK_CLI_RECOGNITION_H
#define CBANK_CLI_RECOGNITION_H

#include "cli.h"

#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

#include "cbank/api/v1/recognition.pb-c.h"

#define RECOGNITION_ID 32

extern const option recognise_options[];
void recognise(cli *c);

/* Every recognition of an account, with the file that was signed; false with a failure. */
bool recognition_collect(cli *c, char *account, json_t *list);

/* Prints a reply, NULL if there is none, and frees it. */
void recognition_show_info(cli *c, Cbank__Api__V1__RecognitionInfo *info);

/* The id of one, or its beginning; false with a failure. */
bool recognition_id(cli *c, const char *text, uint8_t room[RECOGNITION_ID],
                    ProtobufCBinaryData *out);

#endif
