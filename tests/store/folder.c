/* What is new appears whole or not at all, and only on a disk of this machine. */
#include "place.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "store/folder.h"

static int entries(const char *path)
{
    DIR *folder = opendir(path);
    int count = 0;

    cr_assert_not_null(folder);
    while (readdir(folder) != NULL)
        count++;
    closedir(folder);
    return count - 2;
}

Test(folder, a_store_is_never_made_over_something)
{
    cbank_error err = {0};

    cr_assert_eq(mkdir(place_path("taken"), 0700), 0);
    place_fails(cbi_store_create(place_path("taken"), 0, &err), err, STORE_EXISTS);
    cr_assert_str_eq(err.object, "taken");
    place_fails(cbi_store_create(place_path("taken/"), 0, &err), err, STORE_EXISTS);
    cr_assert_eq(entries(place_path("taken")), 0);
    cr_assert_eq(entries(place_path("")), 1, "no temporary folder is left");
    place_leave(NULL);
}

Test(folder, a_store_is_private_and_a_slash_at_the_end_is_no_matter)
{
    struct stat file;

    cr_assert_eq(cbi_store_create(place_path("new/"), 0, NULL), CBANK_OK);
    cr_assert_eq(stat(place_path("new"), &file), 0);
    cr_assert_eq(file.st_mode & 0777, 0700);
    cr_assert_eq(stat(place_path("new/data.mdb"), &file), 0);
    cr_assert_eq(file.st_mode & 0777, 0600);
    cr_assert_eq(entries(place_path("")), 1);
    place_leave(NULL);
}

Test(folder, a_failed_creation_leaves_nothing)
{
    cbank_error err = {0};

    cr_assert_eq(entries(place_path("")), 0);
    disk_fill();
    place_fails(cbi_store_create(place_path("new"), 0, &err), err, DISK_FULL);
    disk_heal();
    cr_assert_eq(entries(place_path("")), 0);
    disk_fail_flush();
    place_fails(cbi_store_create(place_path("new"), 0, &err), err, STORE_IO);
    disk_heal();
    cr_assert_eq(entries(place_path("")), 0);
    cr_assert_eq(cbi_store_create(place_path("new"), 0, &err), CBANK_OK);
    place_leave(NULL);
}

Test(folder, nothing_there_is_not_found)
{
    cbi_store *store = NULL;
    cbank_error err = {0};

    place_fails(cbi_store_open(place_path("none"), 0, &store, &err), err, STORE_MISSING);
    place_fails(cbi_store_create(place_path("none/deeper"), 0, &err), err, STORE_MISSING);
    place_leave(NULL);
}

Test(folder, publishing_never_replaces)
{
    cbank_error err = {0};

    cr_assert_eq(mkdir(place_path("from"), 0700), 0);
    cr_assert_eq(mkdir(place_path("to"), 0700), 0);
    place_fails(cbi_folder_publish(place_path("from"), place_path("to"), &err), err, STORE_EXISTS);
    cr_assert_eq(entries(place_path("")), 2);
    place_leave(NULL);
}

Test(folder, network_and_user_space_file_systems_are_remote)
{
    /* The numbers of statfs(2). */
    cr_assert(cbi_folder_is_remote(0x6969), "NFS");
    cr_assert(cbi_folder_is_remote(0xff534d42), "CIFS");
    cr_assert(cbi_folder_is_remote((uint64_t)(int32_t)0xff534d42), "CIFS, with a sign");
    cr_assert(cbi_folder_is_remote(0x01021997), "9p");
    cr_assert(cbi_folder_is_remote(0x65735546), "FUSE");
    cr_assert_not(cbi_folder_is_remote(0xef53), "ext4");
    cr_assert_not(cbi_folder_is_remote(0x58465342), "XFS");
    cr_assert_not(cbi_folder_is_remote(0x9123683e), "btrfs");
    cr_assert_not(cbi_folder_is_remote(0x01021994), "tmpfs");
}

Test(folder, a_quota_out_of_range_is_refused)
{
    cbi_store *store = NULL;
    cbank_error err = {0};

    place_fails(cbi_store_create(place_path("new"), MIB - 1, &err), err, STORE_QUOTA);
    place_fails(cbi_store_open(place_path("new"), UINT64_MAX, &store, &err), err, STORE_QUOTA);
    cr_assert_eq(err.where, UINT64_MAX);
    cr_assert_eq(entries(place_path("")), 0);
    place_leave(NULL);
}
