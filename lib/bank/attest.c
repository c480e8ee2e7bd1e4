#include "bank/attest.h"

#include <string.h>

#include "bank/disclosed.h"
#include "bank/disclosure.h"
#include "bank/vault.h"
#include "base/memory.h"

#define RESULT(name) CBANK__V1__CLAIM_RESULT__CLAIM_RESULT_##name

typedef struct attesting {
    cbi_bank *bank;
    const cbi_attest_terms *terms;
    Cbank__V1__Plan *plan;
    cbi_hash plan_digest;
    cbi_reader reader;
    cbank_buffer envelope; /* of the requirement's head */
    cbi_publication requirement;
    Cbank__Api__V1__Person *person;
    cbi_ground ground;
    cbi_ground_record *records; /* that count */
    cbi_ground_ask ask;
    cbi_order order;
    cbi_verification code;
    cbi_hash id; /* of the claim */
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

static const char *recipient_of(const cbi_attest_terms *terms)
{
    return terms->recipient[0] == '\0' ? CBI_RECIPIENT_ANYONE : terms->recipient;
}

/* Which records count is only known once it is planned. */
static cbank_status settle_ground(attesting *it, cbi_attested *out, cbank_error *err)
{
    const cbi_attest_terms *terms = it->terms;
    cbank_status status = CBANK_OK;

    it->ask.account = terms->planning.account;
    it->ask.terms = (cbi_consent_ask){.recipient = recipient_of(terms),
                                      .purpose = terms->purpose,
                                      .name = terms->show_name,
                                      .birth = terms->show_birth,
                                      .now = terms->now,
                                      .expires_at = terms->expires_at};
    CBI_TRY(cbi_ground_list_counted(&it->reader, it->plan, &it->records, &it->ask.record_count,
                                    err));
    it->ask.records = it->records;
    CBI_TRY(cbi_ground_settle(it->bank, it->reader.txn, it->reader.hasher, &terms->ground, &it->ask,
                              &it->ground, err));
    out->expires_at = terms->expires_at != 0 ? terms->expires_at
                                             : cbi_ground_expiry(&it->ground, terms->now);
    it->ask.terms.expires_at = out->expires_at;
    out->basis = it->ground.basis == NULL ? "" : it->ground.basis->code;
    if (it->ground.basis == NULL)
        cbi_consent_row_id(&it->ground.consent, out->consent);
done:
    return status;
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

/* Who says it, to whom, on what. `holder` and `purpose` are what the head lends. */
static void fill_around(const attesting *it, const cbi_attested *out, Cbank__V1__Holder *holder,
                        Cbank__V1__Code *purpose, Cbank__V1__ClaimHead *head)
{
    const cbi_attest_terms *terms = it->terms;

    head->code = cbi_message_string(it->code.text);
    head->origin = cbi_message_string(it->bank->config.origin);
    head->bank_name = it->bank->self->names[0]->value;
    if (terms->show_name)
        holder->name = cbi_message_string(cbi_person_current_name(it->person));
    if (terms->show_birth)
        holder->born_on = it->person->born_on;
    if (it->person != NULL)
        head->holder = holder;
    head->recipient = cbi_message_string(recipient_of(terms));
    if (cbi_errand_reason(terms->purpose, purpose) != NULL)
        head->purpose = purpose;
    head->issued_at = terms->now;
    head->expires_at = out->expires_at;
    head->consent = cbi_message_data(cbi_bytes_of_hash(&it->ground.digest));
    head->attested_by = cbi_message_string(terms->institution);
    head->document = cbi_message_string(terms->document);
}

static cbank_status sign(attesting *it, cbi_attested *out, cbank_error *err)
{
    Cbank__V1__ClaimHead head = CBANK__V1__CLAIM_HEAD__INIT;
    Cbank__V1__Holder holder = CBANK__V1__HOLDER__INIT;
    Cbank__V1__ClaimPart parts[CBI_BUCKETS_MAX], *list[CBI_BUCKETS_MAX];
    Cbank__V1__Code purpose;
    cbi_attestation made = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_new_code(it->reader.txn, &it->code, err));
    fill_around(it, out, &holder, &purpose, &head);
    fill_what(it, &head);
    fill_parts(it, parts, list, &head);
    CBI_TRY(cbi_attestation_make(&head, it->bank->log_key.key, &out->file, err));
    CBI_TRY(cbi_attestation_open(it->reader.hasher, cbi_bytes_of_buffer(&out->file), &made, err));
    it->id = made.id;
    memcpy(out->code, it->code.text, sizeof(it->code.text));
done:
    cbi_attestation_clear(&made);
    return status;
}

/* Handed out once this is in the log. It has no items. */
static cbank_status note(attesting *it, const cbi_attested *out, cbank_error *err)
{
    cbi_disclosed what = {.transcript = it->id,
                          .code = &it->code,
                          .expires_at = out->expires_at,
                          .size = out->size,
                          .ask = &it->ask,
                          .ground = &it->ground};

    cbi_ledger_read_end(&it->reader);
    return cbi_disclosed_note(it->bank, &what, &it->order, err);
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
    attesting it = {.bank = bank, .terms = terms, .order = *terms->order};
    cbank_status status = CBANK_OK;

    it.order.now = terms->now;
    it.order.document = terms->document; /* of the legal basis, if it rests on one */
    CBI_TRY(cbi_ground_check_ask(terms->recipient, terms->purpose, terms->expires_at, terms->now,
                                 err));
    CBI_TRY(cbi_order_check(&it.order, err));
    CBI_TRY(cbi_errand_check_token(it.order.token, err));
    CBI_TRY(make_plan(&it, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &it.reader, err));
    CBI_TRY(settle_ground(&it, out, err));
    CBI_TRY(read_around(&it, err));
    tell(&it, out);
    if (it.order.dry_run)
        goto done;
    CBI_TRY(sign(&it, out, err));
    CBI_TRY(note(&it, out, err));
done:
    cbi_ledger_read_end(&it.reader);
    cbi_publication_clear(&it.requirement);
    cbank_buffer_clear(&it.envelope);
    cbi_vault_free_person(it.person);
    cbi_ground_clear(&it.ground);
    cbi_free(it.records);
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
