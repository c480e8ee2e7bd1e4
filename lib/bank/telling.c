#include "bank/telling.h"

#include <string.h>

#include "bank/counter.h"
#include "bank/errand.h"
#include "bank/receipt.h"
#include "bank/telling_part.h"
#include "base/memory.h"
#include "base/time.h"
#include "record/code.h"
#include "record/description.h"
#include "record/lifecycle.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

/* A row must fit a value of the store, with room for a key more. */
#define ROW_MAX (CBI_VALUE_MAX - 4096)

/* ---- reading -------------------------------------------------------------------------------- */

static cbank_status check_known(cbi_txn *txn, const char *code, cbank_error *err)
{
    if (!cbi_institution_code_is_valid(cbi_bytes_of_text(code)) ||
        !cbi_txn_has(txn, CBI_TABLE_INSTITUTION, cbi_bytes_of_text(code)))
        return cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, code, NULL);
    return CBANK_OK;
}

/* Its parents are known, and it is not one of them. */
static cbank_status check_parents(cbi_txn *txn, const char *code, const char *parent,
                                  cbank_error *err)
{
    char at[CBI_INSTITUTION_CODE_MAX + 1];
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;

    if (cbi_message_text(parent).size == 0)
        return CBANK_OK;
    memcpy(at, parent, strlen(parent) + 1);
    for (unsigned depth = 0; at[0] != '\0'; depth++) {
        if (depth == CBI_INSTITUTION_DEPTH_MAX || strcmp(at, code) == 0)
            CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_PARENT, depth, parent, NULL));
        status = cbi_institution_read(txn, at, &row, err);
        if (status == CBANK_E_NOT_FOUND)
            status = cbi_fail(err, CBI_REASON_INSTITUTION_PARENT, depth, parent, NULL);
        CBI_TRY(status);
        memcpy(at, row->parent, strlen(row->parent) + 1);
        cbi_message_free(row);
        row = NULL;
    }
done:
    cbi_message_free(row);
    return status;
}

/* Everybody that a statement names. */
static cbank_status check_named(cbi_txn *txn, const char *code, const cbi_told *told,
                                cbank_error *err)
{
    const void *body = told->body;

    switch (told->kind) {
    case KIND(INSTITUTION_REGISTERED):
        return check_parents(txn, code, ((const Cbank__V1__InstitutionRegistered *)body)->parent,
                             err);
    case KIND(INSTITUTION_DESCRIBED):
        return check_parents(txn, code, ((const Cbank__V1__InstitutionDescribed *)body)->parent,
                             err);
    case KIND(DELEGATION_GRANTED):
        return check_known(txn, ((const Cbank__V1__DelegationGranted *)body)->delegation->signer,
                           err);
    case KIND(SUCCESSION_GRANTED):
        return check_known(
            txn, ((const Cbank__V1__SuccessionGranted *)body)->succession->institution, err);
    case KIND(INSTITUTION_MERGED):
        return check_known(txn, ((const Cbank__V1__InstitutionEnded *)body)->into, err);
    default:
        return CBANK_OK;
    }
}

/* ---- the act -------------------------------------------------------------------------------- */

static cbi_life life_of(const Cbank__V1__DirectoryInstitution *row)
{
    switch (row->status) {
    case CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE:
        return CBI_LIFE_ACTIVE;
    case CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_SUSPENDED:
        return CBI_LIFE_SUSPENDED;
    default:
        return CBI_LIFE_ENDED;
    }
}

cbi_lifecycle cbi_telling_life(const Cbank__V1__DirectoryInstitution *row)
{
    cbi_lifecycle life = {.subject = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_INSTITUTION};

    life.life = row->institution[0] == '\0' ? CBI_LIFE_NONE : life_of(row);
    return life;
}

static cbi_errand_statement statement_of(const cbi_telling *it, const cbi_told *told)
{
    return (cbi_errand_statement){.subject = cbi_institution_subject(it->notice->code),
                                  .kind = told->kind,
                                  .reason = it->notice->reason,
                                  .document = it->notice->document,
                                  .token = cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
                                  .body = told->body};
}

/* The row as it stands; an empty one for who is to be registered. */
static cbank_status begin(cbi_telling *it, cbi_txn *txn, cbi_description *out, cbank_error *err)
{
    Cbank__V1__DirectoryInstitution none = CBANK__V1__DIRECTORY_INSTITUTION__INIT;
    cbank_status status = CBANK_OK;

    cbi_message_free(it->row);
    it->row = NULL;
    if (it->registers) {
        if (cbi_txn_has(txn, CBI_TABLE_INSTITUTION, cbi_bytes_of_text(it->notice->code)))
            return cbi_fail(err, CBI_REASON_INSTITUTION_TAKEN, 0, it->notice->code, NULL);
        return cbi_description_begin(&none, out, err);
    }
    CBI_TRY(cbi_institution_read(txn, it->notice->code, &it->row, err));
    CBI_TRY(cbi_description_begin(it->row, out, err));
    if (it->prepare != NULL)
        CBI_TRY(it->prepare(it, it->row, err));
done:
    return status;
}

static cbank_status check_size(const cbi_description *it, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_message_pack(&it->entry, &bytes, err));
    if (bytes.size > ROW_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_INSTITUTION_FULL, ROW_MAX, it->entry.institution, NULL));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

static cbank_status check_telling(cbi_act *act, cbi_append *append, cbank_error *err)
{
    cbi_telling *it = (cbi_telling *)(void *)act;
    static const cbi_hash unknown;
    cbi_description *next = NULL;
    cbank_status status = CBANK_OK;
    cbi_lifecycle life;

    CBI_TRY(cbi_alloc(1, sizeof(*next), &next, err));
    CBI_TRY(begin(it, append->txn, next, err));
    life = cbi_telling_life(&next->entry);
    for (size_t i = 0; i < it->count; i++) {
        const cbi_kind *kind = cbi_kind_find(it->told[i].kind);
        const cbi_errand_statement statement = statement_of(it, &it->told[i]);

        CBI_TRY(cbi_lifecycle_step(&life, it->told[i].kind, err));
        CBI_TRY(cbi_errand_try(&statement, err)); /* it may hold what was read just now */
        CBI_TRY(check_named(append->txn, it->notice->code, &it->told[i], err));
        CBI_TRY(cbi_description_apply(next, kind, it->told[i].body, it->notice->document,
                                      append->state.frontier.size + i, &unknown, err));
    }
    CBI_TRY(check_size(next, err));
done:
    if (status != CBANK_OK)
        cbi_error_name(err, it->notice->code);
    cbi_free(next);
    return status;
}

/* The digest of a statement that was appended just now. */
static cbank_status read_digest(cbi_append *append, uint64_t index, cbi_hash *out,
                                cbank_error *err)
{
    cbank_buffer row = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_logged_read(append->txn, append->hasher, index, &row, &logged, err));
    *out = logged.entry.statement;
done:
    cbank_buffer_clear(&row);
    return status;
}

/* What is under way might not be received any more before the last day: it ends here. */
static cbank_status end_batches(const cbi_telling *it, cbi_append *append, cbank_error *err)
{
    const Cbank__V1__InstitutionKey *newest = it->row->keys[it->row->n_keys - 1];
    cbank_status status = CBANK_OK;
    cbi_public key;

    CBI_TRY(cbi_public_parse(it->bank->config.suite, cbi_message_bytes(newest->public_key), &key,
                             err));
    CBI_TRY(cbi_receipt_end(append, it->notice->code, &key, false,
                            cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE), err));
done:
    return status;
}

static cbank_status write_telling(cbi_act *act, cbi_append *append, cbank_error *err)
{
    cbi_telling *it = (cbi_telling *)(void *)act;
    cbi_description *next = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash digest;
    uint64_t index;

    CBI_TRY(cbi_alloc(1, sizeof(*next), &next, err));
    CBI_TRY(begin(it, append->txn, next, err));
    if (it->ends && it->row->n_keys > 0)
        CBI_TRY(end_batches(it, append, err));
    for (size_t i = 0; i < it->count; i++) {
        const cbi_errand_statement statement = statement_of(it, &it->told[i]);

        CBI_TRY(cbi_errand_append(append, &statement, &index, NULL, err));
        CBI_TRY(read_digest(append, index, &digest, err));
        CBI_TRY(cbi_description_apply(next, cbi_kind_find(it->told[i].kind), it->told[i].body,
                                      it->notice->document, index, &digest, err));
    }
    CBI_TRY(cbi_institution_write(append->txn, &next->entry, err));
    if (it->registers)
        CBI_TRY(cbi_counter_add(append->txn, CBI_COUNTER_INSTITUTIONS, 1, NULL, err));
done:
    cbi_free(next);
    return status;
}

cbank_status cbi_telling_submit(cbi_telling *it, cbank_error *err)
{
    cbi_bytes said[] = {cbi_bytes_of_text("tell"), cbi_bytes_of_text(it->notice->code),
                        it->notice->asked};
    cbank_status status = CBANK_OK;

    if (!cbi_institution_code_is_valid(cbi_bytes_of_text(it->notice->code)))
        CBI_TRY(it->registers
                    ? cbi_fail(err, CBI_REASON_INSTITUTION_FIELD, 0, "code", NULL)
                    : cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, it->notice->code, NULL));
    CBI_TRY(cbi_errand_check_reason(it->notice->reason == NULL ? "" : it->notice->reason, err));
    CBI_TRY(cbi_errand_token(it->notice->token, it->act.token, err));
    for (size_t i = 0; i < it->count && it->prepare == NULL; i++) {
        const cbi_errand_statement statement = statement_of(it, &it->told[i]);

        CBI_TRY(cbi_errand_try(&statement, err));
    }
    CBI_TRY(cbi_errand_digest(it->bank, said, 3, &it->act.request, err));
    it->act.now = it->notice->now;
    it->act.check = check_telling;
    it->act.write = write_telling;
    CBI_TRY(cbi_ledger_submit(it->bank->ledger, &it->act, err));
done:
    cbank_buffer_clear(&it->act.result);
    cbi_message_free(it->row);
    it->row = NULL;
    return status;
}

/* ---- what it is ----------------------------------------------------------------------------- */

cbank_status cbi_telling_register(cbi_bank *bank, const cbi_notice *notice,
                                  const Cbank__V1__InstitutionRegistered *body, cbank_error *err)
{
    cbi_telling it = {.bank = bank, .notice = notice, .registers = true, .count = 1};

    it.told[0] = (cbi_told){KIND(INSTITUTION_REGISTERED), body};
    return cbi_telling_submit(&it, err);
}

#define NAMES_MAX 64

typedef struct describing {
    cbi_telling telling; /* first: the act is reached from it */
    const cbi_new_description *asked;
    Cbank__V1__InstitutionDescribed body;
    Cbank__V1__DatedName names[NAMES_MAX], *name_list[NAMES_MAX];
} describing;

static bool same_language(const Cbank__V1__DatedName *a, const Cbank__V1__DatedName *b)
{
    return cbi_bytes_equal(cbi_message_text(a->lang), cbi_message_text(b->lang));
}

/* Is a name that held until now given up for one of the new ones? */
static bool gives_way(const describing *it, const Cbank__V1__DatedName *name)
{
    for (size_t i = 0; i < it->asked->name_count; i++) {
        if (same_language(name, it->asked->names[i]))
            return name->until == 0;
    }
    return false;
}

/* The names of before, those that hold until now ended the day before, then the new ones. */
static cbank_status join_names(describing *it, const Cbank__V1__DirectoryInstitution *row,
                               cbank_error *err)
{
    uint32_t from = it->asked->named_from;
    size_t count = 0;

    for (size_t i = 0; i < row->n_names && count < NAMES_MAX; i++) {
        bool ends = gives_way(it, row->names[i]);

        if (ends && from == 0)
            continue;
        if (ends && row->names[i]->from != 0 && cbi_date_last(row->names[i]->from) >= from)
            return cbi_fail(err, CBI_REASON_NAME_ORDER, i, row->institution, NULL);
        it->names[count] = *row->names[i];
        it->names[count].until = ends ? cbi_date_before(from) : row->names[i]->until;
        count++;
    }
    for (size_t i = 0; i < it->asked->name_count && count < NAMES_MAX; i++) {
        it->names[count] = *it->asked->names[i];
        it->names[count].from = from;
        count++;
    }
    if (count == NAMES_MAX)
        return cbi_fail(err, CBI_REASON_INSTITUTION_FULL, NAMES_MAX, "names", NULL);
    for (size_t i = 0; i < count; i++)
        it->name_list[i] = &it->names[i];
    it->body.names = it->name_list;
    it->body.n_names = count;
    return CBANK_OK;
}

static bool is_stated(const char *text)
{
    return cbi_message_text(text).size > 0;
}

static cbank_status prepare_description(cbi_telling *telling,
                                        const Cbank__V1__DirectoryInstitution *row,
                                        cbank_error *err)
{
    describing *it = (describing *)(void *)telling;
    const Cbank__V1__InstitutionDescribed *asked = it->asked->rest;
    bool roles = asked->n_roles > 0, ids = asked->n_ids > 0;

    cbank__v1__institution_described__init(&it->body);
    it->body.institution = row->institution;
    it->body.ids = ids ? asked->ids : row->ids;
    it->body.n_ids = ids ? asked->n_ids : row->n_ids;
    it->body.type = asked->type != NULL ? asked->type : row->type;
    it->body.roles = roles ? asked->roles : row->roles;
    it->body.n_roles = roles ? asked->n_roles : row->n_roles;
    it->body.parent = is_stated(asked->parent) ? asked->parent : row->parent;
    it->body.area = asked->area != NULL ? asked->area : row->area;
    it->body.country = is_stated(asked->country) ? asked->country : row->country;
    return join_names(it, row, err);
}

cbank_status cbi_telling_describe(cbi_bank *bank, const cbi_notice *notice,
                                  const cbi_new_description *description, cbank_error *err)
{
    uint32_t from = description->named_from;
    describing it = {.telling = {.bank = bank,
                                 .notice = notice,
                                 .prepare = prepare_description,
                                 .count = 1},
                     .asked = description};

    if (from != 0 && (!cbi_date_is_valid(from) || from % 100 == 0))
        return cbi_fail(err, CBI_REASON_BAD_DATE, 0, "named_from", "%u", (unsigned)from);
    it.telling.told[0] = (cbi_told){KIND(INSTITUTION_DESCRIBED), &it.body};
    return cbi_telling_submit(&it.telling, err);
}

/* ---- its end -------------------------------------------------------------------------------- */

cbank_status cbi_telling_end(cbi_bank *bank, const cbi_notice *notice, const cbi_new_end *end,
                             cbank_error *err)
{
    static Cbank__V1__SuccessionPower all[] = {
        CBANK__V1__SUCCESSION_POWER__SUCCESSION_POWER_AMEND,
        CBANK__V1__SUCCESSION_POWER__SUCCESSION_POWER_REVOKE,
        CBANK__V1__SUCCESSION_POWER__SUCCESSION_POWER_APPEAL};
    Cbank__V1__InstitutionEnded body = CBANK__V1__INSTITUTION_ENDED__INIT;
    Cbank__V1__SuccessionGranted granted[CBI_TELLING_SUCCESSIONS_MAX];
    Cbank__V1__Succession other = CBANK__V1__SUCCESSION__INIT, *others[1] = {&other};
    cbi_telling it = {.bank = bank, .notice = notice, .ends = true, .count = 1};
    bool merged = is_stated(end->into);
    bool follows = merged && end->succession_count == 0;
    Cbank__V1__Succession **successions = follows ? others : end->successions;
    size_t count = follows ? 1 : end->succession_count;

    if (count > CBI_TELLING_SUCCESSIONS_MAX)
        return cbi_fail(err, CBI_REASON_INSTITUTION_FULL, CBI_TELLING_SUCCESSIONS_MAX,
                        "successions", NULL);
    body.institution = cbi_message_string(notice->code);
    body.ended_on = end->ended_on;
    body.final_on = end->final_on != 0 ? end->final_on : end->ended_on;
    body.into = cbi_message_string(end->into);
    other.institution = body.into;
    other.kind = CBANK__V1__SUCCESSION_KIND__SUCCESSION_KIND_SUCCESSOR;
    other.powers = all;
    other.n_powers = sizeof(all) / sizeof(all[0]);
    it.told[0] = (cbi_told){merged ? KIND(INSTITUTION_MERGED) : KIND(INSTITUTION_CLOSED), &body};
    for (size_t i = 0; i < count; i++) {
        cbank__v1__succession_granted__init(&granted[i]);
        granted[i].institution = body.institution;
        granted[i].succession = successions[i];
        if (granted[i].succession->request.len > 0)
            return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, i, "request", NULL);
        it.told[it.count++] = (cbi_told){KIND(SUCCESSION_GRANTED), &granted[i]};
    }
    return cbi_telling_submit(&it, err);
}
