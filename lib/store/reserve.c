#include "store/reserve.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MIB (1024u * 1024)
#define RESERVE_MAX (64u * MIB)
#define RESERVE_MIN MIB
#define QUOTA_SHARE 16
/* Extending by an eighth more than is missing makes it rare. */
#define STEP_SHARE 8

static const uint8_t zeros[64 * 1024];

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

uint64_t cbi_reserve_size(uint64_t used_bytes, uint64_t quota_bytes)
{
    uint64_t most = least(RESERVE_MAX, quota_bytes / QUOTA_SHARE);

    return least(most, used_bytes < RESERVE_MIN ? RESERVE_MIN : used_bytes);
}

/* Zero or errno. */
static int write_zeros(int fd, uint64_t from, uint64_t to)
{
    while (from < to) {
        ssize_t size = pwrite(fd, zeros, least(sizeof(zeros), to - from), (off_t)from);

        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return errno;
        if (size == 0)
            return ENOSPC;
        from += (uint64_t)size;
    }
    return 0;
}

int cbi_reserve_keep(int fd, uint64_t used_bytes, uint64_t reserve)
{
    struct stat file;
    struct statvfs disk;
    uint64_t length;
    uint64_t wanted = used_bytes + reserve + reserve / STEP_SHARE;
    int code;

    if (fstat(fd, &file) != 0)
        return errno;
    length = (uint64_t)file.st_size;
    if (length >= used_bytes + reserve)
        return 0;
    if (fstatvfs(fd, &disk) != 0)
        return errno;
    if ((uint64_t)disk.f_bavail * disk.f_frsize < wanted - length)
        return ENOSPC;
    code = write_zeros(fd, length, wanted);
#ifdef SYNC_FILE_RANGE_WRITE
    /* Begun now, they need not be waited for when the commit is synced. */
    (void)sync_file_range(fd, (off_t)length, 0, SYNC_FILE_RANGE_WRITE);
#endif
    /* It asked for more than it needs, and may have come far enough. */
    if (code != 0 && fstat(fd, &file) == 0 && (uint64_t)file.st_size >= used_bytes + reserve)
        code = 0;
    return code;
}
