#include "bank/check_part.h"

#include <string.h>

#include "bank/account.h"
#include "bank/family.h"
#include "bank/holding.h"
#include "bank/recognition.h"
#include "base/memory.h"
#include "proof/batch.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define CLASS(name) CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_##name

/* What one entry of an account's chain leaves behind for those that follow. */
typedef struct chain_link {
    cbi_check_place place;
    cbi_hash id; /* of a deposit's record, or of a recognition */
    bool deposit;
    bool converts;
    cbi_record_state state;
    cbi_conversion_state conversion;
    int kind;
    bool undone;
} chain_link;

typedef struct walk {
    cbi_check *check;
    cbi_txn *txn;
    const char *account;
    chain_link *links;
    size_t count;
    cbi_lifecycle life;
    bool complete; /* nothing of it is erased or unreadable, so the end can be told */
    bool moves;    /* a record of it was offered to another bank, or came from one */
    cbi_check_enrolments enrolments;
    cbi_account merged[2 * CBI_TRANSCRIPT_CHAINS_MAX]; /* into it, undone or not, and into those */
    size_t merged_count;
} walk;

static cbank_status wrong(const walk *it, size_t sequence, const char *detail, cbank_error *err)
{
    return cbi_check_wrong(err, CBI_REASON_CHECK_CHAIN, CBI_TABLE_RECORD,
                           it->links[sequence].place.index, detail);
}

cbank_status cbi_check_find_places(cbi_check *check, cbi_txn *txn, const cbi_head *head,
                                   cbi_check_place **out, size_t *count, bool *erased,
                                   cbank_error *err)
{
    cbi_check_place *places = NULL;
    cbi_head named = *head;
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    *erased = false;
    if (head->sequence >= CBI_TRANSCRIPT_ENTRIES_MAX)
        return cbi_fail(err, CBI_REASON_CHAIN_TOO_LONG, CBI_TRANSCRIPT_ENTRIES_MAX, NULL, NULL);
    *count = (size_t)head->sequence + 1;
    CBI_TRY(cbi_alloc(*count, sizeof(*places), &places, err));
    for (size_t i = *count; i-- > 0;) {
        places[i] = (cbi_check_place){.index = named.index, .leaf = named.leaf};
        CBI_TRY(cbi_logged_step_back(txn, check->hasher, &named, &row, &logged, err));
        places[i].statement = logged.entry.statement;
        *erased = *erased || logged.erased;
    }
    *out = places;
    places = NULL;
done:
    cbi_free(places);
    cbank_buffer_clear(&row);
    return status;
}

static cbank_status find_links(walk *it, const cbi_head *head, cbank_error *err)
{
    cbi_check_place *places = NULL;
    cbank_status status = CBANK_OK;
    bool erased;

    CBI_TRY(cbi_check_find_places(it->check, it->txn, head, &places, &it->count, &erased, err));
    CBI_TRY(cbi_alloc(it->count, sizeof(*it->links), &it->links, err));
    for (size_t i = 0; i < it->count; i++)
        it->links[i].place = places[i];
done:
    cbi_free(places);
    return status;
}

static cbank_status take_deposit(walk *it, size_t sequence, const cbi_statement *statement,
                                 cbank_error *err)
{
    const Cbank__V1__CreditDeposited *deposited =
        cbi_statement_body(statement, &cbank__v1__credit_deposited__descriptor);
    const Cbank__V1__CreditReceived *received =
        cbi_statement_body(statement, &cbank__v1__credit_received__descriptor);
    ProtobufCBinaryData record = deposited != NULL ? deposited->record : received->record;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_batch_item_id(it->check->hasher, false, cbi_message_bytes(record),
                              &it->links[sequence].id, err));
    it->links[sequence].deposit = true;
done:
    return status;
}

/* Is there such an entry of this class on a chain that was merged into this one? */
static cbank_status find_elsewhere(const walk *it, Cbank__V1__EntryClass entry_class,
                                   uint64_t sequence, cbi_bytes leaf, bool *found,
                                   cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;
    cbi_head head;

    *found = false;
    for (size_t m = 0; m < it->merged_count && !*found; m++) {
        cbi_subject subject = cbi_account_subject(it->merged[m].digits);

        CBI_TRY(cbi_subject_read_head(it->txn, &subject, &head, err));
        if (head.sequence < sequence)
            continue;
        do {
            CBI_TRY(cbi_logged_step_back(it->txn, it->check->hasher, &head, &row, &logged, err));
        } while (logged.entry.sequence > sequence);
        *found = logged.entry.entry_class == entry_class &&
                 cbi_bytes_equal(leaf, cbi_bytes_of_hash(&logged.leaf));
    }
done:
    cbank_buffer_clear(&row);
    return status;
}

/* An earlier deposit or conversion of this chain; NULL for one of a chain merged into it. */
static cbank_status find_touched(walk *it, size_t from, bool converts, uint64_t sequence,
                                 cbi_bytes leaf, chain_link **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool elsewhere = false;

    *out = NULL;
    if (it->merged_count > 0)
        CBI_TRY(find_elsewhere(it, converts ? CLASS(USE) : CLASS(AWARD), sequence, leaf,
                               &elsewhere, err));
    if (elsewhere)
        return CBANK_OK;
    if (sequence >= from)
        return wrong(it, from, "touched sequence", err);
    if (!(converts ? it->links[sequence].converts : it->links[sequence].deposit) ||
        !cbi_bytes_equal(leaf, cbi_bytes_of_hash(&it->links[sequence].place.leaf)))
        return wrong(it, from, "touched leaf", err);
    *out = &it->links[sequence];
done:
    return status;
}

/* The bank may doubt what holds. */
static cbank_status take_question(walk *it, size_t sequence, const cbi_statement *statement,
                                  cbank_error *err)
{
    const Cbank__V1__CreditQuestioned *body = statement->body;
    cbank_status status = CBANK_OK;
    chain_link *touched;

    CBI_TRY(find_touched(it, sequence, false, body->touched_sequence,
                         cbi_message_bytes(body->touched_leaf), &touched, err));
    if (touched != NULL &&
        cbi_record_state_step(&touched->state, CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_SUSPEND,
                              err) != CBANK_OK)
        CBI_TRY(wrong(it, sequence, cbank_reason_name(err->reason), err));
done:
    return status;
}

/* A change names an earlier deposit of this chain, and moves its state as the rules allow. */
static cbank_status take_change(walk *it, size_t sequence, const cbi_statement *statement,
                                cbank_error *err)
{
    const Cbank__V1__CreditChanged *changed = statement->body;
    Cbank__V1__CreditChange *change = NULL;
    cbank_status status = CBANK_OK;
    chain_link *touched;

    CBI_TRY(find_touched(it, sequence, false, changed->touched_sequence,
                         cbi_message_bytes(changed->touched_leaf), &touched, err));
    if (touched == NULL)
        goto done;
    CBI_TRY(cbi_credit_change_parse(cbi_message_bytes(changed->change), &change, err));
    if (!cbi_bytes_equal(cbi_message_bytes(change->record), cbi_bytes_of_hash(&touched->id)))
        CBI_TRY(wrong(it, sequence, "record id", err));
    if (cbi_record_state_step(&touched->state, change->action, err) != CBANK_OK)
        CBI_TRY(wrong(it, sequence, cbank_reason_name(err->reason), err));
done:
    cbi_message_free(change);
    return status;
}

/* A conversion begins, or an earlier one changes as the rules allow. */
static cbank_status take_conversion(walk *it, size_t sequence, const cbi_statement *statement,
                                    cbank_error *err)
{
    const Cbank__V1__ConversionRecognised *recognised =
        cbi_statement_body(statement, &cbank__v1__conversion_recognised__descriptor);
    const Cbank__V1__ConversionNoted *noted =
        cbi_statement_body(statement, &cbank__v1__conversion_noted__descriptor);
    const Cbank__V1__ConversionChanged *changed =
        cbi_statement_body(statement, &cbank__v1__conversion_changed__descriptor);
    const Cbank__V1__ConversionReplaced *replaced =
        cbi_statement_body(statement, &cbank__v1__conversion_replaced__descriptor);
    cbank_status status = CBANK_OK;
    chain_link *touched = NULL;

    if (recognised != NULL)
        it->links[sequence].converts =
            cbi_hash_from(cbi_message_bytes(recognised->recognition), &it->links[sequence].id);
    if (noted != NULL)
        it->links[sequence].converts =
            cbi_hash_from(cbi_message_bytes(noted->notice), &it->links[sequence].id);
    if (changed != NULL)
        CBI_TRY(find_touched(it, sequence, true, changed->touched_sequence,
                             cbi_message_bytes(changed->touched_leaf), &touched, err));
    if (replaced != NULL)
        CBI_TRY(find_touched(it, sequence, true, replaced->touched_sequence,
                             cbi_message_bytes(replaced->touched_leaf), &touched, err));
    if (touched != NULL && cbi_conversion_state_step(&touched->conversion, statement->kind->kind,
                                                     err) != CBANK_OK)
        CBI_TRY(wrong(it, sequence, cbank_reason_name(err->reason), err));
done:
    return status;
}

/* Enrolments, each change of which is the next one. */
static cbank_status take_enrolling(walk *it, size_t sequence, const cbi_check_read *read,
                                   cbank_error *err)
{
    const Cbank__V1__EnrolmentChanged *changed =
        cbi_statement_body(&read->statement, &cbank__v1__enrolment_changed__descriptor);
    cbank_status status = CBANK_OK;
    bool elsewhere, found = false;

    CBI_TRY(cbi_check_enrolling(it->check, &read->logged, &it->enrolments, &elsewhere, err));
    if (elsewhere)
        CBI_TRY(find_elsewhere(it, CLASS(ENROLMENT), changed->touched_sequence,
                               cbi_message_bytes(changed->touched_leaf), &found, err));
    if (elsewhere && !found)
        CBI_TRY(wrong(it, sequence, "touched leaf", err));
done:
    return status;
}

/* What a statement says it undoes stands on this chain, is of the kind, and stands still. */
static cbank_status take_undoing(walk *it, size_t sequence, uint64_t touched,
                                 ProtobufCBinaryData leaf, bool merger, cbank_error *err)
{
    chain_link *link = &it->links[touched < sequence ? touched : 0];
    bool fits;

    if (leaf.len == 0)
        return CBANK_OK;
    fits = merger ? link->kind == KIND(MERGED_IN) ||
                        (link->kind == KIND(MERGED_OUT) && touched + 1 == sequence)
                  : link->kind == KIND(ACCOUNT_OPENED) || link->kind == KIND(IDENTITY_BOUND) ||
                        link->kind == KIND(IDENTITY_CORRECTED);
    if (touched >= sequence || !fits || link->undone ||
        !cbi_bytes_equal(cbi_message_bytes(leaf), cbi_bytes_of_hash(&link->place.leaf)))
        return wrong(it, sequence, "undone", err);
    link->undone = true;
    return CBANK_OK;
}

/* The account that was merged, and whatever had been merged into it before. */
static cbank_status add_merged(walk *it, const char *account, cbank_error *err)
{
    size_t at = it->merged_count, guests;
    cbank_status status = CBANK_OK;

    if (at >= CBI_TRANSCRIPT_CHAINS_MAX)
        return CBANK_OK;
    memcpy(it->merged[it->merged_count++].digits, account, CBI_ACCOUNT_SIZE + 1);
    for (; at < it->merged_count && it->merged_count < CBI_TRANSCRIPT_CHAINS_MAX; at++) {
        CBI_TRY(cbi_family_guests(it->txn, it->merged[at].digits, it->merged + it->merged_count,
                                  &guests, err));
        it->merged_count += guests;
    }
done:
    return status;
}

static cbank_status take_account(walk *it, size_t sequence, const cbi_statement *statement,
                                 cbank_error *err)
{
    const Cbank__V1__MergedIn *in =
        cbi_statement_body(statement, &cbank__v1__merged_in__descriptor);
    const Cbank__V1__Unmerged *unmerged =
        cbi_statement_body(statement, &cbank__v1__unmerged__descriptor);
    const Cbank__V1__IdentityCorrected *corrected =
        cbi_statement_body(statement, &cbank__v1__identity_corrected__descriptor);
    const Cbank__V1__IdentityUnbound *unbound =
        cbi_statement_body(statement, &cbank__v1__identity_unbound__descriptor);

    if (in != NULL)
        return add_merged(it, in->from_account, err);
    if (unmerged != NULL)
        return take_undoing(it, sequence, unmerged->touched_sequence, unmerged->touched_leaf, true,
                            err);
    if (corrected != NULL)
        return take_undoing(it, sequence, corrected->touched_sequence, corrected->touched_leaf,
                            false, err);
    if (unbound != NULL)
        return take_undoing(it, sequence, unbound->touched_sequence, unbound->touched_leaf, false,
                            err);
    return CBANK_OK;
}

static bool moves(int kind)
{
    return (kind >= (int)KIND(TRANSFER_OFFERED) && kind <= (int)KIND(TRANSFER_RETURNED)) ||
           kind == (int)KIND(CREDIT_RECEIVED) || kind == (int)KIND(TRANSFER_GIVEN_BACK);
}

static cbank_status take_entry(walk *it, size_t sequence, cbank_error *err)
{
    cbi_check_read read = {0};
    cbank_status status = CBANK_OK;
    int kind;

    status = cbi_check_read_place(it->txn, &it->links[sequence].place, &read, err);
    /* What cannot be read was found when it was its turn in the log. */
    if (status == CBANK_E_MALFORMED || status == CBANK_E_UNSUPPORTED || read.logged.erased) {
        status = CBANK_OK;
        it->complete = false;
    }
    if (status != CBANK_OK || !it->complete)
        goto done;
    kind = (int)read.statement.kind->kind;
    it->links[sequence].kind = kind;
    if (cbi_lifecycle_step(&it->life, kind, err) != CBANK_OK)
        CBI_TRY(wrong(it, sequence, cbank_reason_name(err->reason), err));
    CBI_TRY(take_account(it, sequence, &read.statement, err));
    CBI_TRY(take_conversion(it, sequence, &read.statement, err));
    it->moves = it->moves || moves(kind);
    if (kind == (int)KIND(CREDIT_DEPOSITED) || kind == (int)KIND(CREDIT_RECEIVED))
        CBI_TRY(take_deposit(it, sequence, &read.statement, err));
    if (kind == (int)KIND(CREDIT_QUESTIONED))
        CBI_TRY(take_question(it, sequence, &read.statement, err));
    if (kind == (int)KIND(CREDIT_CHANGED))
        CBI_TRY(take_change(it, sequence, &read.statement, err));
    if (read.logged.entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ENROLMENT)
        CBI_TRY(take_enrolling(it, sequence, &read, err));
done:
    cbi_check_clear_read(&read);
    return status;
}

static cbank_status compare_conversion(const walk *it, const chain_link *link, cbank_error *err)
{
    cbi_recognition_row row;
    cbank_status status = cbi_recognition_find(it->txn, &link->id, &row, err);

    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK; /* was found when it was its turn in the log */
    if (status == CBANK_OK && row.state != link->conversion)
        status = cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_RECOGNITION,
                                 link->place.index, "state");
    return status;
}

/* Where its records are, and those of what was merged into it, if any of them ever went or came. */
static cbank_status compare_whereabouts(const walk *it, cbank_error *err)
{
    bool moves = it->moves;
    cbi_transfer_row row;
    cbank_status status = CBANK_OK;

    for (size_t m = 0; m < it->merged_count && !moves; m++)
        CBI_TRY(cbi_transfer_after(it->txn, it->merged[m].digits, 0, &row, &moves, err));
    if (moves)
        CBI_TRY(cbi_check_whereabouts(it->check, it->txn, it->account, err));
done:
    return status;
}

/* The chain's end against the rows, which is what acts look at. */
static cbank_status compare_states(const walk *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_record_state state;
    cbi_life life;

    CBI_TRY(cbi_account_life(it->txn, it->account, &life, err));
    if (life != it->life.life)
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_STATE,
                                it->links[it->count - 1].place.index, "account"));
    /* What has been merged away changes on the chain that goes on. */
    for (size_t i = 0; i < it->count && life != CBI_LIFE_MERGED; i++) {
        if (it->links[i].converts)
            CBI_TRY(compare_conversion(it, &it->links[i], err));
        if (!it->links[i].deposit)
            continue;
        CBI_TRY(cbi_holding_state(it->txn, it->links[i].place.index, &state, err));
        if (state != it->links[i].state)
            CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_STATE,
                                    it->links[i].place.index, "record"));
    }
    CBI_TRY(cbi_check_enrolments_end(it->txn, &it->enrolments, life == CBI_LIFE_MERGED, err));
    if (life != CBI_LIFE_MERGED)
        CBI_TRY(compare_whereabouts(it, err));
done:
    return status;
}

/*
 * Of an account that was opened and only given records since, all of which simply hold, the log has
 * told everything when it was read: the account itself must simply stand, too.
 */
static cbank_status check_plain(walk *it, const cbi_head *head, bool *plain, cbank_error *err)
{
    const cbi_check_known *known = cbi_check_known_of(it->check, it->account);
    cbank_status status = CBANK_OK;
    cbi_head followed;
    cbi_life life;

    *plain = !cbi_hash_is_zero(&known->tag) &&
             cbi_replay_followed(it->check->replay, &known->tag, &followed) &&
             followed.index == head->index && followed.sequence == head->sequence &&
             cbi_hash_equal(&followed.leaf, &head->leaf) &&
             head->sequence < CBI_TRANSCRIPT_ENTRIES_MAX;
    if (!*plain)
        return CBANK_OK;
    CBI_TRY(cbi_account_life(it->txn, it->account, &life, err));
    if (life != CBI_LIFE_ACTIVE)
        CBI_TRY(cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_STATE, head->index,
                                "account"));
done:
    return status;
}

cbank_status cbi_check_head(cbi_check *check, cbi_txn *txn, cbi_bytes key, cbi_bytes value,
                            cbank_error *err)
{
    walk it = {.check = check, .txn = txn, .complete = true};
    cbank_status status = CBANK_OK;
    cbi_subject subject;
    cbi_account account = {0};
    cbi_head head;
    bool plain;

    if (!cbi_subject_from_key(key, &subject))
        return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_HEAD, check->row, "key");
    if (subject.kind == CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_CASE) {
        CBI_TRY(cbi_subject_decode_head(value, &head, err));
        return cbi_check_case(check, txn, subject.id, &head, err);
    }
    if (subject.kind != CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER &&
        subject.kind != CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_DISCLOSURE)
        return CBANK_OK;
    if (!cbi_account_is_valid(subject.id))
        return cbi_check_wrong(err, CBI_REASON_CHECK_ROW, CBI_TABLE_HEAD, check->row, "account");
    memcpy(account.digits, subject.id.data, subject.id.size);
    it.account = account.digits;
    CBI_TRY(cbi_subject_decode_head(value, &head, err));
    if (subject.kind == CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_DISCLOSURE)
        return cbi_check_second(check, txn, account.digits, &head, err);
    CBI_TRY(check_plain(&it, &head, &plain, err));
    if (plain)
        goto done;
    CBI_TRY(find_links(&it, &head, err));
    for (size_t i = 0; i < it.count && it.complete; i++)
        CBI_TRY(take_entry(&it, i, err));
    if (it.complete)
        CBI_TRY(compare_states(&it, err));
done:
    cbi_check_enrolments_clear(&it.enrolments);
    cbi_free(it.links);
    return status;
}
