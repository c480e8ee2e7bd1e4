#include "ledger/node.h"

void cbi_nodes_init(cbi_nodes *nodes, cbi_txn *txn, cbi_hasher *hasher)
{
    nodes->txn = txn;
    nodes->hasher = hasher;
    nodes->block = 0;
    nodes->count = 0;
}

/* Makes the leaves of `block` known up to `count`. */
static cbank_status load_leaves(cbi_nodes *nodes, uint64_t block, size_t count, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (nodes->block != block)
        nodes->count = 0;
    nodes->block = block;

    uint64_t begin = block * CBI_TILE_WIDTH;
    cbi_logged_scan scan = {.next = begin + nodes->count, .end = begin + count};
    while (nodes->count < count) {
        cbi_logged logged;
        CBI_TRY(cbi_logged_scan_next(&scan, nodes->txn, nodes->hasher, &logged, err));
        nodes->leaves[nodes->count++] = logged.leaf;
    }
done:
    cbi_logged_scan_clear(&scan);
    return status;
}

cbank_status cbi_nodes_leaf(cbi_nodes *nodes, uint64_t index, cbi_hash *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t offset = (size_t)(index % CBI_TILE_WIDTH);

    CBI_TRY(load_leaves(nodes, index / CBI_TILE_WIDTH, offset + 1, err));
    *out = nodes->leaves[offset];
done:
    return status;
}

/* A full subtree of 2^bits rows that begins at a multiple of 2^bits. */
static cbank_status full_root(cbi_nodes *nodes, uint64_t begin, unsigned bits, cbi_hash *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    unsigned level = bits / CBI_TILE_LEVEL_BITS;
    size_t width = (size_t)1 << (bits % CBI_TILE_LEVEL_BITS);
    cbi_hash hashes[CBI_TILE_WIDTH];

    if (level == 0) {
        size_t offset = (size_t)(begin % CBI_TILE_WIDTH);
        CBI_TRY(load_leaves(nodes, begin / CBI_TILE_WIDTH, offset + width, err));
        CBI_TRY(cbi_tree_root_of(nodes->hasher, nodes->leaves + offset, width, out, err));
        return CBANK_OK;
    }
    CBI_TRY(cbi_tile_read(nodes->txn, level, begin >> (level * CBI_TILE_LEVEL_BITS), width, hashes,
                          err));
    CBI_TRY(cbi_tree_root_of(nodes->hasher, hashes, width, out, err));
done:
    return status;
}

/* The roots of the full subtrees that rows `begin` to `end` consist of, widest first. */
static cbank_status collect(cbi_nodes *nodes, uint64_t begin, uint64_t end, cbi_hash *roots,
                            size_t *count, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_subtree whole = {.begin = begin, .end = end};
    cbi_subtree parts[CBI_PROOF_PATH_MAX];

    *count = cbi_tree_split(&whole, parts);
    for (size_t i = 0; i < *count; i++) {
        unsigned bits = (unsigned)__builtin_ctzll(parts[i].end - parts[i].begin);
        CBI_TRY(full_root(nodes, parts[i].begin, bits, &roots[i], err));
    }
done:
    return status;
}

cbank_status cbi_nodes_root(cbi_nodes *nodes, uint64_t begin, uint64_t end, cbi_hash *out,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_hash roots[CBI_PROOF_PATH_MAX];
    size_t count;

    CBI_TRY(collect(nodes, begin, end, roots, &count, err));
    CBI_TRY(cbi_tree_join(nodes->hasher, roots, count, out, err));
done:
    return status;
}

cbank_status cbi_nodes_frontier(cbi_nodes *nodes, uint64_t size, cbi_frontier *out,
                                cbank_error *err)
{
    cbi_frontier frontier = {.size = size};
    size_t count;
    cbank_status status = collect(nodes, 0, size, frontier.roots, &count, err);

    if (status == CBANK_OK)
        *out = frontier;
    return status;
}
