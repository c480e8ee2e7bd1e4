#include "bank/merge_part.h"

#include <string.h>

#include "bank/holding.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* ---- lists --------------------------------------------------------------------------------- */

void cbi_merge_list_clear(cbi_merge_list *list)
{
    cbi_free(list->indices);
    *list = (cbi_merge_list){0};
}

cbank_status cbi_merge_list_add(cbi_merge_list *list, uint64_t index, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (list->indices == NULL)
        CBI_TRY(cbi_alloc(CBI_MERGE_LIST_MAX, sizeof(*list->indices), &list->indices, err));
    if (list->count == CBI_MERGE_LIST_MAX)
        list->more++;
    else
        list->indices[list->count++] = index;
done:
    return status;
}

static bool seem_the_same(const cbi_holding *a, const cbi_holding *b)
{
    return a->state == CBI_RECORD_HELD && b->state == CBI_RECORD_HELD &&
           strcmp(a->record->awarded_by->institution, b->record->awarded_by->institution) == 0 &&
           strcmp(a->record->code, b->record->code) == 0 &&
           strcmp(a->record->title[0]->value, b->record->title[0]->value) == 0;
}

/* Reads a deposit; `*found` is false for any other entry. */
static cbank_status read_deposit(cbi_reader *reader, uint64_t index, cbi_holding *out, bool *found,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    *found = false;
    CBI_TRY(cbi_history_read(reader, index, &logged, err));
    if (logged.erased || logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
        return CBANK_OK;
    status = cbi_holding_take(reader->txn, reader->hasher, &logged, out, err);
    if (status == CBANK_E_NOT_FOUND) /* an award of another kind */
        return CBANK_OK;
    CBI_TRY(status);
    *found = true;
done:
    return status;
}

/* Whether any of these chains holds what seems to be this record. */
static cbank_status has_double(cbi_reader *reader, const cbi_holding *one, const cbi_family *family,
                               bool *out, cbank_error *err)
{
    cbi_holding other = {0};
    cbank_status status = CBANK_OK;
    bool found;

    *out = false;
    for (size_t m = 0; m < family->count; m++) {
        const cbi_chain *chain = &family->members[m].chain;

        for (size_t i = 0; i < chain->count && !*out; i++) {
            CBI_TRY(read_deposit(reader, chain->indices[i], &other, &found, err));
            *out = found && seem_the_same(one, &other);
            if (found)
                cbi_holding_clear(&other);
        }
    }
done:
    cbi_holding_clear(&other);
    return status;
}

static cbank_status find_doubles(cbi_reader *reader, const cbi_family *from,
                                 const cbi_family *into, cbi_merge_list *out, cbank_error *err)
{
    cbi_holding one = {0};
    cbank_status status = CBANK_OK;
    bool found, twice;

    for (size_t m = 0; m < from->count; m++) {
        const cbi_chain *chain = &from->members[m].chain;

        for (size_t i = 0; i < chain->count; i++) {
            CBI_TRY(read_deposit(reader, chain->indices[i], &one, &found, err));
            if (!found)
                continue;
            CBI_TRY(has_double(reader, &one, into, &twice, err));
            if (twice)
                CBI_TRY(cbi_merge_list_add(out, one.index, err));
            cbi_holding_clear(&one);
        }
    }
done:
    cbi_holding_clear(&one);
    return status;
}

/* ---- merging ------------------------------------------------------------------------------- */

cbank_status cbi_merge_step(cbi_txn *txn, const char *account, int kind, cbank_error *err)
{
    cbi_lifecycle life = {.subject = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_account_life(txn, account, &life.life, err));
    CBI_TRY(cbi_lifecycle_step(&life, kind, err));
done:
    if (status != CBANK_OK)
        cbi_error_name(err, account);
    return status;
}

/* Together they must fit into one transcript, or nothing of it could be shown any more. */
static cbank_status check_limits(const cbi_merge_act *it, cbi_txn *txn, cbank_error *err)
{
    cbi_account members[CBI_TRANSCRIPT_CHAINS_MAX];
    uint64_t entries, all = 2; /* those of the merger itself */
    size_t count, chains = 0;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < 2; i++) {
        CBI_TRY(cbi_family_members(txn, i == 0 ? it->from : it->into, members, &count, &entries,
                                   err));
        chains += count;
        all += entries;
    }
    if (chains > CBI_TRANSCRIPT_CHAINS_MAX || all > CBI_TRANSCRIPT_ENTRIES_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_MERGE_LIMIT, CBI_TRANSCRIPT_ENTRIES_MAX, it->into, NULL));
done:
    return status;
}

/* All documents that stand come along: none may be left behind, and the vault has room. */
static cbank_status check_documents(const cbi_merge_act *it, cbi_txn *txn, cbank_error *err)
{
    Cbank__Api__V1__Person *from = NULL, *into = NULL;
    cbank_status status = CBANK_OK;
    size_t count = 0;

    CBI_TRY(cbi_vault_get_person(it->bank, txn, it->from, &from, err));
    CBI_TRY(cbi_vault_get_person(it->bank, txn, it->into, &into, err));
    for (size_t i = 0; i < from->n_documents; i++)
        count += from->documents[i]->ended_at == 0;
    if (into->n_documents + count > CBI_PERSON_DOCUMENTS_EVER)
        CBI_TRY(cbi_fail(err, CBI_REASON_VAULT_FULL, CBI_VALUE_MAX, it->into, NULL));
    CBI_TRY(cbi_vault_check_room(txn, it->from, it->order->note, 0, err));
    CBI_TRY(cbi_vault_check_room(txn, it->into, it->order->note,
                                 count * CBI_VAULT_DOCUMENT_MAX, err));
done:
    cbi_vault_free_person(from);
    cbi_vault_free_person(into);
    return status;
}

static cbank_status judge_merge(const cbi_merge_act *it, cbi_txn *txn, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_merge_step(txn, it->from, KIND(MERGED_OUT), err));
    CBI_TRY(cbi_merge_step(txn, it->into, KIND(MERGED_IN), err));
    CBI_TRY(check_limits(it, txn, err));
    CBI_TRY(check_documents(it, txn, err));
done:
    return status;
}

static cbank_status check_merge(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge_merge((const cbi_merge_act *)(const void *)act, append->txn, err);
}

/* Documents lead to the account that goes on. Its person keeps them too, for who looks at it. */
static cbank_status hand_over(const cbi_merge_act *it, cbi_txn *txn, cbank_error *err)
{
    Cbank__Api__V1__Person *from = NULL, *into = NULL;
    Cbank__Api__V1__PersonDocument *documents[CBI_PERSON_DOCUMENTS_EVER];
    Cbank__Api__V1__Person joined;
    cbank_status status = CBANK_OK;
    size_t count = 0;

    CBI_TRY(cbi_vault_get_person(it->bank, txn, it->from, &from, err));
    CBI_TRY(cbi_vault_get_person(it->bank, txn, it->into, &into, err));
    for (size_t i = 0; i < into->n_documents; i++)
        documents[count++] = into->documents[i];
    for (size_t i = 0; i < from->n_documents; i++) {
        cbi_identity document = {0};

        if (from->documents[i]->ended_at != 0)
            continue;
        CBI_TRY(cbi_identity_normalise(cbi_message_text(from->documents[i]->type),
                                       cbi_message_text(from->documents[i]->number), &document,
                                       err));
        status = cbi_vault_move_account(it->bank, txn, &document, it->from, it->into, err);
        cbi_identity_clear(&document);
        CBI_TRY(status);
        documents[count++] = from->documents[i];
    }
    joined = *into;
    joined.documents = documents;
    joined.n_documents = count;
    CBI_TRY(cbi_vault_keep_person(it->bank, txn, it->into, &joined, err));
done:
    cbi_vault_free_person(from);
    cbi_vault_free_person(into);
    return status;
}

static cbank_status tag_of(cbi_append *append, const char *account, cbi_hash *random,
                           cbi_hash *tag, cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(account);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_subject_read_randomness(append->txn, &subject, random, err));
    CBI_TRY(cbi_entry_tag(append->hasher, subject.kind, random, subject.id, tag, err));
done:
    return status;
}

/* A statement of this order; the note goes to `account`. */
cbank_status cbi_merge_state(const cbi_merge_act *it, cbi_append *append, const char *account,
                             int kind, const void *body, cbi_hash *leaf, cbank_error *err)
{
    cbi_errand_statement statement = {
        .subject = cbi_account_subject(account), .kind = kind, .body = body};
    cbi_note_seal seal = {0};
    cbank_status status = CBANK_OK;
    uint64_t index;

    CBI_TRY(cbi_order_state(append->hasher, it->order, cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
                            &seal, &statement, err));
    CBI_TRY(cbi_errand_append(append, &statement, &index, leaf, err));
    CBI_TRY(cbi_vault_add_note(it->bank, append->txn, account, index, &seal.random, seal.text,
                               err));
done:
    return status;
}

static cbank_status write_merge(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const cbi_merge_act *it = (const cbi_merge_act *)(const void *)act;
    cbi_subject subject = cbi_account_subject(it->from);
    Cbank__V1__MergedOut out = CBANK__V1__MERGED_OUT__INIT;
    Cbank__V1__MergedIn in = CBANK__V1__MERGED_IN__INIT;
    cbank_status status = CBANK_OK;
    cbi_hash from_random, into_random, from_tag, into_tag, leaf;
    cbi_head head;

    CBI_TRY(tag_of(append, it->into, &into_random, &into_tag, err));
    CBI_TRY(tag_of(append, it->from, &from_random, &from_tag, err));
    CBI_TRY(hand_over(it, append->txn, err));
    out.account = cbi_message_string(it->from);
    out.into_tag = cbi_message_data(cbi_bytes_of_hash(&into_tag));
    CBI_TRY(cbi_merge_state(it, append, it->from, KIND(MERGED_OUT), &out, &leaf, err));
    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &head, err));
    in.account = cbi_message_string(it->into);
    in.from_account = cbi_message_string(it->from);
    in.from_tag_random = cbi_message_data(cbi_bytes_of_hash(&from_random));
    in.from_sequence = head.sequence;
    in.from_leaf = cbi_message_data(cbi_bytes_of_hash(&leaf));
    CBI_TRY(cbi_merge_state(it, append, it->into, KIND(MERGED_IN), &in, NULL, err));
    CBI_TRY(cbi_account_put_life(append->txn, it->from, CBI_LIFE_MERGED, err));
    CBI_TRY(cbi_family_join(append->txn, it->from, it->into, err));
done:
    return status;
}

/* Both as they are sealed, for what seems to be there twice. */
static cbank_status look(cbi_bank *bank, const cbi_merge_act *it, cbi_merge_list *doubles,
                         cbank_error *err)
{
    cbi_family from = {0}, into = {0};
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(judge_merge(it, reader.txn, err));
    CBI_TRY(cbi_family_read(&reader, it->from, &from, err));
    CBI_TRY(cbi_family_read(&reader, it->into, &into, err));
    CBI_TRY(find_doubles(&reader, &from, &into, doubles, err));
done:
    cbi_family_clear(&from);
    cbi_family_clear(&into);
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_merge_submit(cbi_bank *bank, cbi_merge_act *it, const char *word, cbank_error *err)
{
    cbi_bytes about[] = {cbi_bytes_of_text(it->from), cbi_bytes_of_text(it->into)};
    size_t named = it->family == NULL ? 2 : 1; /* what is undone, the bank knows */
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_errand_token(it->order->token, it->act.token, err));
    CBI_TRY(cbi_order_digest(bank, it->order, word, about, named, &it->act.request, err));
    it->act.now = it->order->now;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it->act, err));
done:
    cbank_buffer_clear(&it->act.result);
    return status;
}

cbank_status cbi_merge_check_order(const cbi_merge_act *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (!cbi_account_is_valid(cbi_bytes_of_text(it->from)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, it->from, NULL));
    if (!cbi_account_is_valid(cbi_bytes_of_text(it->into)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, it->into, NULL));
    CBI_TRY(cbi_order_check(it->order, err));
    CBI_TRY(cbi_order_check_two(it->order, err));
done:
    return status;
}

/* A document of the order that cannot be signed is refused before anything is written. */
cbank_status cbi_merge_try_order(const cbi_merge_act *it, cbank_error *err)
{
    Cbank__V1__AccountChanged body = CBANK__V1__ACCOUNT_CHANGED__INIT;

    body.account = cbi_message_string(it->from);
    return cbi_errand_try(&(cbi_errand_statement){.subject = cbi_account_subject(it->from),
                                                  .kind = KIND(ACCOUNT_FROZEN),
                                                  .actor = it->order->actor,
                                                  .approver = it->order->approver,
                                                  .reason = it->order->reason,
                                                  .document = it->order->document,
                                                  .body = &body},
                          err);
}

cbank_status cbi_merge_accounts(cbi_bank *bank, const char *from, const char *into,
                                const cbi_order *order, cbi_merge_list *doubles, cbank_error *err)
{
    cbi_merge_act it = {.bank = bank, .from = from, .into = into, .order = order};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_merge_check_order(&it, err));
    if (strcmp(from, into) == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_MERGE_SELF, 0, from, NULL));
    CBI_TRY(cbi_merge_try_order(&it, err));
    status = look(bank, &it, doubles, err);
    /* Under its token it may have been done before: the ledger answers, or judges once more. */
    if (status == CBANK_E_STATE && order->token.size > 0 && !order->dry_run)
        status = CBANK_OK;
    CBI_TRY(status);
    if (order->dry_run)
        goto done;
    it.act.check = check_merge;
    it.act.write = write_merge;
    CBI_TRY(cbi_merge_submit(bank, &it, "merge", err));
done:
    return status;
}
