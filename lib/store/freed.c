#include "store/freed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/fault.h"
#include "store/folder.h"

static const uint8_t zeros[64 * 1024];

/* ---- the list ------------------------------------------------------------------------------ */

/* What is done with one commit's pages: `pages` lists `count` numbers. Zero or a code. */
typedef struct walk {
    MDB_txn *reader;
    int (*visit)(struct walk *it, uint64_t commit, const uint8_t *pages, size_t count);
    uint64_t pages; /* seen, or wiped */
    uint64_t kept;  /* left for a reader */
    uint64_t oldest;
    uint64_t newest;
    unsigned page_bytes;
    int file;
} walk;

/* A record of table 0: the commit's number, then how many pages, then their numbers. */
static int take_record(walk *it, const MDB_val *key, const MDB_val *pages, uint64_t *last)
{
    uint64_t commit;
    size_t count;

    if (key->mv_size != sizeof(commit) || pages->mv_size < sizeof(count))
        return MDB_CORRUPTED;
    memcpy(&commit, key->mv_data, sizeof(commit));
    memcpy(&count, pages->mv_data, sizeof(count));
    if (commit <= *last || count >= pages->mv_size / sizeof(count))
        return MDB_CORRUPTED;
    *last = commit;
    return it->visit(it, commit, (const uint8_t *)pages->mv_data + sizeof(count), count);
}

static int run_walk(void *argument)
{
    walk *it = argument;
    MDB_cursor *cursor = NULL;
    MDB_val key, pages;
    uint64_t last = 0;
    int code = mdb_cursor_open(it->reader, 0, &cursor);

    if (code != 0)
        return code;
    while (code == 0) {
        code = mdb_cursor_get(cursor, &key, &pages, MDB_NEXT);
        if (code == 0)
            code = take_record(it, &key, &pages, &last);
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* Over a snapshot of the newest commit. */
static cbank_status run(cbi_environment *environment, walk *it, const char *object,
                        cbank_error *err)
{
    int code = cbi_readers_take(&environment->readers, environment->handle, &it->reader);

    if (code == 0) {
        code = cbi_trap_run(run_walk, it);
        if (code != CBI_FAULT_ASSERTED)
            cbi_readers_give(&environment->readers, it->reader);
    }
    return code == 0 ? CBANK_OK : cbi_environment_fail(environment, code, object, err);
}

static int count_pages(walk *it, uint64_t commit, const uint8_t *pages, size_t count)
{
    (void)commit, (void)pages;
    it->pages += count;
    return 0;
}

cbank_status cbi_freed_count(cbi_environment *environment, uint64_t *out, cbank_error *err)
{
    walk it = {.visit = count_pages};
    cbank_status status = run(environment, &it, "measure", err);

    if (status == CBANK_OK)
        *out = it.pages;
    return status;
}

/* ---- who reads ----------------------------------------------------------------------------- */

typedef struct reading {
    uint64_t oldest; /* commit that somebody reads */
    long long other; /* a process beside this one, or 0 */
} reading;

/* One line of LMDB's own list: process, thread, and the commit or a hyphen. */
static int look_at_reader(const char *line, void *context)
{
    reading *found = context;
    long long process;
    unsigned long long thread, commit;
    int fields = sscanf(line, "%lld %llx %llu", &process, &thread, &commit);

    if (fields < 2) /* its heading */
        return 0;
    if (process != (long long)getpid())
        found->other = process;
    if (fields == 3 && commit < found->oldest)
        found->oldest = commit;
    return 0;
}

static cbank_status find_readers(cbi_environment *environment, uint64_t newest, reading *out,
                                 cbank_error *err)
{
    int code, dead;

    *out = (reading){.oldest = newest};
    code = mdb_reader_check(environment->handle, &dead);
    if (code == 0 && mdb_reader_list(environment->handle, look_at_reader, out) < 0)
        code = MDB_INVALID;
    if (code != 0)
        return cbi_environment_fail(environment, code, "readers", err);
    if (out->other != 0)
        return cbi_fail(err, CBI_REASON_COMPACT_READERS, (uint64_t)out->other, NULL, NULL);
    return CBANK_OK;
}

cbank_status cbi_freed_check_alone(cbi_environment *environment, cbank_error *err)
{
    reading found;

    return find_readers(environment, UINT64_MAX, &found, err);
}

/* ---- wiping -------------------------------------------------------------------------------- */

/* Zero or errno. */
static int write_zeros(int file, uint64_t from, uint64_t to)
{
    while (from < to) {
        size_t size = to - from < sizeof(zeros) ? (size_t)(to - from) : sizeof(zeros);
        ssize_t done = pwrite(file, zeros, size, (off_t)from);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return done < 0 ? errno : EIO;
        from += (uint64_t)done;
    }
    return 0;
}

static int wipe_pages(walk *it, uint64_t commit, const uint8_t *pages, size_t count)
{
    if (commit >= it->oldest) {
        it->kept += commit < it->newest ? count : 0;
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        size_t number;
        int code;

        memcpy(&number, pages + i * sizeof(number), sizeof(number));
        code = write_zeros(it->file, (uint64_t)number * it->page_bytes,
                           ((uint64_t)number + 1) * it->page_bytes);
        if (code != 0)
            return code;
    }
    it->pages += count;
    return 0;
}

/* What a failed commit left behind the last page. */
static int wipe_end(const cbi_environment *environment, int file)
{
    MDB_envinfo info;
    struct stat there;
    int code = mdb_env_info(environment->handle, &info);

    if (code != 0)
        return code;
    if (fstat(file, &there) != 0)
        return errno;
    return write_zeros(file, ((uint64_t)info.me_last_pgno + 1) * environment->page_bytes,
                       (uint64_t)there.st_size);
}

cbank_status cbi_freed_wipe(cbi_environment *environment, uint64_t writer, uint64_t *out_pages,
                            cbank_error *err)
{
    walk it = {.visit = wipe_pages, .newest = writer - 1, .page_bytes = environment->page_bytes};
    cbank_status status = CBANK_OK;
    reading found;
    int code;

    CBI_TRY(find_readers(environment, it.newest, &found, err));
    it.oldest = found.oldest;
    code = mdb_env_get_fd(environment->handle, &it.file);
    if (code == 0)
        code = wipe_end(environment, it.file);
    if (code != 0)
        CBI_TRY(cbi_fault_report(code, cbi_path_name(environment->path), err));
    CBI_TRY(run(environment, &it, "compaction", err));
    if (fdatasync(it.file) != 0)
        CBI_TRY(cbi_fault_report(errno, cbi_path_name(environment->path), err));
    if (it.kept > 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_COMPACT_READERS, (uint64_t)getpid(), NULL, NULL));
    *out_pages = it.pages;
done:
    return status;
}
