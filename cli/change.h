/* change.h - cbank credit revoke, suspend, reinstate: the same change to one record or to many. */
#ifndef CBANK_CLI_CHANGE_H
#define CBANK_CLI_CHANGE_H

#include "output.h"

#include <protobuf-c/protobuf-c.h>

extern const option change_options[];
/* Of the records that changed: id, status, account, reference. */
extern const view change_affected_views[];

void change_revoke(cli *c);
void change_suspend(cli *c);
void change_reinstate(cli *c);

/* The id of the batch whose first digits --batch gives, into `room` of 32 bytes. */
bool change_read_batch(cli *c, uint8_t *room, ProtobufCBinaryData *out);

#endif
