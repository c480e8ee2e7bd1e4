#include "bank/documents.h"

#include <string.h>

#include "bank/commitment.h"
#include "base/memory.h"
#include "base/time.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

typedef struct document_act {
    cbi_act act;
    const cbi_bank *bank;
    const cbi_document_change *change;
    const cbi_order *order;
} document_act;

static int kind_of(cbi_document_act act)
{
    switch (act) {
    case CBI_DOCUMENT_BIND:
        return KIND(IDENTITY_BOUND);
    case CBI_DOCUMENT_UNBIND:
        return KIND(IDENTITY_UNBOUND);
    case CBI_DOCUMENT_AMEND:
    case CBI_DOCUMENT_CORRECT:
        break;
    }
    return KIND(IDENTITY_CORRECTED);
}

/* ---- documents of a person ---------------------------------------------------------------- */

const Cbank__Api__V1__PersonDocument *cbi_documents_first(const Cbank__Api__V1__Person *person)
{
    for (size_t i = 0; i < person->n_documents; i++) {
        if (person->documents[i]->ended_at == 0)
            return person->documents[i];
    }
    return NULL;
}

static Cbank__Api__V1__PersonDocument *find_document(const Cbank__Api__V1__Person *person,
                                                     const char *type, const char *number,
                                                     bool ended)
{
    for (size_t i = 0; i < person->n_documents; i++) {
        Cbank__Api__V1__PersonDocument *document = person->documents[i];

        if (strcmp(document->type, type) == 0 && strcmp(document->number, number) == 0 &&
            (document->ended_at != 0) == ended)
            return document;
    }
    return NULL;
}

bool cbi_documents_ended(const Cbank__Api__V1__Person *person, const char *type,
                         const char *number)
{
    return find_document(person, type, number, true) != NULL;
}

/* The one that the act is about, among those that stand; the first where none is named. */
static Cbank__Api__V1__PersonDocument *meant(const document_act *it,
                                             const Cbank__Api__V1__Person *person)
{
    const cbi_identity *gone = it->change->act == CBI_DOCUMENT_AMEND ? NULL : it->change->gone;

    if (gone == NULL)
        return (Cbank__Api__V1__PersonDocument *)(uintptr_t)cbi_documents_first(person);
    return find_document(person, gone->type, gone->number, false);
}

/* ---- judging ------------------------------------------------------------------------------ */

static cbank_status judge_new(const document_act *it, cbi_txn *txn, cbank_error *err)
{
    const char *account = it->change->account;
    cbank_status status;
    cbi_account other;

    status = cbi_vault_find_account(it->bank, txn, it->change->document, &other, err);
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK;
    if (status == CBANK_OK)
        status = cbi_fail(err,
                          strcmp(other.digits, account) == 0 ? CBI_REASON_DOCUMENT_HELD
                                                             : CBI_REASON_DOCUMENT_ELSEWHERE,
                          0, other.digits, NULL);
    return status;
}

static cbank_status judge_gone(const document_act *it, const Cbank__Api__V1__Person *person,
                               cbank_error *err)
{
    size_t standing = 0;

    if (meant(it, person) == NULL)
        return cbi_fail(err, CBI_REASON_DOCUMENT_NOT_HELD, 0, it->change->account, NULL);
    for (size_t i = 0; i < person->n_documents; i++)
        standing += person->documents[i]->ended_at == 0;
    if (it->change->act == CBI_DOCUMENT_UNBIND && standing < 2)
        return cbi_fail(err, CBI_REASON_DOCUMENT_LAST, 0, it->change->account, NULL);
    return CBANK_OK;
}

/* A date of birth that stands in a number may not be contradicted. */
static cbank_status judge_birth(const document_act *it, const Cbank__Api__V1__Person *person,
                                cbank_error *err)
{
    uint32_t stated = it->change->stated == NULL ? 0 : it->change->stated->born_on;
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < person->n_documents && stated != 0; i++) {
        cbi_identity document = {0};

        if (person->documents[i]->ended_at != 0)
            continue;
        CBI_TRY(cbi_identity_normalise(cbi_message_text(person->documents[i]->type),
                                       cbi_message_text(person->documents[i]->number), &document,
                                       err));
        if (document.born_on != 0 && document.born_on != stated)
            status = cbi_fail(err, CBI_REASON_PERSON_BIRTH, 0, "born_on", NULL);
        cbi_identity_clear(&document);
        CBI_TRY(status);
    }
done:
    return status;
}

/* What is stated anew comes beside what is known. */
static cbank_status check_room(const document_act *it, cbi_txn *txn, cbank_error *err)
{
    const cbi_document_change *change = it->change;
    cbank_buffer stated = {0};
    cbank_status status = CBANK_OK;

    if (change->stated != NULL)
        CBI_TRY(cbi_message_pack(change->stated, &stated, err));
    CBI_TRY(cbi_vault_check_room(txn, change->account, it->order->note,
                                 stated.size + CBI_VAULT_DOCUMENT_MAX, err));
done:
    cbank_buffer_clear(&stated);
    return status;
}

static cbank_status judge(const document_act *it, cbi_txn *txn, cbank_error *err)
{
    cbi_lifecycle life = {.subject = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER};
    Cbank__Api__V1__Person *person = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_account_life(txn, it->change->account, &life.life, err));
    CBI_TRY(cbi_lifecycle_step(&life, kind_of(it->change->act), err));
    CBI_TRY(cbi_vault_get_person(it->bank, txn, it->change->account, &person, err));
    if (it->change->document != NULL)
        CBI_TRY(judge_new(it, txn, err));
    if (it->change->act != CBI_DOCUMENT_BIND)
        CBI_TRY(judge_gone(it, person, err));
    CBI_TRY(judge_birth(it, person, err));
    if (person->n_documents + 1 > CBI_PERSON_DOCUMENTS_EVER)
        CBI_TRY(cbi_fail(err, CBI_REASON_VAULT_FULL, CBI_VALUE_MAX, it->change->account, NULL));
    CBI_TRY(check_room(it, txn, err));
done:
    if (status != CBANK_OK)
        cbi_error_name(err, it->change->account);
    cbi_vault_free_person(person);
    return status;
}

static cbank_status check_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    return judge((const document_act *)(const void *)act, append->txn, err);
}

/* ---- what the vault holds afterwards -------------------------------------------------------- */

static uint32_t day_of(int64_t time)
{
    char text[CBI_TIME_TEXT_MAX];
    uint32_t day = 0;

    cbi_time_format(time, text);
    text[10] = '\0';
    (void)cbi_date_parse(cbi_bytes_of_text(text), &day);
    return day;
}

/* Names of kinds that are stated anew go: the current one becomes a former one. */
static size_t keep_names(const Cbank__Api__V1__Person *stated, Cbank__Api__V1__Person *person,
                         uint32_t day, Cbank__Api__V1__PersonName **out)
{
    size_t count = 0;

    for (size_t i = 0; i < stated->n_names; i++) {
        out[count++] = stated->names[i];
        if (stated->names[i]->kind == CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT &&
            stated->names[i]->from == 0)
            stated->names[i]->from = day;
    }
    for (size_t i = 0; i < person->n_names && count < CBI_PERSON_NAMES_MAX; i++) {
        Cbank__Api__V1__PersonName *name = person->names[i];
        bool current = name->kind == CBANK__API__V1__NAME_KIND__NAME_KIND_CURRENT;
        bool former = name->kind == CBANK__API__V1__NAME_KIND__NAME_KIND_FORMER;
        bool replaced = false, same = false;

        for (size_t j = 0; j < stated->n_names; j++) {
            replaced = replaced || (!former && stated->names[j]->kind == name->kind);
            same = same || strcmp(stated->names[j]->value, name->value) == 0;
        }
        if (same || (replaced && !current))
            continue;
        if (replaced) {
            name->kind = CBANK__API__V1__NAME_KIND__NAME_KIND_FORMER;
            name->until = day;
        }
        out[count++] = name;
    }
    return count;
}

/* `stated` is canonical already. */
static void amend(const Cbank__Api__V1__Person *stated, Cbank__Api__V1__Person *person)
{
    if (stated->born_on != 0)
        person->born_on = stated->born_on;
    if (stated->sex != NULL)
        person->sex = stated->sex;
    if (stated->nationality != NULL)
        person->nationality = stated->nationality;
    if (stated->residence != NULL)
        person->residence = stated->residence;
    if (stated->n_contacts > 0) {
        person->contacts = stated->contacts;
        person->n_contacts = stated->n_contacts;
    }
}

/* Copies of the lists, so that the message that was read can be freed as it was. */
static cbank_status keep_changed(const document_act *it, cbi_txn *txn, int64_t at,
                                 const Cbank__Api__V1__Person *known, cbank_error *err)
{
    const cbi_document_change *change = it->change;
    Cbank__Api__V1__Person person = *known;
    Cbank__Api__V1__PersonName *names[2 * CBI_PERSON_NAMES_MAX];
    Cbank__Api__V1__PersonDocument *documents[CBI_PERSON_DOCUMENTS_EVER + 1];
    Cbank__Api__V1__PersonDocument added = CBANK__API__V1__PERSON_DOCUMENT__INIT;
    Cbank__Api__V1__PersonDocument *ending = meant(it, known);
    size_t count = 0;

    if (change->document != NULL) {
        added.type = cbi_message_string(change->document->type);
        added.number = cbi_message_string(change->document->number);
        if (change->document->born_on != 0)
            person.born_on = change->document->born_on;
    }
    /* The right one stands where the wrong one stood. */
    for (size_t i = 0; i < known->n_documents; i++) {
        if (change->act == CBI_DOCUMENT_CORRECT && known->documents[i] == ending)
            documents[count++] = &added;
        documents[count++] = known->documents[i];
    }
    if (change->act == CBI_DOCUMENT_BIND)
        documents[count++] = &added;
    if (change->act == CBI_DOCUMENT_CORRECT || change->act == CBI_DOCUMENT_UNBIND)
        ending->ended_at = at;
    person.documents = documents;
    person.n_documents = count;
    if (change->act == CBI_DOCUMENT_AMEND) {
        person.n_names = keep_names(change->stated, &person, day_of(at), names);
        person.names = names;
        amend(change->stated, &person);
    }
    return cbi_vault_keep_person(it->bank, txn, change->account, &person, err);
}

/* The look-up keys follow. */
static cbank_status move_keys(const document_act *it, cbi_txn *txn,
                              const Cbank__Api__V1__Person *known, cbank_error *err)
{
    const Cbank__Api__V1__PersonDocument *ending = meant(it, known);
    cbi_identity gone = {0};
    cbank_status status = CBANK_OK;

    if (it->change->act == CBI_DOCUMENT_AMEND)
        return CBANK_OK;
    if (it->change->act != CBI_DOCUMENT_BIND) {
        CBI_TRY(cbi_identity_normalise(cbi_message_text(ending->type),
                                       cbi_message_text(ending->number), &gone, err));
        CBI_TRY(cbi_vault_drop_account(it->bank, txn, &gone, it->change->account, err));
    }
    if (it->change->document != NULL)
        CBI_TRY(cbi_vault_put_account(it->bank, txn, it->change->document, it->change->account,
                                      err));
done:
    cbi_identity_clear(&gone);
    return status;
}

/* ---- the statement -------------------------------------------------------------------------- */

typedef struct stating {
    Cbank__V1__IdentityBound bound;
    Cbank__V1__IdentityCorrected corrected;
    Cbank__V1__IdentityUnbound unbound;
    cbi_hash random, holder, leaf;
    uint64_t sequence;
    bool touches;
} stating;

/* `holder` and what is touched are filled in the room. */
static const void *body_of(const document_act *it, stating *room)
{
    char *account = cbi_message_string(it->change->account);
    ProtobufCBinaryData holder = cbi_message_data(cbi_bytes_of_hash(&room->holder));
    ProtobufCBinaryData leaf = {0};

    if (room->touches)
        leaf = cbi_message_data(cbi_bytes_of_hash(&room->leaf));
    cbank__v1__identity_bound__init(&room->bound);
    cbank__v1__identity_corrected__init(&room->corrected);
    cbank__v1__identity_unbound__init(&room->unbound);
    room->bound.account = room->corrected.account = room->unbound.account = account;
    room->bound.holder = room->corrected.holder = holder;
    room->bound.assurance = room->corrected.assurance = it->change->assurance;
    room->corrected.touched_leaf = room->unbound.touched_leaf = leaf;
    room->corrected.touched_sequence = room->unbound.touched_sequence =
        room->touches ? room->sequence : 0;
    switch (it->change->act) {
    case CBI_DOCUMENT_BIND:
        return &room->bound;
    case CBI_DOCUMENT_UNBIND:
        return &room->unbound;
    case CBI_DOCUMENT_AMEND:
    case CBI_DOCUMENT_CORRECT:
        break;
    }
    return &room->corrected;
}

static cbank_status append_statement(const document_act *it, cbi_append *append,
                                     const Cbank__Api__V1__PersonDocument *ending,
                                     cbank_error *err)
{
    const char *type = it->change->document != NULL ? it->change->document->type : ending->type;
    const char *number =
        it->change->document != NULL ? it->change->document->number : ending->number;
    cbi_errand_statement statement = {.subject = cbi_account_subject(it->change->account),
                                      .kind = kind_of(it->change->act)};
    cbi_note_seal seal = {0};
    stating room = {.touches = false};
    cbank_status status = CBANK_OK;
    uint64_t index;

    if (it->change->act != CBI_DOCUMENT_BIND)
        CBI_TRY(cbi_commitment_find(it->bank, append, it->change->account, ending, &room.sequence,
                                    &room.leaf, &room.touches, err));
    CBI_TRY(cbi_random(room.random.bytes, sizeof(room.random.bytes), err));
    CBI_TRY(cbi_holder_commit(append->hasher, &room.random, cbi_bytes_of_text(type),
                              cbi_bytes_of_text(number), &room.holder, err));
    statement.body = body_of(it, &room);
    CBI_TRY(cbi_order_state(append->hasher, it->order, cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
                            &seal, &statement, err));
    CBI_TRY(cbi_errand_append(append, &statement, &index, NULL, err));
    if (it->change->act != CBI_DOCUMENT_UNBIND)
        CBI_TRY(cbi_vault_put_opening(it->bank, append->txn, index, &room.random, type, number,
                                      err));
    CBI_TRY(cbi_vault_add_note(it->bank, append->txn, it->change->account, index, &seal.random,
                               seal.text, err));
done:
    cbi_wipe(&room.random, sizeof(room.random));
    return status;
}

static cbank_status write_act(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const document_act *it = (const document_act *)(const void *)act;
    Cbank__Api__V1__Person *known = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_vault_get_person(it->bank, append->txn, it->change->account, &known, err));
    CBI_TRY(move_keys(it, append->txn, known, err));
    CBI_TRY(append_statement(it, append, meant(it, known), err));
    cbi_vault_free_person(known);
    known = NULL;
    CBI_TRY(cbi_vault_get_person(it->bank, append->txn, it->change->account, &known, err));
    CBI_TRY(keep_changed(it, append->txn, append->at, known, err));
done:
    cbi_vault_free_person(known);
    return status;
}

/* Whether what the caller states makes a statement; of which commitment does not matter. */
static cbank_status try_statement(const document_act *it, cbank_error *err)
{
    stating room = {.holder = {{1}}};

    return cbi_errand_try(
        &(cbi_errand_statement){.subject = cbi_account_subject(it->change->account),
                                .kind = kind_of(it->change->act),
                                .actor = it->order->actor,
                                .approver = it->order->approver,
                                .reason = it->order->reason,
                                .document = it->order->document,
                                .body = body_of(it, &room)},
        err);
}

static cbank_status judge_only(cbi_bank *bank, const document_act *it, cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(judge(it, reader.txn, err));
done:
    cbi_ledger_read_end(&reader);
    return status;
}

static cbank_status digest(const document_act *it, cbi_hash *out, cbank_error *err)
{
    const cbi_document_change *change = it->change;
    cbank_buffer stated = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes parts[6] = {cbi_bytes_of_text(change->account)};

    if (change->stated != NULL)
        CBI_TRY(cbi_message_pack(change->stated, &stated, err));
    parts[1] = cbi_bytes_of_buffer(&stated);
    if (change->document != NULL) {
        parts[2] = cbi_bytes_of_text(change->document->type);
        parts[3] = cbi_bytes_of_text(change->document->number);
    }
    if (change->gone != NULL) {
        parts[4] = cbi_bytes_of_text(change->gone->type);
        parts[5] = cbi_bytes_of_text(change->gone->number);
    }
    CBI_TRY(cbi_order_digest(it->bank, it->order, cbi_kind_find(kind_of(change->act))->word, parts,
                             6, out, err));
done:
    cbank_buffer_clear(&stated);
    return status;
}

cbank_status cbi_documents_change(cbi_bank *bank, const cbi_document_change *change,
                                  const cbi_order *order, cbank_error *err)
{
    document_act it = {.bank = bank, .change = change, .order = order};
    cbank_status status = CBANK_OK;

    if (!cbi_account_is_valid(cbi_bytes_of_text(change->account)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, change->account, NULL));
    CBI_TRY(cbi_order_check(order, err));
    CBI_TRY(cbi_errand_token(order->token, it.act.token, err));
    CBI_TRY(try_statement(&it, err));
    if (order->dry_run)
        return judge_only(bank, &it, err);
    CBI_TRY(digest(&it, &it.act.request, err));
    it.act.now = order->now;
    it.act.check = check_act;
    it.act.write = write_act;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &it.act, err));
done:
    cbank_buffer_clear(&it.act.result);
    return status;
}
