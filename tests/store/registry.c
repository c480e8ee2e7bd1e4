/* One file is one environment in a process, and each process has its own. */
#include "place.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/registry.h"

Test(registry, the_same_store_opened_twice_is_shared)
{
    cbi_store *first = place_create(QUOTA);
    cbi_store *second = place_reopen(QUOTA);

    cr_assert_eq(first, second);
    cbi_store_close(first);
    cr_assert_eq(place_put(second, 1, 10, NULL), CBANK_OK, "one owner is left");
    cbi_store_close(second);
    place_leave(NULL);
}

Test(registry, the_same_store_is_known_under_another_path)
{
    cbi_store *first = place_create(QUOTA);
    cbi_store *second = NULL;

    cr_assert_eq(symlink(place_path("store"), place_path("alias")), 0);
    cr_assert_eq(cbi_store_open(place_path("alias"), QUOTA, &second, NULL), CBANK_OK);
    cr_assert_eq(first, second);
    cbi_store_close(second);
    place_leave(first);
}

Test(registry, a_closed_store_is_forgotten_and_opens_again)
{
    cbi_store *store = place_create(QUOTA);
    struct stat file;

    cr_assert_eq(place_put(store, 1, 10, NULL), CBANK_OK);
    cr_assert_eq(stat(place_path("store/data.mdb"), &file), 0);
    cr_assert(cbi_registry_holds(file.st_dev, file.st_ino));
    cbi_store_close(store);
    cr_assert_not(cbi_registry_holds(file.st_dev, file.st_ino));
    store = place_reopen(QUOTA);
    cr_assert(place_has(store, 1));
    place_leave(store);
}

Test(registry, closing_one_of_two_handles_keeps_this_process_known_as_a_reader)
{
    cbi_store *store = place_create(QUOTA);
    cbi_store *again = place_reopen(QUOTA);
    cbi_txn *snapshot;
    pid_t child;
    int result = -1;

    cr_assert_eq(place_put(store, 1, 400, NULL), CBANK_OK);
    snapshot = place_begin(store, CBI_TXN_READ);
    cbi_store_close(again);
    child = fork();
    if (child == 0) {
        cbi_store *own = NULL;

        if (cbi_store_open(place_path("store"), QUOTA, &own, NULL) != CBANK_OK)
            _exit(1);
        for (uint64_t i = 0; i < 50; i++) {
            if (place_put(own, 1, 300 + i, NULL) != CBANK_OK)
                _exit(2);
        }
        cbi_store_close(own);
        _exit(0);
    }
    cr_assert_eq(waitpid(child, &result, 0), child);
    cr_assert(WIFEXITED(result) && WEXITSTATUS(result) == 0, "a child opens stores of its own");

    cbank_buffer value = {0};

    cr_assert_eq(cbi_txn_get(snapshot, CBI_TABLE_RECORD, place_key(1), &value, NULL), CBANK_OK);
    cr_assert_eq(value.size, 400, "the snapshot did not move under its reader");
    cbank_buffer_clear(&value);
    cbi_txn_abort(snapshot);
    place_leave(store);
}

Test(registry, no_descriptor_of_the_store_is_left_to_a_program_that_is_run)
{
    cbi_store *store = place_create(QUOTA);
    char link[64];
    char target[256];
    int seen = 0;

    cr_assert_eq(place_put(store, 1, 10, NULL), CBANK_OK);
    for (int fd = 3; fd < 64; fd++) {
        ssize_t size;

        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        size = readlink(link, target, sizeof(target) - 1);
        if (size < 4 || memcmp(target + size - 4, ".mdb", 4) != 0)
            continue;
        seen++;
        cr_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC, "descriptor %d", fd);
    }
    cr_assert_geq(seen, 2);
    place_leave(store);
}
