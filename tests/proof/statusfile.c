/* Status files: what is listed, and by whom. */
#include <criterion/criterion.h>

#include <string.h>

#include "proof/reseal.h"

static world *it;
static cbi_directory directory;
static cbi_status_row records[5], accounts[3];

static void begin(cbi_suite suite)
{
    it = world_new(suite);
    for (size_t i = 0; i < 5; i++)
        records[i] = (cbi_status_row){world_random(it), (uint8_t)(i + 1)};
    for (size_t i = 0; i < 3; i++)
        accounts[i] = (cbi_status_row){world_random(it), (uint8_t)(i + 1)};
    world_open_directory(it, &directory);
}

static void start(void)
{
    begin(CBI_SUITE_SHA256_ED25519);
}

static void end(void)
{
    cbi_directory_clear(&directory);
    world_free(it);
}

TestSuite(statusfile, .init = start, .fini = end);

static cbi_bytes whole(void)
{
    return world_status(it, records, 5, accounts, 3, WORLD_EXPIRES);
}

static void refused(cbi_bytes file, cbi_reason expected)
{
    cbi_statusfile opened = {0};
    cbank_error err = {0};

    cr_expect_eq(cbi_statusfile_open(file, &directory, WORLD_AT, &opened, &err),
                 cbi_reason_status(expected));
    cr_expect_eq(err.reason, (int32_t)expected, "for %s, not %s",
                 cbi_reason_word((cbi_reason)err.reason), cbi_reason_word(expected));
    cr_expect_null(opened.head);
}

static Cbank__V1__StatusHead *take_apart(reseal *out)
{
    reseal_open(out, it, whole(), CBI_STATUS_TYPE, &cbank__v1__status_head__descriptor);
    return (Cbank__V1__StatusHead *)out->head;
}

static cbi_bytes put_together(reseal *sealed)
{
    const cbi_private *key = it->log_key;

    return reseal_close(sealed, &key, 1);
}

Test(statusfile, it_finds_what_is_listed_and_says_nothing_of_the_rest)
{
    end();
    for (size_t s = 0; s < WORLD_SUITES; s++) {
        cbi_statusfile opened = {0};

        begin(world_suites[s]);
        cr_assert_eq(cbi_statusfile_open(whole(), &directory, WORLD_AT, &opened, NULL), CBANK_OK);
        for (size_t i = 0; i < 5; i++) {
            cr_expect_eq((int)cbi_statusfile_record(&opened, &records[i].id), (int)i + 1);
            cr_expect_eq((int)cbi_statusfile_account(&opened, &records[i].id), 0);
        }
        for (size_t i = 0; i < 3; i++) {
            cr_expect_eq((int)cbi_statusfile_account(&opened, &accounts[i].id), (int)i + 1);
            cr_expect_eq((int)cbi_statusfile_record(&opened, &accounts[i].id), 0);
        }
        cbi_statusfile_clear(&opened);
        if (s + 1 < WORLD_SUITES)
            end();
    }
}

Test(statusfile, it_may_list_nothing)
{
    cbi_statusfile opened = {0};

    cr_assert_eq(cbi_statusfile_open(world_status(it, NULL, 0, NULL, 0, WORLD_EXPIRES),
                                     &directory, WORLD_AT, &opened, NULL),
                 CBANK_OK);
    cr_expect_eq((int)cbi_statusfile_record(&opened, &records[0].id), 0);
    cbi_statusfile_clear(&opened);
}

Test(statusfile, many_pages_are_one_list)
{
    cbi_statusfile opened = {0};
    reseal sealed;
    cbi_hash last;

    take_apart(&sealed)->pages = 40;
    for (size_t i = 1; i < 40; i++) {
        Cbank__V1__StatusPage *page;

        sealed.parts[i] = sealed.parts[0];
        sealed.count++;
        page = reseal_part(&sealed, i, &cbank__v1__status_page__descriptor);
        for (size_t j = 0; j < page->n_records; j++) {
            last = world_random(it);
            memcpy(page->records[j]->record.data, last.bytes, CBI_HASH_SIZE);
        }
        page->n_accounts = 0;
        reseal_put(&sealed, i);
    }
    cr_assert_eq(cbi_statusfile_open(put_together(&sealed), &directory, WORLD_AT, &opened, NULL),
                 CBANK_OK);
    cr_expect_eq(opened.records.count, 200u);
    cr_expect_eq((int)cbi_statusfile_record(&opened, &last), 5);
    cr_expect_eq((int)cbi_statusfile_record(&opened, &records[0].id), 1);
    cbi_statusfile_clear(&opened);
}

Test(statusfile, it_expires_after_the_second_it_names)
{
    refused(world_status(it, records, 5, NULL, 0, WORLD_AT - 1), CBI_REASON_STATUS_EXPIRED);
}

Test(statusfile, it_is_the_log_keys_and_this_banks)
{
    const cbi_private *other = it->root_key;
    reseal sealed;

    take_apart(&sealed);
    refused(reseal_close(&sealed, &other, 1), CBI_REASON_BAD_SIGNATURE);
    take_apart(&sealed)->origin = cbi_message_string("other.example/credit/1");
    refused(put_together(&sealed), CBI_REASON_ORIGIN_UNKNOWN);
}

Test(statusfile, values_of_the_head)
{
    static const cbi_reason expected[] = {
        CBI_REASON_FILE_VERSION, CBI_REASON_HEAD_VALUE,   CBI_REASON_HEAD_VALUE,
        CBI_REASON_HEAD_VALUE,   CBI_REASON_HEAD_VALUE,   CBI_REASON_HEAD_VALUE,
        CBI_REASON_PARTS_DIFFER, CBI_REASON_PARTS_DIFFER, CBI_REASON_EVIDENCE_DIFFERS,
        CBI_REASON_EVIDENCE_DIFFERS,
    };

    for (size_t row = 0; row < sizeof(expected) / sizeof(expected[0]); row++) {
        reseal sealed;
        Cbank__V1__StatusHead *head = take_apart(&sealed);

        switch (row) {
        case 0:
            head->version = 3;
            break;
        case 1:
            head->number = 0;
            break;
        case 2:
            head->at = 0;
            break;
        case 3:
            head->size = 0;
            break;
        case 4:
            head->pages = CBI_STATUS_PAGES_MAX + 1;
            break;
        case 5:
            head->root.len = 31;
            break;
        case 6:
            head->pages = 2;
            break;
        case 7:
            head->pages = 0;
            break;
        case 8:
            head->size++;
            break;
        default:
            head->root.data[0] ^= 1;
        }
        refused(put_together(&sealed), expected[row]);
    }
}

Test(statusfile, a_row_has_an_id_and_a_state_and_stands_there_once)
{
    for (int row = 0; row < 6; row++) {
        Cbank__V1__StatusPage *page;
        reseal sealed;

        take_apart(&sealed);
        page = reseal_part(&sealed, 0, &cbank__v1__status_page__descriptor);
        switch (row) {
        case 0:
            page->records[0]->state = 0;
            break;
        case 1:
            page->records[0]->record.len = 31;
            break;
        case 2:
            page->accounts[0]->state = 0;
            break;
        case 3:
            page->accounts[0]->tag.len = 31;
            break;
        case 4:
            page->records[4] = page->records[0];
            break;
        default:
            page->accounts[2] = page->accounts[0];
        }
        reseal_put(&sealed, 0);
        refused(put_together(&sealed), CBI_REASON_HEAD_VALUE);
    }
}

/* A page of that many records and accounts, no two the same. */
static cbi_bytes page_of(size_t record_count, size_t account_count)
{
    static Cbank__V1__RecordStatus record_rows[CBI_STATUS_PAGE_MAX + 1];
    static Cbank__V1__AccountStatus account_rows[CBI_STATUS_PAGE_MAX + 1];
    Cbank__V1__RecordStatus *record_list[CBI_STATUS_PAGE_MAX + 1];
    Cbank__V1__AccountStatus *account_list[CBI_STATUS_PAGE_MAX + 1];
    Cbank__V1__StatusPage *page;
    reseal sealed;
    cbi_hash id;

    take_apart(&sealed);
    page = reseal_part(&sealed, 0, &cbank__v1__status_page__descriptor);
    for (size_t i = 0; i <= CBI_STATUS_PAGE_MAX; i++) {
        id = world_random(it);
        record_rows[i] = *page->records[0];
        record_rows[i].record.data = world_keep(it, id.bytes, CBI_HASH_SIZE);
        record_list[i] = &record_rows[i];
        account_rows[i] = *page->accounts[0];
        account_rows[i].tag.data = record_rows[i].record.data;
        account_list[i] = &account_rows[i];
    }
    page->records = record_list;
    page->n_records = record_count;
    page->accounts = account_list;
    page->n_accounts = account_count;
    reseal_put(&sealed, 0);
    return put_together(&sealed);
}

Test(statusfile, a_page_has_its_limit)
{
    cbi_statusfile opened = {0};

    refused(page_of(CBI_STATUS_PAGE_MAX + 1, 1), CBI_REASON_HEAD_VALUE);
    refused(page_of(1, CBI_STATUS_PAGE_MAX + 1), CBI_REASON_HEAD_VALUE);
    cr_assert_eq(cbi_statusfile_open(page_of(CBI_STATUS_PAGE_MAX, CBI_STATUS_PAGE_MAX), &directory,
                                     WORLD_AT, &opened, NULL),
                 CBANK_OK);
    cr_expect_eq(opened.records.count, CBI_STATUS_PAGE_MAX);
    cr_expect_eq(opened.accounts.count, CBI_STATUS_PAGE_MAX);
    cbi_statusfile_clear(&opened);
}
