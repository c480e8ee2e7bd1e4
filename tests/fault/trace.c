#include "trace_part.h"

#include "calls.h"
#include "harness.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FDS_MAX 256
#define NOTES_MAX 65536u
#define LOCK_FILE "lock.mdb" /* LMDB keeps nothing in it that outlives its processes */

char trace_root[256];
note *trace_notes;
static size_t note_count;
inode trace_live[INODES_MAX]; /* while recording: names as they are now */
static int inode_count;
static int inode_of_fd[FDS_MAX];
static bool synced_by_itself[FDS_MAX];

void trace_give_up(const char *what)
{
    fprintf(stderr, "trace: %s\n", what);
    _exit(70);
}

void *trace_more(void *block, size_t size)
{
    block = realloc(block, size);
    if (block == NULL)
        trace_give_up("no memory");
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
            trace_give_up("too many names");
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
void trace_rename_in(inode *folder, const note *from)
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
    const char *at = path + strlen(trace_root);
    entry *next;

    if (strncmp(path, trace_root, strlen(trace_root)) != 0 || (*at != '/' && *at != '\0'))
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
            next = find(&trace_live[*folder], name);
            if (next == NULL)
                trace_give_up(path);
            *folder = next->inode;
        }
        if (size >= NAME_SIZE)
            trace_give_up("a name is too long");
        memcpy(name, at + 1, size);
        name[size] = '\0';
        at += 1 + size;
    }
    return true;
}

/* ---- recording --------------------------------------------------------------------------- */

static note *add_note(note_kind kind)
{
    if (trace_notes == NULL)
        trace_notes = trace_more(NULL, NOTES_MAX * sizeof(*trace_notes));
    if (note_count == NOTES_MAX)
        trace_give_up("too many notes");
    trace_notes[note_count] = (note){.kind = kind, .folder = TRACE_NOBODY, .inode = TRACE_NOBODY};
    return &trace_notes[note_count++];
}

static int new_inode(bool is_folder)
{
    if (inode_count == INODES_MAX)
        trace_give_up("too many files");
    trace_live[inode_count] = (inode){.is_folder = is_folder};
    return inode_count++;
}

static void note_name(int folder, const char *name, int to, const char *old_name)
{
    note *made = add_note(to == TRACE_NOBODY ? NOTE_REMOVE : NOTE_ADD);

    made->folder = folder;
    made->inode = to;
    snprintf(made->name, sizeof(made->name), "%s", name);
    snprintf(made->old_name, sizeof(made->old_name), "%s", old_name);
    trace_rename_in(&trace_live[folder], made);
}

static void note_open(const calls_event *event)
{
    char name[NAME_SIZE];
    int folder, found = TRACE_NOBODY;
    entry *at;

    if (event->fd >= FDS_MAX)
        trace_give_up("too many files are open");
    inode_of_fd[event->fd] = TRACE_NOBODY;
    if (!walk(event->path, &folder, name) || strcmp(name, LOCK_FILE) == 0)
        return;
    at = name[0] == '\0' ? NULL : find(&trace_live[folder], name);
    if (name[0] == '\0')
        found = 0;
    else if (at != NULL)
        found = at->inode;
    if (found == TRACE_NOBODY) {
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
    at = find(&trace_live[folder], from);
    if (at == NULL || folder != to_folder)
        trace_give_up("a name moves between folders");
    note_name(folder, to, at->inode, event->linked ? "" : from);
}

static void note_write(const calls_event *event)
{
    int inode_at = event->fd < FDS_MAX ? inode_of_fd[event->fd] : TRACE_NOBODY;
    note *made;

    if (inode_at == TRACE_NOBODY)
        return;
    made = add_note(NOTE_WRITE);
    made->inode = inode_at;
    made->data = trace_more(NULL, event->size);
    memcpy(made->data, event->data, event->size);
    made->size = event->size;
    made->offset = (uint64_t)event->offset;
    made->durable = synced_by_itself[event->fd];
}

static void note_sync(const calls_event *event)
{
    int inode_at = event->fd < FDS_MAX ? inode_of_fd[event->fd] : TRACE_NOBODY;
    note *made;

    if (inode_at == TRACE_NOBODY)
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
        if (walk(event->path, &folder, name) && find(&trace_live[folder], name) != NULL)
            note_name(folder, name, TRACE_NOBODY, "");
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
        if (inode_of_fd[event->fd] != TRACE_NOBODY)
            trace_give_up("a file was cut");
        break;
    default:
        break;
    }
}

void trace_begin(const char *folder)
{
    snprintf(trace_root, sizeof(trace_root), "%s", folder);
    trace_forget_disk();
    inode_count = 0;
    for (int i = 0; i < FDS_MAX; i++)
        inode_of_fd[i] = TRACE_NOBODY;
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
        free(trace_notes[i].data);
    note_count = 0;
    trace_forget_disk();
}

size_t trace_size(void)
{
    return note_count;
}

