#include "bank/family.h"

#include <string.h>

#include "base/memory.h"

#define PAIR_SIZE (1 + 2 * CBI_ACCOUNT_SIZE)

/* Copies what a caller calls an account; all that follows relies on its sixteen digits. */
static cbank_status take_account(const char *account, cbi_account *out, cbank_error *err)
{
    if (!cbi_account_is_valid(cbi_bytes_of_text(account)))
        return cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, account, NULL);
    memcpy(out->digits, account, CBI_ACCOUNT_SIZE + 1);
    return CBANK_OK;
}

static cbi_bytes row_key(char kind, const char *account, const char *other,
                         uint8_t out[PAIR_SIZE])
{
    out[0] = (uint8_t)kind;
    memcpy(out + 1, account, CBI_ACCOUNT_SIZE);
    if (other == NULL)
        return cbi_bytes_of(out, 1 + CBI_ACCOUNT_SIZE);
    memcpy(out + 1 + CBI_ACCOUNT_SIZE, other, CBI_ACCOUNT_SIZE);
    return cbi_bytes_of(out, PAIR_SIZE);
}

cbank_status cbi_family_join(cbi_txn *txn, const char *from, const char *into, cbank_error *err)
{
    uint8_t key[PAIR_SIZE];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_STATE, row_key('m', from, NULL, key),
                        cbi_bytes_of_text(into), err));
    CBI_TRY(cbi_txn_put(txn, CBI_TABLE_STATE, row_key('M', into, from, key), cbi_bytes_of("1", 1),
                        err));
done:
    return status;
}

cbank_status cbi_family_part(cbi_txn *txn, const char *from, cbank_error *err)
{
    uint8_t key[PAIR_SIZE];

    return cbi_txn_delete(txn, CBI_TABLE_STATE, row_key('m', from, NULL, key), err);
}

cbank_status cbi_family_parent(cbi_txn *txn, const char *account, cbi_account *out,
                               cbank_error *err)
{
    uint8_t key[PAIR_SIZE];
    cbank_buffer value = {0};
    cbank_status status = take_account(account, out, err);

    if (status != CBANK_OK)
        return status;
    status = cbi_txn_get(txn, CBI_TABLE_STATE, row_key('m', account, NULL, key), &value, err);
    if (status == CBANK_E_NOT_FOUND)
        status = CBANK_OK;
    else if (status == CBANK_OK && cbi_account_is_valid(cbi_bytes_of_buffer(&value)))
        memcpy(out->digits, value.data, CBI_ACCOUNT_SIZE);
    else if (status == CBANK_OK)
        status = cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_STATE), NULL);
    cbank_buffer_clear(&value);
    return status;
}

cbank_status cbi_family_root(cbi_txn *txn, const char *account, cbi_account *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_account at, into;

    CBI_TRY(take_account(account, &at, err));
    for (size_t i = 0; i <= CBI_TRANSCRIPT_CHAINS_MAX; i++) {
        CBI_TRY(cbi_family_parent(txn, at.digits, &into, err));
        *out = into;
        if (strcmp(into.digits, at.digits) == 0)
            return CBANK_OK;
        at = into;
    }
    status = cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_STATE), NULL);
done:
    return status;
}

cbank_status cbi_family_guests(cbi_txn *txn, const char *account, cbi_account *out, size_t *count,
                               cbank_error *err)
{
    uint8_t key[PAIR_SIZE];
    cbi_bytes prefix = row_key('M', account, NULL, key);
    cbi_page page = {0};
    cbank_status status = CBANK_OK;

    *count = 0;
    CBI_TRY(cbi_txn_page(txn, CBI_TABLE_STATE, prefix, prefix, CBI_TRANSCRIPT_CHAINS_MAX, &page,
                         err));
    for (size_t i = 0; i < page.count; i++) {
        cbi_bytes at = cbi_page_key(&page, i);

        if (at.size != PAIR_SIZE)
            CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_STATE),
                             NULL));
        memcpy(out[i].digits, at.data + 1 + CBI_ACCOUNT_SIZE, CBI_ACCOUNT_SIZE);
        out[i].digits[CBI_ACCOUNT_SIZE] = '\0';
        (*count)++;
    }
done:
    cbi_page_clear(&page);
    return status;
}

static cbank_status add_entries(cbi_txn *txn, const char *account, uint64_t *entries,
                                cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(account);
    cbank_status status = CBANK_OK;
    cbi_head head;

    CBI_TRY(cbi_subject_read_head(txn, &subject, &head, err));
    *entries += head.sequence + 1;
done:
    return status;
}

cbank_status cbi_family_members(cbi_txn *txn, const char *account, cbi_account *out, size_t *count,
                                uint64_t *entries, cbank_error *err)
{
    cbi_account guests[CBI_TRANSCRIPT_CHAINS_MAX], parent;
    cbank_status status = CBANK_OK;
    size_t found;

    *count = 1;
    *entries = 0;
    CBI_TRY(take_account(account, &out[0], err));
    for (size_t m = 0; m < *count; m++) {
        CBI_TRY(add_entries(txn, out[m].digits, entries, err));
        CBI_TRY(cbi_family_guests(txn, out[m].digits, guests, &found, err));
        for (size_t i = 0; i < found; i++) {
            CBI_TRY(cbi_family_parent(txn, guests[i].digits, &parent, err));
            if (strcmp(parent.digits, out[m].digits) != 0)
                continue; /* not any more */
            if (*count == CBI_TRANSCRIPT_CHAINS_MAX)
                CBI_TRY(cbi_fail(err, CBI_REASON_TOO_MANY, CBI_TRANSCRIPT_CHAINS_MAX,
                                 "chains", NULL));
            out[(*count)++] = guests[i];
        }
    }
done:
    return status;
}

/* ---- reading the chains -------------------------------------------------------------------- */

static cbank_status has_mergers(cbi_txn *txn, const char *account, bool *out, cbank_error *err)
{
    uint8_t key[PAIR_SIZE];
    cbi_bytes prefix = row_key('M', account, NULL, key);
    cbi_page page = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_page(txn, CBI_TABLE_STATE, prefix, prefix, 1, &page, err));
    *out = page.count > 0;
done:
    cbi_page_clear(&page);
    return status;
}

static cbank_status add(cbi_reader *reader, cbi_family *family, const char *account,
                        uint32_t merged_into, uint64_t joined_at, cbank_error *err)
{
    cbi_relative *member = &family->members[family->count];
    cbank_status status = CBANK_OK;
    cbi_subject subject;

    if (family->count == CBI_TRANSCRIPT_CHAINS_MAX)
        return cbi_fail(err, CBI_REASON_TOO_MANY, CBI_TRANSCRIPT_CHAINS_MAX, "chains",
                        NULL);
    *member = (cbi_relative){.merged_into = merged_into, .joined_at = joined_at};
    CBI_TRY(take_account(account, &member->account, err));
    subject = cbi_account_subject(member->account.digits);
    CBI_TRY(cbi_history_chain(reader, &subject, &member->chain, err));
    family->count++;
    family->entries += member->chain.count;
    if (family->entries > CBI_TRANSCRIPT_ENTRIES_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_CHAIN_TOO_LONG, CBI_TRANSCRIPT_ENTRIES_MAX, account,
                         NULL));
done:
    return status;
}

/* The mergers of one chain that stand, as they come; an undone one is taken off again. */
typedef struct mergers {
    struct {
        cbi_account account;
        uint64_t sequence;
    } list[CBI_TRANSCRIPT_CHAINS_MAX];
    size_t count;
} mergers;

static void follow(mergers *found, const cbi_statement *statement, uint64_t sequence)
{
    const Cbank__V1__MergedIn *in =
        cbi_statement_body(statement, &cbank__v1__merged_in__descriptor);
    const Cbank__V1__Unmerged *undone =
        cbi_statement_body(statement, &cbank__v1__unmerged__descriptor);

    if (in != NULL && found->count < CBI_TRANSCRIPT_CHAINS_MAX) {
        memcpy(found->list[found->count].account.digits, in->from_account, CBI_ACCOUNT_SIZE + 1);
        found->list[found->count++].sequence = sequence;
    }
    for (size_t i = 0; undone != NULL && i < found->count; i++) {
        if (found->list[i].sequence == undone->touched_sequence) {
            memmove(&found->list[i], &found->list[i + 1],
                    (found->count - i - 1) * sizeof(found->list[0]));
            found->count--;
            break;
        }
    }
}

static cbank_status scan(cbi_reader *reader, const cbi_chain *chain, mergers *out,
                         cbank_error *err)
{
    cbi_statement statement = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    out->count = 0;
    for (size_t i = 0; i < chain->count; i++) {
        CBI_TRY(cbi_history_read(reader, chain->indices[i], &logged, err));
        if (logged.erased ||
            logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT)
            continue;
        CBI_TRY(cbi_statement_parse(logged.statement, &statement, err));
        follow(out, &statement, i);
        cbi_statement_clear(&statement);
    }
done:
    cbi_statement_clear(&statement);
    return status;
}

cbank_status cbi_family_read(cbi_reader *reader, const char *account, cbi_family *out,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    mergers *found = NULL;
    bool any;

    CBI_TRY(cbi_alloc(CBI_TRANSCRIPT_CHAINS_MAX, sizeof(*out->members), &out->members, err));
    CBI_TRY(cbi_alloc(1, sizeof(*found), &found, err));
    status = add(reader, out, account, 0, 0, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, account, NULL);
    CBI_TRY(status);
    for (size_t m = 0; m < out->count; m++) {
        CBI_TRY(has_mergers(reader->txn, out->members[m].account.digits, &any, err));
        if (!any)
            continue;
        CBI_TRY(scan(reader, &out->members[m].chain, found, err));
        for (size_t i = 0; i < found->count; i++)
            CBI_TRY(add(reader, out, found->list[i].account.digits, (uint32_t)m + 1,
                        found->list[i].sequence, err));
    }
done:
    cbi_free(found);
    if (status != CBANK_OK)
        cbi_family_clear(out);
    return status;
}

void cbi_family_clear(cbi_family *family)
{
    for (size_t i = 0; i < family->count; i++)
        cbi_chain_clear(&family->members[i].chain);
    cbi_free(family->members);
    *family = (cbi_family){0};
}
