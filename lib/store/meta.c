#include "store/meta.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/fault.h"

/* LMDB 0.9, 64 bits, in the byte order of the machine: a 16-byte page header, then MDB_meta. */
#define FLAGS_AT 10
#define MAGIC_AT 16
#define VERSION_AT 20
#define PAGE_BYTES_AT 40
#define FREE_AT 40  /* the table of free pages, whose first word holds the size of a page */
#define NAMES_AT 88 /* the table of tables */
#define LAST_PAGE_AT 136
#define TXN_AT 144
#define META_BYTES 152

#define META_FLAG 0x08
#define FREE_FLAGS 0x08 /* MDB_INTEGERKEY */
#define NAMES_FLAGS 0
#define MAGIC 0xBEEFC0DEu
#define VERSION 1u
#define PAGE_BYTES_MIN 512u
#define PAGE_BYTES_MAX 65536u

typedef struct meta {
    uint32_t page_bytes;
    uint64_t last_page;
    uint64_t txn;
    cbi_tree free_pages;
    cbi_tree names;
} meta;

/*
 * Flags say how a table compares its keys and lays out its values, and LMDB believes them: with a
 * bit of them changed it would write beyond its pages.
 */
static cbank_status check_flags(const uint8_t page[META_BYTES], const char *object,
                                cbank_error *err)
{
    if (cbi_tree_read(page + FREE_AT).flags != FREE_FLAGS ||
        cbi_tree_read(page + NAMES_AT).flags != NAMES_FLAGS)
        return cbi_fail(err, CBI_REASON_STORE_DAMAGED, 0, object, "flags of a table");
    return CBANK_OK;
}

/* `valid` is false for anything that is not a meta page, also where the file ends. */
static cbank_status read_meta(int fd, off_t offset, const char *object, meta *out, bool *valid,
                              cbank_error *err)
{
    uint8_t page[META_BYTES];
    ssize_t size = pread(fd, page, sizeof(page), offset);
    uint32_t magic;
    uint32_t version;
    uint16_t flags;

    *valid = false;
    if (size < 0)
        return cbi_fault_report(errno, object, err);
    if (size < META_BYTES)
        return CBANK_OK;
    memcpy(&flags, page + FLAGS_AT, sizeof(flags));
    memcpy(&magic, page + MAGIC_AT, sizeof(magic));
    memcpy(&version, page + VERSION_AT, sizeof(version));
    memcpy(&out->page_bytes, page + PAGE_BYTES_AT, sizeof(out->page_bytes));
    memcpy(&out->last_page, page + LAST_PAGE_AT, sizeof(out->last_page));
    memcpy(&out->txn, page + TXN_AT, sizeof(out->txn));
    out->free_pages = cbi_tree_read(page + FREE_AT);
    out->names = cbi_tree_read(page + NAMES_AT);
    if ((flags & META_FLAG) == 0 || magic != MAGIC)
        return CBANK_OK;
    if (version != VERSION)
        return cbi_fail(err, CBI_REASON_STORE_VERSION, 0, object, "LMDB format %u", version);
    if (check_flags(page, object, err) != CBANK_OK)
        return CBANK_E_CORRUPT;
    *valid = out->page_bytes >= PAGE_BYTES_MIN && out->page_bytes <= PAGE_BYTES_MAX &&
             (out->page_bytes & (out->page_bytes - 1)) == 0;
    return CBANK_OK;
}

cbank_status cbi_meta_read(int fd, const char *object, cbi_meta *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    meta first;
    meta second;
    uint64_t last_page;
    bool valid;
    struct stat file;

    CBI_TRY(read_meta(fd, 0, object, &first, &valid, err));
    if (!valid)
        return cbi_fail(err, CBI_REASON_STORE_FOREIGN, 0, object, "no LMDB meta page");
    CBI_TRY(read_meta(fd, (off_t)first.page_bytes, object, &second, &valid, err));
    if (!valid || second.page_bytes != first.page_bytes)
        return cbi_fail(err, CBI_REASON_STORE_DAMAGED, 0, object, "second meta page");
    last_page = second.txn > first.txn ? second.last_page : first.last_page;
    if (last_page >= INT64_MAX / first.page_bytes)
        return cbi_fail(err, CBI_REASON_STORE_DAMAGED, 0, object, "last page");
    out->page_bytes = first.page_bytes;
    out->used_bytes = (last_page + 1) * first.page_bytes;
    /* After the meta pages: a writer in another process lets the file grow before it says so. */
    if (fstat(fd, &file) != 0)
        return cbi_fault_report(errno, object, err);
    if ((uint64_t)file.st_size < out->used_bytes)
        return cbi_fail(err, CBI_REASON_STORE_CUT, out->used_bytes, object, "%lld bytes",
                        (long long)file.st_size);
done:
    return status;
}

cbank_status cbi_meta_roots(int fd, size_t page_bytes, uint64_t commit, const char *object,
                            cbi_roots *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    meta read;
    bool valid;

    *out = (cbi_roots){0};
    for (off_t which = 0; which < 2 && !out->found; which++) {
        CBI_TRY(read_meta(fd, which * (off_t)page_bytes, object, &read, &valid, err));
        if (!valid || read.page_bytes != page_bytes)
            CBI_TRY(cbi_fail(err, CBI_REASON_STORE_DAMAGED, 0, object, "meta page"));
        if (read.txn == commit)
            *out = (cbi_roots){.found = true,
                               .free_pages = read.free_pages,
                               .names = read.names,
                               .last_page = read.last_page};
    }
done:
    return status;
}
