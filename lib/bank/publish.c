#include "bank/publish.h"

#include <string.h>

#include "bank/consentrow.h"
#include "bank/counter.h"
#include "bank/holding.h"
#include "bank/keyring.h"
#include "bank/recognition.h"
#include "bank/transfer.h"
#include "base/memory.h"
#include "proof/assembly.h"
#include "proof/directory.h"
#include "proof/statusfile.h"

/* A file being written. */
typedef struct writing {
    cbi_bank *bank;
    int64_t now;
    int64_t expires_at;
    cbi_reader reader;
    cbi_assembly assembly;
    cbi_publication *out;
    bool disclosures; /* some are listed: version 2 */
} writing;

/* ---- numbers -------------------------------------------------------------------------------- */

typedef struct numbering {
    cbi_act act;
    cbi_counter counter;
    uint64_t number;
} numbering;

/* Nobody is refused a number. */
static cbank_status check_numbering(cbi_act *act, cbi_append *append, cbank_error *err)
{
    (void)act, (void)append, (void)err;
    return CBANK_OK;
}

static cbank_status write_numbering(cbi_act *act, cbi_append *append, cbank_error *err)
{
    numbering *it = (numbering *)(void *)act;

    return cbi_counter_add(append->txn, it->counter, 1, &it->number, err);
}

static cbank_status take_number(cbi_bank *bank, cbi_counter counter, int64_t now, uint64_t *out,
                                cbank_error *err)
{
    numbering it = {.counter = counter};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_random(it.act.token, sizeof(it.act.token), err));
    it.act.now = now;
    it.act.check = check_numbering;
    it.act.write = write_numbering;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
    *out = it.number;
done:
    cbank_buffer_clear(&it.act.result);
    return status;
}

/* ---- both ----------------------------------------------------------------------------------- */

static cbank_status begin(writing *it, cbi_counter counter, unsigned days, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (it->expires_at != 0 && it->expires_at <= it->now)
        return cbi_fail(err, CBI_REASON_TIME_ORDER, 0, "expires_at", NULL);
    if (it->expires_at == 0)
        it->expires_at = it->now + (int64_t)days * 86400;
    CBI_TRY(take_number(it->bank, counter, it->now, &it->out->number, err));
    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &it->reader, err));
    CBI_TRY(cbi_assembly_begin(it->bank->config.suite, &it->assembly, err));
    it->out->size = it->reader.sealed.size;
done:
    return status;
}

static cbank_status end(writing *it, cbank_status status)
{
    cbi_ledger_read_end(&it->reader);
    cbi_assembly_clear(&it->assembly);
    if (status != CBANK_OK)
        cbi_publish_clear(it->out);
    return status;
}

/* The key after a row's: the next page begins there. Keys of these tables are short. */
static cbi_bytes follow(cbi_bytes key, uint8_t out[CBI_KEY_MAX])
{
    memcpy(out, key.data, key.size);
    out[key.size] = 0;
    return cbi_bytes_of(out, key.size + 1);
}

/* ---- directory ------------------------------------------------------------------------------ */

/* Before a number is taken. */
static cbank_status check_root_key(const cbi_bank *bank, const cbi_private *root_key,
                                   cbank_error *err)
{
    Cbank__V1__BankKeys *keys = NULL;
    cbi_txn *txn = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_begin(bank->store, CBI_TXN_READ, &txn, err));
    CBI_TRY(cbi_keyring_read(bank, txn, &keys, err));
    if (!cbi_bytes_equal(cbi_public_bytes(cbi_private_public(root_key)),
                         cbi_message_bytes(keys->root_key)))
        CBI_TRY(cbi_fail(err, CBI_REASON_NOT_THE_ROOT_KEY, 0, bank->config.origin, NULL));
done:
    cbi_txn_abort(txn);
    cbi_message_free(keys);
    return status;
}

/* Rows are directory entries already, in the order of their codes. */
static cbank_status write_institutions(writing *it, cbank_error *err)
{
    uint8_t key[CBI_KEY_MAX];
    cbi_bytes from = {0};
    cbank_status status = CBANK_OK;
    cbi_page page = {0};

    do {
        CBI_TRY(cbi_txn_page(it->reader.txn, CBI_TABLE_INSTITUTION, (cbi_bytes){0}, from,
                             CBI_PAGE_ROWS_MAX, &page, err));
        for (size_t i = 0; i < page.count; i++) {
            if (it->out->institutions == CBI_DIRECTORY_INSTITUTIONS_MAX)
                CBI_TRY(cbi_fail(err, CBI_REASON_TOO_MANY, CBI_DIRECTORY_INSTITUTIONS_MAX,
                                 "institutions", NULL));
            CBI_TRY(cbi_assembly_add(&it->assembly, cbi_page_value(&page, i), err));
            it->out->institutions++;
        }
        if (page.count > 0)
            from = follow(cbi_page_key(&page, page.count - 1), key);
    } while (page.count > 0);
done:
    cbi_page_clear(&page);
    return status;
}

static cbank_status sign_directory(writing *it, const cbi_private *root_key, cbank_error *err)
{
    Cbank__V1__DirectoryHead head = CBANK__V1__DIRECTORY_HEAD__INIT;
    const Cbank__V1__BankCreated *self = it->bank->self;
    Cbank__V1__BankKeys *keys = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    CBI_TRY(cbi_keyring_read(it->bank, it->reader.txn, &keys, err));
    CBI_TRY(cbi_assembly_digest(&it->assembly, &digest, err));
    head.version = CBI_DIRECTORY_VERSION;
    head.origin = self->origin;
    head.suite = self->suite;
    head.names = self->names;
    head.n_names = self->n_names;
    head.number = it->out->number;
    head.at = it->now;
    head.expires_at = it->expires_at;
    head.root_key = keys->root_key;
    head.successions = keys->successions;
    head.n_successions = keys->n_successions;
    head.log_keys = keys->log_keys;
    head.n_log_keys = keys->n_log_keys;
    head.size = it->reader.sealed.size;
    head.root = cbi_message_data(cbi_bytes_of_hash(&it->reader.sealed.root));
    head.checkpoint = cbi_message_data(cbi_sealed_note(&it->reader.sealed));
    head.institutions = it->out->institutions;
    head.body_digest = cbi_message_data(cbi_bytes_of_hash(&digest));
    CBI_TRY(cbi_assembly_finish(&it->assembly, CBI_DIRECTORY_TYPE, &head, &root_key, 1,
                                &it->out->file, err));
done:
    cbi_message_free(keys);
    return status;
}

cbank_status cbi_publish_directory(cbi_bank *bank, const cbi_private *root_key, int64_t now,
                                   int64_t expires_at, cbi_publication *out, cbank_error *err)
{
    writing it = {.bank = bank, .now = now, .expires_at = expires_at, .out = out};
    cbank_status status = CBANK_OK;

    CBI_TRY(check_root_key(bank, root_key, err));
    CBI_TRY(begin(&it, CBI_COUNTER_DIRECTORIES, CBI_PUBLISH_DIRECTORY_DAYS, err));
    CBI_TRY(write_institutions(&it, err));
    CBI_TRY(sign_directory(&it, root_key, err));
done:
    return end(&it, status);
}

/* ---- status --------------------------------------------------------------------------------- */

/* The part that is being filled; written when it is full. */
typedef struct status_page {
    Cbank__V1__StatusPage message;
    Cbank__V1__RecordStatus records[CBI_STATUS_PAGE_MAX], *record_list[CBI_STATUS_PAGE_MAX];
    Cbank__V1__AccountStatus accounts[CBI_STATUS_PAGE_MAX], *account_list[CBI_STATUS_PAGE_MAX];
    Cbank__V1__DisclosureStatus disclosures[CBI_STATUS_PAGE_MAX];
    Cbank__V1__DisclosureStatus *disclosure_list[CBI_STATUS_PAGE_MAX];
    cbi_hash ids[CBI_STATUS_PAGE_MAX], tags[CBI_STATUS_PAGE_MAX], transcripts[CBI_STATUS_PAGE_MAX];
} status_page;

static void empty_page(status_page *page)
{
    cbank__v1__status_page__init(&page->message);
    page->message.records = page->record_list;
    page->message.accounts = page->account_list;
    page->message.disclosures = page->disclosure_list;
}

static cbank_status write_page(writing *it, status_page *page, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (page->message.n_records == 0 && page->message.n_accounts == 0 &&
        page->message.n_disclosures == 0)
        return CBANK_OK;
    if (it->assembly.parts == CBI_STATUS_PAGES_MAX)
        return cbi_fail(err, CBI_REASON_TOO_MANY, CBI_STATUS_PAGES_MAX, "pages", NULL);
    CBI_TRY(cbi_assembly_add_message(&it->assembly, &page->message, err));
    empty_page(page);
done:
    return status;
}

typedef cbank_status list_row(writing *it, status_page *page, cbi_bytes key, uint8_t state,
                              cbank_error *err);

static cbank_status list_id(writing *it, status_page *page, const cbi_hash *id, int state,
                            cbank_error *err)
{
    size_t at = page->message.n_records;
    cbank_status status = CBANK_OK;

    page->ids[at] = *id;
    cbank__v1__record_status__init(&page->records[at]);
    page->records[at].record = cbi_message_data(cbi_bytes_of_hash(&page->ids[at]));
    page->records[at].state = (Cbank__V1__RecordState)state;
    page->record_list[at] = &page->records[at];
    page->message.n_records++;
    it->out->records++;
    if (page->message.n_records == CBI_STATUS_PAGE_MAX)
        CBI_TRY(write_page(it, page, err));
done:
    return status;
}

static cbank_status list_at(writing *it, status_page *page, uint64_t index, int state,
                            cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    if (index >= it->reader.sealed.size)
        return CBANK_OK;
    status = cbi_holding_read(it->reader.txn, it->reader.hasher, index, &holding, err);
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK; /* erased: nobody can show it any more */
    CBI_TRY(status);
    CBI_TRY(list_id(it, page, &holding.id, state, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

/* Of a row 's' | index. That a record is at another bank says more than that it is in doubt. */
static cbank_status list_record(writing *it, status_page *page, cbi_bytes key, uint8_t state,
                                cbank_error *err)
{
    cbi_whereabouts where;
    uint64_t number;

    if (state == CBI_RECORD_SUSPENDED &&
        cbi_transfer_of_record(it->reader.txn, cbi_get_u64(key.data), &where, &number, NULL) ==
            CBANK_OK)
        return CBANK_OK;
    return list_at(it, page, cbi_get_u64(key.data), state, err);
}

/* Records that hold and are used up within some scope. */
static cbank_status list_consumed(writing *it, status_page *page, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_record_state state;
    uint64_t index = 0;
    bool consumed, found;

    for (;; index++) {
        CBI_TRY(cbi_use_after(it->reader.txn, index, &index, &consumed, &found, err));
        if (!found)
            return CBANK_OK;
        CBI_TRY(cbi_holding_state(it->reader.txn, index, &state, err));
        if (consumed && state == CBI_RECORD_HELD)
            CBI_TRY(list_at(it, page, index, CBANK__V1__RECORD_STATE__RECORD_STATE_CONSUMED, err));
    }
done:
    return status;
}

/* Records that are offered to another bank, or there. */
static cbank_status list_transferred(writing *it, status_page *page, cbank_error *err)
{
    const int out = CBANK__V1__RECORD_STATE__RECORD_STATE_TRANSFERRED;
    cbank_status status = CBANK_OK;
    cbi_record_state state;
    uint64_t index = 0;
    bool found;

    for (;; index++) {
        CBI_TRY(cbi_transfer_out_from(it->reader.txn, index, &index, &found, err));
        if (!found)
            return CBANK_OK;
        CBI_TRY(cbi_holding_state(it->reader.txn, index, &state, err));
        if (state == CBI_RECORD_HELD || state == CBI_RECORD_SUSPENDED)
            CBI_TRY(list_at(it, page, index, out, err));
    }
done:
    return status;
}

/* Recognitions that no longer stand, by their own ids. */
static cbank_status list_conversions(writing *it, status_page *page, cbank_error *err)
{
    static const int STATES[] = {
        [CBI_CONVERSION_SUSPENDED] = CBANK__V1__RECORD_STATE__RECORD_STATE_SUSPENDED,
        [CBI_CONVERSION_REVERSED] = CBANK__V1__RECORD_STATE__RECORD_STATE_REVOKED,
        [CBI_CONVERSION_REPLACED] = CBANK__V1__RECORD_STATE__RECORD_STATE_SUPERSEDED};
    cbi_recognition_row row;
    cbank_status status = CBANK_OK;
    uint64_t newest;

    CBI_TRY(cbi_counter_read(it->reader.txn, CBI_COUNTER_RECOGNITIONS, &newest, err));
    for (uint64_t number = 1; number <= newest; number++) {
        CBI_TRY(cbi_recognition_row_read(it->reader.txn, number, &row, err));
        if (row.index < it->reader.sealed.size && row.state != CBI_CONVERSION_STANDS)
            CBI_TRY(list_id(it, page, &row.id, STATES[row.state], err));
    }
done:
    return status;
}

/* Of a row 'a' | account. The tag stands in each of its entries. */
static cbank_status list_account(writing *it, status_page *page, cbi_bytes key, uint8_t state,
                                 cbank_error *err)
{
    cbi_subject subject = {CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER, key};
    size_t at = page->message.n_accounts;
    cbank_status status = CBANK_OK;
    cbi_logged newest;
    cbi_head head;

    CBI_TRY(cbi_subject_read_head(it->reader.txn, &subject, &head, err));
    CBI_TRY(cbi_logged_read(it->reader.txn, it->reader.hasher, head.index, &it->reader.row,
                            &newest, err));
    page->tags[at] = newest.entry.tag;
    cbank__v1__account_status__init(&page->accounts[at]);
    page->accounts[at].tag = cbi_message_data(cbi_bytes_of_hash(&page->tags[at]));
    page->accounts[at].state = cbi_life_listed((cbi_life)state);
    page->account_list[at] = &page->accounts[at];
    page->message.n_accounts++;
    it->out->accounts++;
    if (page->message.n_accounts == CBI_STATUS_PAGE_MAX)
        CBI_TRY(write_page(it, page, err));
done:
    return status;
}

/* Disclosures that were withdrawn or extended and have not expired: whoever has the file can find
 * it by its id, and nobody else can tell what an id is of. */
static cbank_status list_disclosures(writing *it, status_page *page, cbank_error *err)
{
    cbi_hash seen;
    const cbi_hash *after = NULL;
    Cbank__V1__DisclosureState state;
    cbank_status status = CBANK_OK;
    int64_t expires_at;
    bool found = true;

    while (found) {
        size_t at = page->message.n_disclosures;
        Cbank__V1__DisclosureStatus *row = &page->disclosures[at];

        CBI_TRY(cbi_consent_next_listed(it->reader.txn, after, &page->transcripts[at], &state,
                                        &expires_at, &found, err));
        if (!found)
            break;
        seen = page->transcripts[at];
        after = &seen;
        if (expires_at < it->now)
            continue;
        cbank__v1__disclosure_status__init(row);
        row->transcript = cbi_message_data(cbi_bytes_of_hash(&page->transcripts[at]));
        row->state = state;
        if (state == CBANK__V1__DISCLOSURE_STATE__DISCLOSURE_STATE_EXTENDED)
            row->expires_at = expires_at;
        page->disclosure_list[at] = row;
        page->message.n_disclosures++;
        it->disclosures = true;
        if (page->message.n_disclosures == CBI_STATUS_PAGE_MAX)
            CBI_TRY(write_page(it, page, err));
    }
done:
    return status;
}

/* All rows of `state` whose keys begin with `kind` and go on for `size` bytes. */
static cbank_status list_rows(writing *it, char kind, size_t size, list_row *list,
                              status_page *page, cbank_error *err)
{
    cbi_bytes prefix = cbi_bytes_of(&kind, 1), from = prefix;
    uint8_t next[CBI_KEY_MAX];
    cbank_status status = CBANK_OK;
    cbi_page rows = {0};

    do {
        CBI_TRY(cbi_txn_page(it->reader.txn, CBI_TABLE_STATE, prefix, from, CBI_PAGE_ROWS_MAX,
                             &rows, err));
        for (size_t i = 0; i < rows.count; i++) {
            cbi_bytes key = cbi_page_key(&rows, i), value = cbi_page_value(&rows, i);

            if (key.size != 1 + size || value.size != 1)
                CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0,
                                 cbi_table_name(CBI_TABLE_STATE), NULL));
            CBI_TRY(list(it, page, cbi_bytes_of(key.data + 1, size), value.data[0], err));
        }
        if (rows.count > 0)
            from = follow(cbi_page_key(&rows, rows.count - 1), next);
    } while (rows.count > 0);
done:
    cbi_page_clear(&rows);
    return status;
}

static cbank_status write_pages(writing *it, cbank_error *err)
{
    status_page *page = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(*page), &page, err));
    empty_page(page);
    CBI_TRY(list_rows(it, 's', 8, list_record, page, err));
    CBI_TRY(list_consumed(it, page, err));
    CBI_TRY(list_transferred(it, page, err));
    CBI_TRY(list_conversions(it, page, err));
    CBI_TRY(list_rows(it, 'a', CBI_ACCOUNT_SIZE, list_account, page, err));
    CBI_TRY(list_disclosures(it, page, err));
    CBI_TRY(write_page(it, page, err));
done:
    cbi_free(page);
    return status;
}

static cbank_status sign_status(writing *it, cbank_error *err)
{
    Cbank__V1__StatusHead head = CBANK__V1__STATUS_HEAD__INIT;
    const cbi_private *key = it->bank->log_key.key;
    cbank_status status = CBANK_OK;
    cbi_hash digest;

    CBI_TRY(cbi_assembly_digest(&it->assembly, &digest, err));
    head.version = it->disclosures ? 2 : 1; /* readers of old read what they know */
    head.origin = it->bank->self->origin;
    head.number = it->out->number;
    head.at = it->now;
    head.expires_at = it->expires_at;
    head.size = it->reader.sealed.size;
    head.root = cbi_message_data(cbi_bytes_of_hash(&it->reader.sealed.root));
    head.checkpoint = cbi_message_data(cbi_sealed_note(&it->reader.sealed));
    head.pages = it->assembly.parts;
    head.body_digest = cbi_message_data(cbi_bytes_of_hash(&digest));
    CBI_TRY(cbi_assembly_finish(&it->assembly, CBI_STATUS_TYPE, &head, &key, 1, &it->out->file,
                                err));
done:
    return status;
}

cbank_status cbi_publish_status(cbi_bank *bank, int64_t now, int64_t expires_at,
                                cbi_publication *out, cbank_error *err)
{
    writing it = {.bank = bank, .now = now, .expires_at = expires_at, .out = out};
    cbank_status status = CBANK_OK;

    CBI_TRY(begin(&it, CBI_COUNTER_STATUSES, CBI_PUBLISH_STATUS_DAYS, err));
    CBI_TRY(write_pages(&it, err));
    CBI_TRY(sign_status(&it, err));
done:
    return end(&it, status);
}

void cbi_publish_clear(cbi_publication *publication)
{
    cbank_buffer_clear(&publication->file);
    *publication = (cbi_publication){0};
}
