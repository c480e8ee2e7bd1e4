#include "bank/commitment.h"

#include <string.h>

#include "record/body.h"

#define UNDONE_MAX 256u

/* Leaves that newer statements have undone. */
typedef struct undone {
    cbi_hash leaves[UNDONE_MAX];
    size_t count;
} undone;

static bool is_undone(const undone *list, const cbi_hash *leaf)
{
    for (size_t i = 0; i < list->count; i++) {
        if (cbi_hash_equal(&list->leaves[i], leaf))
            return true;
    }
    return false;
}

static void note_undone(undone *list, const cbi_statement *statement)
{
    const Cbank__V1__IdentityCorrected *corrected =
        cbi_statement_body(statement, &cbank__v1__identity_corrected__descriptor);
    const Cbank__V1__IdentityUnbound *unbound =
        cbi_statement_body(statement, &cbank__v1__identity_unbound__descriptor);
    cbi_bytes leaf = {0};

    if (corrected != NULL)
        leaf = cbi_message_bytes(corrected->touched_leaf);
    if (unbound != NULL)
        leaf = cbi_message_bytes(unbound->touched_leaf);
    if (list->count < UNDONE_MAX && cbi_hash_from(leaf, &list->leaves[list->count]))
        list->count++;
}

/* Is the commitment of this statement to that document? */
static cbank_status opens(const cbi_bank *bank, cbi_txn *txn, uint64_t index,
                          const Cbank__Api__V1__PersonDocument *document, bool *out,
                          cbank_error *err)
{
    Cbank__V1__Opening *opening = NULL;
    cbank_status status = cbi_vault_get_opening(bank, txn, index, &opening, err);

    *out = status == CBANK_OK && strcmp(opening->document_type, document->type) == 0 &&
           strcmp(opening->number, document->number) == 0;
    cbi_vault_free_opening(opening);
    return status == CBANK_E_NOT_FOUND ? CBANK_OK : status;
}

cbank_status cbi_commitment_find(const cbi_bank *bank, cbi_append *append, const char *account,
                                 const Cbank__Api__V1__PersonDocument *document,
                                 uint64_t *sequence, cbi_hash *leaf, bool *found,
                                 cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(account);
    undone gone = {.count = 0};
    cbi_statement statement = {0};
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;
    cbi_bytes holder;
    cbi_head head;
    bool more = true;

    *found = false;
    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &head, err));
    while (more && !*found) {
        CBI_TRY(cbi_logged_step_back(append->txn, append->hasher, &head, &row, &logged, err));
        more = logged.entry.sequence > 0;
        if (logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT)
            continue;
        CBI_TRY(cbi_statement_parse(logged.statement, &statement, err));
        note_undone(&gone, &statement);
        if (cbi_body_holder(statement.kind, statement.body, &holder) &&
            !is_undone(&gone, &logged.leaf))
            CBI_TRY(opens(bank, append->txn, logged.index, document, found, err));
        *sequence = logged.entry.sequence;
        *leaf = logged.leaf;
        cbi_statement_clear(&statement);
    }
done:
    cbi_statement_clear(&statement);
    cbank_buffer_clear(&row);
    return status;
}
