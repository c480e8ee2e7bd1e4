/* transferinfo.h - a transfer as replies have it. */
#ifndef CBI_API_TRANSFERINFO_H
#define CBI_API_TRANSFERINFO_H

#include "bank/transfer.h"

#include "cbank/api/v1/transfer.pb-c.h"

#define CBI_TRANSFER_ID_SIZE 17

/* What a message lends from. Begin with {0}; end with cbi_transferinfo_clear. */
typedef struct cbi_transferinfo {
    cbi_transfer_row row;
    char id[CBI_TRANSFER_ID_SIZE];
    cbi_transfer_record *records;
    Cbank__Api__V1__TransferRecord *rows;
    Cbank__Api__V1__TransferRecord **list;
    char (*ids)[CBI_DISPLAY_ID_MAX];
    Cbank__V1__TransferAnswer *answer; /* the first */
    Cbank__Api__V1__TransferInfo message;
} cbi_transferinfo;

/* Fills `message` for a row; one without a number (a dry run) is empty. */
cbank_status cbi_transferinfo_read(cbi_txn *txn, const cbi_transfer_row *row,
                                   cbi_transferinfo *out, cbank_error *err);
void cbi_transferinfo_clear(cbi_transferinfo *info);

#endif
