#include "crypto/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "crypto/seal.h"

#define PAGE (64u * 1024)
#define MEMORY CBI_SPOOL_MEMORY /* whole pages */

struct cbi_spool {
    pthread_mutex_t lock; /* of readers, over the page that was read last */
    cbi_suite suite;
    cbi_secret *key; /* hidden; NULL while all is in memory, as is the file */
    int file;
    uint64_t pages;     /* in the file */
    size_t sealed_size; /* of one, there */
    cbank_buffer tail;  /* what comes behind them */
    cbank_buffer page;  /* the one that was read last */
    uint64_t page_number;
    bool has_page;
    bool failed;
};

cbank_status cbi_spool_new(cbi_suite suite, cbi_spool **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_spool *spool = NULL;

    CBI_TRY(cbi_suite_require((int)suite, err));
    CBI_TRY(cbi_alloc(1, sizeof(*spool), &spool, err));
    (void)pthread_mutex_init(&spool->lock, NULL);
    spool->suite = suite;
    spool->file = -1;
    *out = spool;
done:
    return status;
}

void cbi_spool_free(cbi_spool *spool)
{
    if (spool == NULL)
        return;
    if (spool->file >= 0)
        (void)close(spool->file);
    cbi_free_hidden(spool->key, sizeof(*spool->key));
    cbank_buffer_clear(&spool->tail);
    cbank_buffer_clear(&spool->page);
    (void)pthread_mutex_destroy(&spool->lock);
    cbi_free(spool);
}

uint64_t cbi_spool_size(const cbi_spool *spool)
{
    return spool->pages * PAGE + spool->tail.size;
}

/* ---- the file ---------------------------------------------------------------------------- */

static cbank_status fail_file(int code, cbank_error *err)
{
    bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;

    return cbi_fail(err, full ? CBI_REASON_SPOOL_FULL : CBI_REASON_SPOOL_IO, 0, NULL, "%s",
                    strerror(code));
}

/* Its name is gone before anything is in it. */
static int open_nameless(const char *pattern)
{
    char name[64];
    int file;

    snprintf(name, sizeof(name), "%s", pattern);
    file = mkostemp(name, O_CLOEXEC);
    if (file >= 0 && unlink(name) != 0) {
        (void)close(file);
        return -1;
    }
    return file;
}

static cbank_status open_file(cbi_spool *spool, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (spool->file >= 0)
        return CBANK_OK;
    if (spool->key == NULL) {
        CBI_TRY(cbi_alloc_hidden(sizeof(*spool->key), &spool->key, err));
        CBI_TRY(cbi_random(spool->key->bytes, sizeof(spool->key->bytes), err));
    }
    /* The first is on a disk on every Debian; the other one may be memory. */
    spool->file = open_nameless("/var/tmp/cbank.XXXXXX");
    if (spool->file < 0)
        spool->file = open_nameless(P_tmpdir "/cbank.XXXXXX");
    if (spool->file < 0)
        CBI_TRY(fail_file(errno, err));
done:
    return status;
}

/* A page that was moved to another place does not open. */
static cbi_bytes place_of(uint64_t page, uint8_t out[8])
{
    cbi_put_u64(out, page);
    return cbi_bytes_of(out, 8);
}

static cbank_status write_page(cbi_spool *spool, cbi_bytes plain, cbank_error *err)
{
    cbank_buffer sealed = {0};
    cbank_status status = CBANK_OK;
    uint8_t place[8];
    size_t done = 0;

    CBI_TRY(cbi_seal(spool->suite, spool->key, place_of(spool->pages, place), plain, &sealed,
                     err));
    spool->sealed_size = sealed.size;
    while (done < sealed.size) {
        ssize_t size = pwrite(spool->file, sealed.data + done, sealed.size - done,
                              (off_t)(spool->pages * sealed.size + done));

        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            CBI_TRY(fail_file(size < 0 ? errno : ENOSPC, err));
        done += (size_t)size;
    }
    spool->pages++;
done:
    cbank_buffer_clear(&sealed);
    return status;
}

/* All that memory holds, which is whole pages, goes to the file. */
static cbank_status spill(cbi_spool *spool, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(open_file(spool, err));
    for (size_t at = 0; at < spool->tail.size; at += PAGE)
        CBI_TRY(write_page(spool, cbi_bytes_of(spool->tail.data + at, PAGE), err));
    cbi_buffer_rewind(&spool->tail);
done:
    return status;
}

static cbank_status read_page(cbi_spool *spool, uint64_t page, cbank_error *err)
{
    cbank_buffer sealed = {0};
    cbank_status status = CBANK_OK;
    uint8_t place[8];

    if (spool->has_page && spool->page_number == page)
        return CBANK_OK;
    spool->has_page = false;
    CBI_TRY(cbi_buffer_reserve(&sealed, spool->sealed_size, err));
    while (sealed.size < spool->sealed_size) {
        ssize_t size = pread(spool->file, sealed.data + sealed.size,
                             spool->sealed_size - sealed.size,
                             (off_t)(page * spool->sealed_size + sealed.size));

        if (size < 0 && errno == EINTR)
            continue;
        if (size <= 0)
            CBI_TRY(fail_file(size < 0 ? errno : EIO, err));
        sealed.size += (size_t)size;
    }
    CBI_TRY(cbi_unseal(spool->suite, spool->key, place_of(page, place),
                       cbi_bytes_of_buffer(&sealed), &spool->page, err));
    spool->page_number = page;
    spool->has_page = true;
done:
    cbank_buffer_clear(&sealed);
    return status;
}

/* ---- what goes in, and comes out ----------------------------------------------------------- */

cbank_status cbi_spool_append(cbi_spool *spool, cbi_bytes bytes, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (spool->failed)
        return fail_file(EIO, err);
    while (bytes.size > 0) {
        size_t room = MEMORY - spool->tail.size;
        size_t size = bytes.size < room ? bytes.size : room;

        CBI_TRY(cbi_buffer_append(&spool->tail, cbi_bytes_of(bytes.data, size), err));
        bytes.data += size;
        bytes.size -= size;
        if (spool->tail.size == MEMORY)
            CBI_TRY(spill(spool, err));
    }
done:
    spool->failed = status != CBANK_OK;
    return status;
}

cbank_status cbi_spool_read(cbi_spool *spool, uint64_t offset, size_t size, uint8_t *out,
                            cbank_error *err)
{
    uint64_t kept = spool->pages * PAGE;
    cbank_status status = CBANK_OK;

    if (offset > cbi_spool_size(spool) || size > cbi_spool_size(spool) - offset)
        return cbi_fail(err, CBI_REASON_INTERNAL, offset, "spool", "%zu", size);
    (void)pthread_mutex_lock(&spool->lock);
    while (size > 0 && offset < kept) {
        size_t within = (size_t)(offset % PAGE);
        size_t part = size < PAGE - within ? size : PAGE - within;

        CBI_TRY(read_page(spool, offset / PAGE, err));
        memcpy(out, spool->page.data + within, part);
        out += part;
        offset += part;
        size -= part;
    }
    if (size > 0)
        memcpy(out, spool->tail.data + (offset - kept), size);
done:
    (void)pthread_mutex_unlock(&spool->lock);
    return status;
}
