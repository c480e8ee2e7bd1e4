/*
 * document.h - one publication as its author writes it: a YAML document with its tables.
 */
#ifndef CBI_AUTHOR_DOCUMENT_H
#define CBI_AUTHOR_DOCUMENT_H

#include "author/items.h"
#include "author/rows.h"
#include "crypto/digest.h"

#define CBI_FILE_NAME_MAX 255

/* A table that the document names, waiting for its bytes. */
typedef struct cbi_document_table {
    cbi_rows *rows;
    cbi_arena arena; /* of the item at hand, which may wait for further rows */
    unsigned list;
    uint32_t file; /* number among the findings' files */
    char name[CBI_FILE_NAME_MAX + 1]; /* from the folder of the first document */
    struct cbi_document_table *next;
} cbi_document_table;

/* What the document builds on, and where it is written. */
typedef struct cbi_document_use {
    Cbank__V1__PublicationRef ref;
    char file[CBI_FILE_NAME_MAX + 1]; /* "" if it is only named */
    const cbi_yaml_node *node;
    uint8_t digest[CBI_HASH_SIZE];
} cbi_document_use;

#define CBI_DOCUMENT_USES_MAX 64

/* Begins as {0}. */
typedef struct cbi_document {
    char name[CBI_FILE_NAME_MAX + 1];
    uint32_t file;
    cbi_yaml yaml;
    cbi_arena arena; /* of the head */
    Cbank__V1__PublicationHead head;
    cbi_document_use uses[CBI_DOCUMENT_USES_MAX];
    Cbank__V1__PublicationRef *refs[CBI_DOCUMENT_USES_MAX];
    size_t use_count;
    cbi_rule_defaults defaults;
    cbi_content content;
    cbi_document_table *tables; /* in the order in which they are read */
    bool readable; /* what kind it is, is known */
    bool done;     /* all of it is known, and its id */
    cbi_hash id;
} cbi_document;

/*
 * A name that stays within the folder: parts between '/', none of them "", "." or "..", without
 * backslash, colon or control characters.
 */
bool cbi_document_is_name(cbi_bytes name);

/* Parses and reads the head; what is wrong is told among `findings`. MEMORY only. */
cbank_status cbi_document_open(cbi_document *document, const char *name, cbi_bytes text,
                               cbi_findings *findings, cbank_error *err);
/* Reads the items that stand in the document itself, and notes its tables. */
cbank_status cbi_document_read(cbi_document *document, cbi_findings *findings,
                               const cbi_scalebook *scales, cbank_error *err);
/* Reads all of a table that was fed so far. */
cbank_status cbi_document_read_table(cbi_document *document, cbi_document_table *table,
                                     cbi_findings *findings, const cbi_scalebook *scales,
                                     cbank_error *err);
void cbi_document_clear(cbi_document *document);

#endif
