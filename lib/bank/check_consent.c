/* check_consent.c - second chains: folded again, they must give what the table `consent` has. */
#include "bank/check_part.h"

#include <string.h>

#include "bank/consentrow.h"
#include "base/memory.h"
#include "record/body.h"

typedef struct fold {
    cbi_check *check;
    cbi_txn *txn;
    const char *account;
    cbi_consent_row *rows; /* one an entry; of those that begin nothing, {0} */
    size_t count;
    bool erased;
} fold;

static cbank_status wrong(uint64_t index, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_CHAIN, CBI_TABLE_RECORD, index, detail);
}

static cbank_status walk(fold *it, const cbi_head *head, cbank_error *err)
{
    cbi_check_place *places = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_check_find_places(it->check, it->txn, head, &places, &it->count, &it->erased,
                                  err));
    CBI_TRY(cbi_alloc(it->count, sizeof(*it->rows), &it->rows, err));
    for (size_t i = 0; i < it->count; i++) {
        it->rows[i].index = places[i].index;
        it->rows[i].leaf = places[i].leaf;
    }
done:
    cbi_free(places);
    return status;
}

/* Whoever gave or took back a consent in the learner's place was authorised before. */
static cbank_status check_agent(const fold *it, size_t sequence, uint64_t named,
                                ProtobufCBinaryData leaf, cbi_consent_thing thing,
                                cbank_error *err)
{
    if (leaf.len == 0)
        return CBANK_OK;
    if (named >= sequence || it->rows[named].state.thing != thing ||
        !cbi_bytes_equal(cbi_message_bytes(leaf), cbi_bytes_of_hash(&it->rows[named].leaf)))
        return wrong(it->rows[sequence].index, "named", err);
    return CBANK_OK;
}

static cbank_status check_named(const fold *it, size_t sequence, const cbi_statement *statement,
                                cbank_error *err)
{
    const Cbank__V1__ConsentGiven *given =
        cbi_statement_body(statement, &cbank__v1__consent_given__descriptor);
    const Cbank__V1__ConsentWithdrawn *withdrawn =
        cbi_statement_body(statement, &cbank__v1__consent_withdrawn__descriptor);
    const Cbank__V1__DisclosureIssued *issued =
        cbi_statement_body(statement, &cbank__v1__disclosure_issued__descriptor);
    const Cbank__V1__DisclosureExtended *extended =
        cbi_statement_body(statement, &cbank__v1__disclosure_extended__descriptor);

    if (given != NULL)
        return check_agent(it, sequence, given->agent_sequence, given->agent_leaf,
                           CBI_CONSENT_AGENT, err);
    if (withdrawn != NULL)
        return check_agent(it, sequence, withdrawn->agent_sequence, withdrawn->agent_leaf,
                           CBI_CONSENT_AGENT, err);
    if (issued != NULL)
        return check_agent(it, sequence, issued->consent_sequence, issued->consent_leaf,
                           CBI_CONSENT_GIVEN, err);
    if (extended != NULL)
        return check_agent(it, sequence, extended->consent_sequence, extended->consent_leaf,
                           CBI_CONSENT_GIVEN, err);
    return CBANK_OK;
}

/* A consent that was withdrawn lets nothing more out. */
static cbank_status check_live(const fold *it, size_t sequence, const cbi_consent_row *row,
                               cbank_error *err)
{
    if (row->state.thing == CBI_CONSENT_DISCLOSURE && !row->state.ended && row->parent != 0 &&
        it->rows[row->parent - 1].state.ended)
        return wrong(it->rows[sequence].index, "consent", err);
    return CBANK_OK;
}

static cbank_status take_entry(fold *it, size_t sequence, cbank_error *err)
{
    cbi_consent_row *own = &it->rows[sequence], *touched, row;
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;
    uint64_t named;
    cbi_bytes leaf;
    int kind;

    CBI_TRY(cbi_check_read_at(it->check, it->txn, own->index, &read, err));
    kind = (int)read.statement.kind->kind;
    CBI_TRY(check_named(it, sequence, &read.statement, err));
    if (cbi_consent_row_begin(kind, read.statement.body, &row)) {
        memcpy(row.account.digits, it->account, CBI_ACCOUNT_SIZE);
        row.sequence = sequence;
        row.index = row.ground_index = own->index;
        row.leaf = own->leaf;
        *own = row;
        CBI_TRY(check_live(it, sequence, own, err));
    } else if (cbi_consent_touched(kind, read.statement.body, &named, &leaf)) {
        touched = &it->rows[named < sequence ? named : 0];
        if (named >= sequence || !cbi_bytes_equal(leaf, cbi_bytes_of_hash(&touched->leaf)))
            CBI_TRY(wrong(own->index, "touched", err));
        if (cbi_consent_row_step(touched, kind, read.statement.body, read.statement.message->at,
                                 own->index, err) != CBANK_OK)
            CBI_TRY(wrong(own->index, cbank_reason_name(err->reason), err));
        CBI_TRY(check_live(it, sequence, touched, err));
    }
done:
    cbi_check_clear_read(&read);
    return status;
}

cbank_status cbi_check_second(cbi_check *check, cbi_txn *txn, const char *account,
                              const cbi_head *head, cbank_error *err)
{
    fold it = {.check = check, .txn = txn, .account = account};
    cbank_status status = CBANK_OK;

    CBI_TRY(walk(&it, head, err));
    for (size_t i = 0; i < it.count && !it.erased; i++)
        CBI_TRY(take_entry(&it, i, err));
    for (size_t i = 0; i < it.count && !it.erased; i++) {
        bool as_said = true;

        if (it.rows[i].state.thing != CBI_CONSENT_NONE)
            CBI_TRY(cbi_consent_row_is(txn, &it.rows[i], &as_said, err));
        if (!as_said)
            CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_CONSENT,
                                    it.rows[i].index, "state"));
    }
done:
    cbi_free(it.rows);
    return status;
}

/* ---- backwards --------------------------------------------------------------------------- */

/* What is in the table begins where it says, on the chain that it says. */
static cbank_status check_row(cbi_check *check, cbi_txn *txn, const cbi_consent_row *row,
                              cbank_error *err)
{
    cbi_consent_row begun = {0};
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;
    const char *account;

    CBI_TRY(cbi_check_read_at(check, txn, row->index, &read, err));
    account = read.statement.kind == NULL
                  ? NULL
                  : cbi_body_account(read.statement.kind, read.statement.body);
    if (account == NULL || strcmp(account, row->account.digits) != 0 ||
        read.logged.entry.sequence != row->sequence ||
        !cbi_hash_equal(&read.logged.leaf, &row->leaf) ||
        !cbi_consent_row_begin((int)read.statement.kind->kind, read.statement.body, &begun) ||
        begun.state.thing != row->state.thing)
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_CONSENT, check->row,
                                "statement"));
done:
    cbi_check_clear_read(&read);
    return status;
}

cbank_status cbi_check_consent(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_consent_row row;
    bool led_to;

    if (key.size > 0 && key.data[0] == 'c' && cbi_consent_row_decode(key, value, &row))
        return check_row(check, txn, &row, err);
    CBI_TRY(cbi_consent_row_led_to(txn, key, value, &led_to, err));
    if (!led_to)
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_CONSENT, check->row, "form"));
done:
    return status;
}

cbank_status cbi_check_agent(cbi_check *check, cbi_txn *txn,
                             const Cbank__Api__V1__PersonAgent *agent, cbank_error *err)
{
    const Cbank__V1__AgentAuthorised *authorised;
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;
    cbi_hash random, commitment;

    CBI_TRY(cbi_check_read_at(check, txn, agent->index, &read, err));
    authorised = cbi_statement_body(&read.statement, &cbank__v1__agent_authorised__descriptor);
    if (authorised == NULL || !cbi_hash_from(cbi_message_bytes(agent->random), &random))
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_VAULT, check->row, "agent"));
    CBI_TRY(cbi_consent_commit_agent(check->hasher, &random,
                                     cbi_message_text(agent->document_type),
                                     cbi_message_text(agent->document_number), &commitment, err));
    if (!cbi_bytes_equal(cbi_message_bytes(authorised->agent), cbi_bytes_of_hash(&commitment)))
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_VAULT, check->row, "agent"));
done:
    cbi_check_clear_read(&read);
    return status;
}
