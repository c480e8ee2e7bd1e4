#include "proof/statusfile.h"

#include <string.h>

#include "base/memory.h"
#include "base/time.h"
#include "proof/file.h"

static cbank_status check_head(const Cbank__V1__StatusHead *head, const cbi_directory *directory,
                               cbank_error *err)
{
    if (head->version != 1)
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

static cbank_status check_page(const Cbank__V1__StatusPage *page, uint64_t position,
                               cbank_error *err)
{
    if (page->n_records > CBI_STATUS_PAGE_MAX || page->n_accounts > CBI_STATUS_PAGE_MAX)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, position, "page", NULL);
    for (size_t i = 0; i < page->n_records; i++) {
        if (page->records[i]->record.len != CBI_HASH_SIZE || page->records[i]->state == 0)
            return cbi_fail(err, CBI_REASON_HEAD_VALUE, position, "record", NULL);
    }
    for (size_t i = 0; i < page->n_accounts; i++) {
        if (page->accounts[i]->tag.len != CBI_HASH_SIZE || page->accounts[i]->state == 0)
            return cbi_fail(err, CBI_REASON_HEAD_VALUE, position, "account", NULL);
    }
    return CBANK_OK;
}

static cbank_status read_pages(cbi_file *file, cbi_statusfile *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(out->head->pages, sizeof(*out->pages), &out->pages, err));
    for (uint32_t i = 0; i < out->head->pages; i++) {
        CBI_TRY(cbi_file_next_message(file, &cbank__v1__status_page__descriptor, &out->pages[i],
                                      err));
        out->page_count++;
        CBI_TRY(check_page(out->pages[i], i, err));
    }
    CBI_TRY(cbi_file_end(file, err));
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
    CBI_TRY(cbi_directory_check_log(directory, &file.envelope, out->head->size, err));
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
    for (size_t i = 0; i < file->page_count; i++)
        cbi_message_free(file->pages[i]);
    cbi_free(file->pages);
    cbi_message_free(file->head);
    *file = (cbi_statusfile){0};
}

Cbank__V1__RecordState cbi_statusfile_record(const cbi_statusfile *file, const cbi_hash *id)
{
    for (size_t i = 0; i < file->page_count; i++) {
        for (size_t j = 0; j < file->pages[i]->n_records; j++) {
            const Cbank__V1__RecordStatus *row = file->pages[i]->records[j];

            if (cbi_bytes_equal(cbi_message_bytes(row->record), cbi_bytes_of_hash(id)))
                return row->state;
        }
    }
    return CBANK__V1__RECORD_STATE__RECORD_STATE_UNSPECIFIED;
}

Cbank__V1__AccountState cbi_statusfile_account(const cbi_statusfile *file, const cbi_hash *tag)
{
    for (size_t i = 0; i < file->page_count; i++) {
        for (size_t j = 0; j < file->pages[i]->n_accounts; j++) {
            const Cbank__V1__AccountStatus *row = file->pages[i]->accounts[j];

            if (cbi_bytes_equal(cbi_message_bytes(row->tag), cbi_bytes_of_hash(tag)))
                return row->state;
        }
    }
    return CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_UNSPECIFIED;
}
