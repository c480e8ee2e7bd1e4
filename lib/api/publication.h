/*
 * publication.h - which edition is meant, and how it is shown.
 *
 * A moment is a day, and what was known then; it is part of the question.
 */
#ifndef CBI_API_PUBLICATION_H
#define CBI_API_PUBLICATION_H

#include "api/face.h"
#include "bank/edition.h"

#include "cbank/api/v1/publication.pb-c.h"

typedef struct cbi_moment {
    uint32_t day; /* 0: today, where the publication counts its days */
    cbi_knowing known;
} cbi_moment;

/* NULL is now. ARGUMENT for a day that is none. */
cbank_status cbi_moment_read(const Cbank__Api__V1__PublicationMoment *message, cbi_moment *out,
                             cbank_error *err);

/*
 * "ID@EDITION", or "ID" for the one in force; kind 0 is the one kind that has the id. NOT_FOUND,
 * INVALID (no name, or an id that several kinds have).
 */
cbank_status cbi_publication_choose(cbi_txn *txn, int kind, const char *name,
                                    const cbi_moment *moment, cbi_edition *out, cbank_error *err);

/* An edition with its head; lends itself, so it stays where it is. Begin with {0}. */
typedef struct cbi_shown_edition {
    Cbank__Api__V1__PublicationInfo info;
    Cbank__V1__PublicationRef ref;
    cbi_edition edition;
    cbank_buffer envelope;
    cbi_publication publication;
} cbi_shown_edition;

cbank_status cbi_publication_describe(cbi_reader *reader, const cbi_edition *edition,
                                      const cbi_moment *moment, cbi_shown_edition *out,
                                      cbank_error *err);
/* What a head alone says, before it is published. */
void cbi_publication_describe_head(const Cbank__V1__PublicationHead *head,
                                   Cbank__Api__V1__PublicationInfo *out);
void cbi_shown_edition_clear(cbi_shown_edition *shown);

#endif
