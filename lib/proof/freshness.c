#include "proof/freshness.h"

#include "proof/statusfile.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define STATE(name) CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_##name

/* The state in which a chain ends, as the status file would list it. */
static Cbank__V1__AccountState state_of(const cbi_verdict *verdict, uint32_t chain)
{
    Cbank__V1__AccountState state = STATE(UNSPECIFIED);

    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];

        if (item->chain != chain)
            continue;
        if (cbi_verdict_is(item, KIND(ACCOUNT_FROZEN)))
            state = STATE(FROZEN);
        if (cbi_verdict_is(item, KIND(ACCOUNT_UNFROZEN)))
            state = STATE(UNSPECIFIED);
        if (cbi_verdict_is(item, KIND(MERGED_OUT)))
            state = STATE(MERGED);
    }
    return state;
}

static cbank_status compare(const cbi_verdict *verdict, const cbi_statusfile *file,
                            cbank_error *err)
{
    for (uint32_t c = 0; c < verdict->transcript.head->n_chains; c++) {
        if (cbi_statusfile_account(file, &verdict->tags[c]) != state_of(verdict, c))
            return cbi_fail(err, CBI_REASON_ENDED_SINCE, c, "account", NULL);
    }
    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];

        /* The numbers of the two enums are the same. */
        if (item->record != NULL &&
            (int)cbi_statusfile_record(file, &item->record_id) != (int)item->state)
            return cbi_fail(err, CBI_REASON_ENDED_SINCE, item->sequence, "record", NULL);
    }
    return CBANK_OK;
}

static cbank_status open_file(const cbi_directory *directory, const cbi_verify_terms *terms,
                              cbi_statusfile *out, cbank_error *err)
{
    cbank_error finer = {0};
    cbank_status status =
        cbi_statusfile_open(terms->status, directory, terms->at, out, &finer);

    if (status == CBANK_OK)
        return CBANK_OK;
    if (status == CBANK_E_STALE || status == CBANK_E_MEMORY || status == CBANK_E_INTERNAL)
        return cbi_fail(err, (cbi_reason)finer.reason, finer.where, "status", "%s", finer.detail);
    return cbi_fail(err, CBI_REASON_STATUS_UNUSABLE, 0, "status", "%s",
                    cbi_reason_word((cbi_reason)finer.reason));
}

cbank_status cbi_freshness_check(const cbi_directory *directory, const cbi_verify_terms *terms,
                                 cbi_bytes own_note, cbi_verdict *verdict, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;
    cbi_statusfile file = {0};
    cbank_status status = CBANK_OK;

    if (terms->status.size == 0)
        return CBANK_OK;
    CBI_TRY(open_file(directory, terms, &file, err));
    if (file.head->size < head->size)
        CBI_TRY(cbi_fail(err, CBI_REASON_STATUS_OLDER, file.head->size, "status", NULL));
    if (file.head->size == head->size && !cbi_hash_equal(&file.root, &verdict->transcript.root))
        CBI_TRY(cbi_verdict_fork(verdict, own_note, cbi_message_bytes(file.head->checkpoint),
                                 err));
    if (directory->head != NULL && file.head->size == directory->head->size &&
        !cbi_hash_equal(&file.root, &directory->root))
        CBI_TRY(cbi_verdict_fork(verdict, cbi_message_bytes(directory->head->checkpoint),
                                 cbi_message_bytes(file.head->checkpoint), err));
    CBI_TRY(compare(verdict, &file, err));
    verdict->fresh = true;
    verdict->status_size = file.head->size;
done:
    cbi_statusfile_clear(&file);
    return status;
}
