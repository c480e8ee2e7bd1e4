#include "proof/verify.h"

#include <string.h>

#include "base/memory.h"
#include "base/time.h"
#include "proof/chain.h"
#include "proof/checkpoint.h"
#include "proof/meaning.h"
#include "proof/statusfile.h"
#include "record/code.h"

/* Origin, log key and body: from here on the bytes are the bank's. */
static cbank_status check_signature(cbi_hasher *hasher, const cbi_transcript *transcript,
                                    const cbi_directory *directory, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = transcript->head;
    cbank_status status = CBANK_OK;

    if (strcmp(head->origin, directory->origin) != 0)
        return cbi_fail(err, CBI_REASON_ORIGIN_UNKNOWN, 0, head->origin, NULL);
    CBI_TRY(cbi_directory_check_log(directory, &transcript->file.envelope, head->size, err));
    CBI_TRY(cbi_file_check_body(hasher, &transcript->file, cbi_message_bytes(head->body_digest),
                                err));
done:
    return status;
}

static cbank_status check_terms(const Cbank__V1__Terms *said, const cbi_verify_terms *terms,
                                cbank_error *err)
{
    char expires[CBI_TIME_TEXT_MAX];

    if (said->expires_at < terms->at) {
        cbi_time_format(said->expires_at, expires);
        return cbi_fail(err, CBI_REASON_FILE_EXPIRED, 0, "transcript", "%s", expires);
    }
    if (terms->any_recipient || strcmp(said->recipient, CBI_RECIPIENT_ANYONE) == 0)
        return CBANK_OK;
    if (terms->recipient.size == 0)
        return cbi_fail(err, CBI_REASON_RECIPIENT_UNSTATED, 0, said->recipient, NULL);
    if (!cbi_bytes_equal(terms->recipient, cbi_message_text(said->recipient)))
        return cbi_fail(err, CBI_REASON_RECIPIENT_OTHER, 0, said->recipient, NULL);
    return CBANK_OK;
}

static cbank_status skip_evidence(cbi_transcript *transcript, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes part;

    cbi_artefact_rewind(&transcript->file.parts);
    for (uint32_t i = 0; i < transcript->head->batches; i++)
        CBI_TRY(cbi_file_next(&transcript->file, &part, err));
done:
    return status;
}

/* Two signed notes of one bank that no tree can join: kept as evidence. */
static cbank_status report_fork(cbi_verdict *verdict, cbi_bytes ours, cbi_bytes theirs,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_buffer_set(&verdict->fork[0], ours, err));
    CBI_TRY(cbi_buffer_set(&verdict->fork[1], theirs, err));
    CBI_TRY(cbi_fail(err, CBI_REASON_LOG_FORKED, verdict->transcript.head->size,
                     verdict->transcript.head->origin, NULL));
done:
    return status;
}

/* The newest entry of the account is in the log that the head names, and so says the note. */
static cbank_status check_log_proof(cbi_hasher *hasher, cbi_verdict *verdict,
                                    const cbi_directory *directory, cbank_buffer *note,
                                    cbank_error *err)
{
    cbi_transcript *transcript = &verdict->transcript;
    const Cbank__V1__TranscriptHead *head = transcript->head;
    const cbi_hash *leaf = &verdict->items[head->chains[0]->items - 1].leaf;
    Cbank__V1__LogProof *proof = NULL;
    cbi_hash path[CBI_PROOF_PATH_MAX];
    cbank_status status = CBANK_OK;
    uint64_t size;
    cbi_hash root;

    CBI_TRY(cbi_file_next_message(&transcript->file, &cbank__v1__log_proof__descriptor, &proof,
                                  err));
    CBI_TRY(cbi_file_end(&transcript->file, err));
    CBI_TRY(cbi_transcript_path(proof->n_path, proof->path, path, err));
    CBI_TRY(cbi_tree_check_inclusion(hasher, proof->index, head->size, leaf, path, proof->n_path,
                                     &transcript->root, err));
    CBI_TRY(cbi_directory_check_note(directory, cbi_message_bytes(proof->checkpoint), &size, &root,
                                     err));
    if (size != head->size || !cbi_hash_equal(&root, &transcript->root))
        CBI_TRY(cbi_fail(err, CBI_REASON_EVIDENCE_DIFFERS, size, "checkpoint", NULL));
    CBI_TRY(cbi_buffer_set(note, cbi_message_bytes(proof->checkpoint), err));
done:
    cbi_message_free(proof);
    return status;
}

/* Size, root and signed note of a pin, which is a checkpoint or another transcript. */
static cbank_status read_pin(cbi_hasher *hasher, cbi_bytes pin, const cbi_directory *directory,
                             uint64_t *size, cbi_hash *root, cbank_buffer *note, cbank_error *err)
{
    Cbank__V1__LogProof *proof = NULL;
    cbi_transcript other = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes part = {0};

    if (cbi_directory_check_note(directory, pin, size, root, err) == CBANK_OK)
        return cbi_buffer_set(note, pin, err);
    CBI_TRY(cbi_transcript_open(pin, &other, err));
    CBI_TRY(check_signature(hasher, &other, directory, err));
    cbi_artefact_rewind(&other.file.parts);
    while (cbi_artefact_next(&other.file.parts, &part))
        ; /* the log proof comes last */
    CBI_TRY(cbi_message_parse(&cbank__v1__log_proof__descriptor, part, &proof, err));
    CBI_TRY(cbi_directory_check_note(directory, cbi_message_bytes(proof->checkpoint), size, root,
                                     err));
    CBI_TRY(cbi_buffer_set(note, cbi_message_bytes(proof->checkpoint), err));
done:
    cbi_message_free(proof);
    cbi_transcript_clear(&other);
    return status;
}

/* Do this log and that one agree, as far as the path shows? */
static cbank_status compare_logs(cbi_hasher *hasher, const cbi_verify_terms *terms,
                                 cbi_verdict *verdict, uint64_t size, const cbi_hash *root,
                                 cbank_error *err)
{
    const cbi_transcript *transcript = &verdict->transcript;
    uint64_t own = transcript->head->size;

    if (size == own) {
        verdict->consistency = CBI_CONSISTENCY_SHOWN;
        return cbi_hash_equal(root, &transcript->root)
                   ? CBANK_OK
                   : cbi_fail(err, CBI_REASON_LOG_FORKED, own, NULL, NULL);
    }
    if (terms->consistency_count == 0) {
        verdict->consistency = CBI_CONSISTENCY_NOT_SHOWN;
        return CBANK_OK;
    }
    verdict->consistency = CBI_CONSISTENCY_SHOWN;
    if (size < own)
        return cbi_tree_check_consistency(hasher, size, root, own, &transcript->root,
                                          terms->consistency, terms->consistency_count, err);
    return cbi_tree_check_consistency(hasher, own, &transcript->root, size, root,
                                      terms->consistency, terms->consistency_count, err);
}

static cbank_status check_pin(cbi_hasher *hasher, const cbi_directory *directory,
                              const cbi_verify_terms *terms, cbi_bytes own_note,
                              cbi_verdict *verdict, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;
    cbank_buffer note = {0};
    cbank_status status = CBANK_OK;
    uint64_t size;
    cbi_hash root;

    verdict->consistency = CBI_CONSISTENCY_NOT_PINNED;
    /* A directory is a pin too, where it happens to speak of the same size. */
    if (directory->head != NULL && directory->head->size == head->size &&
        !cbi_hash_equal(&directory->root, &verdict->transcript.root))
        return report_fork(verdict, own_note, cbi_message_bytes(directory->head->checkpoint), err);
    if (terms->pin.size == 0)
        return CBANK_OK;
    CBI_TRY(read_pin(hasher, terms->pin, directory, &size, &root, &note, err));
    CBI_TRY(compare_logs(hasher, terms, verdict, size, &root, err));
done:
    if (status == CBANK_E_FORK)
        status = report_fork(verdict, own_note, cbi_bytes_of_buffer(&note), err);
    cbank_buffer_clear(&note);
    return status;
}

static cbank_status check_evidence(cbi_hasher *hasher, const cbi_trust *trust,
                                   cbi_verdict *verdict, cbank_error *err)
{
    cbi_transcript *transcript = &verdict->transcript;
    /* Trust in a log key alone knows no institution: it proves the bank's word only. */
    uint32_t count = trust->directory->head == NULL ? 0 : transcript->head->batches;
    Cbank__V1__BatchEvidence *message = NULL;
    cbi_evidence *evidence = NULL;
    cbank_status status = CBANK_OK;
    uint32_t done = 0;

    CBI_TRY(cbi_alloc(count, sizeof(*evidence), &evidence, err));
    cbi_artefact_rewind(&transcript->file.parts);
    while (done < count) {
        CBI_TRY(cbi_file_next_message(&transcript->file, &cbank__v1__batch_evidence__descriptor,
                                      &message, err));
        done++;
        CBI_TRY(cbi_evidence_check(hasher, trust, transcript, message, &evidence[done - 1], err));
    }
    CBI_TRY(cbi_meaning_prove(hasher, verdict, evidence, done, err));
done:
    for (uint32_t i = 0; i < done; i++)
        cbi_evidence_clear(&evidence[i]);
    cbi_free(evidence);
    return status;
}

static cbank_status check_required(const cbi_verdict *verdict, cbi_proven require,
                                   cbank_error *err)
{
    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];

        if (item->record != NULL && item->proven < require)
            return cbi_fail(err, CBI_REASON_PROVEN_TOO_LITTLE, item->sequence, NULL, "%d of %d",
                            (int)item->proven, (int)require);
    }
    return CBANK_OK;
}

/* Does the status file list the account in a state that the chain itself does not show? */
static bool account_moved(const cbi_verdict *verdict, uint32_t chain, const cbi_statusfile *file)
{
    Cbank__V1__AccountState listed = cbi_statusfile_account(file, &verdict->tags[chain]);
    Cbank__V1__AccountState shown = CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_UNSPECIFIED;

    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];

        if (item->chain != chain)
            continue;
        if (cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_FROZEN))
            shown = CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_FROZEN;
        if (cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_ACCOUNT_UNFROZEN))
            shown = CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_UNSPECIFIED;
        if (cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_MERGED_OUT))
            shown = CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_MERGED;
    }
    return listed != shown;
}

static cbank_status compare_status(const cbi_verdict *verdict, const cbi_statusfile *file,
                                   cbank_error *err)
{
    for (uint32_t c = 0; c < verdict->transcript.head->n_chains; c++) {
        if (account_moved(verdict, c, file))
            return cbi_fail(err, CBI_REASON_ENDED_SINCE, c, "account", NULL);
    }
    for (size_t i = 0; i < verdict->item_count; i++) {
        const cbi_verdict_item *item = &verdict->items[i];

        if (item->record != NULL &&
            (int)cbi_statusfile_record(file, &item->record_id) != (int)item->state)
            return cbi_fail(err, CBI_REASON_ENDED_SINCE, item->sequence, "record", NULL);
    }
    return CBANK_OK;
}

static cbank_status check_freshness(const cbi_directory *directory, const cbi_verify_terms *terms,
                                    cbi_bytes own_note, cbi_verdict *verdict, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = verdict->transcript.head;
    cbi_statusfile file = {0};
    cbank_status status = CBANK_OK;

    if (terms->status.size == 0)
        return CBANK_OK;
    CBI_TRY(cbi_statusfile_open(terms->status, directory, terms->at, &file, err));
    if (file.head->size < head->size)
        CBI_TRY(cbi_fail(err, CBI_REASON_STATUS_OLDER, file.head->size, "status", NULL));
    if (file.head->size == head->size && !cbi_hash_equal(&file.root, &verdict->transcript.root))
        CBI_TRY(report_fork(verdict, own_note, cbi_message_bytes(file.head->checkpoint), err));
    CBI_TRY(compare_status(verdict, &file, err));
    verdict->fresh = true;
    verdict->status_size = file.head->size;
done:
    cbi_statusfile_clear(&file);
    return status;
}

static cbank_status verify(cbi_hasher *hasher, cbi_bytes file, const cbi_trust *trust,
                           const cbi_verify_terms *terms, cbi_verdict *out, cbank_error *err)
{
    const cbi_directory *directory = trust->directory;
    cbank_buffer note = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_transcript_open(file, &out->transcript, err));
    CBI_TRY(check_signature(hasher, &out->transcript, directory, err));
    CBI_TRY(check_terms(out->transcript.head->terms, terms, err));
    CBI_TRY(skip_evidence(&out->transcript, err));
    CBI_TRY(cbi_chain_read(hasher, out, err));
    CBI_TRY(check_log_proof(hasher, out, directory, &note, err));
    CBI_TRY(check_pin(hasher, directory, terms, cbi_bytes_of_buffer(&note), out, err));
    CBI_TRY(check_evidence(hasher, trust, out, err));
    CBI_TRY(cbi_meaning_check_holder(hasher, out, err));
    CBI_TRY(cbi_meaning_settle(out, err));
    CBI_TRY(check_required(out, terms->require, err));
    CBI_TRY(check_freshness(directory, terms, cbi_bytes_of_buffer(&note), out, err));
done:
    cbank_buffer_clear(&note);
    return status;
}

/* A lower layer's answer as the class that verification documents; the finer reason stays. */
static cbank_status as_verdict(cbank_status status)
{
    switch (status) {
    case CBANK_E_TOO_LARGE:
    case CBANK_E_INVALID:
        return CBANK_E_MALFORMED;
    case CBANK_E_STATE: /* a statement where none of its kind may stand */
    case CBANK_E_CONFLICT:
        return CBANK_E_BAD_SEMANTICS;
    default:
        return status;
    }
}

cbank_status cbi_verify_transcript(cbi_bytes file, const cbi_trust *trust,
                                   const cbi_verify_terms *terms, cbi_verdict *out,
                                   cbank_error *err)
{
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(trust->directory->suite, &hasher, err));
    status = as_verdict(verify(hasher, file, trust, terms, out, err));
    if (err != NULL && status != CBANK_OK)
        err->status = (int32_t)status;
done:
    cbi_hasher_free(hasher);
    return status;
}

const char *cbi_verify_verdict(cbank_status status)
{
    switch (status) {
    case CBANK_OK:
        return "VALID";
    case CBANK_E_MALFORMED:
        return "MALFORMED";
    case CBANK_E_UNSUPPORTED:
        return "UNSUPPORTED";
    case CBANK_E_UNTRUSTED_KEY:
        return "UNTRUSTED_KEY";
    case CBANK_E_BAD_SIGNATURE:
        return "BAD_SIGNATURE";
    case CBANK_E_EXPIRED:
        return "EXPIRED";
    case CBANK_E_WRONG_RECIPIENT:
        return "WRONG_RECIPIENT";
    case CBANK_E_BROKEN_CHAIN:
        return "BROKEN_CHAIN";
    case CBANK_E_NOT_INCLUDED:
        return "NOT_INCLUDED";
    case CBANK_E_FORK:
        return "FORK";
    case CBANK_E_KEY_NOT_VALID:
        return "KEY_NOT_VALID";
    case CBANK_E_BAD_HOLDER:
        return "BAD_HOLDER";
    case CBANK_E_BAD_SEMANTICS:
        return "BAD_SEMANTICS";
    case CBANK_E_STALE:
        return "STALE";
    default:
        return NULL;
    }
}
