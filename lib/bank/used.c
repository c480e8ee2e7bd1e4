#include "bank/used.h"

#include <string.h>

#include "bank/account.h"
#include "bank/family.h"
#include "bank/holding.h"
#include "base/memory.h"
#include "base/text.h"
#include "record/field.h"

/* ---- where they stand ---------------------------------------------------------------------- */

/* A record, as a source and a use name it. */
typedef struct wanted {
    uint64_t sequence;
    cbi_bytes leaf; /* lent */
} wanted;

/* Records being looked for, and how many are still to be found. */
typedef struct looking {
    const wanted *names; /* in the order of their sequences */
    size_t count;
    size_t left;
    uint64_t *out; /* 0: not found yet; an account's opening is never used */
} looking;

/* Those of one chain, which is walked from its newest entry. */
static cbank_status look_in(looking *it, cbi_txn *txn, cbi_hasher *hasher, const char *account,
                            cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(account);
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    size_t at = it->count;
    cbi_logged logged;
    cbi_head named;

    CBI_TRY(cbi_subject_read_head(txn, &subject, &named, err));
    while (it->left > 0 && at > 0) {
        cbi_head entry = named;

        while (at > 0 && it->names[at - 1].sequence > entry.sequence)
            at--;
        for (size_t i = at; i > 0 && it->names[i - 1].sequence == entry.sequence; i--) {
            if (it->out[i - 1] != 0 ||
                !cbi_bytes_equal(it->names[i - 1].leaf,
                                 cbi_bytes_of_hash(&entry.leaf)))
                continue;
            it->out[i - 1] = entry.index;
            it->left--;
        }
        if (entry.sequence == 0)
            break;
        CBI_TRY(cbi_logged_step_back(txn, hasher, &named, &row, &logged, err));
    }
done:
    cbank_buffer_clear(&row);
    return status;
}

static cbank_status find(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                         const wanted *names, size_t count, uint64_t *out, cbank_error *err)
{
    looking it = {.names = names, .count = count, .left = count, .out = out};
    cbi_account *chains = NULL;
    size_t known = 1, guests, first = 0;
    cbank_status status = CBANK_OK;

    memset(out, 0, count * sizeof(*out));
    CBI_TRY(cbi_alloc(2 * CBI_TRANSCRIPT_CHAINS_MAX, sizeof(*chains), &chains, err));
    memcpy(chains[0].digits, account, CBI_ACCOUNT_SIZE);
    for (size_t i = 0; it.left > 0 && i < known; i++) {
        CBI_TRY(look_in(&it, txn, hasher, chains[i].digits, err));
        if (it.left == 0 || known > CBI_TRANSCRIPT_CHAINS_MAX)
            continue;
        CBI_TRY(cbi_family_guests(txn, chains[i].digits, chains + known, &guests, err));
        known += guests;
    }
    while (first < count && out[first] != 0)
        first++;
    if (it.left > 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_SOURCE, first, account, "entry"));
done:
    cbi_free(chains);
    return status;
}

cbank_status cbi_used_find_sources(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                                   Cbank__V1__RecognitionSource *const *sources, size_t count,
                                   uint64_t *out, cbank_error *err)
{
    wanted *names = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(count, sizeof(*names), &names, err));
    for (size_t i = 0; i < count; i++)
        names[i] = (wanted){sources[i]->sequence, cbi_message_bytes(sources[i]->leaf)};
    CBI_TRY(find(txn, hasher, account, names, count, out, err));
done:
    cbi_free(names);
    return status;
}

cbank_status cbi_used_find_uses(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                                Cbank__V1__RecordUse *const *uses, size_t count, uint64_t *out,
                                cbank_error *err)
{
    wanted *names = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(count, sizeof(*names), &names, err));
    for (size_t i = 0; i < count; i++)
        names[i] = (wanted){uses[i]->sequence, cbi_message_bytes(uses[i]->leaf)};
    CBI_TRY(find(txn, hasher, account, names, count, out, err));
done:
    cbi_free(names);
    return status;
}

/* ---- of a recognition ---------------------------------------------------------------------- */

static cbank_status find_signed(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                                uint64_t *out, cbank_error *err)
{
    cbi_recognition recognition = {0};
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_recognition_load(txn, hasher, row, true, &bytes, &recognition, err));
    CBI_TRY(cbi_used_find_sources(txn, hasher, row->account.digits, recognition.rows.sources,
                                  recognition.rows.source_count, out, err));
done:
    cbi_recognition_clear(&recognition);
    cbank_buffer_clear(&bytes);
    return status;
}

static cbank_status find_noted(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                               uint64_t *out, cbank_error *err)
{
    cbi_statement statement = {0};
    const Cbank__V1__ConversionNoted *said;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_recognition_noted(txn, hasher, row, &statement, &said, err));
    CBI_TRY(cbi_used_find_uses(txn, hasher, row->account.digits, said->uses, said->n_uses, out,
                               err));
done:
    cbi_statement_clear(&statement);
    return status;
}

cbank_status cbi_used_by(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                         uint64_t **out, cbank_error *err)
{
    uint64_t *indices = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(row->sources, sizeof(*indices), &indices, err));
    CBI_TRY(cbi_recognition_is_noted(row) ? find_noted(txn, hasher, row, indices, err)
                                          : find_signed(txn, hasher, row, indices, err));
    *out = indices;
    indices = NULL;
done:
    cbi_free(indices);
    return status;
}

cbank_status cbi_used_release(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                              cbank_error *err)
{
    uint64_t *indices = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_used_by(txn, hasher, row, &indices, err));
    for (uint32_t i = 0; i < row->sources; i++)
        CBI_TRY(cbi_use_delete(txn, indices[i], row->number, err));
done:
    cbi_free(indices);
    return status;
}

cbank_status cbi_used_check_held(cbi_txn *txn, cbi_hasher *hasher, const cbi_recognition_row *row,
                                 cbank_error *err)
{
    uint64_t *indices = NULL;
    cbank_status status = CBANK_OK;
    cbi_record_state state;

    CBI_TRY(cbi_used_by(txn, hasher, row, &indices, err));
    for (uint32_t i = 0; i < row->sources; i++) {
        CBI_TRY(cbi_holding_state(txn, indices[i], &state, err));
        if (state != CBI_RECORD_HELD)
            CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_NOT_HELD, i, NULL, NULL));
    }
done:
    cbi_free(indices);
    return status;
}

/* ---- once more ----------------------------------------------------------------------------- */

/* What was taken of a record in one unit. */
typedef struct taking {
    char unit[CBI_WORD_MAX + 1];
    int64_t whole;
    int64_t taken;
} taking;

/* The judging of one record. */
typedef struct judging {
    cbi_txn *txn;
    cbi_hasher *hasher;
    const Cbank__V1__CreditRecord *record;
    const cbi_used_anew *anew;
    taking *takings; /* one for each unit, at most CBI_RECORD_USES_MAX */
    size_t count;
    char last[CBI_INSTITUTION_CODE_MAX + 1]; /* who took the last part */
} judging;

/* Whether both count towards one programme, and towards programmes of one level. */
static bool scopes_meet(const judging *it, const cbi_use_row *use,
                        const Cbank__V1__RecognitionHead *other)
{
    const Cbank__V1__RecognitionHead *head = it->anew->head;
    bool known = head != NULL && other != NULL;

    return cbi_conversion_scopes_meet(
        it->anew->scope, use->scope,
        known && strcmp(head->programme->id, other->programme->id) == 0,
        known && head->framework[0] != '\0' && strcmp(head->framework, other->framework) == 0 &&
            head->level_milli == other->level_milli);
}

static int64_t amount_of(const Cbank__V1__CreditRecord *record, const char *unit)
{
    for (size_t i = 0; i < record->n_amounts; i++) {
        if (strcmp(record->amounts[i]->unit, unit) == 0)
            return record->amounts[i]->milli;
    }
    return 0;
}

static taking *taking_of(judging *it, const char *unit)
{
    taking *out = it->takings;

    while (out < it->takings + it->count && strcmp(out->unit, unit) != 0)
        out++;
    if (out == it->takings + it->count) {
        *out = (taking){.whole = amount_of(it->record, unit)};
        memcpy(out->unit, unit, strlen(unit) + 1); /* a word */
        it->count++;
    }
    return out;
}

/* A part that an earlier recognition took. */
static cbank_status take_part(judging *it, const cbi_use_row *use,
                              const Cbank__V1__RecognitionHead *other, cbank_error *err)
{
    const Cbank__V1__RecognitionHead *head = it->anew->head;
    taking *in_unit;

    if (head != NULL && strcmp(head->unit, other->unit) != 0)
        return cbi_fail(err, CBI_REASON_RECOGNITION_LEFT, 0, other->unit, NULL);
    in_unit = taking_of(it, other->unit);
    in_unit->taken += use->used_milli;
    /* Of a record without an amount in this unit: the first part had the whole before it. */
    if (use->used_milli + use->left_milli > in_unit->whole)
        in_unit->whole = use->used_milli + use->left_milli;
    return CBANK_OK;
}

static cbank_status judge_use(judging *it, const cbi_use_row *use, cbank_error *err)
{
    const bool lost = use->leftover == CBANK__V1__LEFTOVER__LEFTOVER_LOST;
    cbi_recognition other = {0};
    cbi_recognition_row row;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    char id[2 * CBI_HASH_SIZE + 1];

    CBI_TRY(cbi_recognition_row_read(it->txn, use->number, &row, err));
    if (!cbi_recognition_is_noted(&row))
        CBI_TRY(cbi_recognition_load(it->txn, it->hasher, &row, false, &bytes, &other, err));
    if (!scopes_meet(it, use, other.head))
        goto done;
    cbi_hex_encode(cbi_bytes_of(row.id.bytes, 8), id);
    if (lost || other.head == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_USED_UP, 0,
                         other.head == NULL ? id : other.head->number, "%s", row.institution));
    CBI_TRY(take_part(it, use, other.head, err));
    memcpy(it->last, row.institution, sizeof(it->last));
done:
    cbi_recognition_clear(&other);
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_used_judge(cbi_txn *txn, cbi_hasher *hasher, uint64_t index,
                            const Cbank__V1__CreditRecord *record, const cbi_used_anew *anew,
                            cbi_used_before *out, cbank_error *err)
{
    judging it = {.txn = txn, .hasher = hasher, .record = record, .anew = anew};
    cbi_use_row uses[CBI_RECORD_USES_MAX];
    cbank_status status = CBANK_OK;
    size_t count, others = 0;

    *out = (cbi_used_before){0};
    CBI_TRY(cbi_use_list(txn, index, uses, &count, err));
    CBI_TRY(cbi_alloc(count, sizeof(*it.takings), &it.takings, err));
    for (size_t i = 0; i < count; i++) {
        if (anew->replaces != 0 && uses[i].number == anew->replaces)
            continue; /* it is released in the same commit */
        others++;
        if (anew->scope != CBANK__V1__USE_SCOPE__USE_SCOPE_COUNTED)
            CBI_TRY(judge_use(&it, &uses[i], err));
    }
    if (others == CBI_RECORD_USES_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_TOO_MANY_USES, CBI_RECORD_USES_MAX, NULL, NULL));
    /* One unit of it that is spent is the whole of it. */
    for (size_t i = 0; i < it.count; i++) {
        if (it.takings[i].whole <= it.takings[i].taken)
            CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_USED_UP, 0, NULL, "%s", it.last));
    }
    if (it.count > 0)
        *out = (cbi_used_before){true, it.takings[0].whole, it.takings[0].taken};
done:
    cbi_free(it.takings);
    return status;
}
