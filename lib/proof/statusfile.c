#include "proof/statusfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/time.h"
#include "proof/file.h"

static cbank_status check_head(const Cbank__V1__StatusHead *head, const cbi_directory *directory,
                               cbank_error *err)
{
    if (head->version != 1 && head->version != 2)
        return cbi_fail(err, CBI_REASON_FILE_VERSION, head->version, "status", NULL);
    if (strcmp(head->origin, directory->origin) != 0)
        return cbi_fail(err, CBI_REASON_ORIGIN_UNKNOWN, 0, head->origin, NULL);
    if (head->number == 0 || head->at <= 0 || head->size == 0)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, head->number, "number", NULL);
    if (head->pages > CBI_STATUS_PAGES_MAX)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, head->pages, "pages", NULL);
    return CBANK_OK;
}

static cbank_status check_log_state(cbi_statusfile *out, const cbi_directory *directory,
                                    cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t size;
    cbi_hash root;

    if (!cbi_hash_from(cbi_message_bytes(out->head->root), &out->root))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "root", NULL);
    CBI_TRY(cbi_directory_check_note(directory, cbi_message_bytes(out->head->checkpoint), &size,
                                     &root, err));
    if (size != out->head->size || !cbi_hash_equal(&root, &out->root))
        CBI_TRY(cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, size, "checkpoint", NULL));
done:
    return status;
}

/* Room for one more; `slot` is the address of the list's `items`. */
static cbank_status reserve(void *slot, size_t count, size_t *capacity, size_t size,
                            cbank_error *err)
{
    size_t wider = *capacity == 0 ? 64 : 2 * *capacity;
    void *items, *old;
    cbank_status status = CBANK_OK;

    if (count < *capacity)
        return CBANK_OK;
    CBI_TRY(cbi_alloc(wider, size, &items, err));
    memcpy(&old, slot, sizeof(old));
    if (count > 0)
        memcpy(items, old, count * size);
    cbi_free(old);
    memcpy(slot, &items, sizeof(items));
    *capacity = wider;
done:
    return status;
}

static cbank_status add_row(cbi_status_rows *rows, ProtobufCBinaryData id, int state,
                            const char *what, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(reserve(&rows->items, rows->count, &rows->capacity, sizeof(*rows->items), err));
    if (state == 0 || !cbi_hash_from(cbi_message_bytes(id), &rows->items[rows->count].id))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, rows->count, what, NULL);
    rows->items[rows->count++].state = (uint8_t)state;
done:
    return status;
}

/* Only what was extended has another expiry. */
static cbank_status add_disclosure(cbi_status_disclosures *list,
                                   const Cbank__V1__DisclosureStatus *row, cbank_error *err)
{
    bool extended = row->state == CBANK__V1__DISCLOSURE_STATE__DISCLOSURE_STATE_EXTENDED;
    cbi_status_disclosure *item;
    cbank_status status = CBANK_OK;

    CBI_TRY(reserve(&list->items, list->count, &list->capacity, sizeof(*list->items), err));
    item = &list->items[list->count];
    if (row->state == CBANK__V1__DISCLOSURE_STATE__DISCLOSURE_STATE_UNSPECIFIED ||
        extended != (row->expires_at > 0) || row->expires_at < 0 ||
        !cbi_hash_from(cbi_message_bytes(row->transcript), &item->id))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, list->count, "disclosure", NULL);
    item->state = (uint8_t)row->state;
    item->expires_at = row->expires_at;
    list->count++;
done:
    return status;
}

/* Rows are kept in a few bytes each, and the page is not. */
static cbank_status read_page(cbi_file *file, cbi_statusfile *out, cbank_error *err)
{
    Cbank__V1__StatusPage *page = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_file_next_message(file, &cbank__v1__status_page__descriptor, &page, err));
    if (page->n_records > CBI_STATUS_PAGE_MAX || page->n_accounts > CBI_STATUS_PAGE_MAX ||
        page->n_disclosures > (out->head->version == 1 ? 0 : CBI_STATUS_PAGE_MAX))
        CBI_TRY(cbi_fail(err, CBI_REASON_HEAD_VALUE, CBI_STATUS_PAGE_MAX, "page", NULL));
    for (size_t i = 0; i < page->n_records; i++)
        CBI_TRY(add_row(&out->records, page->records[i]->record, (int)page->records[i]->state,
                        "record", err));
    for (size_t i = 0; i < page->n_accounts; i++)
        CBI_TRY(add_row(&out->accounts, page->accounts[i]->tag, (int)page->accounts[i]->state,
                        "account", err));
    for (size_t i = 0; i < page->n_disclosures; i++)
        CBI_TRY(add_disclosure(&out->disclosures, page->disclosures[i], err));
done:
    cbi_message_free(page);
    return status;
}

static int compare_rows(const void *a, const void *b)
{
    return memcmp(a, b, CBI_HASH_SIZE); /* the id comes first */
}

/* Two rows about one thing would leave it open what holds. The ids come first in the rows. */
static cbank_status sort_rows(void *items, size_t count, size_t size, const char *what,
                              cbank_error *err)
{
    const uint8_t *bytes = items;

    if (count == 0)
        return CBANK_OK;
    qsort(items, count, size, compare_rows);
    for (size_t i = 1; i < count; i++) {
        if (memcmp(bytes + (i - 1) * size, bytes + i * size, CBI_HASH_SIZE) == 0)
            return cbi_fail(err, CBI_REASON_HEAD_VALUE, i, what, "twice");
    }
    return CBANK_OK;
}

static cbank_status read_pages(cbi_file *file, cbi_statusfile *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (uint32_t i = 0; i < out->head->pages; i++)
        CBI_TRY(read_page(file, out, err));
    CBI_TRY(cbi_file_end(file, err));
    CBI_TRY(sort_rows(out->records.items, out->records.count, sizeof(*out->records.items),
                      "record", err));
    CBI_TRY(sort_rows(out->accounts.items, out->accounts.count, sizeof(*out->accounts.items),
                      "account", err));
    CBI_TRY(sort_rows(out->disclosures.items, out->disclosures.count,
                      sizeof(*out->disclosures.items), "disclosure", err));
done:
    return status;
}

static cbank_status check_expiry(const Cbank__V1__StatusHead *head, int64_t at, cbank_error *err)
{
    char expires[CBI_TIME_TEXT_MAX];

    if (head->expires_at >= at)
        return CBANK_OK;
    cbi_time_format(head->expires_at, expires);
    return cbi_fail(err, CBI_REASON_STATUS_EXPIRED, 0, "status", "%s", expires);
}

cbank_status cbi_statusfile_open(cbi_bytes bytes, const cbi_directory *directory, int64_t at,
                                 cbi_statusfile *out, cbank_error *err)
{
    cbi_file file = {0};
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_file_open(bytes, CBI_STATUS_TYPE, &cbank__v1__status_head__descriptor, &file, err));
    out->head = file.head;
    file.head = NULL;
    CBI_TRY(check_head(out->head, directory, err));
    CBI_TRY(cbi_directory_check_log(directory, &file.envelope, out->head->size, NULL, err));
    CBI_TRY(cbi_hasher_new(directory->suite, &hasher, err));
    CBI_TRY(cbi_file_check_body(hasher, &file, cbi_message_bytes(out->head->body_digest), err));
    CBI_TRY(check_log_state(out, directory, err));
    CBI_TRY(read_pages(&file, out, err));
    CBI_TRY(check_expiry(out->head, at, err));
done:
    cbi_file_clear(&file);
    cbi_hasher_free(hasher);
    if (status != CBANK_OK)
        cbi_statusfile_clear(out);
    return status;
}

void cbi_statusfile_clear(cbi_statusfile *file)
{
    cbi_free(file->records.items);
    cbi_free(file->accounts.items);
    cbi_free(file->disclosures.items);
    cbi_message_free(file->head);
    *file = (cbi_statusfile){0};
}

static int find(const cbi_status_rows *rows, const cbi_hash *id)
{
    const cbi_status_row *found = NULL;

    if (rows->count > 0)
        found = bsearch(id, rows->items, rows->count, sizeof(*rows->items), compare_rows);
    return found == NULL ? 0 : found->state;
}

Cbank__V1__RecordState cbi_statusfile_record(const cbi_statusfile *file, const cbi_hash *id)
{
    return (Cbank__V1__RecordState)find(&file->records, id);
}

Cbank__V1__AccountState cbi_statusfile_account(const cbi_statusfile *file, const cbi_hash *tag)
{
    return (Cbank__V1__AccountState)find(&file->accounts, tag);
}

const cbi_status_disclosure *cbi_statusfile_disclosure(const cbi_statusfile *file,
                                                       const cbi_hash *id)
{
    const cbi_status_disclosures *list = &file->disclosures;

    return list->count == 0 ? NULL
                            : bsearch(id, list->items, list->count, sizeof(*list->items),
                                      compare_rows);
}
