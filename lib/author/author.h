/*
 * author.h - from what an authority writes to what it publishes.
 *
 * Give all documents, the main one first; then the bytes of each table that they name, one after
 * the other; then finish, which checks all of it and says what each document will be called. A
 * document that another one builds on, and whose file it names, is compiled with it, so that the
 * other one names it by its digest. Nothing here reads a file: whoever calls hands the bytes over.
 */
#ifndef CBI_AUTHOR_AUTHOR_H
#define CBI_AUTHOR_AUTHOR_H

#include "author/document.h"
#include "crypto/key.h"

#define CBI_AUTHOR_DOCUMENTS_MAX 32

typedef struct cbi_author cbi_author;

cbank_status cbi_author_new(cbi_suite suite, cbi_author **out, cbank_error *err);
/* NULL is a no-op. */
void cbi_author_free(cbi_author *author);

/* A document, borrowed for the call. `name` is its path from the folder of the main one. */
cbank_status cbi_author_add(cbi_author *author, const char *name, cbi_bytes text,
                            cbank_error *err);

/*
 * What the last document names: tables, and documents that it builds on. False at the end.
 * `document`: it has to be added too.
 */
bool cbi_author_wanted(const cbi_author *author, size_t index, const char **name, bool *document);

/* After the last document: reads what stands in them. */
cbank_status cbi_author_read(cbi_author *author, cbank_error *err);
/* The table whose bytes come next; NULL if there is none. */
const char *cbi_author_table(const cbi_author *author);
/* Some of its bytes, and its end. A table that cannot be had is ended, too. */
cbank_status cbi_author_feed(cbi_author *author, cbi_bytes bytes, cbank_error *err);
cbank_status cbi_author_feed_end(cbi_author *author, cbank_error *err);

/* Checks everything and sorts the findings. MEMORY only: what is wrong is among the findings. */
cbank_status cbi_author_finish(cbi_author *author, cbank_error *err);
const cbi_findings *cbi_author_findings(const cbi_author *author);
/* The main document; its head is complete if there are no errors. */
const cbi_document *cbi_author_main(const cbi_author *author);
uint64_t cbi_author_items(const cbi_author *author);

/* The main document, signed by `key`, whose suite is the author's. INVALID if there are errors. */
cbank_status cbi_author_build(cbi_author *author, const cbi_private *key, cbank_buffer *file,
                              cbank_error *err);

#endif
