/* caseinfo.h - cases as they are printed. */
#ifndef CBANK_CLI_CASEINFO_H
#define CBANK_CLI_CASEINFO_H

#include "cli.h"
#include "output.h"

#include "cbank/api/v1/case.pb-c.h"

extern const view caseinfo_views[];      /* of one, with its steps */
extern const view caseinfo_list_views[]; /* of a row of a list */

json_t *caseinfo_describe(const Cbank__Api__V1__CaseInfo *info);
/* With its steps. */
json_t *caseinfo_describe_whole(const Cbank__Api__V1__CaseInfo *info);
/* Prints a reply, NULL if there is none, and frees it. */
void caseinfo_show(cli *c, Cbank__Api__V1__CaseInfo *info);

#endif
