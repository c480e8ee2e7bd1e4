/* learner.h - what commands about learners share, and those that stand in files of their own. */
#ifndef CBANK_CLI_LEARNER_H
#define CBANK_CLI_LEARNER_H

#include "order.h"
#include "output.h"

/* An account for people and scripts; frees the message. NULL is a no-op. */
void learner_show_info(cli *c, Cbank__Api__V1__LearnerInfo *info, bool masked);
/* The same as a document, and what people see of it. */
json_t *learner_describe(const Cbank__Api__V1__LearnerInfo *info);

/* identity.c */
extern const option identity_amend_options[], identity_correct_options[],
    identity_unbind_options[];
void identity_amend(cli *c);
void identity_bind(cli *c);
void identity_correct(cli *c);
void identity_unbind(cli *c);

/* merge.c */
extern const option merge_options[], merge_erase_options[];
void merge_accounts(cli *c);
void merge_undo(cli *c);
void merge_erase(cli *c);

#endif
