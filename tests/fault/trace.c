#include "trace.h"

#include "calls.h"
#include "harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTOR 512u
#define PAGE 4096u
#define INODES_MAX 64
#define ENTRIES_MAX 16
#define NAME_SIZE 48
#define FDS_MAX 256
#define NOTES_MAX 65536u
#define NOBODY (-1)
#define LOCK_FILE "lock.mdb" /* LMDB keeps nothing in it that outlives its processes */

typedef enum note_kind {
    NOTE_ADD,    /* `inode` under `name` in `folder` */
    NOTE_REMOVE, /* `name` in `folder` */
    NOTE_WRITE,
    NOTE_SYNC,
    NOTE_ANSWER,
} note_kind;

typedef struct note {
    note_kind kind;
    int folder;
    int inode;
    char name[NAME_SIZE];
    char old_name[NAME_SIZE]; /* of an addition that takes away another at the same moment */
    uint8_t *data;
    size_t size;
    uint64_t offset; /* of a write; the count of an answer */
    bool durable;    /* a write that is synced by itself */
    bool only_data;  /* a sync of data */
} note;

typedef struct entry {
    char name[NAME_SIZE];
    int inode;
} entry;

/* A file or a folder: as of its last sync, and the notes since. */
typedef struct inode {
    bool is_folder;
    entry entries[ENTRIES_MAX];
    size_t entry_count;
    uint8_t *data;
    size_t size;
    size_t *pending;
    size_t pending_count;
    size_t pending_room;
} inode;

static char root[256];
static note *notes;
static size_t note_count;
static inode live[INODES_MAX]; /* while recording: names as they are now */
static int inode_count;
static int inode_of_fd[FDS_MAX];
static bool synced_by_itself[FDS_MAX];

static inode disk[INODES_MAX]; /* the model */
static size_t disk_at;         /* notes that it has taken up */
static uint64_t answered;
static bool syncs_ignored;

static void give_up(const char *what)
{
    fprintf(stderr, "trace: %s\n", what);
    _exit(70);
}

static void *more(void *block, size_t size)
{
    block = realloc(block, size);
    if (block == NULL)
        give_up("no memory");
    return block;
}

/* ---- names ------------------------------------------------------------------------------- */

static entry *find(inode *folder, const char *name)
{
    for (size_t i = 0; i < folder->entry_count; i++) {
        if (strcmp(folder->entries[i].name, name) == 0)
            return &folder->entries[i];
    }
    return NULL;
}

static void put(inode *folder, const char *name, int to)
{
    entry *at = find(folder, name);

    if (at == NULL) {
        if (folder->entry_count == ENTRIES_MAX)
            give_up("too many names");
        at = &folder->entries[folder->entry_count++];
        snprintf(at->name, sizeof(at->name), "%s", name);
    }
    at->inode = to;
}

static void take_away(inode *folder, const char *name)
{
    entry *at = find(folder, name);

    if (at != NULL)
        *at = folder->entries[--folder->entry_count];
}

/* What a note does to the names of its folder. */
static void rename_in(inode *folder, const note *from)
{
    if (from->kind == NOTE_REMOVE) {
        take_away(folder, from->name);
        return;
    }
    if (from->old_name[0] != '\0')
        take_away(folder, from->old_name);
    put(folder, from->name, from->inode);
}

/* The folder that a path lies in, and its last name; false if it is not below the root. */
static bool walk(const char *path, int *folder, char name[NAME_SIZE])
{
    const char *at = path + strlen(root);
    entry *next;

    if (strncmp(path, root, strlen(root)) != 0 || (*at != '/' && *at != '\0'))
        return false;
    *folder = 0;
    name[0] = '\0';
    while (*at == '/') {
        size_t size = strcspn(at + 1, "/");

        if (size == 0) { /* a slash too many */
            at++;
            continue;
        }
        if (name[0] != '\0') {
            next = find(&live[*folder], name);
            if (next == NULL)
                give_up(path);
            *folder = next->inode;
        }
        if (size >= NAME_SIZE)
            give_up("a name is too long");
        memcpy(name, at + 1, size);
        name[size] = '\0';
        at += 1 + size;
    }
    return true;
}

/* ---- recording --------------------------------------------------------------------------- */

static note *add_note(note_kind kind)
{
    if (notes == NULL)
        notes = more(NULL, NOTES_MAX * sizeof(*notes));
    if (note_count == NOTES_MAX)
        give_up("too many notes");
    notes[note_count] = (note){.kind = kind, .folder = NOBODY, .inode = NOBODY};
    return &notes[note_count++];
}

static int new_inode(bool is_folder)
{
    if (inode_count == INODES_MAX)
        give_up("too many files");
    live[inode_count] = (inode){.is_folder = is_folder};
    return inode_count++;
}

static void note_name(int folder, const char *name, int to, const char *old_name)
{
    note *made = add_note(to == NOBODY ? NOTE_REMOVE : NOTE_ADD);

    made->folder = folder;
    made->inode = to;
    snprintf(made->name, sizeof(made->name), "%s", name);
    snprintf(made->old_name, sizeof(made->old_name), "%s", old_name);
    rename_in(&live[folder], made);
}

static void note_open(const calls_event *event)
{
    char name[NAME_SIZE];
    int folder, found = NOBODY;
    entry *at;

    if (event->fd >= FDS_MAX)
        give_up("too many files are open");
    inode_of_fd[event->fd] = NOBODY;
    if (!walk(event->path, &folder, name) || strcmp(name, LOCK_FILE) == 0)
        return;
    at = name[0] == '\0' ? NULL : find(&live[folder], name);
    if (name[0] == '\0')
        found = 0;
    else if (at != NULL)
        found = at->inode;
    if (found == NOBODY) {
        found = new_inode(false);
        note_name(folder, name, found, "");
    }
    inode_of_fd[event->fd] = found;
    synced_by_itself[event->fd] = (event->flags & O_DSYNC) != 0;
}

static void note_rename(const calls_event *event)
{
    char from[NAME_SIZE], to[NAME_SIZE];
    int folder, to_folder;
    entry *at;

    if (!walk(event->path, &folder, from) || !walk(event->to, &to_folder, to))
        return;
    at = find(&live[folder], from);
    if (at == NULL || folder != to_folder)
        give_up("a name moves between folders");
    note_name(folder, to, at->inode, event->linked ? "" : from);
}

static void note_write(const calls_event *event)
{
    int inode_at = event->fd < FDS_MAX ? inode_of_fd[event->fd] : NOBODY;
    note *made;

    if (inode_at == NOBODY)
        return;
    made = add_note(NOTE_WRITE);
    made->inode = inode_at;
    made->data = more(NULL, event->size);
    memcpy(made->data, event->data, event->size);
    made->size = event->size;
    made->offset = (uint64_t)event->offset;
    made->durable = synced_by_itself[event->fd];
}

static void note_sync(const calls_event *event)
{
    int inode_at = event->fd < FDS_MAX ? inode_of_fd[event->fd] : NOBODY;
    note *made;

    if (inode_at == NOBODY)
        return;
    made = add_note(NOTE_SYNC);
    made->inode = inode_at;
    made->only_data = event->kind == CALLS_FDATASYNC;
}

static void watch(const calls_event *event)
{
    char name[NAME_SIZE];
    int folder;

    switch (event->kind) {
    case CALLS_OPEN:
        note_open(event);
        break;
    case CALLS_MAKE:
        if (walk(event->path, &folder, name))
            note_name(folder, name, new_inode(true), "");
        break;
    case CALLS_RENAME:
        note_rename(event);
        break;
    case CALLS_NONE:
        if (walk(event->path, &folder, name) && find(&live[folder], name) != NULL)
            note_name(folder, name, NOBODY, "");
        break;
    case CALLS_WRITE:
    case CALLS_PWRITE:
        note_write(event);
        break;
    case CALLS_FSYNC:
    case CALLS_FDATASYNC:
        note_sync(event);
        break;
    case CALLS_FTRUNCATE:
        if (inode_of_fd[event->fd] != NOBODY)
            give_up("a file was cut");
        break;
    default:
        break;
    }
}

static void forget_disk(void)
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

void trace_begin(const char *folder)
{
    snprintf(root, sizeof(root), "%s", folder);
    forget_disk();
    inode_count = 0;
    for (int i = 0; i < FDS_MAX; i++)
        inode_of_fd[i] = NOBODY;
    (void)new_inode(true);
    calls_watch(watch);
}

void trace_answer(uint64_t count)
{
    add_note(NOTE_ANSWER)->offset = count;
}

void trace_end(void)
{
    calls_watch(NULL);
}

void trace_clear(void)
{
    for (size_t i = 0; i < note_count; i++)
        free(notes[i].data);
    note_count = 0;
    forget_disk();
}

size_t trace_size(void)
{
    return note_count;
}

void trace_ignore_syncs(bool ignored)
{
    syncs_ignored = ignored;
    forget_disk();
}

/* ---- the model of the disk --------------------------------------------------------------- */

static void write_to(inode *file, uint64_t offset, const uint8_t *data, size_t size)
{
    if (offset + size > file->size) {
        file->data = more(file->data, offset + size);
        memset(file->data + file->size, 0, offset + size - file->size);
        file->size = offset + size;
    }
    memcpy(file->data + offset, data, size);
}

static void settle(inode *it)
{
    for (size_t i = 0; i < it->pending_count; i++) {
        const note *done = &notes[it->pending[i]];

        if (it->is_folder)
            rename_in(it, done);
        else
            write_to(it, done->offset, done->data, done->size);
    }
    it->pending_count = 0;
}

static void wait_in(inode *it, size_t at)
{
    if (it->pending_count == it->pending_room) {
        it->pending_room = it->pending_room * 2 + 16;
        it->pending = more(it->pending, it->pending_room * sizeof(*it->pending));
    }
    it->pending[it->pending_count++] = at;
}

static void take_up(size_t at)
{
    const note *now = &notes[at];

    switch (now->kind) {
    case NOTE_ADD:
        /* A folder is known by its own additions; where it hangs is its parent's matter. */
        if (live[now->inode].is_folder)
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
        const note *asked = &notes[from->pending[i]];

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

static void write_out(const char *path, inode *file, const char *place)
{
    size_t size = strlen(root);
    uint8_t *at = file->data;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    /* The configuration names the guard's folder; here it is another of the same length. */
    while (file->size < PAGE && at != NULL &&
           (at = memmem(at, file->size - (size_t)(at - file->data), root, size)) != NULL)
        memcpy(at, place, size);
    if (fd < 0 || (file->size > 0 && write(fd, file->data, file->size) != (ssize_t)file->size))
        give_up(path);
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
        rename_in(&names, &notes[from->pending[i]]);
    for (size_t i = 0; i < names.entry_count; i++) {
        char below[512];

        snprintf(below, sizeof(below), "%s/%s", path, names.entries[i].name);
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
            give_up(path);
        lose_folder(from, path, place, how_all, seed);
        return;
    }
    file.data = more(NULL, from->size + 1);
    if (from->size > 0)
        memcpy(file.data, from->data, from->size);
    lose_file(&file, from, how, seed);
    write_out(path, &file, place);
    free(file.data);
}

uint64_t trace_lose_power(size_t size, uint64_t seed, const char *place)
{
    uint64_t chance = harness_random(&seed) % 8;
    int how = chance == 0 ? LOSE_ALL : chance == 1 ? LOSE_NOTHING : LOSSES;

    for (; disk_at < size; disk_at++)
        take_up(disk_at);
    lose_inode(0, place, place, how, &seed);
    return answered;
}
