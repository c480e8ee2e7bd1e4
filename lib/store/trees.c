#include "store/trees.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/crew.h"
#include "base/limits.h"
#include "base/memory.h"
#include "store/fault.h"
#include "store/filepage.h"
#include "store/meta.h"
#include "store/store.h"

/* LMDB's cursors hold the pages from the root down to a leaf. */
#define DEPTH_MAX 32
#define TREES_MAX 64
#define NAME_SIZE 32
#define NO_PAGE UINT64_MAX
#define FIRST_PAGE 2 /* after the meta pages */
#define LIST_PART 4096
#define MOVES_MAX 1000
#define WORTH_A_THREAD 4096u /* pages; fewer are looked at sooner than it begins */

#define FREE_PAGES "free pages"
#define NAMES "tables"

typedef struct named_tree {
    char name[NAME_SIZE];
    cbi_tree tree;
} named_tree;

/* What a tree's values are: trees by name, lists of free pages by commit, or rows. */
typedef enum kind { KIND_NAMES, KIND_FREE, KIND_ROWS } kind;

/* All trees of one commit. */
typedef struct walk {
    int fd;
    size_t page_bytes;
    uint64_t last_page;
    uint8_t *pages; /* DEPTH_MAX of them: those from the root down to where we are */
    atomic_uchar *used; /* a bit for each page; NULL if only the depth is looked at */
    named_tree *trees; /* named by the table of tables */
    size_t tree_count;

    /* Of the tree that is walked. */
    const char *name;
    kind kind;
    cbi_tree seen;
} walk;

/* Where the keys below a page must lie; `until` without bytes has no end. */
typedef struct bounds {
    cbi_bytes from;
    cbi_bytes until;
} bounds;

static cbank_status damaged(const walk *it, uint64_t page, const char *what, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_STORE_DAMAGED, page, it->name, "page %llu: %s",
                    (unsigned long long)page, what);
}

static cbank_status read_at(const walk *it, uint64_t page, size_t skip, void *out, size_t size,
                            cbank_error *err)
{
    ssize_t got = pread(it->fd, out, size, (off_t)(page * it->page_bytes + skip));

    if (got < 0)
        return cbi_fault_report(errno, it->name, err);
    return (size_t)got == size ? CBANK_OK : damaged(it, page, "beyond the end of the file", err);
}

/* Pages are used once. */
static cbank_status take(walk *it, uint64_t first, uint64_t count, cbank_error *err)
{
    if (first < FIRST_PAGE || first > it->last_page || count > it->last_page - first + 1)
        return damaged(it, first, "beyond the last page", err);
    for (uint64_t page = first; it->used != NULL && page < first + count; page++) {
        uint8_t bit = (uint8_t)(1u << page % 8);

        if ((atomic_fetch_or_explicit(&it->used[page / 8], bit, memory_order_relaxed) & bit) != 0)
            return damaged(it, page, "used twice", err);
    }
    return CBANK_OK;
}

static cbank_status read_page(walk *it, uint64_t number, unsigned level, cbi_filepage *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t *bytes = it->pages + level * it->page_bytes;
    const char *wrong;

    CBI_TRY(take(it, number, 1, err));
    CBI_TRY(read_at(it, number, 0, bytes, it->page_bytes, err));
    wrong = cbi_filepage_read(bytes, it->page_bytes, number, out);
    if (wrong != NULL)
        CBI_TRY(damaged(it, number, wrong, err));
done:
    return status;
}

/* ---- what the two tables of LMDB itself hold ------------------------------------------------ */

static cbank_status note_tree(walk *it, uint64_t page, const cbi_node *node, cbank_error *err)
{
    named_tree *next = &it->trees[it->tree_count];

    if (it->tree_count == TREES_MAX || node->key.size >= NAME_SIZE)
        return damaged(it, page, "tables that no bank has", err);
    memcpy(next->name, node->key.data, node->key.size);
    next->name[node->key.size] = '\0';
    next->tree = cbi_tree_read(node->value.data);
    if (next->tree.flags != 0)
        return damaged(it, page, "flags of a table", err);
    it->tree_count++;
    return CBANK_OK;
}

/* Bytes `skip` and on of a value, wherever they lie. */
static cbank_status read_value(const walk *it, const cbi_node *node, size_t skip, void *out,
                               size_t size, cbank_error *err)
{
    if (node->page != 0)
        return read_at(it, node->page, CBI_FILEPAGE_HEADER + skip, out, size, err);
    memcpy(out, node->value.data + skip, size);
    return CBANK_OK;
}

/* How many pages, then their numbers, the greatest first. */
static cbank_status note_free(walk *it, uint64_t page, const cbi_node *node, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t numbers[LIST_PART / sizeof(uint64_t)];
    uint64_t count, last = NO_PAGE;
    size_t part;

    if (node->value_size < sizeof(count))
        CBI_TRY(damaged(it, page, "list of free pages", err));
    CBI_TRY(read_value(it, node, 0, &count, sizeof(count), err));
    if (count >= node->value_size / sizeof(count))
        CBI_TRY(damaged(it, page, "list of free pages", err));
    for (uint64_t done_count = 0; done_count < count; done_count += part) {
        part = count - done_count < LIST_PART / sizeof(uint64_t) ? (size_t)(count - done_count)
                                                                 : LIST_PART / sizeof(uint64_t);
        CBI_TRY(read_value(it, node, (size_t)(1 + done_count) * sizeof(uint64_t), numbers,
                           part * sizeof(uint64_t), err));
        for (size_t i = 0; i < part; last = numbers[i], i++) {
            if (numbers[i] >= last)
                CBI_TRY(damaged(it, page, "order of free pages", err));
            CBI_TRY(take(it, numbers[i], 1, err));
        }
    }
done:
    return status;
}

/* ---- one tree ------------------------------------------------------------------------------ */

static int compare(const walk *it, cbi_bytes a, cbi_bytes b)
{
    uint64_t left, right;

    if (it->kind != KIND_FREE)
        return cbi_bytes_compare(a, b);
    memcpy(&left, a.data, sizeof(left));
    memcpy(&right, b.data, sizeof(right));
    return (left > right) - (left < right);
}

/* Keys ascend, from the bound below to the one above; the first of a branch stands for all less. */
static cbank_status check_keys(const walk *it, uint64_t number, const cbi_filepage *page,
                               const bounds *within, cbank_error *err)
{
    cbi_bytes last = within->from;
    int least = 0;

    for (size_t i = page->is_leaf ? 0 : 1; i < page->count; i++) {
        cbi_bytes key = cbi_filepage_node(page, i).key;

        if (key.size == 0 || key.size > CBI_KEY_MAX ||
            (it->kind == KIND_FREE && key.size != sizeof(uint64_t)))
            return damaged(it, number, "size of a key", err);
        if ((last.size > 0 && compare(it, key, last) < least) ||
            (within->until.size > 0 && compare(it, key, within->until) >= 0))
            return damaged(it, number, "order of keys", err);
        last = key;
        least = 1;
    }
    return CBANK_OK;
}

static cbank_status check_overflow(walk *it, const cbi_node *node, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t header[CBI_FILEPAGE_HEADER];
    uint64_t pages;

    CBI_TRY(take(it, node->page, 1, err));
    CBI_TRY(read_at(it, node->page, 0, header, sizeof(header), err));
    pages = cbi_filepage_overflow(header, node->page);
    if (pages * it->page_bytes < CBI_FILEPAGE_HEADER + node->value_size)
        CBI_TRY(damaged(it, node->page, "no page of a long value", err));
    if (pages > 1)
        CBI_TRY(take(it, node->page + 1, pages - 1, err));
    it->seen.overflow_pages += pages;
done:
    return status;
}

static cbank_status check_leaf(walk *it, uint64_t number, const cbi_filepage *page,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    it->seen.leaf_pages++;
    it->seen.entries += page->count;
    for (size_t i = 0; i < page->count; i++) {
        cbi_node node = cbi_filepage_node(page, i);

        if (node.page != 0 && it->used != NULL)
            CBI_TRY(check_overflow(it, &node, err));
        if (node.is_tree != (it->kind == KIND_NAMES))
            CBI_TRY(damaged(it, number, "a value of another kind", err));
        if (it->kind == KIND_NAMES)
            CBI_TRY(note_tree(it, number, &node, err));
        else if (it->kind == KIND_FREE && it->used != NULL)
            CBI_TRY(note_free(it, number, &node, err));
    }
done:
    return status;
}

/* All children, or only the first of each. The names of the tables are always wanted. */
static bool is_followed(const walk *it)
{
    return it->used != NULL || it->kind == KIND_NAMES;
}

/* Not deeper than DEPTH_MAX, so that it may call itself. */
static cbank_status check_branch(walk *it, uint64_t number, unsigned level, unsigned depth,
                                 const bounds *within, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_filepage page;

    CBI_TRY(read_page(it, number, level, &page, err));
    if (page.is_leaf != (level + 1 == depth))
        CBI_TRY(damaged(it, number, "depth of a table", err));
    CBI_TRY(check_keys(it, number, &page, within, err));
    if (page.is_leaf) {
        status = check_leaf(it, number, &page, err);
        goto done;
    }
    it->seen.branch_pages++;
    for (size_t i = 0; i < (is_followed(it) ? page.count : 1); i++) {
        bounds below = {.from = i == 0 ? within->from : cbi_filepage_node(&page, i).key,
                        .until = i + 1 < page.count ? cbi_filepage_node(&page, i + 1).key
                                                    : within->until};

        CBI_TRY(check_branch(it, cbi_filepage_node(&page, i).page, level + 1, depth, &below, err));
    }
done:
    return status;
}

static cbank_status check_tree(walk *it, const char *name, const cbi_tree *tree, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const bounds everything = {{0}, {0}};

    it->name = name;
    it->seen = (cbi_tree){0};
    if ((tree->depth == 0) != (tree->root == NO_PAGE) || tree->depth > DEPTH_MAX)
        CBI_TRY(damaged(it, tree->root, "depth of a table", err));
    if (tree->depth > 0)
        CBI_TRY(check_branch(it, tree->root, 0, tree->depth, &everything, err));
    if (it->used == NULL)
        goto done;
    if (it->seen.entries != tree->entries || it->seen.branch_pages != tree->branch_pages ||
        it->seen.leaf_pages != tree->leaf_pages || it->seen.overflow_pages != tree->overflow_pages)
        CBI_TRY(damaged(it, tree->root, "counts of a table", err));
done:
    return status;
}

/* ---- all of them --------------------------------------------------------------------------- */

/* The meta page of the reader's commit, unless two others have been made since it began. */
static cbank_status find_roots(const walk *it, MDB_txn *reader, cbi_roots *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    int code;

    for (int moves = 0; moves < MOVES_MAX; moves++) {
        CBI_TRY(cbi_meta_roots(it->fd, it->page_bytes, mdb_txn_id(reader), it->name, out, err));
        if (out->found)
            goto done;
        mdb_txn_reset(reader);
        code = mdb_txn_renew(reader);
        if (code != 0)
            CBI_TRY(cbi_fault_report(code, it->name, err));
    }
    status = cbi_fail(err, CBI_REASON_TXN_IN_THE_WAY, 0, NULL, NULL);
done:
    return status;
}

/* What LMDB itself keeps: the names of the tables, which are noted, and the free pages. */
static cbank_status check_lists(walk *it, const cbi_roots *roots, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    it->tree_count = 0;
    it->kind = KIND_NAMES;
    CBI_TRY(check_tree(it, NAMES, &roots->names, err));
    it->kind = KIND_FREE;
    CBI_TRY(check_tree(it, FREE_PAGES, &roots->free_pages, err));
done:
    return status;
}

static cbank_status check_tables(walk *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    it->kind = KIND_ROWS;
    for (size_t i = 0; i < it->tree_count; i++)
        CBI_TRY(check_tree(it, it->trees[i].name, &it->trees[i].tree, err));
done:
    return status;
}

/* The same on all cores: whoever has time takes the next table. */
typedef struct sharing {
    const walk *whole;
    atomic_size_t next;
    atomic_bool failed;
} sharing;

static void take_tables(void *context)
{
    sharing *it = context;
    walk mine = *it->whole;
    bool good;
    size_t i;

    mine.pages = NULL; /* the other's, and stays where it is if there is no memory */
    good = cbi_alloc(DEPTH_MAX, mine.page_bytes, &mine.pages, NULL) == CBANK_OK;
    mine.kind = KIND_ROWS;
    while (good && (i = atomic_fetch_add(&it->next, 1)) < mine.tree_count)
        good = check_tree(&mine, mine.trees[i].name, &mine.trees[i].tree, NULL) == CBANK_OK;
    if (!good)
        atomic_store(&it->failed, true);
    cbi_free(mine.pages);
}

/*
 * Every page of every tree. Where something is wrong, it is looked for again by one thread alone:
 * what is named then is what comes first, and not what was met first.
 */
static cbank_status check_pages(walk *it, const cbi_roots *roots, cbank_error *err)
{
    sharing all = {.whole = it};
    size_t bytes = (size_t)(it->last_page / 8) + 1;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(bytes, 1, &it->used, err));
    CBI_TRY(check_lists(it, roots, err));
    cbi_crew_run(cbi_crew_size(it->last_page, WORTH_A_THREAD), take_tables, &all);
    if (!atomic_load(&all.failed))
        return CBANK_OK;
    memset(it->used, 0, bytes);
    CBI_TRY(check_lists(it, roots, err));
    CBI_TRY(check_tables(it, err));
done:
    return status;
}

static cbank_status check_depth(walk *it, const cbi_roots *roots, cbank_error *err)
{
    cbank_status status = check_lists(it, roots, err);

    return status == CBANK_OK ? check_tables(it, err) : status;
}

cbank_status cbi_trees_check(MDB_txn *reader, cbi_trees_scope scope, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    walk it = {.name = NAMES};
    MDB_env *handle = mdb_txn_env(reader);
    MDB_stat shape;
    cbi_roots roots;
    int code = mdb_env_get_fd(handle, &it.fd);

    if (code == 0)
        code = mdb_env_stat(handle, &shape);
    if (code != 0)
        CBI_TRY(cbi_fault_report(code, NAMES, err));
    it.page_bytes = shape.ms_psize;
    CBI_TRY(find_roots(&it, reader, &roots, err));
    it.last_page = roots.last_page;
    CBI_TRY(cbi_alloc(DEPTH_MAX, it.page_bytes, &it.pages, err));
    CBI_TRY(cbi_alloc(TREES_MAX, sizeof(*it.trees), &it.trees, err));
    status = scope == CBI_TREES_ALL ? check_pages(&it, &roots, err)
                                    : check_depth(&it, &roots, err);
done:
    cbi_free(it.pages);
    cbi_free(it.trees);
    cbi_free(it.used);
    return status;
}
