#include "store/registry.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/fault.h"
#include "store/folder.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;
static cbi_environment *environments;

static void before_fork(void)
{
    (void)pthread_mutex_lock(&lock);
}

static void after_fork_in_parent(void)
{
    (void)pthread_mutex_unlock(&lock);
}

/*
 * What the parent has open is not the child's: it is forgotten, not closed, for LMDB's memory and
 * locks are shared with the parent. The child may open stores of its own.
 */
static void after_fork_in_child(void)
{
    environments = NULL;
    change = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    (void)pthread_mutex_unlock(&lock);
}

static int watch_code;

static void watch_forks(void)
{
    watch_code = pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

static cbi_environment *find(dev_t device, ino_t inode)
{
    cbi_environment *at = environments;

    while (at != NULL && (at->device != device || at->inode != inode))
        at = at->next;
    return at;
}

static void forget(cbi_environment *environment)
{
    cbi_environment **at = &environments;

    while (*at != environment)
        at = &(*at)->next;
    *at = environment->next;
}

static cbank_status open_new(const char *path, uint64_t quota_bytes, const struct stat *file,
                             cbi_environment **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_environment *made = NULL;

    CBI_TRY(cbi_environment_new(path, quota_bytes, file->st_dev, file->st_ino, &made, err));
    status = cbi_environment_open(made, err);
    if (status == CBANK_OK)
        *out = made;
    /* A dead one stays, with LMDB open in it, so that its file is not opened a second time. */
    if (status == CBANK_OK || atomic_load(&made->health) == CBI_HEALTH_DEAD) {
        made->next = environments;
        environments = made;
        made = NULL;
    }
done:
    if (made != NULL)
        cbi_environment_free(made);
    return status;
}

static cbank_status open_locked(const char *path, uint64_t quota_bytes, cbi_environment **out,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_environment *found = NULL;
    cbi_path data;
    struct stat file;

    CBI_TRY(cbi_folder_data(path, &data, err));
    if (stat(data.text, &file) != 0)
        return cbi_fault_report(errno, cbi_path_name(path), err);
    while ((found = find(file.st_dev, file.st_ino)) != NULL && found->leaving)
        (void)pthread_cond_wait(&change, &lock);
    if (found != NULL && atomic_load(&found->health) == CBI_HEALTH_DEAD)
        return cbi_fault_report(CBI_FAULT_ASSERTED, cbi_path_name(path), err);
    if (found == NULL)
        CBI_TRY(open_new(path, quota_bytes, &file, &found, err));
    found->owners++;
    *out = found;
done:
    return status;
}

cbank_status cbi_registry_open(const char *path, uint64_t quota_bytes, cbi_environment **out,
                               cbank_error *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    cbank_status status;

    (void)pthread_once(&once, watch_forks);
    if (watch_code != 0)
        return cbi_fault_report(watch_code, cbi_path_name(path), err);
    (void)pthread_mutex_lock(&lock);
    status = open_locked(path, quota_bytes, out, err);
    (void)pthread_mutex_unlock(&lock);
    return status;
}

void cbi_registry_close(cbi_environment *environment)
{
    bool dead;

    (void)pthread_mutex_lock(&lock);
    environment->owners--;
    environment->leaving = environment->owners == 0;
    if (environment->owners > 0) {
        (void)pthread_mutex_unlock(&lock);
        return;
    }
    (void)pthread_mutex_unlock(&lock);

    /* Waiting for transactions takes as long as they do: not under the lock. */
    cbi_environment_close(environment);

    (void)pthread_mutex_lock(&lock);
    environment->leaving = false;
    dead = atomic_load(&environment->health) == CBI_HEALTH_DEAD;
    if (!dead)
        forget(environment);
    (void)pthread_cond_broadcast(&change);
    (void)pthread_mutex_unlock(&lock);
    if (!dead)
        cbi_environment_free(environment);
}

bool cbi_registry_holds(dev_t device, ino_t inode)
{
    bool held;

    (void)pthread_mutex_lock(&lock);
    held = find(device, inode) != NULL;
    (void)pthread_mutex_unlock(&lock);
    return held;
}

cbank_status cbi_store_open(const char *path, uint64_t quota_bytes, cbi_store **out,
                            cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_environment *environment = NULL;

    CBI_TRY(cbi_environment_settle_quota(&quota_bytes, err));
    CBI_TRY(cbi_registry_open(path, quota_bytes, &environment, err));
    *out = &environment->base;
done:
    return status;
}
