/*
 * filepage.h - one page of an LMDB file, read without LMDB and believed in nothing.
 *
 * LMDB 0.9, 64 bits, in the byte order of the machine: a header of 16 bytes, then the offsets of
 * the nodes, then a gap, then the nodes, which fill the page to its end.
 */
#ifndef CBI_STORE_FILEPAGE_H
#define CBI_STORE_FILEPAGE_H

#include "base/bytes.h"

#define CBI_FILEPAGE_HEADER 16u
#define CBI_FILEPAGE_BYTES_MAX 65536u

/* What LMDB knows of a table: 48 bytes, in a meta page or as a value of the table of tables. */
typedef struct cbi_tree {
    uint16_t flags;
    uint16_t depth; /* pages from the root down to a leaf; 0 if there is nothing */
    uint64_t branch_pages;
    uint64_t leaf_pages;
    uint64_t overflow_pages;
    uint64_t entries;
    uint64_t root;
} cbi_tree;

#define CBI_TREE_BYTES 48u

cbi_tree cbi_tree_read(const uint8_t bytes[CBI_TREE_BYTES]);

typedef struct cbi_filepage {
    const uint8_t *bytes;
    size_t size;
    size_t count; /* of nodes */
    bool is_leaf;
} cbi_filepage;

/* A node of a leaf has a value here or on overflow pages, one of a branch leads to a page. */
typedef struct cbi_node {
    cbi_bytes key;
    cbi_bytes value;     /* empty where it lies elsewhere */
    size_t value_size;   /* wherever it lies */
    uint64_t page;       /* of the child or the first overflow page; else 0 */
    bool is_tree;        /* the value is a cbi_tree */
} cbi_node;

/*
 * Reads the header of page `number` and looks at every node, so that the nodes can be asked for
 * afterwards. NULL, or what is wrong with it. `bytes` stay where they are.
 */
const char *cbi_filepage_read(const uint8_t *bytes, size_t size, uint64_t number,
                              cbi_filepage *out);
/* Node `i` of a page that was read without fault; lent from its bytes. */
cbi_node cbi_filepage_node(const cbi_filepage *page, size_t i);

/* How many overflow pages begin with this one; 0 if it is none of number `number`. */
uint32_t cbi_filepage_overflow(const uint8_t header[CBI_FILEPAGE_HEADER], uint64_t number);

#endif
