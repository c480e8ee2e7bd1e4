#include "crypto/spool.h"

#include "base/bytes.h"
#include "crypto/fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGE (CBI_SPOOL_MEMORY + (5u << 20))
#define WORD "a name that nobody may read here "

/* As long a text as is asked for, of one word after the other. */
static uint8_t *text_of(size_t size)
{
    uint8_t *out = malloc(size);

    cr_assert_not_null(out);
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)WORD[i % (sizeof(WORD) - 1)];
    return out;
}

static cbi_spool *fill(cbi_suite suite, const uint8_t *text, size_t size, size_t step)
{
    cbi_spool *spool = NULL;

    cr_assert_eq(cbi_spool_new(suite, &spool, NULL), CBANK_OK);
    for (size_t at = 0; at < size; at += step)
        cr_assert_eq(cbi_spool_append(
                         spool, cbi_bytes_of(text + at, size - at < step ? size - at : step), NULL),
                     CBANK_OK);
    return spool;
}

/* A large file of this process that has no name any more; -1 if there is none. */
static int nameless_file(void)
{
    DIR *folder = opendir("/proc/self/fd");
    const struct dirent *entry;
    int found = -1;

    cr_assert_not_null(folder);
    while (found < 0 && (entry = readdir(folder)) != NULL) {
        struct stat file;
        int fd = (int)strtol(entry->d_name, NULL, 10);

        if (fd > 2 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_nlink == 0 &&
            file.st_size >= (1 << 20))
            found = fd;
    }
    (void)closedir(folder);
    return found;
}

Test(spool, gives_back_what_went_in_from_wherever_it_is_asked)
{
    static const size_t sizes[] = {0,
                                   1,
                                   65536,
                                   CBI_SPOOL_MEMORY - 1,
                                   CBI_SPOOL_MEMORY,
                                   CBI_SPOOL_MEMORY + 1,
                                   LARGE + 17};
    static const size_t steps[] = {1048576, 999, 70001};
    uint8_t *text = text_of(LARGE + 17), *read = malloc(200000);

    for (int suite = 0; suite < FIXTURE_SUITES; suite++) {
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            cbi_spool *spool = fill(fixture_suites[suite], text, sizes[i], steps[i % 3]);

            cr_assert_eq(cbi_spool_size(spool), sizes[i]);
            for (size_t at = 0; at < sizes[i]; at += 131071) {
                size_t size = sizes[i] - at < 200000 ? sizes[i] - at : 200000;

                cr_assert_eq(cbi_spool_read(spool, at, size, read, NULL), CBANK_OK);
                cr_assert_eq(memcmp(read, text + at, size), 0);
            }
            cr_expect_eq(cbi_spool_read(spool, sizes[i], 1, read, NULL), CBANK_E_INTERNAL);
            cbi_spool_free(spool);
        }
    }
    free(text);
    free(read);
}

Test(spool, what_is_on_the_disk_has_no_name_and_cannot_be_read)
{
    uint8_t *text = text_of(LARGE), *disk = malloc(LARGE);

    for (int suite = 0; suite < FIXTURE_SUITES; suite++) {
        cbi_spool *spool = fill(fixture_suites[suite], text, LARGE, 4096);
        struct stat file;
        int fd = nameless_file();
        ssize_t size;

        cr_assert_geq(fd, 0);
        cr_assert_eq(fstat(fd, &file), 0);
        cr_expect_eq(file.st_mode & 0777, 0600u);
        cr_expect_neq(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
        size = pread(fd, disk, LARGE, 0);
        cr_assert_gt(size, 1 << 20);
        cr_expect_null(memmem(disk, (size_t)size, "nobody", 6));
        cbi_spool_free(spool);
        cr_expect_eq(nameless_file(), -1, "it is gone with the spool");
    }
    free(text);
    free(disk);
}

Test(spool, a_small_one_never_touches_the_disk)
{
    uint8_t *text = text_of(65536);
    cbi_spool *spool = fill(fixture_suites[0], text, 65536, 100);

    cr_expect_eq(nameless_file(), -1);
    cbi_spool_free(spool);
    free(text);
}

Test(spool, a_page_that_was_touched_or_moved_does_not_open)
{
    uint8_t *text = text_of(LARGE), page[70000], byte;

    for (int suite = 0; suite < FIXTURE_SUITES; suite++) {
        cbi_spool *spool = fill(fixture_suites[suite], text, LARGE, 65536);
        size_t sealed = suite == 0 ? 65536 + 29 : 65536 + 49;
        int fd = nameless_file();

        cr_assert_eq(pread(fd, &byte, 1, 5000), 1);
        byte ^= 1;
        cr_assert_eq(pwrite(fd, &byte, 1, 5000), 1);
        cr_expect_eq(cbi_spool_read(spool, 0, 1, page, NULL), CBANK_E_CORRUPT);
        cr_expect_eq(cbi_spool_read(spool, 65536, 1, page, NULL), CBANK_OK);
        cr_assert_eq(pread(fd, page, sealed, (off_t)sealed), (ssize_t)sealed);
        cr_assert_eq(pwrite(fd, page, sealed, (off_t)(2 * sealed)), (ssize_t)sealed);
        cr_expect_eq(cbi_spool_read(spool, 2 * 65536, 1, page, NULL), CBANK_E_CORRUPT);
        cbi_spool_free(spool);
    }
    free(text);
}
