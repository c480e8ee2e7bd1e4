#include "ledger/replay_part.h"

#include <stdlib.h>
#include <string.h>

/* `number` is a row's place in its table, or an index: an id has no place in a finding. */
static void find(cbi_replay *replay, cbi_reason reason, uint64_t number, const char *detail)
{
    cbank_error finding;

    (void)cbi_fail(&finding, reason, number, NULL, "%s", detail);
    cbi_replay_add(replay, &finding);
}

/* The next rows of a small table; `*skipped` is 1 if the page begins with the row seen last. */
static cbank_status next_page(cbi_replay *replay, cbi_txn *txn, cbi_table table, size_t *skipped,
                              cbank_error *err)
{
    cbi_bytes after = cbi_bytes_of(replay->after.bytes, replay->after.size);
    cbank_status status =
        cbi_txn_page(txn, table, cbi_bytes_of(NULL, 0), after, CBI_REPLAY_PAGE, &replay->page, err);
    if (status != CBANK_OK)
        return status;

    size_t count = replay->page.count;
    *skipped = count > 0 && cbi_bytes_equal(cbi_page_key(&replay->page, 0), after) ? 1 : 0;
    if (count > *skipped) {
        cbi_bytes last = cbi_page_key(&replay->page, count - 1);
        memcpy(replay->after.bytes, last.data, last.size);
        replay->after.size = last.size;
    }
    return CBANK_OK;
}

static void begin_phase(cbi_replay *replay, cbi_replay_phase phase)
{
    replay->phase = phase;
    replay->after.size = 0;
    replay->position = 0;
}

/* Finds the newest entry within the replayed rows; false if the subject came later. */
static cbank_status find_entry(cbi_replay *replay, cbi_txn *txn, const cbi_head *head,
                               cbi_logged *out, bool *found, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_head named = *head;

    do {
        CBI_TRY(cbi_logged_step_back(txn, replay->hasher, &named, &replay->row, out, err));
        *found = out->index < replay->size;
    } while (!*found && out->entry.sequence > 0);
done:
    return status;
}

/* The tag that the subject's id and randomness give; false if the randomness was erased. */
static cbank_status derive_tag(cbi_replay *replay, cbi_txn *txn, const cbi_subject *subject,
                               cbi_hash *out, bool *out_known, cbank_error *err)
{
    cbi_hash randomness;
    cbank_error error;
    cbank_status status = cbi_subject_read_randomness(txn, subject, &randomness, &error);

    *out_known = status == CBANK_OK;
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK;
    if (status != CBANK_OK)
        return cbi_replay_judge(replay, status, &error, err);
    return cbi_entry_tag(replay->hasher, subject->kind, &randomness, subject->id, out, err);
}

/* Does the head name the newest row of a chain under this tag, all of which the replay has met? */
static bool is_followed(const cbi_replay *replay, const cbi_subject *subject,
                        const cbi_head *head, const cbi_hash *tag)
{
    const cbi_replay_chain *chain = cbi_replay_chain_find(&replay->chains, tag);

    return chain != NULL && chain->subject_kind == subject->kind && chain->index == head->index &&
           chain->sequence == head->sequence && cbi_hash_equal(&chain->leaf, &head->leaf);
}

/* Steps 2 and 3 of the argument in replay.h. */
static cbank_status check_head(cbi_replay *replay, cbi_txn *txn, size_t row, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_subject subject;
    cbi_head head;
    cbi_logged entry;
    cbi_hash tag;
    bool found, is_known;

    if (!cbi_subject_from_key(cbi_page_key(&replay->page, row), &subject)) {
        find(replay, CBI_REASON_REPLAY_HEAD, replay->position, "key");
        goto done;
    }
    CBI_TRY(cbi_subject_decode_head(cbi_page_value(&replay->page, row), &head, err));
    CBI_TRY(derive_tag(replay, txn, &subject, &tag, &is_known, err));
    if (is_known && is_followed(replay, &subject, &head, &tag)) {
        replay->covered += head.sequence + 1;
        goto done;
    }
    CBI_TRY(find_entry(replay, txn, &head, &entry, &found, err));
    if (!found)
        goto done;
    replay->covered += entry.entry.sequence + 1;
    if (!is_known) {
        CBI_TRY(cbi_buffer_append(&replay->hidden, cbi_bytes_of_hash(&entry.entry.tag), err));
        goto done;
    }
    if (entry.entry.subject_kind != subject.kind || !cbi_hash_equal(&entry.entry.tag, &tag))
        find(replay, CBI_REASON_REPLAY_TAG, head.index, "entry");
done:
    return status;
}

static int compare_tags(const void *a, const void *b)
{
    return memcmp(a, b, CBI_HASH_SIZE);
}

/* Tags that cannot be derived again: none twice. */
static void sort_hidden(cbi_replay *replay)
{
    size_t count = replay->hidden.size / CBI_HASH_SIZE;

    if (count > 0)
        qsort(replay->hidden.data, count, CBI_HASH_SIZE, compare_tags);
    for (size_t i = 1; i < count; i++) {
        const uint8_t *tag = replay->hidden.data + i * CBI_HASH_SIZE;
        if (memcmp(tag - CBI_HASH_SIZE, tag, CBI_HASH_SIZE) == 0)
            find(replay, CBI_REASON_REPLAY_TAG, i, "two erased subjects share a tag");
    }
}

/* Step 4 of the argument in replay.h. */
static void end_heads(cbi_replay *replay)
{
    cbank_error finding;

    if (replay->covered != replay->size) {
        (void)cbi_fail(&finding, CBI_REASON_REPLAY_COVERAGE, replay->covered,
                       cbi_table_name(CBI_TABLE_HEAD), "%llu", (unsigned long long)replay->size);
        cbi_replay_add(replay, &finding);
    }
    sort_hidden(replay);
    begin_phase(replay, replay->hidden.size > 0 ? CBI_REPLAY_HIDDEN : CBI_REPLAY_TAGS);
}

cbank_status cbi_replay_step_heads(cbi_replay *replay, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_error error;
    size_t row;

    CBI_TRY(next_page(replay, txn, CBI_TABLE_HEAD, &row, err));
    if (row >= replay->page.count)
        end_heads(replay);
    for (; row < replay->page.count; row++, replay->position++) {
        status = check_head(replay, txn, row, &error);
        CBI_TRY(cbi_replay_judge(replay, status, &error, err));
        replay->seen++;
    }
done:
    return status;
}

cbank_status cbi_replay_step_hidden(cbi_replay *replay, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_subject subject;
    cbi_hash tag;
    bool is_known;
    size_t row;

    CBI_TRY(next_page(replay, txn, CBI_TABLE_HEAD, &row, err));
    if (row >= replay->page.count)
        begin_phase(replay, CBI_REPLAY_TAGS);
    for (; row < replay->page.count; row++, replay->position++) {
        if (!cbi_subject_from_key(cbi_page_key(&replay->page, row), &subject))
            continue;
        CBI_TRY(derive_tag(replay, txn, &subject, &tag, &is_known, err));
        if (is_known && bsearch(tag.bytes, replay->hidden.data, replay->hidden.size / CBI_HASH_SIZE,
                                CBI_HASH_SIZE, compare_tags) != NULL)
            find(replay, CBI_REASON_REPLAY_TAG, replay->position,
                 "an erased subject has another's tag");
    }
done:
    return status;
}

cbank_status cbi_replay_step_tags(cbi_replay *replay, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_subject subject;
    size_t row;

    CBI_TRY(next_page(replay, txn, CBI_TABLE_TAG, &row, err));
    if (row >= replay->page.count)
        begin_phase(replay, CBI_REPLAY_ENDS);
    for (; row < replay->page.count; row++, replay->position++) {
        cbi_bytes key = cbi_page_key(&replay->page, row);
        if (!cbi_subject_from_key(key, &subject) || cbi_subject_is_public(subject.kind) ||
            cbi_page_value(&replay->page, row).size != CBI_HASH_SIZE ||
            !cbi_txn_has(txn, CBI_TABLE_HEAD, key))
            find(replay, CBI_REASON_REPLAY_TAG, replay->position, "tag without a subject");
    }
done:
    return status;
}
