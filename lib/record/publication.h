/*
 * publication.h - names of published data: what kind, which id, which edition.
 *
 * People write "ID" for the edition that is in force, and "ID@3" for the third.
 */
#ifndef CBI_RECORD_PUBLICATION_H
#define CBI_RECORD_PUBLICATION_H

#include "wire/message.h"

#include "cbank/v1/publication.pb-c.h"

#define CBI_PUBLICATION_ID_MAX 64
/* The word of a kind, '/', an id, and the zero byte. */
#define CBI_PUBLICATION_SUBJECT_MAX (CBI_PUBLICATION_ID_MAX + 16)

/* "ruleset", "framework", "programme", "catalogue", "units", "scales"; NULL for no kind. */
const char *cbi_publication_word(int kind);
/* The kind of a word; 0 if there is none. */
Cbank__V1__PublicationKind cbi_publication_kind(cbi_bytes word);

/* 1 to 64 of A-Z a-z 0-9 . - /, and neither first nor last a '/'. */
bool cbi_publication_id_is_valid(cbi_bytes id);

/* The id of its chain in the log: "ruleset/gd-credit-bank". */
void cbi_publication_subject_id(int kind, const char *id, char out[CBI_PUBLICATION_SUBJECT_MAX]);

/*
 * Kind, id, edition and, where it is `exact`, the digest. INVALID, with `name` as object. NULL is
 * a reference that is missing.
 */
cbank_status cbi_publication_ref_check(const char *name, const Cbank__V1__PublicationRef *ref,
                                       bool exact, cbank_error *err);

/* "ID" (edition 0) or "ID@EDITION". INVALID. */
cbank_status cbi_publication_name_parse(const char *name, char id[CBI_PUBLICATION_ID_MAX + 1],
                                        uint32_t *edition, cbank_error *err);

#endif
