/* institution.h - what the commands about institutions share. */
#ifndef CBANK_CLI_INSTITUTION_H
#define CBANK_CLI_INSTITUTION_H

#include "cli.h"

#include "cbank/api/v1/institution.pb-c.h"

/* Shows what came back, and frees it; NULL is a failure that has been told. */
void institution_show_info(cli *c, Cbank__Api__V1__InstitutionInfo *info);
/* Writes a request to --output. */
void institution_keep_request(cli *c, Cbank__Api__V1__RequestReply *reply);

#endif
