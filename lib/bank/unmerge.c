#include "bank/merge_part.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "bank/recognition.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* What the chain that went on says of a merger, found from its head back. */
typedef struct found_merger {
    uint64_t sequence;
    cbi_hash leaf;
    uint64_t index;
    bool found;
} found_merger;

static cbank_status find_merger(const cbi_merge_act *it, cbi_append *append, found_merger *out,
                                cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(it->into);
    cbi_statement statement = {0};
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;
    cbi_head head;
    bool more = true;

    *out = (found_merger){.found = false};
    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &head, err));
    while (more && !out->found) {
        const Cbank__V1__MergedIn *in;

        CBI_TRY(cbi_logged_step_back(append->txn, append->hasher, &head, &row, &logged, err));
        more = logged.entry.sequence > 0;
        if (logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT)
            continue;
        CBI_TRY(cbi_statement_parse(logged.statement, &statement, err));
        in = cbi_statement_body(&statement, &cbank__v1__merged_in__descriptor);
        if (in != NULL && strcmp(in->from_account, it->from) == 0)
            *out = (found_merger){logged.entry.sequence, logged.leaf, logged.index, true};
        cbi_statement_clear(&statement);
    }
    if (!out->found)
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_STATE), NULL));
done:
    cbi_statement_clear(&statement);
    cbank_buffer_clear(&row);
    return status;
}

/* The account that FROM went into has not gone anywhere itself. */
static cbank_status check_order_of_mergers(const cbi_merge_act *it, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_account next;

    CBI_TRY(cbi_family_parent(txn, it->into, &next, err));
    if (strcmp(next.digits, it->into) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_UNMERGE_INNER, 0, it->from, "%s -> %s", it->into,
                         next.digits));
done:
    return status;
}

static bool is_member(const cbi_family *family, const char *account)
{
    for (size_t i = 0; i < family->count; i++) {
        if (strcmp(family->members[i].account.digits, account) == 0)
            return true;
    }
    return false;
}

static cbank_status refuse_recognised(const cbi_merge_act *it, const cbi_recognition_row *row,
                                      cbank_error *err)
{
    char digits[2 * CBI_HASH_SIZE + 1];

    cbi_hex_encode(cbi_bytes_of_hash(&row->id), digits);
    return cbi_fail(err, CBI_REASON_UNMERGE_RECOGNISED, row->index, it->from, "%.16s", digits);
}

/* Recognitions of the other account that use this record would lose it. */
static cbank_status check_uses(const cbi_merge_act *it, cbi_txn *txn, uint64_t record,
                               cbi_use_row *uses, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_recognition_row row;
    size_t count;

    CBI_TRY(cbi_use_list(txn, record, uses, &count, err));
    for (size_t i = 0; i < count; i++) {
        CBI_TRY(cbi_recognition_row_read(txn, uses[i].number, &row, err));
        if (!is_member(it->family, row.account.digits))
            CBI_TRY(refuse_recognised(it, &row, err));
    }
done:
    return status;
}

static cbank_status check_recognitions(const cbi_merge_act *it, cbi_txn *txn, cbank_error *err)
{
    cbi_use_row *uses = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(CBI_RECORD_USES_MAX, sizeof(*uses), &uses, err));
    for (size_t m = 0; m < it->family->count; m++) {
        const cbi_relative *member = &it->family->members[m];

        for (size_t i = 0; i < member->chain.count; i++)
            CBI_TRY(check_uses(it, txn, member->chain.indices[i], uses, err));
    }
done:
    cbi_free(uses);
    return status;
}

/* Transfers since the merger that name FROM's records, or end its offers, cannot be parted. */
static cbank_status check_transfer(const cbi_merge_act *it, cbi_append *append,
                                   const cbi_statement *statement, cbank_error *err)
{
    const Cbank__V1__TransferEnded *ended =
        cbi_statement_body(statement, &cbank__v1__transfer_ended__descriptor);
    const Cbank__V1__TransferOffered *offered =
        cbi_statement_body(statement, &cbank__v1__transfer_offered__descriptor);
    const Cbank__V1__TransferGivenBack *given =
        cbi_statement_body(statement, &cbank__v1__transfer_given_back__descriptor);
    Cbank__V1__EntryRef *const *refs = offered != NULL ? offered->records
                                       : given != NULL ? given->records
                                                       : NULL;
    size_t count = offered != NULL ? offered->n_records : given != NULL ? given->n_records : 0;
    cbank_status status = CBANK_OK;
    bool touches = false;

    if (ended != NULL)
        CBI_TRY(cbi_merge_touches(it, append, ended->touched_sequence,
                                  cbi_message_bytes(ended->touched_leaf), &touches, err));
    for (size_t i = 0; i < count && !touches; i++)
        CBI_TRY(cbi_merge_touches(it, append, refs[i]->sequence, cbi_message_bytes(refs[i]->leaf),
                                  &touches, err));
    if (touches)
        CBI_TRY(cbi_fail(err, CBI_REASON_UNMERGE_TRANSFERRED, 0, it->from, NULL));
done:
    return status;
}

/*
 * What the other chain says since the merger of FROM's own recognitions could not be said again on
 * its chain: verification lets only changes of records follow what reopens one.
 */
static cbank_status check_own(const cbi_merge_act *it, cbi_append *append, cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(it->into);
    cbi_statement statement = {0};
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    found_merger merger;
    cbi_logged logged;
    cbi_head head;
    bool touches = false;

    CBI_TRY(find_merger(it, append, &merger, err));
    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &head, err));
    while (head.sequence > merger.sequence) {
        const Cbank__V1__ConversionChanged *changed;

        CBI_TRY(cbi_logged_step_back(append->txn, append->hasher, &head, &row, &logged, err));
        CBI_TRY(cbi_statement_parse(logged.statement, &statement, err));
        changed = cbi_statement_body(&statement, &cbank__v1__conversion_changed__descriptor);
        if (changed != NULL)
            CBI_TRY(cbi_merge_touches(it, append, changed->touched_sequence,
                                 cbi_message_bytes(changed->touched_leaf), &touches, err));
        if (!touches)
            CBI_TRY(check_transfer(it, append, &statement, err));
        if (touches)
            CBI_TRY(cbi_fail(err, CBI_REASON_UNMERGE_RECOGNISED, logged.index, it->from, "%llu",
                             (unsigned long long)logged.index));
        cbi_statement_clear(&statement);
    }
done:
    cbi_statement_clear(&statement);
    cbank_buffer_clear(&row);
    return status;
}

/* Documents come back from the account that they went to, not from whom they are since. */
static cbank_status check_documents(const cbi_merge_act *it, cbi_txn *txn, cbank_error *err)
{
    Cbank__Api__V1__Person *from = NULL;
    cbi_identity document = {0};
    cbank_status status = CBANK_OK;
    cbi_account holder;

    CBI_TRY(cbi_vault_get_person(it->bank, txn, it->from, &from, err));
    for (size_t i = 0; i < from->n_documents; i++) {
        if (from->documents[i]->ended_at != 0)
            continue;
        cbi_identity_clear(&document);
        CBI_TRY(cbi_identity_normalise(cbi_message_text(from->documents[i]->type),
                                       cbi_message_text(from->documents[i]->number), &document,
                                       err));
        if (document.document == CBI_DOCUMENT_STUDENT)
            continue; /* moves from one holder to the other */
        status = cbi_vault_find_account(it->bank, txn, &document, &holder, err);
        if (status == CBANK_E_NOT_FOUND)
            continue;
        CBI_TRY(status);
        if (strcmp(holder.digits, it->into) != 0)
            CBI_TRY(cbi_fail(err, CBI_REASON_DOCUMENT_ELSEWHERE, 0, holder.digits, NULL));
    }
    CBI_TRY(cbi_vault_check_room(txn, it->from, it->order->note, 0, err));
    CBI_TRY(cbi_vault_check_room(txn, it->into, it->order->note, 0, err));
done:
    cbi_identity_clear(&document);
    cbi_vault_free_person(from);
    return status;
}

static cbank_status check_undo(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const cbi_merge_act *it = (const cbi_merge_act *)(const void *)act;
    cbank_status status = CBANK_OK;
    cbi_life life;

    CBI_TRY(cbi_account_life(append->txn, it->from, &life, err));
    if (life != CBI_LIFE_MERGED)
        CBI_TRY(cbi_fail(err, CBI_REASON_NOT_MERGED, 0, it->from, NULL));
    CBI_TRY(check_order_of_mergers(it, append->txn, err));
    CBI_TRY(cbi_merge_step(append->txn, it->into, KIND(UNMERGED), err));
    CBI_TRY(check_recognitions(it, append->txn, err));
    CBI_TRY(check_own(it, append, err));
    CBI_TRY(check_documents(it, append->txn, err));
done:
    return status;
}

/* Documents of the account lead to it again, and the other person no longer has them. */
static cbank_status hand_back(const cbi_merge_act *it, cbi_txn *txn, cbank_error *err)
{
    Cbank__Api__V1__Person *from = NULL, *into = NULL;
    Cbank__Api__V1__PersonDocument **documents = NULL;
    Cbank__Api__V1__Person parted;
    cbank_status status = CBANK_OK;
    size_t count = 0;

    CBI_TRY(cbi_vault_get_person(it->bank, txn, it->from, &from, err));
    CBI_TRY(cbi_vault_get_person(it->bank, txn, it->into, &into, err));
    CBI_TRY(cbi_alloc(into->n_documents, sizeof(Cbank__Api__V1__PersonDocument *), &documents,
                      err));
    for (size_t i = 0; i < into->n_documents; i++) {
        bool theirs = false;

        for (size_t j = 0; j < from->n_documents; j++)
            theirs = theirs ||
                     (strcmp(from->documents[j]->type, into->documents[i]->type) == 0 &&
                      strcmp(from->documents[j]->number, into->documents[i]->number) == 0);
        if (!theirs)
            documents[count++] = into->documents[i];
    }
    for (size_t i = 0; i < from->n_documents; i++) {
        cbi_identity document = {0};

        if (from->documents[i]->ended_at != 0)
            continue;
        CBI_TRY(cbi_identity_normalise(cbi_message_text(from->documents[i]->type),
                                       cbi_message_text(from->documents[i]->number), &document,
                                       err));
        status = cbi_vault_move_account(it->bank, txn, &document, it->into, it->from, err);
        cbi_identity_clear(&document);
        CBI_TRY(status);
    }
    parted = *into;
    parted.documents = documents;
    parted.n_documents = count;
    CBI_TRY(cbi_vault_keep_person(it->bank, txn, it->into, &parted, err));
done:
    cbi_free(documents);
    cbi_vault_free_person(from);
    cbi_vault_free_person(into);
    return status;
}

static cbank_status write_undo(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const cbi_merge_act *it = (const cbi_merge_act *)(const void *)act;
    cbi_subject subject = cbi_account_subject(it->from);
    Cbank__V1__Unmerged body = CBANK__V1__UNMERGED__INIT;
    cbank_status status = CBANK_OK;
    found_merger merger;
    cbi_head head;

    CBI_TRY(find_merger(it, append, &merger, err));
    CBI_TRY(hand_back(it, append->txn, err));
    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &head, err));
    body.account = cbi_message_string(it->into);
    body.touched_sequence = merger.sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&merger.leaf));
    CBI_TRY(cbi_merge_state(it, append, it->into, KIND(UNMERGED), &body, NULL, err));
    body.account = cbi_message_string(it->from);
    body.touched_sequence = head.sequence;
    body.touched_leaf = cbi_message_data(cbi_bytes_of_hash(&head.leaf));
    CBI_TRY(cbi_merge_state(it, append, it->from, KIND(UNMERGED), &body, NULL, err));
    CBI_TRY(cbi_merge_restate(it, append, merger.sequence, err));
    CBI_TRY(cbi_account_put_life(append->txn, it->from, CBI_LIFE_ACTIVE, err));
    CBI_TRY(cbi_family_part(append->txn, it->from, err));
done:
    return status;
}

/* Deposits on the other chain since the merger, for a document of this account. */
static cbank_status list_strays(const cbi_merge_act *it, cbi_reader *reader, cbi_merge_list *out,
                                cbank_error *err)
{
    Cbank__Api__V1__Person *person = NULL;
    cbi_subject subject = cbi_account_subject(it->into);
    cbi_statement statement = {0};
    Cbank__V1__Opening *opening = NULL;
    cbi_chain chain = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;
    bool since = false;

    CBI_TRY(cbi_vault_get_person(it->bank, reader->txn, it->from, &person, err));
    CBI_TRY(cbi_history_chain(reader, &subject, &chain, err));
    for (size_t i = 0; i < chain.count; i++) {
        const Cbank__V1__MergedIn *in;

        CBI_TRY(cbi_history_read(reader, chain.indices[i], &logged, err));
        if (logged.entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT) {
            CBI_TRY(cbi_statement_parse(logged.statement, &statement, err));
            in = cbi_statement_body(&statement, &cbank__v1__merged_in__descriptor);
            since = since || (in != NULL && strcmp(in->from_account, it->from) == 0);
            cbi_statement_clear(&statement);
        }
        if (!since || logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
            continue;
        status = cbi_vault_get_opening(it->bank, reader->txn, chain.indices[i], &opening, err);
        if (status == CBANK_E_NOT_FOUND)
            continue;
        CBI_TRY(status);
        for (size_t d = 0; d < person->n_documents; d++) {
            if (strcmp(person->documents[d]->type, opening->document_type) == 0 &&
                strcmp(person->documents[d]->number, opening->number) == 0) {
                CBI_TRY(cbi_merge_list_add(out, chain.indices[i], err));
                break;
            }
        }
        cbi_vault_free_opening(opening);
        opening = NULL;
    }
    status = CBANK_OK;
done:
    cbi_vault_free_opening(opening);
    cbi_statement_clear(&statement);
    cbi_chain_clear(&chain);
    cbi_vault_free_person(person);
    return status;
}

/* The account that this one was merged into directly; `out` is its own where it was not. */
static cbank_status find_into(cbi_reader *reader, const char *account, cbi_account *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_family_parent(reader->txn, account, out, err));
    if (strcmp(out->digits, account) == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_NOT_MERGED, 0, account, NULL));
done:
    return status;
}

static cbank_status look(cbi_bank *bank, const cbi_merge_act *it, cbi_account *into,
                         cbi_family *family, cbi_merge_list *to_move, cbank_error *err)
{
    cbi_merge_act found = *it;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(find_into(&reader, it->from, into, err));
    found.into = into->digits;
    CBI_TRY(cbi_family_read(&reader, it->from, family, err)); /* nobody can be merged into it */
    if (it->order->dry_run) {
        CBI_TRY(check_order_of_mergers(&found, reader.txn, err));
        CBI_TRY(check_recognitions(&found, reader.txn, err));
        CBI_TRY(check_documents(&found, reader.txn, err));
    }
    CBI_TRY(list_strays(&found, &reader, to_move, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_merge_undo(cbi_bank *bank, const char *account, const cbi_order *order,
                            cbi_merge_list *to_move, cbank_error *err)
{
    cbi_account into = {0};
    cbi_family family = {0};
    cbi_merge_act it = {
        .bank = bank, .from = account, .into = account, .order = order, .family = &family};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_merge_check_order(&it, err));
    CBI_TRY(cbi_merge_try_order(&it, err));
    status = look(bank, &it, &into, &family, to_move, err);
    /* Under its token it may have been done before: the ledger answers, or judges once more. */
    if (status == CBANK_E_STATE && order->token.size > 0 && !order->dry_run)
        status = CBANK_OK;
    CBI_TRY(status);
    if (order->dry_run)
        goto done;
    it.into = into.digits;
    it.act.check = check_undo;
    it.act.write = write_undo;
    CBI_TRY(cbi_merge_submit(bank, &it, "unmerge", err));
done:
    cbi_family_clear(&family);
    return status;
}
