#include "store/filepage.h"

#include <string.h>

#define FLAGS_AT 10
#define LOWER_AT 12 /* the end of the offsets; on an overflow page the number of pages, 32 bits */
#define UPPER_AT 14 /* the beginning of the nodes */

#define BRANCH 0x01
#define LEAF 0x02
#define OVERFLOW 0x04

/* A node: its size or child in three parts, then the key's size, the key, the value. */
#define NODE_LOW_AT 0
#define NODE_HIGH_AT 2
#define NODE_FLAGS_AT 4
#define NODE_KEY_SIZE_AT 6
#define NODE_HEADER 8u

#define NODE_ELSEWHERE 0x01
#define NODE_TREE 0x02

#define BRANCH_NODES_MIN 2

static uint16_t read16(const uint8_t *at)
{
    uint16_t value;

    memcpy(&value, at, sizeof(value));
    return value;
}

static uint64_t read64(const uint8_t *at)
{
    uint64_t value;

    memcpy(&value, at, sizeof(value));
    return value;
}

cbi_tree cbi_tree_read(const uint8_t bytes[CBI_TREE_BYTES])
{
    return (cbi_tree){
        .flags = read16(bytes + 4),
        .depth = read16(bytes + 6),
        .branch_pages = read64(bytes + 8),
        .leaf_pages = read64(bytes + 16),
        .overflow_pages = read64(bytes + 24),
        .entries = read64(bytes + 32),
        .root = read64(bytes + 40),
    };
}

static const uint8_t *node_at(const cbi_filepage *page, size_t i)
{
    return page->bytes + read16(page->bytes + CBI_FILEPAGE_HEADER + 2 * i);
}

static size_t value_size(const uint8_t *node)
{
    return (size_t)read16(node + NODE_LOW_AT) | (size_t)read16(node + NODE_HIGH_AT) << 16;
}

/* The bytes of the page that a node takes; 0 if it has flags that no node of ours has. */
static size_t node_bytes(const cbi_filepage *page, const uint8_t *node)
{
    size_t size = NODE_HEADER + read16(node + NODE_KEY_SIZE_AT);
    uint16_t flags = read16(node + NODE_FLAGS_AT);

    if (!page->is_leaf)
        return size + (size & 1);
    if (flags != 0 && flags != NODE_ELSEWHERE && flags != NODE_TREE)
        return 0;
    if (flags == NODE_TREE && value_size(node) != CBI_TREE_BYTES)
        return 0;
    size += flags == NODE_ELSEWHERE ? sizeof(uint64_t) : value_size(node);
    return size + (size & 1);
}

/* Each node within the page, and together as many bytes as there are behind the gap. */
static const char *check_nodes(const cbi_filepage *page, size_t upper)
{
    size_t total = 0;

    for (size_t i = 0; i < page->count; i++) {
        size_t offset = read16(page->bytes + CBI_FILEPAGE_HEADER + 2 * i);
        size_t bytes;

        if (offset < upper || offset % 2 != 0 || offset > page->size - NODE_HEADER)
            return "a node outside its page";
        bytes = node_bytes(page, page->bytes + offset);
        if (bytes == 0)
            return "a node of no kind";
        if (bytes > page->size - offset)
            return "a node that goes beyond its page";
        total += bytes;
    }
    return total == page->size - upper ? NULL : "nodes that do not fill their page";
}

const char *cbi_filepage_read(const uint8_t *bytes, size_t size, uint64_t number,
                              cbi_filepage *out)
{
    uint16_t flags = read16(bytes + FLAGS_AT);
    size_t lower = read16(bytes + LOWER_AT);
    size_t upper = read16(bytes + UPPER_AT);

    *out = (cbi_filepage){.bytes = bytes, .size = size, .is_leaf = flags == LEAF};
    if (read64(bytes) != number)
        return "the number of another page";
    if (flags != LEAF && flags != BRANCH)
        return "neither leaf nor branch";
    if (lower < CBI_FILEPAGE_HEADER || lower % 2 != 0 || upper < lower || upper > size)
        return "bounds of nodes";
    out->count = (lower - CBI_FILEPAGE_HEADER) / 2;
    if (out->count < (out->is_leaf ? 1 : BRANCH_NODES_MIN))
        return "too few nodes";
    return check_nodes(out, upper);
}

cbi_node cbi_filepage_node(const cbi_filepage *page, size_t i)
{
    const uint8_t *at = node_at(page, i);
    size_t key_size = read16(at + NODE_KEY_SIZE_AT);
    uint16_t flags = read16(at + NODE_FLAGS_AT);
    const uint8_t *behind = at + NODE_HEADER + key_size;
    cbi_node node = {.key = cbi_bytes_of(at + NODE_HEADER, key_size)};

    if (!page->is_leaf) {
        node.page = (uint64_t)value_size(at) | (uint64_t)flags << 32;
        return node;
    }
    node.value_size = value_size(at);
    node.is_tree = flags == NODE_TREE;
    if (flags == NODE_ELSEWHERE)
        node.page = read64(behind);
    else
        node.value = cbi_bytes_of(behind, node.value_size);
    return node;
}

uint32_t cbi_filepage_overflow(const uint8_t header[CBI_FILEPAGE_HEADER], uint64_t number)
{
    uint32_t pages;

    if (read64(header) != number || read16(header + FLAGS_AT) != OVERFLOW)
        return 0;
    memcpy(&pages, header + LOWER_AT, sizeof(pages));
    return pages;
}
