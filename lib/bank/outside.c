#include "bank/outside.h"

#include <stdlib.h>
#include <string.h>

#include "bank/account.h"
#include "bank/family.h"
#include "bank/holding.h"
#include "bank/institution.h"
#include "bank/used.h"
#include "base/memory.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define SCOPE(name) CBANK__V1__USE_SCOPE__USE_SCOPE_##name

/* A record that is to be used. */
typedef struct source {
    uint64_t index;
    uint64_t sequence;
    cbi_hash leaf;
} source;

typedef struct note_act {
    cbi_act act;
    cbi_bank *bank;
    cbi_hasher *hasher; /* of the call; a transaction has its own */
    const cbi_outside_terms *terms;
    Cbank__V1__UseScope scope;
    Cbank__V1__OutsideNotice notice; /* as stated, with the salt */
    uint8_t salt[CBI_SALT_SIZE];
    cbi_hash id;
    source *sources; /* in the order of their sequences */
    Cbank__V1__RecordUse *uses, **list; /* of the statement */
    cbi_recognition_row row;
} note_act;

/* ---- which records ----------------------------------------------------------------------- */

static int compare_sources(const void *a, const void *b)
{
    const source *left = a, *right = b;

    return cbi_entry_ref_compare(left->sequence, cbi_message_data(cbi_bytes_of_hash(&left->leaf)),
                                 right->sequence,
                                 cbi_message_data(cbi_bytes_of_hash(&right->leaf)));
}

/* One of this account's, held and here. */
static cbank_status take_source(note_act *it, cbi_txn *txn, const char *id, source *out,
                                cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;
    cbi_account root;

    CBI_TRY(cbi_holding_find(txn, it->hasher, id, &holding, err));
    CBI_TRY(cbi_family_root(txn, holding.account, &root, err));
    if (strcmp(root.digits, it->terms->account) != 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_UNKNOWN, holding.index, id, NULL));
    if (holding.state != CBI_RECORD_HELD)
        CBI_TRY(cbi_fail(err, CBI_REASON_RECORD_NOT_HELD, holding.index, id, NULL));
    CBI_TRY(cbi_holding_check_here(&holding, err));
    *out = (source){holding.index, holding.sequence, holding.leaf};
done:
    cbi_holding_clear(&holding);
    return status;
}

/* Sorted, each once; and what the statement will say of them. */
static cbank_status take_sources(note_act *it, cbi_txn *txn, cbank_error *err)
{
    size_t count = it->terms->record_count;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < count; i++)
        CBI_TRY(take_source(it, txn, it->terms->records[i], &it->sources[i], err));
    qsort(it->sources, count, sizeof(*it->sources), compare_sources);
    for (size_t i = 0; i < count; i++) {
        cbank__v1__record_use__init(&it->uses[i]);
        it->uses[i].sequence = it->sources[i].sequence;
        it->uses[i].leaf = cbi_message_data(cbi_bytes_of_hash(&it->sources[i].leaf));
        it->uses[i].scope = it->scope;
        it->uses[i].leftover = it->scope == SCOPE(COUNTED) ? CBANK__V1__LEFTOVER__LEFTOVER_KEPT
                                                           : CBANK__V1__LEFTOVER__LEFTOVER_LOST;
        it->list[i] = &it->uses[i];
    }
    CBI_TRY(cbi_record_uses_check(it->list, count, err));
done:
    return status;
}

static cbank_status check_source(note_act *it, cbi_txn *txn, const source *at, cbank_error *err)
{
    const cbi_used_anew anew = {NULL, it->scope, 0};
    cbi_holding holding = {0};
    cbi_used_before before;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_read(txn, it->hasher, at->index, &holding, err));
    CBI_TRY(cbi_used_judge(txn, it->hasher, at->index, holding.record, &anew, &before, err));
done:
    cbi_holding_clear(&holding);
    return status;
}

/* ---- once -------------------------------------------------------------------------------- */

static bool is_same(const note_act *it, const cbi_outside *other)
{
    const Cbank__V1__OutsideNotice *a = &it->notice, *b = other->notice;
    bool same = other->said->n_uses == it->terms->record_count &&
                strcmp(a->recogniser, b->recogniser) == 0 &&
                strcmp(a->document, b->document) == 0 && a->on == b->on;

    for (size_t i = 0; same && i < other->said->n_uses; i++)
        same = other->said->uses[i]->scope == it->scope &&
               cbi_entry_ref_compare(other->said->uses[i]->sequence, other->said->uses[i]->leaf,
                                     it->uses[i].sequence, it->uses[i].leaf) == 0;
    return same;
}

/* Among what was noted of one account. */
static cbank_status check_once_of(note_act *it, cbi_txn *txn, const char *account, cbank_error *err)
{
    cbi_outside other = {0};
    cbi_recognition_row row = {.number = 0};
    cbank_status status = CBANK_OK;
    bool found = true;

    while (found) {
        CBI_TRY(cbi_recognition_after(txn, account, row.number, &row, &found, err));
        if (!found || !cbi_recognition_is_noted(&row) || !cbi_conversion_uses(row.state))
            continue;
        CBI_TRY(cbi_outside_read(it->bank, txn, it->hasher, &row, &other, err));
        if (is_same(it, &other)) {
            it->row = row;
            CBI_TRY(cbi_fail(err, CBI_REASON_RECOGNITION_TWICE, 0, it->notice.document, NULL));
        }
        cbi_outside_clear(&other);
    }
done:
    cbi_outside_clear(&other);
    return status;
}

/*
 * The same letter about the same records, noted before and not reversed, is EXISTS: of the account,
 * or of one that was merged into it since.
 */
static cbank_status check_once(note_act *it, cbi_txn *txn, cbank_error *err)
{
    cbi_account *members = NULL;
    cbank_status status = CBANK_OK;
    uint64_t entries;
    size_t count;

    CBI_TRY(cbi_alloc(CBI_TRANSCRIPT_CHAINS_MAX, sizeof(*members), &members, err));
    CBI_TRY(cbi_family_members(txn, it->terms->account, members, &count, &entries, err));
    for (size_t i = 0; i < count; i++)
        CBI_TRY(check_once_of(it, txn, members[i].digits, err));
done:
    cbi_free(members);
    return status;
}

/* ---- the act ----------------------------------------------------------------------------- */

static cbank_status judge(note_act *it, cbi_txn *txn, cbank_error *err)
{
    const cbi_outside_terms *terms = it->terms;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_account_check_open(txn, terms->account, err));
    CBI_TRY(cbi_vault_check_room(txn, terms->account, terms->order->note, 0, err));
    CBI_TRY(take_sources(it, txn, err));
    CBI_TRY(check_once(it, txn, err));
    for (size_t i = 0; i < terms->record_count; i++)
        CBI_TRY(check_source(it, txn, &it->sources[i], err));
done:
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge((note_act *)(void *)act, append->txn, err);
}

static cbi_errand_statement statement_of(const note_act *it, Cbank__V1__ConversionNoted *body)
{
    const cbi_order *order = it->terms->order;

    cbank__v1__conversion_noted__init(body);
    body->account = cbi_message_string(it->terms->account);
    body->notice = cbi_message_data(cbi_bytes_of_hash(&it->id));
    body->uses = it->list;
    body->n_uses = it->terms->record_count;
    return (cbi_errand_statement){.subject = cbi_account_subject(it->terms->account),
                                  .kind = KIND(CONVERSION_NOTED),
                                  .actor = order->actor,
                                  .approver = order->approver,
                                  .reason = order->reason,
                                  .document = order->document,
                                  .body = body};
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    note_act *it = (note_act *)(void *)act;
    const cbi_outside_terms *terms = it->terms;
    Cbank__V1__ConversionNoted body;
    cbi_errand_statement statement = statement_of(it, &body);
    cbi_note_seal seal = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_order_state(append->hasher, terms->order, cbi_bytes_of(act->token, CBI_TOKEN_SIZE),
                            &seal, &statement, err));
    CBI_TRY(cbi_outside_begin(it->bank, append, &statement, &it->notice, &it->row, err));
    CBI_TRY(cbi_vault_add_note(it->bank, append->txn, terms->account, it->row.index, &seal.random,
                               seal.text, err));
    for (size_t i = 0; i < terms->record_count; i++)
        CBI_TRY(cbi_use_put(append->txn, it->sources[i].index,
                            &(cbi_use_row){.number = it->row.number,
                                           .scope = it->uses[i].scope,
                                           .leftover = it->uses[i].leftover},
                            err));
    CBI_TRY(cbi_buffer_set(&act->result, cbi_bytes_of_hash(&it->id), err));
done:
    return status;
}

/* ---- what is asked ----------------------------------------------------------------------- */

static bool goes_by(const Cbank__V1__DirectoryInstitution *institution, const char *name)
{
    bool same = strcmp(institution->institution, name) == 0;

    for (size_t i = 0; !same && i < institution->n_names; i++)
        same = strcmp(institution->names[i]->value, name) == 0;
    return same;
}

/* Whoever has a key here signs itself: under its code, or any name that it ever had. */
static cbank_status check_stranger(cbi_txn *txn, const char *recogniser, cbank_error *err)
{
    char code[CBI_INSTITUTION_CODE_MAX + 1] = "";
    Cbank__V1__DirectoryInstitution *institution = NULL;
    cbank_status status = CBANK_OK;
    bool found;

    for (;;) {
        CBI_TRY(cbi_institution_after(txn, code, code, &found, err));
        if (!found)
            break;
        CBI_TRY(cbi_institution_read(txn, code, &institution, err));
        if (institution->n_keys > 0 && goes_by(institution, recogniser))
            CBI_TRY(cbi_fail(err, CBI_REASON_NOTED_MEMBER, 0, code, NULL));
        cbi_message_free(institution);
        institution = NULL;
    }
done:
    cbi_message_free(institution);
    return status;
}

/* Who asked for what, so that a token stands for it; without the salt, which is new each time. */
static cbank_status digest_request(note_act *it, cbank_error *err)
{
    const Cbank__V1__OutsideNotice *notice = &it->notice;
    cbank_buffer records = {0};
    cbank_status status = CBANK_OK;
    uint8_t numbers[8];
    cbi_bytes parts[7];

    for (size_t i = 0; i < it->terms->record_count; i++) {
        const char *id = it->terms->records[i];

        CBI_TRY(cbi_buffer_append(&records, cbi_bytes_of(id, strlen(id) + 1), err));
    }
    cbi_put_u32(numbers, notice->on);
    cbi_put_u32(numbers + 4, (uint32_t)it->scope);
    parts[0] = cbi_bytes_of_text(it->terms->account);
    parts[1] = cbi_bytes_of_text(notice->recogniser);
    parts[2] = cbi_bytes_of_text(notice->document);
    parts[3] = cbi_bytes_of_text(notice->programme);
    parts[4] = cbi_message_bytes(notice->scan_digest);
    parts[5] = cbi_bytes_of(numbers, sizeof(numbers));
    parts[6] = cbi_bytes_of_buffer(&records);
    CBI_TRY(cbi_order_digest(it->bank, it->terms->order, "recognition note", parts, 7,
                             &it->act.request, err));
done:
    cbank_buffer_clear(&records);
    return status;
}

/* A statement of this length can be made, whatever the records turn out to be. */
static cbank_status try_statement(note_act *it, cbank_error *err)
{
    Cbank__V1__ConversionNoted body;
    cbi_errand_statement statement;
    cbi_hash leaf = {{0}};

    for (size_t i = 0; i < it->terms->record_count; i++) {
        cbank__v1__record_use__init(&it->uses[i]);
        it->uses[i].sequence = i + 1;
        it->uses[i].leaf = cbi_message_data(cbi_bytes_of_hash(&leaf));
        it->uses[i].scope = SCOPE(COUNTED);
        it->uses[i].leftover = CBANK__V1__LEFTOVER__LEFTOVER_KEPT;
        it->list[i] = &it->uses[i];
    }
    statement = statement_of(it, &body);
    return cbi_errand_try(&statement, err);
}

static cbank_status prepare(note_act *it, cbank_error *err)
{
    const cbi_outside_terms *terms = it->terms;
    cbank_status status = CBANK_OK;

    if (!cbi_account_is_valid(cbi_bytes_of_text(terms->account)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, terms->account, NULL));
    if (terms->record_count == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "records", NULL));
    if (terms->record_count > CBI_USES_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_TOO_MANY, CBI_USES_MAX, "records", NULL));
    CBI_TRY(cbi_order_check(terms->order, err));
    it->scope = terms->scope == SCOPE(UNSPECIFIED) ? SCOPE(EVERYWHERE) : terms->scope;
    it->notice = *terms->notice;
    CBI_TRY(cbi_random(it->salt, sizeof(it->salt), err));
    it->notice.salt = cbi_message_data(cbi_bytes_of(it->salt, sizeof(it->salt)));
    CBI_TRY(cbi_conversion_check_notice(&it->notice, err));
    CBI_TRY(cbi_hasher_new(it->bank->config.suite, &it->hasher, err));
    CBI_TRY(cbi_outside_digest(it->hasher, &it->notice, &it->id, err));
    CBI_TRY(cbi_alloc(terms->record_count, sizeof(*it->sources), &it->sources, err));
    CBI_TRY(cbi_alloc(terms->record_count, sizeof(*it->uses), &it->uses, err));
    CBI_TRY(cbi_alloc(terms->record_count, sizeof(*it->list), &it->list, err));
    CBI_TRY(try_statement(it, err));
    CBI_TRY(cbi_errand_token(terms->order->token, it->act.token, err));
    CBI_TRY(digest_request(it, err));
done:
    return status;
}

/* The office is asked about as of now; with `judges` all of it is, and nothing is written. */
static cbank_status look(note_act *it, bool judges, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(it->bank->ledger, &reader, err));
    CBI_TRY(check_stranger(reader.txn, it->notice.recogniser, err));
    if (judges)
        CBI_TRY(judge(it, reader.txn, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

cbank_status cbi_outside_note(cbi_bank *bank, const cbi_outside_terms *terms, cbi_recognised *out,
                              cbank_error *err)
{
    note_act it = {.bank = bank, .terms = terms};
    cbank_status status = CBANK_OK;

    *out = (cbi_recognised){0};
    CBI_TRY(prepare(&it, err));
    status = look(&it, terms->order->dry_run, err);
    if (status == CBANK_OK && !terms->order->dry_run) {
        it.act.now = terms->order->now;
        it.act.check = check_act;
        it.act.write = write_act;
        status = cbi_ledger_submit(bank->ledger, &it.act, err);
    }
    if (status == CBANK_E_EXISTS) {
        out->known = true;
        status = CBANK_OK;
        CBI_TRY(cbi_ledger_seal(bank->ledger, err)); /* what noted it may not have been sealed */
    }
    CBI_TRY(status);
    /* Under a token that was used before, what was noted then. */
    if (out->known || cbi_hash_from(cbi_bytes_of_buffer(&it.act.result), &it.row.id))
        CBI_TRY(cbi_conversion_reread(bank, &it.row.id, &out->row, err));
done:
    cbank_buffer_clear(&it.act.result);
    cbi_hasher_free(it.hasher);
    cbi_free(it.sources);
    cbi_free(it.uses);
    cbi_free(it.list);
    return status;
}
