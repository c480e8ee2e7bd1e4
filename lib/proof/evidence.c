#include "proof/evidence.h"

#include <string.h>

#include "base/time.h"
#include "proof/entry.h"
#include "record/mandate.h"
#include "record/statement.h"

/* The receipt as a statement about this very batch. */
static cbank_status read_receipt(const cbi_evidence *evidence, cbi_statement *receipt,
                                 cbank_error *err)
{
    const Cbank__V1__BatchHead *head = evidence->batch.head;
    const Cbank__V1__BatchReceived *body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_statement_parse(cbi_message_bytes(evidence->message->receipt), receipt, err));
    if (receipt->kind->kind != CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_BATCH_RECEIVED)
        CBI_TRY(cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, 0, head->institution, "receipt"));
    body = receipt->body;
    if (strcmp(body->institution, head->institution) != 0 || body->number != head->number ||
        !cbi_bytes_equal(cbi_message_bytes(body->batch), cbi_bytes_of_hash(&evidence->batch.id)))
        CBI_TRY(cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, 0, head->institution, "receipt"));
done:
    return status;
}

/* The receipt's entry on the institution's public chain, and its path to the root. */
cbank_status cbi_receipt_check_included(cbi_hasher *hasher, const cbi_transcript *transcript,
                                        const cbi_receipt *receipt, cbank_error *err)
{
    static const cbi_hash public_subject; /* zero: anyone can watch it */
    cbi_hash path[CBI_PROOF_PATH_MAX];
    cbi_entry entry = {.subject_kind = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_INSTITUTION,
                       .entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_OTHER,
                       .sequence = receipt->sequence};
    cbank_status status = CBANK_OK;
    cbi_hash leaf;

    if (!cbi_hash_from(cbi_message_bytes(receipt->previous), &entry.previous))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "previous", NULL);
    CBI_TRY(cbi_transcript_path(receipt->n_path, receipt->path, path, err));
    CBI_TRY(cbi_entry_tag(hasher, entry.subject_kind, &public_subject,
                          cbi_bytes_of_text(receipt->institution), &entry.tag, err));
    CBI_TRY(cbi_entry_statement_digest(hasher, cbi_message_bytes(receipt->statement),
                                       &entry.statement, err));
    CBI_TRY(cbi_entry_leaf(hasher, &entry, &leaf, err));
    CBI_TRY(cbi_tree_check_inclusion(hasher, receipt->index, transcript->head->size, &leaf, path,
                                     receipt->n_path, &transcript->root, err));
done:
    return status;
}

/* The institution's key that signed, if it was its key where the receipt stands. */
static cbank_status find_key(const cbi_directory_institution *institution, uint64_t index,
                             const cbi_public *key, size_t *out, cbank_error *err)
{
    const char *code = institution->message->institution;
    bool suspended = institution->message->status ==
                     CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_SUSPENDED;

    if (suspended && index >= institution->message->status_index)
        return cbi_fail(err, CBI_REASON_INSTITUTION_OUT, index, code, NULL);
    for (size_t i = 0; i < institution->key_count; i++) {
        const cbi_directory_key *candidate = &institution->keys[i];
        uint64_t since = candidate->compromised_since;

        if (!cbi_public_equal(&candidate->key, key) || index < candidate->from_index)
            continue;
        if (since != 0 && index >= since)
            return cbi_fail(err, CBI_REASON_INSTITUTION_KEY_COMPROMISED, index, code, "%llu",
                            (unsigned long long)since);
        if (candidate->until_index == 0 || index < candidate->until_index) {
            *out = i;
            return CBANK_OK;
        }
    }
    return cbi_fail(err, CBI_REASON_INSTITUTION_KEY, index, code, NULL);
}

cbank_status cbi_evidence_weigh_pins(const cbi_trust *trust,
                                     const cbi_directory_institution *institution, size_t used,
                                     cbi_proven *proven, cbank_error *err)
{
    const char *code = institution->message->institution;
    cbank_status status = CBANK_OK;
    cbi_hash fingerprint;

    for (size_t p = 0; p < trust->pin_count; p++) {
        bool found = false, joined = false;

        if (strcmp(trust->pins[p].institution, code) != 0)
            continue;
        for (size_t k = 0; k < institution->key_count; k++) {
            CBI_TRY(cbi_public_fingerprint(&institution->keys[k].key, &fingerprint, err));
            if (cbi_hash_equal(&fingerprint, &trust->pins[p].fingerprint))
                found = joined = true;
            else if (!institution->keys[k].joined)
                joined = false;
            if (k == used && joined)
                *proven = CBI_PROVEN_PINNED;
        }
        if (!found)
            CBI_TRY(cbi_fail(err, CBI_REASON_PINNED_KEY_DIFFERS, 0, code, NULL));
    }
done:
    return status;
}

cbank_status cbi_receipt_check_signer(const cbi_trust *trust, const cbi_receipt *receipt,
                                      ProtobufCBinaryData public_key,
                                      const cbi_envelope *envelope,
                                      const cbi_directory_institution **institution,
                                      cbi_proven *proven, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public key;
    size_t used = 0;

    *institution = cbi_directory_find(trust->directory, cbi_bytes_of_text(receipt->institution));
    if (*institution == NULL)
        return cbi_fail(err, CBI_REASON_INSTITUTION_UNKNOWN, 0, receipt->institution, NULL);
    CBI_TRY(cbi_public_parse(trust->directory->suite, cbi_message_bytes(public_key), &key, err));
    if (cbi_mandate_is_over((*institution)->message, receipt->index, receipt->day))
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_OUT, receipt->index, receipt->institution,
                         NULL));
    CBI_TRY(find_key(*institution, receipt->index, &key, &used, err));
    CBI_TRY(cbi_envelope_verify_known(envelope, &key, trust->directory->known, err));
    *proven = (*institution)->keys[used].vouched ? CBI_PROVEN_VOUCHED : CBI_PROVEN_INSTITUTION;
    CBI_TRY(cbi_evidence_weigh_pins(trust, *institution, used, proven, err));
done:
    return status;
}

/* The one of these bytes, which has been found to be there. */
static const cbi_public *key_of(const cbi_directory_institution *institution,
                                ProtobufCBinaryData public_key)
{
    size_t at = 0;

    while (!cbi_bytes_equal(cbi_public_bytes(&institution->keys[at].key),
                            cbi_message_bytes(public_key)))
        at++;
    return &institution->keys[at].key;
}

static cbi_receipt receipt_of(const cbi_evidence *evidence)
{
    const Cbank__V1__BatchEvidence *message = evidence->message;

    return (cbi_receipt){.institution = evidence->batch.head->institution,
                         .statement = message->receipt,
                         .sequence = message->sequence,
                         .previous = message->previous,
                         .index = message->index,
                         .day = evidence->day,
                         .path = message->path,
                         .n_path = message->n_path};
}

cbank_status cbi_evidence_check(cbi_hasher *hasher, const cbi_trust *trust,
                                const cbi_transcript *transcript,
                                Cbank__V1__BatchEvidence *message, cbi_evidence *out,
                                cbank_error *err)
{
    cbi_statement receipt = {0};
    cbank_status status = CBANK_OK;
    ProtobufCBinaryData key;
    cbi_receipt where;

    out->message = message;
    out->index = message->index;
    CBI_TRY(cbi_batch_head_parse(hasher, cbi_message_bytes(message->envelope), &out->batch, err));
    if (strcmp(out->batch.head->origin, transcript->head->origin) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, 0, out->batch.head->institution,
                         "origin"));
    CBI_TRY(read_receipt(out, &receipt, err));
    out->day = cbi_date_of(receipt.message->at);
    where = receipt_of(out);
    CBI_TRY(cbi_receipt_check_included(hasher, transcript, &where, err));
    key = ((const Cbank__V1__BatchReceived *)receipt.body)->public_key;
    CBI_TRY(cbi_receipt_check_signer(trust, &where, key, &out->batch.envelope, &out->institution,
                                     &out->proven, err));
    out->key = key_of(out->institution, key);
done:
    cbi_statement_clear(&receipt);
    return status;
}

void cbi_evidence_clear(cbi_evidence *evidence)
{
    cbi_batch_head_clear(&evidence->batch);
    cbi_message_free(evidence->message);
    *evidence = (cbi_evidence){0};
}

cbank_status cbi_evidence_check_item(cbi_hasher *hasher, const cbi_evidence *evidence,
                                     cbi_ascent *ascent, uint32_t index, const cbi_hash *id,
                                     const Cbank__V1__TranscriptItem *item, cbank_error *err)
{
    cbi_hash path[CBI_PROOF_PATH_MAX];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_transcript_path(item->n_path, item->path, path, err));
    CBI_TRY(cbi_ascent_check_inclusion(hasher, ascent, index, evidence->batch.head->count, id, path,
                                       item->n_path, &evidence->batch.root, err));
done:
    return status;
}
