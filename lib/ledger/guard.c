#include "ledger/guard.h"

#include "base/memory.h"
#include "proof/note.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

cbi_bytes cbi_sealed_note(const cbi_sealed *sealed)
{
    return cbi_bytes_of(sealed->note, sealed->note_size);
}

cbank_status cbi_sealed_from_note(cbi_bytes note, const char *origin, const cbi_public *key,
                                  cbi_sealed *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_checkpoint checkpoint;
    cbi_sealed sealed = {.note_size = note.size};

    if (note.size > sizeof sealed.note)
        return cbi_fail(err, CBI_REASON_BAD_NOTE, 0, NULL, "form");
    CBI_TRY(cbi_checkpoint_verify(note, cbi_bytes_of_text(origin), key, NULL, &checkpoint, err));
    sealed.size = checkpoint.size;
    sealed.root = checkpoint.root;
    memcpy(sealed.note, note.data, note.size);
    *out = sealed;
done:
    return status;
}

/* The file's last name: the folders before it are nobody's business. */
static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static cbank_status refuse(cbi_reason reason, const char *path, cbank_error *err)
{
    return cbi_fail(err, reason, 0, last_name(path), NULL);
}

static cbank_status refuse_io(const char *path, const char *call, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_GUARD_IO, 0, last_name(path), "%s: errno %d", call, errno);
}

/* Makes a rename or a link in the folder of `path` durable. */
static cbank_status sync_folder(const char *path, cbank_error *err)
{
    char *copy = NULL;
    cbank_status status = cbi_alloc_text(path, &copy, err);
    if (status != CBANK_OK)
        return status;

    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        status = refuse_io(path, "sync of the folder", err);
    if (fd >= 0)
        (void)close(fd);
    cbi_free(copy);
    return status;
}

/* Writes a whole new file of two slots, the second empty, and syncs it. */
static cbank_status write_new(const char *path, const cbi_sealed *sealed, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t bytes[CBI_GUARD_SIZE] = {0};
    memcpy(bytes, sealed->note, sealed->note_size);

    (void)unlink(path); /* what a creation that stopped half-way left */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0)
        return refuse_io(path, "open", err);
    if (pwrite(fd, bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes || fsync(fd) != 0)
        status = refuse_io(path, "write", err);
    if (close(fd) != 0 && status == CBANK_OK)
        status = refuse_io(path, "close", err);
    return status;
}

cbank_status cbi_guard_create(const char *path, const cbi_sealed *sealed, bool replace,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    char *temporary = NULL;
    size_t size = strlen(path) + sizeof ".new";

    CBI_TRY(cbi_alloc(size, 1, &temporary, err));
    (void)snprintf(temporary, size, "%s.new", path);
    CBI_TRY(write_new(temporary, sealed, err));
    /* A link, unlike a rename, never replaces. */
    int failed = replace ? rename(temporary, path) : link(temporary, path);
    if (failed != 0 && errno == EEXIST)
        status = refuse(CBI_REASON_GUARD_EXISTS, path, err);
    if (failed != 0 && status == CBANK_OK)
        status = refuse_io(path, "rename", err);
    if (failed != 0 || !replace)
        (void)unlink(temporary);
    if (failed == 0)
        status = sync_folder(path, err);
done:
    cbi_free(temporary);
    return status;
}

cbank_status cbi_guard_open(const char *path, const char *origin, const cbi_public *key,
                            cbi_guard *out, cbank_error *err)
{
    char *copy = NULL;
    cbank_status status = cbi_alloc_text(path, &copy, err);
    if (status != CBANK_OK)
        return status;

    int fd = open(path, O_RDWR | O_DSYNC | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        status = errno == ENOENT ? refuse(CBI_REASON_GUARD_MISSING, path, err)
                                 : refuse_io(path, "open", err);
        cbi_free(copy);
        return status;
    }
    *out = (cbi_guard){.fd = fd, .path = copy, .origin = origin, .key = *key};
    (void)pthread_mutex_init(&out->lock, NULL);
    return CBANK_OK;
}

void cbi_guard_close(cbi_guard *guard)
{
    if (guard->path == NULL)
        return;
    (void)close(guard->fd);
    (void)pthread_mutex_destroy(&guard->lock);
    cbi_free(guard->path);
    guard->path = NULL;
}

static int set_lock(int fd, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = CBI_GUARD_SIZE};
    int result;

    do {
        result = fcntl(fd, F_OFD_SETLKW, &lock);
    } while (result != 0 && errno == EINTR);
    return result;
}

cbank_status cbi_guard_lock(cbi_guard *guard, cbank_error *err)
{
    struct stat ours, there;

    if (set_lock(guard->fd, F_WRLCK) != 0)
        return refuse_io(guard->path, "lock", err);
    if (fstat(guard->fd, &ours) == 0 && stat(guard->path, &there) == 0 &&
        ours.st_dev == there.st_dev && ours.st_ino == there.st_ino)
        return CBANK_OK;
    cbi_guard_unlock(guard);
    return refuse(CBI_REASON_GUARD_REPLACED, guard->path, err);
}

void cbi_guard_unlock(cbi_guard *guard)
{
    (void)set_lock(guard->fd, F_UNLCK);
}

typedef struct slot_read {
    cbi_sealed sealed;
    bool good;
    uint64_t foreign; /* size of a note of this origin that another key has signed; or 0 */
} slot_read;

/*
 * What a note says of itself, whichever key has signed it. A torn slot may look as if by another
 * key too, when the numbers in it have moved all that follows; but then its last line is not whole.
 */
static uint64_t stated_size(cbi_bytes note, const char *origin)
{
    cbi_checkpoint stated;
    size_t size = 1;

    if (!cbi_note_is_signed_as(note, cbi_bytes_of_text(origin)))
        return 0;
    while (size < note.size && !(note.data[size - 1] == '\n' && note.data[size] == '\n'))
        size++;
    if (cbi_checkpoint_decode(cbi_bytes_of(note.data, size), &stated, NULL) != CBANK_OK ||
        !cbi_bytes_equal(stated.origin, cbi_bytes_of_text(origin)))
        return 0;
    return stated.size;
}

/* A slot as a note. Anything but a note of ours followed by zeros is no good one. */
static cbank_status read_slot(const cbi_guard *guard, const uint8_t *bytes, slot_read *out,
                              cbank_error *err)
{
    size_t size = strnlen((const char *)bytes, CBI_GUARD_SLOT_SIZE);
    cbi_bytes note = cbi_bytes_of(bytes, size);

    *out = (slot_read){0};
    for (size_t i = size; i < CBI_GUARD_SLOT_SIZE; i++) {
        if (bytes[i] != 0)
            return CBANK_OK;
    }
    cbank_status status =
        cbi_sealed_from_note(note, guard->origin, &guard->key, &out->sealed, err);
    if (status == CBANK_E_UNTRUSTED_KEY && guard->has_other)
        status = cbi_sealed_from_note(note, guard->origin, &guard->other, &out->sealed, err);
    /* Out of memory says nothing about the slot, and an older one must not win by it. */
    if (status == CBANK_E_MEMORY || status == CBANK_E_INTERNAL)
        return status;
    out->good = status == CBANK_OK;
    if (status == CBANK_E_UNTRUSTED_KEY)
        out->foreign = stated_size(note, guard->origin);
    return CBANK_OK;
}

static cbank_status choose_slot(const cbi_guard *guard, const uint8_t bytes[CBI_GUARD_SIZE],
                                cbi_sealed *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const cbi_sealed *newest;
    uint64_t foreign;
    slot_read a, b;

    CBI_TRY(read_slot(guard, bytes, &a, err));
    CBI_TRY(read_slot(guard, bytes + CBI_GUARD_SLOT_SIZE, &b, err));
    foreign = a.foreign > b.foreign ? a.foreign : b.foreign;
    if (!a.good && !b.good)
        return cbi_fail(err, CBI_REASON_GUARD_FOREIGN, foreign, last_name(guard->path), NULL);
    if (a.good && b.good && a.sealed.size == b.sealed.size &&
        !cbi_hash_equal(&a.sealed.root, &b.sealed.root))
        return cbi_fail(err, CBI_REASON_GUARD_FORKED, a.sealed.size, last_name(guard->path), NULL);
    newest = !b.good || (a.good && a.sealed.size >= b.sealed.size) ? &a.sealed : &b.sealed;
    if (foreign > newest->size)
        return cbi_fail(err, CBI_REASON_GUARD_OF_LATER_KEY, foreign, last_name(guard->path), NULL);
    *out = *newest;
done:
    return status;
}

static cbank_status load(cbi_guard *guard, uint8_t bytes[CBI_GUARD_SIZE], cbank_error *err)
{
    ssize_t size = pread(guard->fd, bytes, CBI_GUARD_SIZE, 0);

    if (size < 0)
        return refuse_io(guard->path, "read", err);
    if (size != CBI_GUARD_SIZE)
        return refuse(CBI_REASON_GUARD_FOREIGN, guard->path, err);
    return CBANK_OK;
}

/* The newest note in `bytes` that is known to be durable, or was written by another process. */
static cbank_status choose_note(const cbi_guard *guard, const uint8_t bytes[CBI_GUARD_SIZE],
                                cbi_sealed *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_sealed newest;

    CBI_TRY(choose_slot(guard, bytes, &newest, err));
    bool is_doubted = guard->in_doubt &&
                      cbi_bytes_equal(cbi_sealed_note(&newest), cbi_sealed_note(&guard->doubted));
    *out = is_doubted ? guard->before : newest;
done:
    return status;
}

/*
 * While a slot is being written, what was read under the lock before: nobody else may write then,
 * and what the file shows may not be durable yet.
 */
cbank_status cbi_guard_read(cbi_guard *guard, cbi_sealed *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t bytes[CBI_GUARD_SIZE];

    (void)pthread_mutex_lock(&guard->lock);
    if (!guard->writing) {
        CBI_TRY(load(guard, bytes, err));
        if (!guard->known || memcmp(bytes, guard->bytes, sizeof bytes) != 0) {
            guard->known = false;
            CBI_TRY(choose_note(guard, bytes, &guard->sealed, err));
            memcpy(guard->bytes, bytes, sizeof bytes);
            guard->known = true;
        }
    }
    *out = guard->sealed;
done:
    (void)pthread_mutex_unlock(&guard->lock);
    return status;
}

/* Where the next note goes; from now on readers have `newest`. */
static size_t begin_write(cbi_guard *guard, const cbi_sealed *newest)
{
    (void)pthread_mutex_lock(&guard->lock);
    bool first_is_newest = memcmp(guard->bytes, newest->note, newest->note_size) == 0;
    guard->sealed = *newest;
    guard->writing = true;
    (void)pthread_mutex_unlock(&guard->lock);
    return first_is_newest ? CBI_GUARD_SLOT_SIZE : 0;
}

static void end_write(cbi_guard *guard, const uint8_t slot[CBI_GUARD_SLOT_SIZE], size_t offset,
                      const cbi_sealed *sealed, bool written)
{
    (void)pthread_mutex_lock(&guard->lock);
    guard->writing = false;
    guard->known = written;
    guard->in_doubt = !written;
    if (written) {
        memcpy(guard->bytes + offset, slot, CBI_GUARD_SLOT_SIZE);
        guard->sealed = *sealed;
    } else {
        guard->before = guard->sealed;
        guard->doubted = *sealed;
    }
    (void)pthread_mutex_unlock(&guard->lock);
}

/* Not under the guard's mutex: whoever reads would wait for the disk. */
cbank_status cbi_guard_write(cbi_guard *guard, const cbi_sealed *sealed, cbank_error *err)
{
    cbi_sealed newest;
    uint8_t slot[CBI_GUARD_SLOT_SIZE] = {0};
    cbank_status status = cbi_guard_read(guard, &newest, err);
    if (status != CBANK_OK)
        return status;

    memcpy(slot, sealed->note, sealed->note_size);
    size_t offset = begin_write(guard, &newest);
    bool written = pwrite(guard->fd, slot, sizeof slot, (off_t)offset) == (ssize_t)sizeof slot;
    if (!written)
        status = refuse_io(guard->path, "write", err);
    end_write(guard, slot, offset, sealed, written);
    return status;
}
