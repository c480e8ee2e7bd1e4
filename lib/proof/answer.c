#include "proof/answer.h"

#include <string.h>

#include "proof/assembly.h"
#include "proof/entry.h"
#include "proof/file.h"
#include "proof/transcript.h"
#include "proof/tree.h"
#include "record/field.h"
#include "record/statement.h"

cbank_status cbi_answer_build(Cbank__V1__TransferAnswer *answer, cbank_buffer *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    answer->version = 1;
    CBI_TRY(cbi_transfer_check_answer(answer, err));
    CBI_TRY(cbi_message_pack(answer, out, err));
done:
    return status;
}

cbank_status cbi_answer_digest(cbi_hasher *hasher, cbi_bytes answer, cbi_hash *out,
                               cbank_error *err)
{
    return cbi_digest_labelled(hasher, "cbank/v1/answer", answer, out, err);
}

cbank_status cbi_answer_sign(Cbank__V1__TransferReceipt *receipt, const cbi_private *key,
                             cbank_buffer *file, cbank_error *err)
{
    cbi_assembly assembly = {0};
    cbank_status status = CBANK_OK;

    receipt->version = 1;
    CBI_TRY(cbi_assembly_begin(cbi_private_public(key)->suite, &assembly, err));
    CBI_TRY(cbi_assembly_finish(&assembly, CBI_TRANSFER_RECEIPT_TYPE, receipt, &key, 1, file,
                                err));
done:
    cbi_assembly_clear(&assembly);
    return status;
}

static cbank_status differs(const char *what, cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_TRANSFER_RECEIPT, 0, what, NULL);
}

static cbank_status read(cbi_hasher *hasher, cbi_answer *it, cbank_error *err)
{
    cbi_bytes bytes = cbi_message_bytes(it->receipt->answer);
    cbank_status status = CBANK_OK;

    if (it->receipt->version != 1)
        return cbi_fail(err, CBI_REASON_FILE_VERSION, it->receipt->version, "receipt", NULL);
    CBI_TRY(cbi_message_parse(&cbank__v1__transfer_answer__descriptor, bytes, &it->message, err));
    if (it->message->version != 1)
        CBI_TRY(cbi_fail(err, CBI_REASON_FILE_VERSION, it->message->version, "answer", NULL));
    CBI_TRY(cbi_field_refuse_signed(cbi_transfer_check_answer(it->message, err), err));
    CBI_TRY(cbi_answer_digest(hasher, bytes, &it->digest, err));
done:
    return status;
}

/* The statement says of this very answer that the bank has given it. */
static cbank_status check_statement(const cbi_answer *it, cbank_error *err)
{
    const Cbank__V1__TransferAnswer *answer = it->message;
    const Cbank__V1__TransferAnswered *said;
    cbi_statement statement = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_statement_parse(cbi_message_bytes(it->receipt->statement), &statement, err));
    said = cbi_statement_body(&statement, &cbank__v1__transfer_answered__descriptor);
    if (said == NULL || strcmp(said->origin, answer->to) != 0 ||
        said->outcome != answer->outcome ||
        !cbi_bytes_equal(cbi_message_bytes(said->transfer), cbi_message_bytes(answer->transfer)) ||
        !cbi_bytes_equal(cbi_message_bytes(said->answer), cbi_bytes_of_hash(&it->digest)))
        CBI_TRY(differs("statement", err));
done:
    cbi_statement_clear(&statement);
    return status;
}

/* Its entry on the bank's public chain is in the log that the receipt names. */
static cbank_status check_included(cbi_hasher *hasher, const cbi_answer *it, cbank_error *err)
{
    static const cbi_hash public_subject; /* zero: anyone can watch it */
    const Cbank__V1__TransferReceipt *receipt = it->receipt;
    cbi_entry entry = {.subject_kind = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_BANK,
                       .entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_OTHER,
                       .sequence = receipt->sequence};
    cbi_hash path[CBI_PROOF_PATH_MAX], leaf, root;
    cbank_status status = CBANK_OK;

    if (!cbi_hash_from(cbi_message_bytes(receipt->previous), &entry.previous) ||
        !cbi_hash_from(cbi_message_bytes(receipt->root), &root))
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, 0, "receipt", NULL);
    CBI_TRY(cbi_transcript_path(receipt->n_path, receipt->path, path, err));
    CBI_TRY(cbi_entry_tag(hasher, entry.subject_kind, &public_subject,
                          cbi_bytes_of_text(it->message->origin), &entry.tag, err));
    CBI_TRY(cbi_entry_statement_digest(hasher, cbi_message_bytes(receipt->statement),
                                       &entry.statement, err));
    CBI_TRY(cbi_entry_leaf(hasher, &entry, &leaf, err));
    CBI_TRY(cbi_tree_check_inclusion(hasher, receipt->index, receipt->size, &leaf, path,
                                     receipt->n_path, &root, err));
done:
    return status;
}

cbank_status cbi_answer_open(cbi_hasher *hasher, cbi_bytes file, const cbi_directory *directory,
                             cbi_answer *out, cbank_error *err)
{
    cbi_file container = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_file_open(file, CBI_TRANSFER_RECEIPT_TYPE,
                          &cbank__v1__transfer_receipt__descriptor, &container, err));
    out->receipt = container.head;
    container.head = NULL;
    CBI_TRY(cbi_file_end(&container, err));
    CBI_TRY(read(hasher, out, err));
    if (strcmp(out->message->origin, directory->origin) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_ORIGIN_UNKNOWN, 0, out->message->origin, NULL));
    CBI_TRY(cbi_directory_check_log(directory, &container.envelope, out->receipt->size, NULL,
                                    err));
    CBI_TRY(check_statement(out, err));
    CBI_TRY(check_included(hasher, out, err));
done:
    cbi_file_clear(&container);
    if (status != CBANK_OK)
        cbi_answer_clear(out);
    return status;
}

void cbi_answer_clear(cbi_answer *answer)
{
    cbi_message_free(answer->receipt);
    cbi_message_free(answer->message);
    *answer = (cbi_answer){0};
}
