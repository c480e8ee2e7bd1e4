#include "proof/pin.h"

/* Size, root and signed note of what was seen before. */
typedef struct cbi_pinned {
    uint64_t size;
    cbi_hash root;
    cbank_buffer note;
} cbi_pinned;

static cbank_status read_note(const cbi_directory *directory, cbi_bytes note, cbi_pinned *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_directory_check_note(directory, note, &out->size, &out->root, err));
    CBI_TRY(cbi_buffer_set(&out->note, note, err));
done:
    return status;
}

/* The checkpoint in the log proof, which comes last; it is signed by itself. */
static cbank_status read_transcript(const cbi_directory *directory, cbi_bytes pin,
                                    cbi_pinned *out, cbank_error *err)
{
    Cbank__V1__LogProof *proof = NULL;
    cbi_transcript other = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes part = {0};

    CBI_TRY(cbi_transcript_open(pin, &other, err));
    cbi_artefact_rewind(&other.file.parts);
    while (cbi_artefact_next(&other.file.parts, &part))
        continue;
    CBI_TRY(cbi_message_parse(&cbank__v1__log_proof__descriptor, part, &proof, err));
    CBI_TRY(read_note(directory, cbi_message_bytes(proof->checkpoint), out, err));
done:
    cbi_message_free(proof);
    cbi_transcript_clear(&other);
    return status;
}

/* A container begins with a field's tag, a note with its origin: nothing is both. */
static bool is_container(cbi_bytes pin)
{
    return pin.data[0] == 0x0a;
}

static cbank_status read_pin(const cbi_directory *directory, cbi_bytes pin, cbi_pinned *out,
                             cbank_error *err)
{
    cbank_error finer = {0};
    cbank_status status = is_container(pin) ? read_transcript(directory, pin, out, &finer)
                                            : read_note(directory, pin, out, &finer);

    if (status == CBANK_E_MEMORY || status == CBANK_E_INTERNAL)
        return cbi_fail(err, (cbi_reason)finer.reason, finer.where, NULL, NULL);
    if (status != CBANK_OK)
        return cbi_fail(err, CBI_REASON_PIN_UNUSABLE, 0, NULL, "%s",
                        cbi_reason_word((cbi_reason)finer.reason));
    if (out->size == 0) /* every log extends the empty one: there is nothing to compare */
        return cbi_fail(err, CBI_REASON_PIN_UNUSABLE, 0, NULL, "size 0");
    return CBANK_OK;
}

/* Without a pin, a consistency proof is about the log that the directory speaks of. */
static cbank_status read_directory(const cbi_directory *directory, cbi_pinned *out,
                                   cbank_error *err)
{
    out->size = directory->head->size;
    out->root = directory->root;
    return cbi_buffer_set(&out->note, cbi_message_bytes(directory->head->checkpoint), err);
}

/* FORK if this log and that one cannot be one, as far as the path shows. */
static cbank_status compare(cbi_hasher *hasher, const cbi_verify_terms *terms,
                            const cbi_pinned *pinned, cbi_verdict *verdict, cbank_error *err)
{
    const cbi_hash *own_root = &verdict->transcript.root;
    uint64_t own = verdict->transcript.head->size;

    verdict->consistency = CBI_CONSISTENCY_SHOWN;
    if (pinned->size == own)
        return cbi_tree_check_consistency(hasher, own, own_root, own, &pinned->root, NULL, 0, err);
    if (terms->consistency_count == 0) {
        verdict->consistency = CBI_CONSISTENCY_NOT_SHOWN;
        return CBANK_OK;
    }
    if (pinned->size < own)
        return cbi_tree_check_consistency(hasher, pinned->size, &pinned->root, own, own_root,
                                          terms->consistency, terms->consistency_count, err);
    return cbi_tree_check_consistency(hasher, own, own_root, pinned->size, &pinned->root,
                                      terms->consistency, terms->consistency_count, err);
}

cbank_status cbi_pin_check(cbi_hasher *hasher, const cbi_directory *directory,
                           const cbi_verify_terms *terms, cbi_bytes own_note,
                           cbi_verdict *verdict, cbank_error *err)
{
    const cbi_transcript *transcript = &verdict->transcript;
    cbank_status status = CBANK_OK;
    cbi_pinned pinned = {0};

    verdict->consistency = CBI_CONSISTENCY_NOT_PINNED;
    if (directory->head != NULL && directory->head->size == transcript->head->size &&
        !cbi_hash_equal(&directory->root, &transcript->root))
        return cbi_verdict_fork(verdict, own_note, cbi_message_bytes(directory->head->checkpoint),
                                err);
    if (terms->pin.size == 0 && (terms->consistency_count == 0 || directory->head == NULL))
        return CBANK_OK;
    if (terms->pin.size == 0)
        CBI_TRY(read_directory(directory, &pinned, err));
    else
        CBI_TRY(read_pin(directory, terms->pin, &pinned, err));
    status = compare(hasher, terms, &pinned, verdict, err);
    if (status == CBANK_E_FORK)
        status = cbi_verdict_fork(verdict, own_note, cbi_bytes_of_buffer(&pinned.note), err);
done:
    cbank_buffer_clear(&pinned.note);
    return status;
}
