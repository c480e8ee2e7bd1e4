/*
 * description.h - a directory's entry as the statements about an institution make it, one by one.
 *
 * A pure fold: the bank does it when it writes, and does it again when it is checked. Of what
 * version 1 had, keys and suspension are whose row it is; the rest comes from here.
 */
#ifndef CBI_RECORD_DESCRIPTION_H
#define CBI_RECORD_DESCRIPTION_H

#include "base/limits.h"
#include "record/statement.h"

#include "cbank/v1/directory.pb-c.h"

/* A working copy. Large: allocate it. Lists are its own, what they hold is lent. */
typedef struct cbi_description {
    Cbank__V1__DirectoryInstitution entry;
    Cbank__V1__Scope scopes[CBI_INSTITUTION_GRANTS_MAX], *scope_list[CBI_INSTITUTION_GRANTS_MAX];
    Cbank__V1__Licence licences[CBI_INSTITUTION_GRANTS_MAX],
        *licence_list[CBI_INSTITUTION_GRANTS_MAX];
    Cbank__V1__Delegation delegations[CBI_INSTITUTION_GRANTS_MAX],
        *delegation_list[CBI_INSTITUTION_GRANTS_MAX];
    Cbank__V1__Succession successions[CBI_INSTITUTION_GRANTS_MAX],
        *succession_list[CBI_INSTITUTION_GRANTS_MAX];
    cbi_hash grants[2 * CBI_INSTITUTION_GRANTS_MAX]; /* digests made here */
    size_t grant_count;
    uint64_t changes[CBI_INSTITUTION_CHANGES_MAX];
} cbi_description;

/* Begins with an entry as it stands, lent; one that is new is an initialised message. */
cbank_status cbi_description_begin(const Cbank__V1__DirectoryInstitution *entry,
                                   cbi_description *out, cbank_error *err);

/*
 * One statement of the kinds from 408 on, at its log position, with its digest; lent. A kind that
 * says nothing of a description changes nothing. TOO_LARGE (INSTITUTION_FULL), NOT_FOUND
 * (GRANT_MISSING), STATE (GRANT_ENDED).
 */
cbank_status cbi_description_apply(cbi_description *it, const cbi_kind *kind, const void *body,
                                   const char *document, uint64_t index, const cbi_hash *digest,
                                   cbank_error *err);

/* One that is active or suspended again has not ended. */
void cbi_description_resume(Cbank__V1__DirectoryInstitution *entry);

/* Does a kind speak of a description? */
bool cbi_description_is_told(int kind);

#endif
