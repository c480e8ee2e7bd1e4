/* The shape of LMDB's file is looked at before LMDB follows it. */
#include "place.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE 4096
#define BRANCH 0x01
#define LEAF 0x02
#define OVERFLOW 0x04

/* Enough for branches in two tables, long values, and pages that were freed. */
static cbi_store *grow(void)
{
    cbi_store *store = place_create(QUOTA);
    cbi_txn *txn;

    for (int round = 0; round < 3; round++) {
        txn = place_begin(store, CBI_TXN_WRITE);
        for (uint64_t i = 0; i < 400; i++) {
            cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_RECORD, place_key(i * 7 % 400),
                                     place_value(i, 100 + 90 * (size_t)round), NULL),
                         CBANK_OK);
            cr_assert_eq(cbi_txn_put(txn, CBI_TABLE_STATE, place_key(i * 11 % 400),
                                     place_value(i, i % 50 == 0 ? 9000 : 60), NULL),
                         CBANK_OK);
        }
        for (uint64_t i = 0; i < 400; i += 3)
            cr_assert_eq(cbi_txn_delete(txn, CBI_TABLE_RECORD, place_key(i), NULL), CBANK_OK);
        place_commit(txn);
    }
    return store;
}

static int open_file(void)
{
    int fd = open(place_path("store/data.mdb"), O_RDWR);

    cr_assert(fd >= 0);
    return fd;
}

/* The first page of that kind in use, whose number is its own; the last where `after` is it. */
static off_t find_page(int fd, uint8_t kind, off_t after)
{
    uint8_t page[PAGE];

    for (off_t at = after + PAGE; pread(fd, page, PAGE, at) == PAGE; at += PAGE) {
        uint64_t number;

        memcpy(&number, page, sizeof(number));
        if (page[10] == kind && page[11] == 0 && number == (uint64_t)at / PAGE)
            return at;
    }
    return 0;
}

static cbank_status check(cbi_store *store, cbank_error *err)
{
    cbank_status status = cbi_store_check(store, err);

    cr_assert(status == CBANK_OK || err->reason == (int32_t)CBI_REASON_STORE_DAMAGED, "%s: %s",
              cbank_reason_name(err->reason), err->detail);
    return status;
}

/* How many pages of a kind are in use: those that are missed when they lose their number. */
static size_t count_missed(cbi_store *store, uint8_t kind)
{
    const uint64_t wrong = 77777777;
    cbank_error err = {0};
    int fd = open_file();
    size_t missed = 0;

    for (off_t at = find_page(fd, kind, 0); at != 0; at = find_page(fd, kind, at)) {
        uint64_t right = (uint64_t)at / PAGE;

        cr_assert_eq(pwrite(fd, &wrong, sizeof(wrong), at), 8);
        missed += check(store, &err) != CBANK_OK;
        cr_assert_eq(pwrite(fd, &right, sizeof(right), at), 8);
    }
    cr_assert_eq(close(fd), 0);
    return missed;
}

ParameterizedTestParameters(trees, a_sound_store_passes)
{
    return place_engines();
}

ParameterizedTest(place_engine *engine, trees, a_sound_store_passes)
{
    cbi_store *store = place_open(*engine);
    cbank_error err = {0};

    cr_assert_eq(cbi_store_check(store, &err), CBANK_OK, "an empty one: %s", err.detail);
    cr_assert_eq(place_put(store, 1, 100, NULL), CBANK_OK);
    cr_assert_eq(cbi_store_check(store, &err), CBANK_OK, "%s", err.detail);
    place_leave(store);
}

Test(trees, every_page_in_use_is_missed_when_it_is_another)
{
    cbi_store *store = grow();
    cbank_error err = {0};

    cr_assert_eq(check(store, &err), CBANK_OK, "%s: %s", err.object, err.detail);
    cr_assert_geq(count_missed(store, BRANCH), 2);
    cr_assert_geq(count_missed(store, LEAF), 20);
    cr_assert_geq(count_missed(store, OVERFLOW), 8);
    cr_assert_eq(check(store, &err), CBANK_OK, "and all is well when it is itself again");
    place_leave(store);
}

/* Nothing but unused bytes, and what the rows hold, may change without being noticed. */
Test(trees, a_header_or_a_node_that_is_damaged_is_noticed)
{
    cbi_store *store = grow();
    cbank_error err = {0};
    int fd = open_file();
    off_t branch = find_page(fd, BRANCH, PAGE);
    uint8_t page[PAGE];
    uint16_t lower;
    size_t unnoticed = 0;

    while (branch != 0 && cbi_store_check(store, &err) == CBANK_OK) {
        const uint64_t none = 1;

        /* The one that is in use. */
        cr_assert_eq(pread(fd, page, PAGE, branch), PAGE);
        cr_assert_eq(pwrite(fd, &none, sizeof(none), branch), 8);
        if (cbi_store_check(store, &err) != CBANK_OK)
            break;
        cr_assert_eq(pwrite(fd, page, sizeof(none), branch), 8);
        branch = find_page(fd, BRANCH, branch);
    }
    cr_assert_neq(branch, 0);
    cr_assert_eq(pwrite(fd, page, PAGE, branch), PAGE);
    memcpy(&lower, page + 12, sizeof(lower));
    for (size_t bit = 0; bit < (size_t)lower * 8; bit++) {
        uint8_t wrong = (uint8_t)(page[bit / 8] ^ (1u << bit % 8));

        if (bit / 8 == 8 || bit / 8 == 9) /* of no use to LMDB here */
            continue;
        cr_assert_eq(pwrite(fd, &wrong, 1, branch + (off_t)(bit / 8)), 1);
        unnoticed += check(store, &err) == CBANK_OK;
        cr_assert_eq(pwrite(fd, page + bit / 8, 1, branch + (off_t)(bit / 8)), 1);
    }
    cr_assert_eq(unnoticed, 0, "%zu bits", unnoticed);
    cr_assert_eq(close(fd), 0);
    place_leave(store);
}

/* So many pages that several threads look at them: they miss what one would, and name the same. */
Test(trees, of_many_tables_the_first_that_is_damaged_is_named)
{
    static const cbi_table tables[] = {CBI_TABLE_OPENING, CBI_TABLE_RECORD, CBI_TABLE_STATE};
    const uint64_t wrong = 77777777;
    cbi_store *store = place_create(4 * QUOTA);
    cbank_error err = {0};
    cbi_txn *txn = NULL;
    int fd;

    for (uint64_t i = 0; i < 3 * 1200; i++) {
        txn = i % 300 == 0 ? place_begin(store, CBI_TXN_WRITE) : txn;
        cr_assert_eq(cbi_txn_put(txn, tables[i / 1200], place_key(i), place_value(i, 16000), NULL),
                     CBANK_OK);
        if (i % 300 == 299)
            place_commit(txn);
    }
    cr_assert_eq(check(store, &err), CBANK_OK, "%s: %s", err.object, err.detail);
    fd = open_file();
    for (off_t at = find_page(fd, OVERFLOW, 0); at != 0; at = find_page(fd, OVERFLOW, at))
        cr_assert_eq(pwrite(fd, &wrong, sizeof(wrong), at), 8);
    cr_assert_eq(close(fd), 0);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(check(store, &err), CBANK_E_CORRUPT);
        cr_expect_str_eq(err.object, cbi_table_name(CBI_TABLE_OPENING));
    }
    place_leave(store);
}

/* The table of tables has a record of 48 bytes for each; its depth is its fourth word. */
Test(trees, a_table_that_tells_another_depth_is_not_opened)
{
    static const char name[] = "record";
    cbi_store *store = grow();
    cbank_error err = {0};
    uint8_t page[PAGE];
    size_t refused = 0;
    int fd;

    cbi_store_close(store);
    fd = open_file();
    for (off_t at = 2 * PAGE; pread(fd, page, PAGE, at) == PAGE; at += PAGE) {
        uint8_t *found = page[10] == LEAF ? memmem(page, PAGE, name, 6) : NULL;
        uint8_t wrong;

        if (found == NULL || found[-4] != 0x02) /* a node with a table behind its name */
            continue;
        wrong = (uint8_t)(found[6 + 6] + 1);
        cr_assert_eq(pwrite(fd, &wrong, 1, at + (found - page) + 12), 1);
        if (cbi_store_open(place_path("store"), QUOTA, &store, &err) == CBANK_OK) {
            cbi_store_close(store); /* the page of an older commit */
        } else {
            cr_expect_eq(err.reason, (int32_t)CBI_REASON_STORE_DAMAGED);
            cr_expect_str_eq(err.object, "record");
            refused++;
        }
        cr_assert_eq(pwrite(fd, &found[12], 1, at + (found - page) + 12), 1);
    }
    cr_assert_eq(close(fd), 0);
    cr_assert_eq(refused, 1);
    place_leave(place_reopen(QUOTA));
}
