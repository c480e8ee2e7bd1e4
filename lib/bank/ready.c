#include "bank/ready.h"

#include <string.h>

#include "bank/reach.h"
#include "bank/script.h"
#include "base/memory.h"

/*
 * 64 MiB: some hundred and fifty thousand records, a large college's grades of a term. What is more
 * has to be read and ruled on again by the one who writes. A page holds the largest.
 */
#define PAGE_SIZE (256u * 1024)
#define PAGES_MAX 256u
/* Of so many items what is remembered meanwhile (tally.h) needs the room of all but some pages. */
#define ITEMS_MANY (CBI_BATCH_RECORDS_MAX / 2)
#define PAGES_OF_MANY 64u
#define RECORD_ROOM 512u /* of most records */
#define TEXTS 5u         /* of each */

/* Before the texts of a record, each with its NUL, and its bytes. */
typedef struct row {
    uint32_t size; /* with this head; the next begins at a multiple of 8 */
    uint32_t item;
    uint32_t day;
    uint32_t yearly;
    bool opens;
    uint64_t entries;
    cbi_account account;
    cbi_hash random;
    cbi_hash content;
} row;

struct cbi_ready {
    cbank_buffer pages[PAGES_MAX];
    size_t page_count;
    size_t first_size; /* of the first page, which may be all there is */
    uint32_t missed;
    /* Where the search goes on: at the first record from the item on that was asked for last. */
    size_t page, offset;
    uint32_t asked;
};

bool cbi_ready_suits(const cbi_claim *claim, const cbi_ruling *ruling)
{
    return claim->record != NULL && claim->superseded == NULL &&
           ruling->outcome == CBI_OUTCOME_DEPOSITED && !cbi_reach_has_basis(claim->record) &&
           (ruling->account.digits[0] == '\0' ||
            cbi_account_takes(ruling->entries, CBI_YEARLY_RECORDS_MAX));
}

cbi_ready_record cbi_ready_record_of(const cbi_claim *claim, const cbi_ruling *ruling)
{
    const cbi_person *person = claim->person;

    return (cbi_ready_record){.account = ruling->account,
                              .opens = ruling->opens,
                              .entries = ruling->entries,
                              .yearly = (uint32_t)ruling->yearly,
                              .day = person->on,
                              .document_type = person->documents[0].type,
                              .document_number = person->documents[0].number,
                              .name = person->name,
                              .awarder = claim->awarder,
                              .reference = claim->reference};
}

cbank_status cbi_ready_new(uint32_t count, cbi_ready **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(1, sizeof(**out), out, err));
    (*out)->missed = UINT32_MAX;
    (*out)->first_size = count < PAGE_SIZE / RECORD_ROOM ? count * RECORD_ROOM : PAGE_SIZE;
done:
    return status;
}

void cbi_ready_free(cbi_ready *ready)
{
    if (ready == NULL)
        return;
    for (size_t i = 0; i < PAGES_MAX; i++)
        cbank_buffer_clear(&ready->pages[i]);
    cbi_free(ready);
}

void cbi_ready_rewind(cbi_ready *ready)
{
    for (size_t i = 0; i < ready->page_count; i++)
        cbi_buffer_rewind(&ready->pages[i]);
    ready->page_count = 0;
    ready->missed = UINT32_MAX;
    ready->page = ready->offset = ready->asked = 0;
}

uint32_t cbi_ready_missed(const cbi_ready *ready)
{
    return ready->missed;
}

/* ---- keeping ------------------------------------------------------------------------------- */

static void put(cbank_buffer *page, const void *data, size_t size)
{
    if (size > 0)
        memcpy(page->data + page->size, data, size);
    page->size += size;
}

/* Gives back the pages that there is no place for any more. */
static void make_room(cbi_ready *ready)
{
    const row *first = (const row *)(const void *)ready->pages[PAGES_OF_MANY].data;

    if (first->item < ready->missed)
        ready->missed = first->item;
    while (ready->page_count > PAGES_OF_MANY)
        cbank_buffer_clear(&ready->pages[--ready->page_count]);
    ready->page = ready->offset = ready->asked = 0;
}

/* A page with so much room; NULL if there is none. */
static cbank_status find_room(cbi_ready *ready, size_t size, cbank_buffer **out, cbank_error *err)
{
    cbank_buffer *last = ready->page_count == 0 ? NULL : &ready->pages[ready->page_count - 1];
    cbank_status status = CBANK_OK;

    *out = NULL;
    if (ready->missed != UINT32_MAX)
        return CBANK_OK;
    if (last != NULL && size <= last->capacity - last->size) {
        *out = last;
        return CBANK_OK;
    }
    if (ready->page_count == PAGES_MAX || size > PAGE_SIZE)
        return CBANK_OK;
    last = &ready->pages[ready->page_count];
    if (ready->page_count > 0 || size > ready->first_size)
        CBI_TRY(cbi_buffer_reserve(last, PAGE_SIZE, err));
    else
        CBI_TRY(cbi_buffer_reserve(last, ready->first_size, err));
    ready->page_count++;
    *out = last;
done:
    return status;
}

cbank_status cbi_ready_add(cbi_ready *ready, const cbi_ready_record *record, cbank_error *err)
{
    const char *texts[TEXTS] = {record->document_type, record->document_number, record->name,
                                record->awarder, record->reference};
    size_t size = sizeof(row) + record->bytes.size;
    cbank_status status = CBANK_OK;
    cbank_buffer *page;
    row head;

    for (size_t i = 0; i < TEXTS; i++)
        size += strlen(texts[i]) + 1;
    head = (row){.size = (uint32_t)size,
                 .item = record->item,
                 .day = record->day,
                 .yearly = record->yearly,
                 .opens = record->opens,
                 .entries = record->entries,
                 .account = record->account,
                 .random = record->random,
                 .content = record->content};
    if (record->item >= ITEMS_MANY && ready->page_count > PAGES_OF_MANY)
        make_room(ready);
    CBI_TRY(find_room(ready, size + 8, &page, err));
    if (page == NULL) {
        if (record->item < ready->missed)
            ready->missed = record->item;
        goto done;
    }
    ready->page = ready->offset = ready->asked = 0;
    put(page, &head, sizeof(head));
    for (size_t i = 0; i < TEXTS; i++)
        put(page, texts[i], strlen(texts[i]) + 1);
    put(page, record->bytes.data, record->bytes.size);
    page->size = (page->size + 7) & ~(size_t)7;
done:
    cbi_wipe(&head, sizeof(head));
    return status;
}

/* ---- finding ------------------------------------------------------------------------------- */

static const char *text_at(const uint8_t **at)
{
    const char *text = (const char *)*at;

    *at += strlen(text) + 1;
    return text;
}

static void lend(const row *head, cbi_ready_record *out)
{
    const uint8_t *at = (const uint8_t *)(head + 1);
    const uint8_t *end = (const uint8_t *)head + head->size;

    out->item = head->item;
    out->day = head->day;
    out->yearly = head->yearly;
    out->opens = head->opens;
    out->entries = head->entries;
    out->account = head->account;
    out->random = head->random;
    out->content = head->content;
    out->document_type = text_at(&at);
    out->document_number = text_at(&at);
    out->name = text_at(&at);
    out->awarder = text_at(&at);
    out->reference = text_at(&at);
    out->bytes = cbi_bytes_of(at, (size_t)(end - at));
}

/* The row at the search's place; NULL at the end. */
static const row *look(cbi_ready *ready)
{
    while (ready->page < ready->page_count) {
        const cbank_buffer *page = &ready->pages[ready->page];

        if (ready->offset < page->size)
            return (const row *)(const void *)(page->data + ready->offset);
        ready->page++;
        ready->offset = 0;
    }
    return NULL;
}

bool cbi_ready_find(cbi_ready *ready, uint32_t item, cbi_ready_record *out)
{
    const row *head;

    if (item < ready->asked)
        ready->page = ready->offset = 0;
    ready->asked = item;
    head = look(ready);
    while (head != NULL && head->item < item) {
        ready->offset += (head->size + 7) & ~(size_t)7;
        head = look(ready);
    }
    if (head == NULL || head->item != item)
        return false;
    lend(head, out);
    return true;
}

/* ---- accounts ---- */

/* `person` is who it is about. */
static cbank_status match(const cbi_bank *bank, cbi_txn *txn, cbi_ready_record *record,
                          cbi_person *person, bool *known, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_identity document = {0};

    CBI_TRY(cbi_identity_normalise(cbi_bytes_of_text(record->document_type),
                                   cbi_bytes_of_text(record->document_number), &document, err));
    CBI_TRY(cbi_person_claimed(&document, record->name, person, err));
    person->on = record->day;
    CBI_TRY(cbi_account_match(bank, txn, person, &record->account, known, err));
done:
    cbi_identity_clear(&document);
    return status;
}

cbank_status cbi_ready_find_account(const cbi_bank *bank, cbi_txn *txn, cbi_ready_record *record,
                                    bool *known, cbank_error *err)
{
    cbi_person person = {0};
    cbank_status status = match(bank, txn, record, &person, known, err);

    cbi_person_clear(&person);
    return status;
}

cbank_status cbi_ready_open_account(const cbi_bank *bank, cbi_append *append,
                                    const cbi_ready_batch *batch, cbi_ready_record *record,
                                    bool *opened, cbank_error *err)
{
    const cbi_opening_terms terms = cbi_claim_opening_terms(batch->institution, batch->token);
    cbi_person person = {0};
    cbank_status status = CBANK_OK;
    bool known;

    *opened = false;
    if (record->account.digits[0] != '\0')
        return CBANK_OK;
    CBI_TRY(match(bank, append->txn, record, &person, &known, err));
    if (known)
        goto done;
    CBI_TRY(cbi_account_open(bank, append, &person, &terms, &record->account, err));
    *opened = true;
done:
    cbi_person_clear(&person);
    return status;
}

cbank_status cbi_ready_holds(const cbi_bank *bank, cbi_txn *txn, cbi_ready_record *record,
                             bool *holds, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t entries, grown;
    bool known = true;

    *holds = false;
    if (cbi_holding_has_reference(txn, record->awarder, record->reference))
        return CBANK_OK;
    if (record->account.digits[0] == '\0') {
        record->entries = 0;
        status = cbi_ready_find_account(bank, txn, record, &known, err);
        if (cbi_claim_is_refusal(status))
            return CBANK_OK;
        CBI_TRY(status);
    }
    if (known) {
        CBI_TRY(cbi_account_entries(txn, record->account.digits, &entries, err));
        grown = entries - record->entries;
        *holds = cbi_account_takes(entries, CBI_YEARLY_RECORDS_MAX) &&
                 record->yearly + grown <= CBI_YEARLY_RECORDS_MAX;
    } else {
        *holds = true;
    }
done:
    return status;
}

/* ---- writing ------------------------------------------------------------------------------- */

cbank_status cbi_ready_write(const cbi_bank *bank, cbi_append *append,
                             const cbi_ready_batch *batch, const cbi_ready_record *record,
                             uint64_t *index, cbi_hash *leaf, cbank_error *err)
{
    cbi_script script = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_script_prepare(bank, append->hasher, append->at, batch, record,
                               append->state.frontier.size, &script, err));
    CBI_TRY(cbi_script_write(bank, append, record, &script, index, leaf, err));
done:
    cbi_script_clear(&script);
    return status;
}
