#include "proof/transcript.h"

#include <string.h>

#include "base/time.h"
#include "proof/checkpoint.h"
#include "record/account.h"
#include "record/code.h"

static cbank_status refuse(const char *field, uint64_t where, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_HEAD_VALUE, where, field, NULL);
}

static cbank_status check_terms(const Cbank__V1__Terms *terms, cbank_error *err)
{
    if (terms == NULL || !cbi_recipient_is_valid(cbi_message_text(terms->recipient)))
        return refuse("recipient", 0, err);
    if (terms->issued_at <= 0 || terms->expires_at < terms->issued_at)
        return refuse("expires_at", 0, err);
    if (terms->completeness == CBANK__V1__COMPLETENESS__COMPLETENESS_UNSPECIFIED)
        return refuse("completeness", 0, err);
    if (terms->consent.len != 0 && terms->consent.len != CBI_HASH_SIZE)
        return refuse("consent", 0, err);
    return CBANK_OK;
}

/* Randomness only opens a number, and a number is nothing without its type. */
static cbank_status check_holder(const Cbank__V1__Holder *holder, cbank_error *err)
{
    bool number;

    if (holder == NULL)
        return CBANK_OK;
    number = cbi_message_text(holder->document_number).size > 0;
    if (number != (holder->random.len > 0) || (number && holder->random.len != CBI_HASH_SIZE))
        return refuse("random", 0, err);
    if (number && cbi_message_text(holder->document_type).size == 0)
        return refuse("document_type", 0, err);
    if (holder->born_on != 0 && !cbi_date_is_valid(holder->born_on))
        return refuse("born_on", 0, err);
    return CBANK_OK;
}

static cbank_status check_chain(const Cbank__V1__Chain *chain, size_t position, cbank_error *err)
{
    bool own = position == 0;

    if (!cbi_account_is_valid(cbi_message_text(chain->account)))
        return refuse("account", position, err);
    if (chain->tag_random.len != CBI_HASH_SIZE || chain->last_leaf.len != CBI_HASH_SIZE)
        return refuse("chain", position, err);
    if (chain->items == 0 || chain->items > CBI_TRANSCRIPT_ENTRIES_MAX)
        return refuse("items", position, err);
    if (own != (chain->merged_into == 0) || chain->merged_into > position)
        return refuse("merged_into", position, err);
    return CBANK_OK;
}

static cbank_status check_head(const Cbank__V1__TranscriptHead *head, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (head->version != 1)
        return cbi_fail(err, CBI_REASON_FILE_VERSION, head->version, "transcript", NULL);
    if (!cbi_verification_is_valid(cbi_message_text(head->code)))
        return refuse("code", 0, err);
    if (!cbi_origin_is_valid(cbi_message_text(head->origin)))
        return refuse("origin", 0, err);
    if (head->size == 0)
        return refuse("size", 0, err);
    if (head->n_chains == 0 || head->n_chains > CBI_TRANSCRIPT_CHAINS_MAX)
        return refuse("chains", head->n_chains, err);
    /* Evidence is about shown entries: more of it than those has nothing to say. */
    if (head->batches > CBI_TRANSCRIPT_SHOWN_MAX)
        return refuse("batches", head->batches, err);
    if (head->recognitions > CBI_TRANSCRIPT_SHOWN_MAX)
        return refuse("recognitions", head->recognitions, err);
    CBI_TRY(check_holder(head->holder, err));
    CBI_TRY(check_terms(head->terms, err));
done:
    return status;
}

cbank_status cbi_transcript_open(cbi_bytes bytes, cbi_transcript *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_file_open(bytes, CBI_TRANSCRIPT_TYPE, &cbank__v1__transcript_head__descriptor,
                          &out->file, err));
    out->head = out->file.head;
    CBI_TRY(check_head(out->head, err));
    if (!cbi_hash_from(cbi_message_bytes(out->head->root), &out->root))
        CBI_TRY(refuse("root", 0, err));
    for (size_t i = 0; i < out->head->n_chains; i++) {
        CBI_TRY(check_chain(out->head->chains[i], i, err));
        out->items += out->head->chains[i]->items; /* at most 64 times 65,536 */
    }
    if (out->items > CBI_TRANSCRIPT_ENTRIES_MAX)
        CBI_TRY(refuse("items", out->items, err));
done:
    if (status != CBANK_OK)
        cbi_transcript_clear(out);
    return status;
}

cbank_status cbi_transcript_check_signature(cbi_hasher *hasher, const cbi_transcript *transcript,
                                            const cbi_directory *directory, bool *unconfirmed,
                                            cbank_error *err)
{
    const Cbank__V1__TranscriptHead *head = transcript->head;
    cbank_status status = CBANK_OK;

    if (strcmp(head->origin, directory->origin) != 0)
        return cbi_fail(err, CBI_REASON_ORIGIN_UNKNOWN, 0, head->origin, NULL);
    CBI_TRY(cbi_directory_check_log(directory, &transcript->file.envelope, head->size,
                                    unconfirmed, err));
    CBI_TRY(cbi_file_check_body(hasher, &transcript->file, cbi_message_bytes(head->body_digest),
                                err));
done:
    return status;
}

void cbi_transcript_clear(cbi_transcript *transcript)
{
    cbi_file_clear(&transcript->file);
    *transcript = (cbi_transcript){0};
}

static cbank_status check_withheld(const Cbank__V1__TranscriptItem *item, uint64_t position,
                                   cbank_error *err)
{
    switch (item->entry_class) {
    case CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD:
    case CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ENROLMENT:
    case CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_OTHER:
        break;
    case CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_UNSPECIFIED:
        return refuse("entry_class", position, err);
    default: /* change, use, account: hiding one would change what the rest means */
        return cbi_fail(err, CBI_REASON_ITEM_WITHHELD, position, NULL, NULL);
    }
    if (item->digest.len != CBI_HASH_SIZE || item->opening != NULL || item->batch != 0 ||
        item->n_path != 0)
        return refuse("item", position, err);
    return CBANK_OK;
}

cbank_status cbi_transcript_item_check(const Cbank__V1__TranscriptItem *item, uint64_t position,
                                       cbank_error *err)
{
    if (item->statement.len == 0)
        return check_withheld(item, position, err);
    if (item->digest.len != 0 ||
        item->entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_UNSPECIFIED ||
        (item->batch == 0 && item->n_path != 0))
        return refuse("item", position, err);
    return CBANK_OK;
}

cbank_status cbi_transcript_path(size_t count, const ProtobufCBinaryData *hashes, cbi_hash *out,
                                 cbank_error *err)
{
    if (count > CBI_PROOF_PATH_MAX)
        return refuse("path", count, err);
    for (size_t i = 0; i < count; i++) {
        if (!cbi_hash_from(cbi_message_bytes(hashes[i]), &out[i]))
            return refuse("path", i, err);
    }
    return CBANK_OK;
}
