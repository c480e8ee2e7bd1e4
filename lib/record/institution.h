/*
 * institution.h - the form of what is said of an institution: its description and its grants.
 *
 * All answer INVALID with the field as object. What a grant says of log positions and of its end
 * is the directory's to say: in a statement or a request it is not stated.
 */
#ifndef CBI_RECORD_INSTITUTION_H
#define CBI_RECORD_INSTITUTION_H

#include "wire/message.h"

#include "cbank/v1/directory.pb-c.h"
#include "cbank/v1/institution.pb-c.h"

cbank_status cbi_institution_check_scope(const Cbank__V1__Scope *scope, cbank_error *err);
cbank_status cbi_institution_check_licence(const Cbank__V1__Licence *licence, cbank_error *err);
/* `code` is whose it is. */
cbank_status cbi_institution_check_delegation(const char *code,
                                              const Cbank__V1__Delegation *delegation,
                                              cbank_error *err);
cbank_status cbi_institution_check_succession(const char *code,
                                              const Cbank__V1__Succession *succession,
                                              cbank_error *err);

/* Bodies of statements (body.h). */
cbank_status cbi_institution_check_registered(const void *body, cbank_error *err);
cbank_status cbi_institution_check_described(const void *body, cbank_error *err);
cbank_status cbi_institution_check_scope_granted(const void *body, cbank_error *err);
cbank_status cbi_institution_check_licence_granted(const void *body, cbank_error *err);
cbank_status cbi_institution_check_delegation_granted(const void *body, cbank_error *err);
cbank_status cbi_institution_check_succession_granted(const void *body, cbank_error *err);
cbank_status cbi_institution_check_grant_ended(const void *body, cbank_error *err);
cbank_status cbi_institution_check_ended(const void *body, cbank_error *err);

/* A directory's entry, but for its keys; of version 1 it has nothing that came later. */
cbank_status cbi_institution_check_entry(const Cbank__V1__DirectoryInstitution *entry,
                                         uint32_t version, cbank_error *err);

#endif
