#include "bank/place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static cbank_status fail_file(const char *path, cbank_error *err)
{
    const char *slash = strrchr(path, '/');

    return cbi_fail(err, CBI_REASON_BANK_FILE, 0, slash == NULL ? path : slash + 1, "%s",
                    strerror(errno));
}

cbank_status cbi_place_sync(const char *folder, cbank_error *err)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    cbank_status status = CBANK_OK;

    if (fd < 0 || fsync(fd) != 0)
        status = fail_file(folder, err);
    if (fd >= 0)
        close(fd);
    return status;
}

static cbank_status join(const char *head, const char *tail, char out[CBI_PATH_MAX],
                         cbank_error *err)
{
    int size = snprintf(out, CBI_PATH_MAX, "%s%s", head, tail);

    if (size < 0 || size >= CBI_PATH_MAX)
        return cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_PATH_MAX - 1, "path", NULL);
    return CBANK_OK;
}

/* Absolute and without links, though the last part of it may not be there yet. */
static cbank_status resolve(const char *path, char out[CBI_PATH_MAX], cbank_error *err)
{
    char folder[CBI_PATH_MAX], name[CBI_PATH_MAX], real[PATH_MAX];
    cbank_status status = CBANK_OK;
    char *slash;

    CBI_TRY(join(path, "", folder, err));
    for (size_t size = strlen(folder); size > 1 && folder[size - 1] == '/'; size--)
        folder[size - 1] = '\0';
    if (realpath(folder, real) != NULL)
        return join(real, "", out, err);
    slash = strrchr(folder, '/');
    CBI_TRY(join("/", slash == NULL ? folder : slash + 1, name, err));
    if (slash == NULL)
        CBI_TRY(join(".", "", folder, err));
    else
        slash[slash == folder ? 1 : 0] = '\0';
    if (realpath(folder, real) == NULL)
        CBI_TRY(fail_file(folder, err));
    CBI_TRY(join(strcmp(real, "/") == 0 ? "" : real, name, out, err));
done:
    return status;
}

/* The folder around an absolute path. */
static cbank_status sync_around(const char *path, cbank_error *err)
{
    char around[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;

    CBI_TRY(join(path, "", around, err));
    strrchr(around, '/')[1] = '\0';
    CBI_TRY(cbi_place_sync(around, err));
done:
    return status;
}

cbank_status cbi_place_make(const char *folder, cbank_error *err)
{
    char place[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;

    if (mkdir(folder, 0700) != 0)
        return errno == EEXIST ? cbi_fail(err, CBI_REASON_BANK_EXISTS, 0, folder, NULL)
                               : fail_file(folder, err);
    CBI_TRY(resolve(folder, place, err));
    CBI_TRY(sync_around(place, err));
done:
    if (status != CBANK_OK)
        (void)rmdir(folder);
    return status;
}

cbank_status cbi_place_start(const char *path, char temporary[CBI_PATH_MAX], cbank_error *err)
{
    char place[CBI_PATH_MAX], wanted[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;
    struct stat there;

    CBI_TRY(resolve(path, place, err));
    if (lstat(place, &there) == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_EXISTS, 0, path, NULL));
    CBI_TRY(join(place, ".new-XXXXXX", wanted, err));
    if (mkdtemp(wanted) == NULL)
        CBI_TRY(fail_file(path, err));
    memcpy(temporary, wanted, sizeof(wanted));
done:
    return status;
}

cbank_status cbi_place_finish(const char *temporary, const char *path, cbank_error *err)
{
    char place[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_place_sync(temporary, err));
    CBI_TRY(resolve(path, place, err));
    if (rename(temporary, place) != 0)
        CBI_TRY(fail_file(path, err));
    status = sync_around(place, err);
    /* What was answered as failed is not there, so that it can be done again. */
    if (status != CBANK_OK)
        (void)rename(place, temporary);
done:
    return status;
}

/* By their names, which asks for no memory: it may be what was short. */
void cbi_place_drop(const char *temporary)
{
    static const char *const files[] = {
        "store/data.mdb",    "store/lock.mdb", "store/open.lock", "keys/log.key",
        "keys/log.next.key", "keys/root.key",  "keys/vault.key",  "bank.conf",
        "checkpoint",        "checkpoint.new"};
    static const char *const folders[] = {"store", "keys", ""};
    char path[CBI_PATH_MAX + 32];

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", temporary, files[i]);
        (void)unlink(path);
    }
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", temporary, folders[i]);
        (void)rmdir(path);
    }
}

static bool lies_in(const char *path, const char *folder)
{
    size_t size = strlen(folder);

    return strncmp(path, folder, size) == 0 && (path[size] == '/' || path[size] == '\0');
}

cbank_status cbi_place_guard(const char *path, const char *guard, char *out, cbank_error *err)
{
    char bank[CBI_PATH_MAX], beside[CBI_PATH_MAX];
    cbank_status status = CBANK_OK;

    CBI_TRY(resolve(path, bank, err));
    CBI_TRY(join(bank, ".guard", beside, err));
    /* As it is written too: what lies in a folder that is still to be made cannot be resolved. */
    if (lies_in(guard, path))
        CBI_TRY(cbi_fail(err, CBI_REASON_GUARD_INSIDE, 0, "guard", NULL));
    CBI_TRY(resolve(guard[0] == '\0' ? beside : guard, out, err));
    if (lies_in(out, bank))
        CBI_TRY(cbi_fail(err, CBI_REASON_GUARD_INSIDE, 0, "guard", NULL));
    if (strchr(out, '\n') != NULL) /* the configuration is lines */
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_CONFIG, 0, "guard", NULL));
done:
    return status;
}
