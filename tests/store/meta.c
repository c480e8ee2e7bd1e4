/* A file is looked at before LMDB is let near it. */
#include "place.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static off_t fill(size_t rows)
{
    cbi_store *store = place_create(QUOTA);
    cbi_store_use use;
    struct stat file;

    for (size_t i = 0; i < rows; i++)
        cr_assert_eq(place_put(store, i, 60000, NULL), CBANK_OK);
    cr_assert_eq(cbi_store_measure(store, &use, NULL), CBANK_OK);
    cbi_store_close(store);
    cr_assert_eq(stat(place_path("store/data.mdb"), &file), 0);
    return file.st_size;
}

static void overwrite(off_t offset, const void *data, size_t size)
{
    int fd = open(place_path("store/data.mdb"), O_WRONLY);

    cr_assert(fd >= 0);
    cr_assert_eq(pwrite(fd, data, size, offset), (ssize_t)size);
    cr_assert_eq(close(fd), 0);
}

static void refused(cbi_reason reason)
{
    cbi_store *store = NULL;
    cbank_error err = {0};

    cr_assert_eq(cbi_store_open(place_path("store"), QUOTA, &store, &err),
                 cbi_reason_status(reason));
    cr_assert_eq(err.reason, (int32_t)reason, "%s: %s", cbank_reason_name(err.reason), err.detail);
    cr_assert_str_eq(err.object, "store");
    cr_assert_null(store);
    place_leave(NULL);
}

Test(meta, a_file_cut_short_is_corrupt)
{
    fill(20);
    cr_assert_eq(truncate(place_path("store/data.mdb"), 600000), 0);
    refused(CBI_REASON_STORE_CUT);
}

Test(meta, a_file_short_of_its_last_page_in_use_is_corrupt)
{
    cbi_store *store = place_create(MIB);
    cbi_store_use use;
    cbank_error err = {0};
    off_t size = 0;

    /* The longest length that is refused, found by trying. */
    cr_assert_eq(place_put(store, 1, 50000, NULL), CBANK_OK);
    cr_assert_eq(cbi_store_measure(store, &use, NULL), CBANK_OK);
    cbi_store_close(store);
    for (size = (off_t)use.used_bytes + 40 * 4096; size > 0; size -= 4096) {
        cr_assert_eq(truncate(place_path("store/data.mdb"), size), 0);
        if (cbi_store_open(place_path("store"), MIB, &store, &err) != CBANK_OK)
            break;
        cr_assert(place_has(store, 1), "what opens can be read");
        cbi_store_close(store);
    }
    place_fails(err.status, err, STORE_CUT);
    cr_assert_eq(err.where, (uint64_t)size + 4096, "the length that it should have is told");
    place_leave(NULL);
}

Test(meta, a_file_cut_within_its_meta_pages_is_corrupt)
{
    fill(1);
    cr_assert_eq(truncate(place_path("store/data.mdb"), 4096), 0);
    refused(CBI_REASON_STORE_DAMAGED);
}

Test(meta, an_empty_file_is_foreign)
{
    fill(1);
    cr_assert_eq(truncate(place_path("store/data.mdb"), 0), 0);
    refused(CBI_REASON_STORE_FOREIGN);
}

Test(meta, a_file_of_something_else_is_foreign)
{
    char text[8192];

    fill(1);
    memset(text, 'x', sizeof(text));
    overwrite(0, text, sizeof(text));
    refused(CBI_REASON_STORE_FOREIGN);
}

Test(meta, a_store_without_one_of_our_tables_may_be_of_an_earlier_version)
{
    char name[] = "referencx"; /* where it was, in the order of names */
    char page[4096];
    int fd;
    ssize_t size;
    off_t at = 0;
    int changed = 0;

    fill(1);
    /* Rename one table wherever the file names it. */
    fd = open(place_path("store/data.mdb"), O_RDWR);
    cr_assert(fd >= 0);
    while ((size = pread(fd, page, sizeof(page), at)) > 0) {
        for (ssize_t i = 0; i + 9 <= size; i++) {
            if (memcmp(page + i, "reference", 9) == 0) {
                cr_assert_eq(pwrite(fd, name, 9, at + i), 9);
                changed++;
            }
        }
        at += size;
    }
    cr_assert_eq(close(fd), 0);
    cr_assert_gt(changed, 0);
    refused(CBI_REASON_STORE_TABLES);
}

Test(meta, a_lost_meta_page_is_corrupt)
{
    char zeros[4096] = {0};

    fill(1);
    overwrite(4096, zeros, sizeof(zeros));
    refused(CBI_REASON_STORE_DAMAGED);
}

Test(meta, another_format_of_lmdb_is_unsupported)
{
    uint32_t version = 999;

    fill(1);
    overwrite(20, &version, sizeof(version));
    refused(CBI_REASON_STORE_VERSION);
}

Test(meta, an_impossible_last_page_is_corrupt)
{
    uint64_t page = UINT64_MAX;

    fill(1);
    overwrite(136, &page, sizeof(page));
    overwrite(4096 + 136, &page, sizeof(page));
    refused(CBI_REASON_STORE_DAMAGED);
}

/* Of a free list that it takes for another kind of table, LMDB writes beyond its own memory. */
Test(meta, tables_of_another_kind_are_damage)
{
    static const struct {
        off_t offset;
        uint8_t right, wrong;
    } flags[] = {
        {44, 0x08, 0x18}, {92, 0, 0x10}, {4096 + 44, 0x08, 0x0c}, {4096 + 92, 0, 0x04}};
    cbi_store *store = NULL;
    cbank_error err = {0};

    fill(2);
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        overwrite(flags[i].offset, &flags[i].wrong, 1);
        cr_expect_eq(cbi_store_open(place_path("store"), QUOTA, &store, &err), CBANK_E_CORRUPT);
        cr_expect_eq(err.reason, (int32_t)CBI_REASON_STORE_DAMAGED);
        overwrite(flags[i].offset, &flags[i].right, 1);
    }
    cr_assert_eq(cbi_store_open(place_path("store"), QUOTA, &store, &err), CBANK_OK);
    place_leave(store);
}
