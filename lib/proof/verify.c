#include "proof/verify.h"

#include <string.h>

#include "base/memory.h"
#include "base/time.h"
#include "proof/chain.h"
#include "proof/conversion.h"
#include "proof/freshness.h"
#include "proof/holder.h"
#include "proof/meaning.h"
#include "proof/pin.h"
#include "record/code.h"

/* Expired, unless the status file says that it was extended. */
static cbank_status check_expiry(const cbi_directory *directory, const cbi_verdict *verdict,
                                 const cbi_verify_terms *terms, cbank_error *err)
{
    int64_t extended = 0, until = verdict->transcript.head->terms->expires_at;
    char expires[CBI_TIME_TEXT_MAX];
    cbank_status status = CBANK_OK;

    if (until >= terms->at)
        return CBANK_OK;
    CBI_TRY(cbi_freshness_extension(directory, terms, &verdict->id, &extended, err));
    if (extended > until)
        until = extended;
    if (until < terms->at) {
        cbi_time_format(until, expires);
        status = cbi_fail(err, CBI_REASON_FILE_EXPIRED, 0, "transcript", "%s", expires);
    }
done:
    return status;
}

static cbank_status check_terms(const Cbank__V1__Terms *said, const cbi_verify_terms *terms,
                                cbank_error *err)
{
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
    for (uint32_t i = 0; i < transcript->head->batches + transcript->head->recognitions; i++)
        CBI_TRY(cbi_file_next(&transcript->file, &part, err));
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

/* After the evidence of batches. */
static cbank_status check_decisions(cbi_hasher *hasher, const cbi_trust *trust,
                                    cbi_verdict *verdict, cbank_error *err)
{
    cbi_transcript *transcript = &verdict->transcript;
    uint32_t count = trust->directory->head == NULL ? 0 : transcript->head->recognitions;
    Cbank__V1__RecognitionEvidence *message = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(count, sizeof(*verdict->decisions), &verdict->decisions, err));
    while (verdict->decision_count < count) {
        CBI_TRY(cbi_file_next_message(&transcript->file,
                                      &cbank__v1__recognition_evidence__descriptor, &message,
                                      err));
        CBI_TRY(cbi_decision_check(hasher, trust, transcript, message,
                                   &verdict->decisions[verdict->decision_count++], err));
    }
    CBI_TRY(cbi_conversion_prove(verdict, err));
done:
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
    CBI_TRY(cbi_meaning_prove(hasher, trust, verdict, evidence, done, err));
    CBI_TRY(check_decisions(hasher, trust, verdict, err));
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

/*
 * A log key that was compromised later may have signed any log as an earlier one: what it signed
 * counts where a sound key, or what the verifier saw before, confirms that log.
 */
static cbank_status check_confirmed(const cbi_directory *directory, const cbi_verdict *verdict,
                                    cbank_error *err)
{
    uint64_t size = verdict->transcript.head->size;
    bool known = directory->head != NULL && directory->head->size == size;

    if (known || verdict->consistency == CBI_CONSISTENCY_SHOWN)
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_LOG_KEY_UNCONFIRMED, size, directory->origin, NULL);
}

static cbank_status verify(cbi_hasher *hasher, cbi_bytes file, const cbi_trust *trust,
                           const cbi_verify_terms *terms, cbi_verdict *out, cbank_error *err)
{
    const cbi_directory *directory = trust->directory;
    cbank_buffer note = {0};
    cbank_status status = CBANK_OK;
    bool unconfirmed = false;

    out->directory = directory;
    CBI_TRY(cbi_transcript_open(file, &out->transcript, err));
    CBI_TRY(cbi_transcript_check_signature(hasher, &out->transcript, directory, &unconfirmed,
                                           err));
    CBI_TRY(cbi_envelope_id(hasher, out->transcript.file.envelope.payload, &out->id, err));
    CBI_TRY(check_expiry(directory, out, terms, err));
    CBI_TRY(check_terms(out->transcript.head->terms, terms, err));
    CBI_TRY(skip_evidence(&out->transcript, err));
    CBI_TRY(cbi_chain_read(hasher, out, err));
    CBI_TRY(check_log_proof(hasher, out, directory, &note, err));
    CBI_TRY(cbi_pin_check(hasher, directory, terms, cbi_bytes_of_buffer(&note), out, err));
    if (unconfirmed)
        CBI_TRY(check_confirmed(directory, out, err));
    CBI_TRY(check_evidence(hasher, trust, out, err));
    CBI_TRY(cbi_holder_check(hasher, out, err));
    CBI_TRY(cbi_meaning_settle(trust, out, err));
    CBI_TRY(check_required(out, terms->require, err));
    CBI_TRY(cbi_freshness_check(directory, terms, cbi_bytes_of_buffer(&note), out, err));
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
    if (status != CBANK_OK)
        cbi_verdict_keep_fork(out);
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
