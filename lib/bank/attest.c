#include "bank/attest.h"

#include <string.h>

#include "bank/account.h"
#include "bank/disclosure.h"
#include "bank/errand.h"
#include "bank/vault.h"
#include "base/memory.h"
#include "record/field.h"

#define RESULT(name) CBANK__V1__CLAIM_RESULT__CLAIM_RESULT_##name

typedef struct attesting {
    cbi_act act;
    cbi_bank *bank;
    const cbi_attest_terms *terms;
    Cbank__V1__Plan *plan;
    cbi_hash plan_digest;
    cbi_reader reader;
    cbank_buffer envelope; /* of the requirement's head */
    cbi_publication requirement;
    Cbank__Api__V1__Person *person;
    cbi_hash id;     /* of the claim */
    cbi_hash random; /* of the second chain, if it begins here */
} attesting;

/* ---- the plan ---------------------------------------------------------------------------- */

static Cbank__V1__ClaimResult result_of(const Cbank__V1__Plan *plan)
{
    if (cbi_plan_message_is_met(plan))
        return RESULT(MET);
    if (!plan->optimal && plan->bound->missing_milli == 0)
        return RESULT(UNDECIDED);
    return RESULT(NOT_MET);
}

static cbank_status make_plan(attesting *it, cbank_error *err)
{
    cbi_hasher *hasher = NULL;
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_planning_make(it->bank, &it->terms->planning, &bytes, err));
    CBI_TRY(cbi_hasher_new(it->bank->config.suite, &hasher, err));
    CBI_TRY(cbi_digest_labelled(hasher, "cbank/v1/plan", cbi_bytes_of_buffer(&bytes),
                                &it->plan_digest, err));
    CBI_TRY(cbi_message_parse(&cbank__v1__plan__descriptor, cbi_bytes_of_buffer(&bytes),
                              &it->plan, err));
done:
    cbank_buffer_clear(&bytes);
    cbi_hasher_free(hasher);
    return status;
}

/* ---- the claim --------------------------------------------------------------------------- */

static cbank_status check_terms(const cbi_attest_terms *terms, cbank_error *err)
{
    if (terms->recipient[0] != '\0' &&
        !cbi_recipient_is_valid(cbi_bytes_of_text(terms->recipient)))
        return cbi_fail(err, CBI_REASON_RECIPIENT_CODE, 0, terms->recipient, NULL);
    if (terms->purpose[0] != '\0' && !cbi_field_is_word(cbi_bytes_of_text(terms->purpose)))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "purpose", NULL);
    if (terms->expires_at != 0 && terms->expires_at <= terms->now)
        return cbi_fail(err, CBI_REASON_TIME_ORDER, 0, "expires_at", NULL);
    return cbi_errand_check_token(terms->token, err);
}

/* What the requirement is called, and who the holder is, as far as he discloses it. */
static cbank_status read_around(attesting *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_edition edition;
    cbi_hash digest;

    (void)cbi_hash_from(cbi_message_bytes(it->plan->programme->digest), &digest);
    CBI_TRY(cbi_edition_find(it->reader.txn, &digest, &edition, err));
    CBI_TRY(cbi_edition_head(it->reader.txn, it->reader.hasher, &edition, &it->envelope,
                             &it->requirement, err));
    if (!it->terms->show_name && !it->terms->show_birth)
        goto done;
    status = cbi_vault_get_person(it->bank, it->reader.txn, it->terms->planning.account,
                                  &it->person, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_DISCLOSURE_ERASED, 0, "person", NULL);
done:
    return status;
}

static void fill_what(const attesting *it, Cbank__V1__ClaimHead *head)
{
    const cbi_planning *planning = &it->terms->planning;

    head->size = it->reader.sealed.size;
    head->root = cbi_message_data(cbi_bytes_of_hash(&it->reader.sealed.root));
    head->requirement = it->plan->programme;
    head->title = it->requirement.head->title;
    head->n_title = it->requirement.head->n_title;
    head->rule_sets = it->plan->rule_sets;
    head->n_rule_sets = it->plan->n_rule_sets;
    head->from = planning->awarded_from;
    head->until = planning->awarded_until;
    head->as_of = it->plan->as_of;
    head->unit = it->plan->unit;
    head->required_milli = it->plan->required_milli;
    head->reached_milli = it->plan->measures->counted_milli;
    head->result = result_of(it->plan);
    head->plan_digest = cbi_message_data(cbi_bytes_of_hash(&it->plan_digest));
}

/* Bucket by bucket, where the requirement asks for something. `parts` has room for them. */
static void fill_parts(const attesting *it, Cbank__V1__ClaimPart *parts,
                       Cbank__V1__ClaimPart **list, Cbank__V1__ClaimHead *head)
{
    head->parts = list;
    for (size_t i = 0; i < it->plan->n_buckets; i++) {
        const Cbank__V1__PlanBucket *from = it->plan->buckets[i];
        Cbank__V1__ClaimPart *to = &parts[head->n_parts];

        if (from->min_milli == 0)
            continue;
        cbank__v1__claim_part__init(to);
        to->id = from->bucket;
        to->required_milli = from->min_milli;
        to->reached_milli = from->counted_milli;
        list[head->n_parts++] = to;
    }
}

static cbank_status sign(attesting *it, cbi_attested *out, cbank_error *err)
{
    const cbi_attest_terms *terms = it->terms;
    Cbank__V1__ClaimHead head = CBANK__V1__CLAIM_HEAD__INIT;
    Cbank__V1__Holder holder = CBANK__V1__HOLDER__INIT;
    Cbank__V1__ClaimPart parts[CBI_BUCKETS_MAX], *list[CBI_BUCKETS_MAX];
    Cbank__V1__Code purpose;
    cbi_verification code;
    cbi_attestation made = {0};
    cbank_status status = CBANK_OK;
    uint8_t random[8];

    CBI_TRY(cbi_random(random, sizeof(random), err));
    cbi_verification_make(random, &code);
    head.code = code.text;
    head.origin = cbi_message_string(it->bank->config.origin);
    head.bank_name = it->bank->self->names[0]->value;
    if (terms->show_name)
        holder.name = cbi_message_string(cbi_person_current_name(it->person));
    if (terms->show_birth)
        holder.born_on = it->person->born_on;
    if (it->person != NULL)
        head.holder = &holder;
    head.recipient = cbi_message_string(terms->recipient[0] == '\0' ? CBI_RECIPIENT_ANYONE
                                                                    : terms->recipient);
    if (cbi_errand_reason(terms->purpose, &purpose) != NULL)
        head.purpose = &purpose;
    head.issued_at = terms->now;
    head.expires_at = out->expires_at;
    head.attested_by = cbi_message_string(terms->institution);
    head.document = cbi_message_string(terms->document);
    fill_what(it, &head);
    fill_parts(it, parts, list, &head);
    CBI_TRY(cbi_attestation_make(&head, it->bank->log_key.key, &out->file, err));
    CBI_TRY(cbi_attestation_open(it->reader.hasher, cbi_bytes_of_buffer(&out->file), &made, err));
    it->id = made.id;
    memcpy(out->code, code.text, sizeof(code.text));
done:
    cbi_attestation_clear(&made);
    return status;
}

/* ---- noting it --------------------------------------------------------------------------- */

static cbi_subject second_chain(const attesting *it)
{
    return (cbi_subject){CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_DISCLOSURE,
                         cbi_bytes_of_text(it->terms->planning.account)};
}

static cbank_status check_note(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const attesting *it = (const attesting *)(const void *)act;
    cbi_life life;

    return cbi_account_life(append->txn, it->terms->planning.account, &life, err);
}

/* `body` is what it lends. */
static cbi_errand_statement note(const attesting *it, Cbank__V1__ClaimNoted *body)
{
    cbank__v1__claim_noted__init(body);
    body->account = cbi_message_string(it->terms->planning.account);
    body->claim = cbi_message_data(cbi_bytes_of_hash(&it->id));
    return (cbi_errand_statement){
        .subject = second_chain(it),
        .kind = CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_CLAIM_ISSUED,
        .token = cbi_bytes_of(it->act.token, CBI_TOKEN_SIZE),
        .body = body,
        .randomness = &it->random};
}

static cbank_status write_note(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const attesting *it = (const attesting *)(const void *)act;
    Cbank__V1__ClaimNoted body;
    cbi_errand_statement statement = note(it, &body);

    return cbi_errand_append(append, &statement, NULL, NULL, err);
}

static cbank_status submit(attesting *it, cbank_error *err)
{
    cbi_bytes said[] = {cbi_bytes_of_text("claim"), cbi_bytes_of_hash(&it->id)};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_random(it->random.bytes, CBI_HASH_SIZE, err));
    CBI_TRY(cbi_errand_token(it->terms->token, it->act.token, err));
    CBI_TRY(cbi_errand_digest(it->bank, said, 2, &it->act.request, err));
    it->act.now = it->terms->now;
    it->act.check = check_note;
    it->act.write = write_note;
    CBI_TRY(cbi_ledger_submit(it->bank->ledger, &it->act, err));
done:
    cbank_buffer_clear(&it->act.result);
    return status;
}

/* ---- all --------------------------------------------------------------------------------- */

static void tell(const attesting *it, cbi_attested *out)
{
    size_t size = strlen(it->plan->unit);

    out->result = result_of(it->plan);
    out->required_milli = it->plan->required_milli;
    out->reached_milli = it->plan->measures->counted_milli;
    out->size = it->reader.sealed.size;
    if (size >= sizeof(out->unit))
        size = sizeof(out->unit) - 1;
    memcpy(out->unit, it->plan->unit, size);
}

cbank_status cbi_attest(cbi_bank *bank, const cbi_attest_terms *terms, cbi_attested *out,
                        cbank_error *err)
{
    attesting it = {.bank = bank, .terms = terms};
    cbank_status status = CBANK_OK;

    CBI_TRY(check_terms(terms, err));
    out->expires_at = terms->expires_at != 0
                          ? terms->expires_at
                          : terms->now + CBI_DISCLOSURE_DAYS * (int64_t)86400;
    CBI_TRY(make_plan(&it, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &it.reader, err));
    CBI_TRY(read_around(&it, err));
    tell(&it, out);
    if (terms->dry_run)
        goto done;
    CBI_TRY(sign(&it, out, err));
    cbi_ledger_read_end(&it.reader);
    CBI_TRY(submit(&it, err));
done:
    cbi_ledger_read_end(&it.reader);
    cbi_publication_clear(&it.requirement);
    cbank_buffer_clear(&it.envelope);
    cbi_vault_free_person(it.person);
    cbi_message_free(it.plan);
    if (status != CBANK_OK)
        cbi_attested_clear(out);
    return status;
}

void cbi_attested_clear(cbi_attested *attested)
{
    cbank_buffer_clear(&attested->file);
    *attested = (cbi_attested){0};
}
