/* grant.h - what is entered of an institution beside its keys: institution register, scope, ... */
#ifndef CBANK_CLI_GRANT_H
#define CBANK_CLI_GRANT_H

#include "cli.h"

#include <jansson.h>

#include "cbank/api/v1/institution.pb-c.h"

extern const option grant_register_options[], grant_describe_options[], grant_rename_options[],
    grant_scope_options[], grant_licence_options[], grant_delegate_options[],
    grant_request_options[], grant_succeed_options[], grant_end_options[], grant_merge_options[],
    grant_close_options[];

void grant_register(cli *c);
void grant_describe(cli *c);
void grant_rename(cli *c);
void grant_scope(cli *c);
void grant_licence(cli *c);
void grant_delegate(cli *c);
void grant_delegate_request(cli *c);
void grant_succeed(cli *c);
void grant_end(cli *c);
void grant_merge(cli *c);
void grant_close(cli *c);

/* Adds what the directory has of it since version 2. */
void grant_describe_info(const Cbank__Api__V1__InstitutionInfo *info, json_t *document);
/* The same in lines for people. */
void grant_add_lines(json_t *document);

#endif
