/* enrolinfo.h - enrolments as JSON and as text. */
#ifndef CBANK_CLI_ENROLINFO_H
#define CBANK_CLI_ENROLINFO_H

#include "output.h"

#include "cbank/api/v1/enrolment.pb-c.h"

extern const view enrolinfo_views[];
extern const view enrolinfo_list_views[];

/* NULL for one that was only judged: the same keys, without values. */
json_t *enrolinfo_describe(const Cbank__Api__V1__EnrolmentInfo *info);
json_t *enrolinfo_describe_step(const Cbank__Api__V1__EnrolmentStep *step);
/* What terms say, as keys of a document. */
json_t *enrolinfo_describe_terms(const Cbank__V1__EnrolmentTerms *terms);

#endif
