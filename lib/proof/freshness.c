#include "proof/freshness.h"

/* The state in which a chain ends, as the status file would list it. */
static Cbank__V1__AccountState state_of(const cbi_verdict *verdict, uint32_t chain)
{
    const cbi_verdict_item *items = &verdict->items[cbi_verdict_first(verdict, chain)];
    cbi_lifecycle life = {0};

    /* What else there is moves no account, and may be withheld. */
    for (uint32_t i = 0; i < verdict->transcript.head->chains[chain]->items; i++) {
        if (items[i].entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT)
            (void)cbi_lifecycle_step(&life, (int)items[i].statement.kind->kind, NULL);
    }
    return cbi_life_listed(life.life);
}

/* Is the recognition listed in another state than it has here? */
static bool differs(const cbi_statusfile *file, const cbi_verdict_item *item)
{
    static const Cbank__V1__RecordState STATES[] = {
        [CBI_CONVERSION_STANDS] = CBANK__V1__RECORD_STATE__RECORD_STATE_UNSPECIFIED,
        [CBI_CONVERSION_SUSPENDED] = CBANK__V1__RECORD_STATE__RECORD_STATE_SUSPENDED,
        [CBI_CONVERSION_REVERSED] = CBANK__V1__RECORD_STATE__RECORD_STATE_REVOKED,
        [CBI_CONVERSION_REPLACED] = CBANK__V1__RECORD_STATE__RECORD_STATE_SUPERSEDED};
    const Cbank__V1__ConversionRecognised *body = item->statement.body;
    cbi_hash id = {{0}};

    (void)cbi_hash_from(cbi_message_bytes(body->recognition), &id); /* its size was checked */
    return cbi_statusfile_record(file, &id) != STATES[item->conversion];
}

static cbank_status compare_disclosure(cbi_verdict *verdict, const cbi_statusfile *file,
                                       cbank_error *err)
{
    const cbi_status_disclosure *listed = cbi_statusfile_disclosure(file, &verdict->id);

    if (listed == NULL)
        return CBANK_OK;
    if (listed->state == CBANK__V1__DISCLOSURE_STATE__DISCLOSURE_STATE_WITHDRAWN)
        return cbi_fail(err, CBI_REASON_DISCLOSURE_RECALLED, 0, "transcript", NULL);
    verdict->extended_until = listed->expires_at;
    return CBANK_OK;
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

        if (item->record != NULL &&
            cbi_statusfile_record(file, &item->record_id) != item->listed)
            return cbi_fail(err, CBI_REASON_ENDED_SINCE, item->sequence, "record", NULL);
        if (cbi_verdict_is(item,
                           CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CONVERSION_RECOGNISED) &&
            differs(file, item))
            return cbi_fail(err, CBI_REASON_ENDED_SINCE, item->sequence, "recognition", NULL);
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

/* A file that is kept says nothing once it has expired or is behind what is verified. */
static cbank_status open_kept(const cbi_directory *directory, const cbi_verify_terms *terms,
                              uint64_t size, cbi_statusfile *out, cbank_error *err)
{
    cbank_error finer = {0};
    cbank_status status = CBANK_OK;

    if (terms->kept_status.size == 0)
        return CBANK_OK;
    status = cbi_statusfile_open(terms->kept_status, directory, terms->at, out, &finer);
    if (status == CBANK_E_MEMORY || status == CBANK_E_INTERNAL)
        return cbi_fail(err, (cbi_reason)finer.reason, finer.where, "status", NULL);
    if (status == CBANK_OK && out->head->size < size)
        cbi_statusfile_clear(out);
    return CBANK_OK;
}

cbank_status cbi_freshness_find(const cbi_directory *directory, const cbi_verify_terms *terms,
                                uint64_t size, cbi_statusfile *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (terms->status.size == 0)
        return open_kept(directory, terms, size, out, err);
    CBI_TRY(open_file(directory, terms, out, err));
    if (out->head->number < terms->status_seen)
        CBI_TRY(cbi_fail(err, CBI_REASON_STATUS_NUMBER_OLDER, out->head->number, "status", "%llu",
                         (unsigned long long)terms->status_seen));
    if (out->head->size < size)
        CBI_TRY(cbi_fail(err, CBI_REASON_STATUS_OLDER, out->head->size, "status", NULL));
done:
    return status;
}

cbank_status cbi_freshness_check(const cbi_directory *directory, const cbi_verify_terms *terms,
                                 cbi_bytes own_note, cbi_verdict *verdict, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;
    cbi_statusfile file = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_freshness_find(directory, terms, head->size, &file, err));
    if (file.head == NULL)
        goto done;
    if (file.head->size == head->size && !cbi_hash_equal(&file.root, &verdict->transcript.root))
        CBI_TRY(cbi_verdict_fork(verdict, own_note, cbi_message_bytes(file.head->checkpoint),
                                 err));
    if (directory->head != NULL && file.head->size == directory->head->size &&
        !cbi_hash_equal(&file.root, &directory->root))
        CBI_TRY(cbi_verdict_fork(verdict, cbi_message_bytes(directory->head->checkpoint),
                                 cbi_message_bytes(file.head->checkpoint), err));
    CBI_TRY(compare_disclosure(verdict, &file, err));
    CBI_TRY(compare(verdict, &file, err));
    verdict->fresh = true;
    verdict->status_size = file.head->size;
done:
    cbi_statusfile_clear(&file);
    return status;
}

cbank_status cbi_freshness_extension(const cbi_directory *directory,
                                     const cbi_verify_terms *terms, const cbi_hash *id,
                                     int64_t *out, cbank_error *err)
{
    const cbi_status_disclosure *listed;
    cbi_statusfile file = {0};
    cbank_error finer = {0};
    cbank_status status;

    *out = 0;
    if (terms->status.size == 0)
        return CBANK_OK;
    status = cbi_statusfile_open(terms->status, directory, terms->at, &file, &finer);
    if (status == CBANK_E_MEMORY || status == CBANK_E_INTERNAL)
        return cbi_fail(err, (cbi_reason)finer.reason, finer.where, finer.object, NULL);
    listed = status == CBANK_OK ? cbi_statusfile_disclosure(&file, id) : NULL;
    if (listed != NULL)
        *out = listed->expires_at;
    cbi_statusfile_clear(&file);
    return CBANK_OK;
}
