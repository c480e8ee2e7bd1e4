/* restate.c - what was said of an account while it was merged, said again on its own chain. */
#include "bank/merge_part.h"

#include "bank/enrolment.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* Is the entry that something touches on this account's chain? */
static cbank_status touches_chain(const char *account, cbi_append *append, uint64_t sequence,
                                  cbi_bytes leaf, bool *out, cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(account);
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;
    cbi_head head;
    bool more = true;

    *out = false;
    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &head, err));
    while (more && !*out && head.sequence >= sequence) {
        CBI_TRY(cbi_logged_step_back(append->txn, append->hasher, &head, &row, &logged, err));
        more = logged.entry.sequence > sequence;
        *out = logged.entry.sequence == sequence &&
               cbi_bytes_equal(leaf, cbi_bytes_of_hash(&logged.leaf));
    }
done:
    cbank_buffer_clear(&row);
    return status;
}

/* Or on one of the chains that have their own way again? */
cbank_status cbi_merge_touches(const cbi_merge_act *it, cbi_append *append, uint64_t sequence,
                               cbi_bytes leaf, bool *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = false;
    for (size_t i = 0; i < it->family->count && !*out; i++)
        CBI_TRY(touches_chain(it->family->members[i].account.digits, append, sequence,
                              leaf, out, err));
done:
    return status;
}

/* A change of one of the account's records, said again on its own chain. */
static cbank_status restate(const cbi_merge_act *it, cbi_append *append,
                            const cbi_statement *statement, cbank_error *err)
{
    const Cbank__V1__CreditChanged *changed =
        cbi_statement_body(statement, &cbank__v1__credit_changed__descriptor);
    cbank_status status = CBANK_OK;
    bool touches = false;

    if (changed != NULL)
        CBI_TRY(cbi_merge_touches(it, append, changed->touched_sequence,
                             cbi_message_bytes(changed->touched_leaf), &touches, err));
    if (touches)
        CBI_TRY(cbi_errand_append(append,
                                  &(cbi_errand_statement){
                                      .subject = cbi_account_subject(it->from),
                                      .kind = KIND(CREDIT_CHANGED),
                                      .token = cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
                                      .body = changed},
                                  NULL, NULL, err));
done:
    return status;
}

/* The same of one of its enrolments, whose row follows. */
static cbank_status restate_enrolment(const cbi_merge_act *it, cbi_append *append,
                                      const cbi_statement *statement, cbank_error *err)
{
    const Cbank__V1__EnrolmentChanged *changed =
        cbi_statement_body(statement, &cbank__v1__enrolment_changed__descriptor);
    Cbank__V1__EnrolmentChange *change = NULL;
    Cbank__V1__EnrolmentChanged body;
    cbi_enrolment_row row;
    cbank_status status = CBANK_OK;
    bool touches = false;
    cbi_hash id;

    if (changed != NULL)
        CBI_TRY(cbi_merge_touches(it, append, changed->touched_sequence,
                             cbi_message_bytes(changed->touched_leaf), &touches, err));
    if (!touches)
        goto done;
    body = *changed;
    body.account = cbi_message_string(it->from);
    CBI_TRY(cbi_enrolment_change_parse(cbi_message_bytes(changed->change), &change, err));
    (void)cbi_hash_from(cbi_message_bytes(change->enrolment), &id); /* checked: 32 */
    CBI_TRY(cbi_enrolment_by_id(append->txn, &id, &row, err));
    CBI_TRY(cbi_errand_append(append,
                              &(cbi_errand_statement){
                                  .subject = cbi_account_subject(it->from),
                                  .kind = (int)statement->kind->kind,
                                  .document = statement->message->document,
                                  .token = cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
                                  .body = &body},
                              change->revision == row.revision ? &row.newest : NULL, NULL, err));
    CBI_TRY(cbi_enrolment_write(append->txn, &row, err));
done:
    cbi_message_free(change);
    return status;
}

typedef cbank_status (*say_again)(const cbi_merge_act *it, cbi_append *append,
                                  const cbi_statement *statement, cbank_error *err);

/* Statements of one class since the merger, oldest first, as far as they are the account's. */
static cbank_status restore(const cbi_merge_act *it, cbi_append *append, uint64_t since,
                            Cbank__V1__EntryClass entry_class, say_again say, cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(it->into);
    cbi_statement statement = {0};
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    uint64_t *indices = NULL;
    size_t count = 0;
    cbi_logged logged;
    cbi_head head;

    CBI_TRY(cbi_subject_read_head(append->txn, &subject, &head, err));
    CBI_TRY(cbi_alloc(head.sequence - since + 1, sizeof(*indices), &indices, err));
    while (head.sequence > since) {
        CBI_TRY(cbi_logged_step_back(append->txn, append->hasher, &head, &row, &logged, err));
        if (logged.entry.entry_class == entry_class)
            indices[count++] = logged.index;
    }
    while (count-- > 0) {
        CBI_TRY(cbi_logged_read(append->txn, append->hasher, indices[count], &row, &logged, err));
        CBI_TRY(cbi_statement_parse(logged.statement, &statement, err));
        CBI_TRY(say(it, append, &statement, err));
        cbi_statement_clear(&statement);
    }
done:
    cbi_free(indices);
    cbi_statement_clear(&statement);
    cbank_buffer_clear(&row);
    return status;
}

/* Changes of records stand right behind what reopens the chain: verification knows them so. */
cbank_status cbi_merge_restate(const cbi_merge_act *it, cbi_append *append, uint64_t since,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(restore(it, append, since, CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_CHANGE, restate, err));
    CBI_TRY(restore(it, append, since, CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ENROLMENT,
                    restate_enrolment, err));
done:
    return status;
}
