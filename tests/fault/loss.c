#include "trace_part.h"

#include "harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512u
#define PAGE 4096u

static inode disk[INODES_MAX]; /* the model */
static size_t disk_at;         /* notes that it has taken up */
static uint64_t answered;
static bool syncs_ignored;
static uint64_t digest;   /* of what the last loss has left */
static const note *torn;  /* the write at which the power went, or NULL */
static size_t torn_size;  /* bytes of it that have come */

void trace_forget_disk(void)
{
    for (int i = 0; i < INODES_MAX; i++) {
        free(disk[i].data);
        free(disk[i].pending);
    }
    memset(disk, 0, sizeof(disk));
    disk_at = 0;
    answered = 0;
    disk[0].is_folder = true;
}

void trace_ignore_syncs(bool ignored)
{
    syncs_ignored = ignored;
    trace_forget_disk();
}

/* ---- the model of the disk --------------------------------------------------------------- */

static void write_to(inode *file, uint64_t offset, const uint8_t *data, size_t size)
{
    if (offset + size > file->size) {
        file->data = trace_more(file->data, offset + size);
        memset(file->data + file->size, 0, offset + size - file->size);
        file->size = offset + size;
    }
    memcpy(file->data + offset, data, size);
}

static void settle(inode *it)
{
    for (size_t i = 0; i < it->pending_count; i++) {
        const note *done = &trace_notes[it->pending[i]];

        if (it->is_folder)
            trace_rename_in(it, done);
        else
            write_to(it, done->offset, done->data, done->size);
    }
    it->pending_count = 0;
}

static void wait_in(inode *it, size_t at)
{
    if (it->pending_count == it->pending_room) {
        it->pending_room = it->pending_room * 2 + 16;
        it->pending = trace_more(it->pending, it->pending_room * sizeof(*it->pending));
    }
    it->pending[it->pending_count++] = at;
}

static void take_up(size_t at)
{
    const note *now = &trace_notes[at];

    switch (now->kind) {
    case NOTE_ADD:
        /* A folder is known by its own additions; where it hangs is its parent's matter. */
        if (trace_live[now->inode].is_folder)
            disk[now->inode].is_folder = true;
        wait_in(&disk[now->folder], at);
        break;
    case NOTE_REMOVE:
        wait_in(&disk[now->folder], at);
        break;
    case NOTE_WRITE:
        if (now->durable && !syncs_ignored)
            write_to(&disk[now->inode], now->offset, now->data, now->size);
        else
            wait_in(&disk[now->inode], at);
        break;
    case NOTE_SYNC:
        if (!now->only_data || !syncs_ignored)
            settle(&disk[now->inode]);
        break;
    case NOTE_ANSWER:
        answered = now->offset;
        break;
    }
}

/* ---- the loss ---------------------------------------------------------------------------- */

/* How a file has taken up what was asked of it. */
typedef enum loss {
    LOSE_ALL,
    LOSE_NOTHING,
    LOSE_THE_LAST, /* some came in order, the next in part */
    LOSE_PAGES,    /* each page of 4 KiB is as of some moment */
    LOSE_SECTORS,  /* each sector */
    LOSSES,
} loss;

/* Of one write that is not lost as a whole: the parts that came, each as of its own moment. */
static void write_parts(inode *file, const note *from, size_t place, size_t count, size_t part,
                        uint64_t seed)
{
    for (size_t done = 0; done < from->size;) {
        uint64_t at = from->offset + done;
        size_t size = part - at % part;
        uint64_t chance = seed ^ (at / part) * 0x9e3779b97f4a7c15u;

        if (size > from->size - done)
            size = from->size - done;
        if (place < harness_random(&chance) % (count + 1))
            write_to(file, at, from->data + done, size);
        done += size;
    }
}

static void lose_file(inode *file, const inode *from, loss how, uint64_t *seed)
{
    size_t kept = harness_random(seed) % (from->pending_count + 1);
    uint64_t parts = harness_random(seed);
    size_t end = 0;

    for (size_t i = 0; i < from->pending_count; i++) {
        const note *asked = &trace_notes[from->pending[i]];

        if (asked->offset + asked->size > end)
            end = asked->offset + asked->size;
        if (how == LOSE_NOTHING || (how == LOSE_THE_LAST && i < kept))
            write_to(file, asked->offset, asked->data, asked->size);
        else if (how == LOSE_THE_LAST && i == kept)
            write_to(file, asked->offset, asked->data,
                     harness_random(seed) % (asked->size / SECTOR + 1) * SECTOR);
        else if (how == LOSE_PAGES || how == LOSE_SECTORS)
            write_parts(file, asked, i, from->pending_count, how == LOSE_PAGES ? PAGE : SECTOR,
                        parts);
    }
    /* The file has grown, and what it was to hold has not come. */
    if (how != LOSE_ALL && end > file->size && harness_random(seed) % 2 == 0)
        write_to(file, end - 1, (const uint8_t *)"", 1);
}

static void digest_word(uint64_t word)
{
    digest = (digest ^ word) * 0x9e3779b97f4a7c15u;
    digest ^= digest >> 29;
}

static void digest_bytes(const void *data, size_t size)
{
    digest_word(size);
    for (size_t done = 0; done < size; done += sizeof(uint64_t)) {
        size_t left = size - done;
        uint64_t word = 0;

        memcpy(&word, (const uint8_t *)data + done, left < sizeof(word) ? left : sizeof(word));
        digest_word(word);
    }
}

static void write_out(const char *path, inode *file, const char *place)
{
    size_t size = strlen(trace_root);
    uint8_t *at = file->data;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    /* The configuration names the guard's folder; here it is another of the same length. */
    while (file->size < PAGE && at != NULL &&
           (at = memmem(at, file->size - (size_t)(at - file->data), trace_root, size)) != NULL)
        memcpy(at, place, size);
    if (fd < 0 || (file->size > 0 && write(fd, file->data, file->size) != (ssize_t)file->size))
        trace_give_up(path);
    (void)close(fd);
}

static void lose_inode(int at, const char *path, const char *place, int how_all, uint64_t *seed);

static void lose_folder(const inode *from, const char *path, const char *place, int how_all,
                        uint64_t *seed)
{
    size_t kept = how_all == LOSE_ALL       ? 0
                  : how_all == LOSE_NOTHING ? from->pending_count
                                            : harness_random(seed) % (from->pending_count + 1);
    inode names = *from;

    for (size_t i = 0; i < kept; i++)
        trace_rename_in(&names, &trace_notes[from->pending[i]]);
    for (size_t i = 0; i < names.entry_count; i++) {
        char below[512];

        snprintf(below, sizeof(below), "%s/%s", path, names.entries[i].name);
        digest_bytes(names.entries[i].name, strlen(names.entries[i].name));
        lose_inode(names.entries[i].inode, below, place, how_all, seed);
    }
}

static void lose_inode(int at, const char *path, const char *place, int how_all, uint64_t *seed)
{
    const inode *from = &disk[at];
    loss how = how_all != LOSSES ? (loss)how_all : (loss)(harness_random(seed) % LOSSES);
    inode file = {.size = from->size};

    if (from->is_folder) {
        if (at != 0 && mkdir(path, 0700) != 0)
            trace_give_up(path);
        lose_folder(from, path, place, how_all, seed);
        return;
    }
    file.data = trace_more(NULL, from->size + 1);
    if (from->size > 0)
        memcpy(file.data, from->data, from->size);
    lose_file(&file, from, how, seed);
    if (torn != NULL && torn->inode == at)
        write_to(&file, torn->offset, torn->data, torn_size);
    digest_bytes(file.data, file.size);
    write_out(path, &file, place);
    free(file.data);
}

/* A write that is synced by itself may come in part, too: the power goes in the middle of it. */
static void tear(size_t at, uint64_t *seed)
{
    const note *next = at < trace_size() ? &trace_notes[at] : NULL;

    torn = NULL;
    if (next == NULL || next->kind != NOTE_WRITE || !next->durable || syncs_ignored)
        return;
    torn = next;
    torn_size = harness_random(seed) % next->size;
}

uint64_t trace_lose_power(size_t size, uint64_t seed, const char *place)
{
    uint64_t chance = harness_random(&seed) % 8;
    int how = chance == 0 ? LOSE_ALL : chance == 1 ? LOSE_NOTHING : LOSSES;

    for (; disk_at < size; disk_at++)
        take_up(disk_at);
    tear(size, &seed);
    digest = answered;
    lose_inode(0, place, place, how, &seed);
    return answered;
}

uint64_t trace_lost(void)
{
    return digest;
}
