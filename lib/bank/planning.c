#include "bank/planning.h"

#include <string.h>

#include "bank/account.h"
#include "bank/dossier.h"
#include "bank/enrolled.h"
#include "rules/review.h"

#define DATE_RULE(name) CBANK__V1__DATE_RULE__DATE_RULE_##name
#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name
#define RULE_SETS_MAX 32

/* Everything that an answer needs while it is made. */
typedef struct plan_work {
    cbi_bank *bank;
    const cbi_planning *asked;
    cbi_planning terms; /* with all days stated */
    cbi_reader reader;
    cbi_dossier dossier;
    cbi_edition enrolled; /* the edition that the enrolment pins; kind 0: none */
    const cbi_volume *programme;
    const cbi_volume *rule_sets[RULE_SETS_MAX];
    size_t rule_set_count;
} plan_work;

/* ---- editions ---------------------------------------------------------------------------- */

/* An edition by its name, or the one in force on that day. */
static cbank_status choose(plan_work *it, int kind, const char *name, uint32_t day,
                           cbi_edition *out, cbank_error *err)
{
    char id[CBI_PUBLICATION_ID_MAX + 1];
    cbank_status status = CBANK_OK;
    uint32_t edition;

    CBI_TRY(cbi_publication_name_parse(name, id, &edition, err));
    if (edition != 0)
        CBI_TRY(cbi_edition_read(it->reader.txn, kind, id, edition, out, err));
    else
        CBI_TRY(cbi_edition_in_force(it->reader.txn, kind, id, &cbi_knowing_all, day, out, err));
done:
    return status;
}

static uint32_t day_of(const Cbank__V1__CreditRecord *record, int date_rule)
{
    uint32_t date = record->awarded_on;

    if (date_rule == DATE_RULE(ASSESSMENT) && record->assessed_on != 0)
        date = record->assessed_on;
    return cbi_portfolio_day(date, CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_FIRST_DAY);
}

/* Editions of one rule set. */
typedef struct editions {
    cbi_edition list[RULE_SETS_MAX];
    size_t count;
} editions;

static cbank_status add_edition(editions *to, const cbi_edition *edition, cbank_error *err)
{
    for (size_t i = 0; i < to->count; i++)
        if (to->list[i].edition == edition->edition)
            return CBANK_OK;
    if (to->count == RULE_SETS_MAX)
        return cbi_fail(err, CBI_REASON_FIELD_COUNT, RULE_SETS_MAX, "rule_sets", NULL);
    to->list[to->count++] = *edition;
    return CBANK_OK;
}

/* Which of them has the day, by their own days alone: 0 for none. */
static uint32_t edition_of(const editions *all, uint32_t day)
{
    uint32_t highest = 0;

    for (size_t i = 0; i < all->count; i++) {
        const cbi_edition *at = &all->list[i];

        if (at->effective_from <= day && (at->effective_until == 0 || day <= at->effective_until) &&
            at->edition > highest)
            highest = at->edition;
    }
    return highest;
}

/* The edition in force on the day of a record; none is no failure. */
static cbank_status choose_for(plan_work *it, const char *name, uint32_t day, cbi_edition *out,
                               bool *found, cbank_error *err)
{
    cbank_status status = choose(it, KIND(RULE_SET), name, day, out, err);

    *found = status == CBANK_OK;
    return status == CBANK_E_NOT_FOUND ? CBANK_OK : status;
}

/*
 * Where the awards select the edition: all that they select, each for its own days. The plan tells
 * them apart by their days of force, which is not enough where one was withdrawn for some of them.
 */
static cbank_status choose_by_awards(plan_work *it, const char *name, int date_rule,
                                     editions *out, cbank_error *err)
{
    const cbi_portfolio *portfolio = &it->dossier.portfolio;
    cbank_status status = CBANK_OK;
    cbi_edition next;
    bool found;

    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < portfolio->count; i++) {
            uint32_t day = portfolio->records[i] == NULL ? 0
                                                         : day_of(portfolio->records[i], date_rule);

            if (day == 0)
                continue;
            CBI_TRY(choose_for(it, name, day, &next, &found, err));
            if (found && next.date_rule != date_rule)
                CBI_TRY(cbi_fail(err, CBI_REASON_PLAN_EDITIONS, day, name, "%u",
                                 (unsigned)next.edition));
            if (pass == 0 && found)
                CBI_TRY(add_edition(out, &next, err));
            if (pass == 1 && edition_of(out, day) != (found ? next.edition : 0))
                CBI_TRY(cbi_fail(err, CBI_REASON_PLAN_EDITIONS, day, name, "%u",
                                 (unsigned)edition_of(out, day)));
        }
    }
done:
    return status;
}

/* Where no record selects any, that of the application: it says what stands in the way. */
static cbank_status choose_rule_set(plan_work *it, const char *name, editions *out,
                                    cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_edition first;

    out->count = 0;
    CBI_TRY(choose(it, KIND(RULE_SET), name, it->terms.applied_on, &first, err));
    if (strchr(name, '@') == NULL) {
        if (first.date_rule == DATE_RULE(ADMISSION))
            CBI_TRY(choose(it, KIND(RULE_SET), name, it->terms.admitted_on, &first, err));
        if (first.date_rule == DATE_RULE(AWARD) || first.date_rule == DATE_RULE(ASSESSMENT))
            CBI_TRY(choose_by_awards(it, name, first.date_rule, out, err));
    }
    if (out->count == 0)
        CBI_TRY(add_edition(out, &first, err));
done:
    return status;
}

static cbank_status take(plan_work *it, const cbi_edition *edition, const cbi_volume **out,
                         cbank_error *err)
{
    return cbi_shelf_take(it->bank->shelf, it->reader.txn, it->reader.hasher, edition, out, err);
}

static cbank_status take_pinned(plan_work *it, const Cbank__V1__PublicationRef *ref,
                                const cbi_volume **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_edition edition;
    cbi_hash digest;

    if (ref == NULL || !cbi_hash_from(cbi_message_bytes(ref->digest), &digest))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "programme", NULL);
    CBI_TRY(cbi_edition_find(it->reader.txn, &digest, &edition, err));
    CBI_TRY(take(it, &edition, out, err));
done:
    return status;
}

static cbank_status take_all_pinned(plan_work *it, cbank_error *err)
{
    const cbi_planning_pins *pins = it->asked->pins;
    cbank_status status = CBANK_OK;

    CBI_TRY(take_pinned(it, pins->programme, &it->programme, err));
    if (it->programme->programme == NULL || pins->rule_set_count > RULE_SETS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_COUNT, RULE_SETS_MAX, "rule_sets", NULL));
    for (size_t i = 0; i < pins->rule_set_count; i++) {
        CBI_TRY(take_pinned(it, pins->rule_sets[i], &it->rule_sets[i], err));
        it->rule_set_count = i + 1;
        if (it->rule_sets[i]->ruleset == NULL)
            CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_VALUE, i, "rule_sets", NULL));
    }
done:
    return status;
}

static bool is_draft(const cbi_volume *draft, const char *name)
{
    size_t size = strcspn(name, "@");

    return draft != NULL && strlen(draft->edition.id) == size &&
           strncmp(draft->edition.id, name, size) == 0;
}

static cbank_status take_all(plan_work *it, cbank_error *err)
{
    char *const *names = it->asked->rule_sets;
    size_t count = it->asked->rule_set_count;
    cbank_status status = CBANK_OK;
    cbi_edition edition;
    editions chosen;

    if (it->enrolled.kind != 0)
        edition = it->enrolled;
    else
        CBI_TRY(choose(it, KIND(PROGRAMME), it->asked->programme, it->terms.admitted_on,
                       &edition, err));
    CBI_TRY(take(it, &edition, &it->programme, err));
    if (count == 0) {
        names = cbi_programme_terms(it->programme->programme)->rule_sets;
        count = cbi_programme_terms(it->programme->programme)->n_rule_sets;
    }
    if (count > RULE_SETS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_COUNT, RULE_SETS_MAX, "rule_sets", NULL));
    for (size_t i = 0; i < count; i++) {
        if (is_draft(it->asked->draft, names[i])) {
            it->rule_sets[it->rule_set_count++] = it->asked->draft;
            continue;
        }
        CBI_TRY(choose_rule_set(it, names[i], &chosen, err));
        if (chosen.count > RULE_SETS_MAX - it->rule_set_count)
            CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_COUNT, RULE_SETS_MAX, "rule_sets", NULL));
        for (size_t k = 0; k < chosen.count; k++) {
            CBI_TRY(take(it, &chosen.list[k], &it->rule_sets[it->rule_set_count], err));
            it->rule_set_count++;
        }
    }
done:
    return status;
}

/* ---- the question ------------------------------------------------------------------------ */

static void refer_to(const cbi_volume *volume, Cbank__V1__PublicationRef *out)
{
    cbank__v1__publication_ref__init(out);
    out->kind = (Cbank__V1__PublicationKind)volume->edition.kind;
    out->id = cbi_message_string(volume->edition.id);
    out->edition = volume->edition.edition;
    out->digest = cbi_message_data(cbi_bytes_of_hash(&volume->edition.digest));
}

static cbank_status find_tag(plan_work *it, cbi_hash *out, cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(it->asked->account);
    cbank_status status = CBANK_OK;
    cbi_hash random;

    CBI_TRY(cbi_subject_read_randomness(it->reader.txn, &subject, &random, err));
    CBI_TRY(cbi_entry_tag(it->reader.hasher, subject.kind, &random, subject.id, out, err));
done:
    return status;
}

static cbank_status propose(plan_work *it, cbank_buffer *plan, cbank_error *err)
{
    const cbi_volume *first = it->rule_set_count > 0 ? it->rule_sets[0] : it->programme;
    const cbi_planning *terms = &it->terms;
    Cbank__V1__PublicationRef programme, refs[RULE_SETS_MAX];
    const Cbank__V1__PublicationRef *ref_list[RULE_SETS_MAX];
    const cbi_ruleset *rule_sets[RULE_SETS_MAX];
    cbi_recognition_row replaced = {0};
    cbank_status status = CBANK_OK;
    cbi_hash tag;
    cbi_proposal proposal = {
        .origin = it->bank->config.origin,
        .account = terms->account,
        .account_tag = &tag,
        .sequences = it->dossier.sequences,
        .programme = it->programme->programme,
        .programme_ref = &programme,
        .rule_sets = rule_sets,
        .rule_refs = ref_list,
        .rule_set_count = (uint32_t)it->rule_set_count,
        .goal = terms->goal,
        .as_of = terms->as_of,
        .applied_on = terms->applied_on,
        .admitted_on = terms->admitted_on,
        .awarded_from = terms->awarded_from,
        .awarded_until = terms->awarded_until,
        .with_advisory = terms->with_advisory,
        .work_limit = terms->work_limit,
        .replaces = terms->replaces.size > 0 ? &replaced.id : NULL,
        .findings = terms->findings,
        .finding_count = terms->finding_count,
    };

    CBI_TRY(find_tag(it, &tag, err));
    if (terms->replaces.size > 0)
        CBI_TRY(cbi_recognition_search(it->reader.txn, terms->replaces, &replaced, err));
    refer_to(it->programme, &programme);
    for (size_t i = 0; i < it->rule_set_count; i++) {
        refer_to(it->rule_sets[i], &refs[i]);
        ref_list[i] = &refs[i];
        rule_sets[i] = it->rule_sets[i]->ruleset;
    }
    CBI_TRY(cbi_portfolio_propose(&it->dossier.portfolio, it->reader.hasher, &proposal,
                                  first->publication.head->partial_dates, plan, err));
done:
    return status;
}

static void give_back(plan_work *it)
{
    cbi_shelf_give_back(it->bank->shelf, it->programme);
    for (size_t i = 0; i < it->rule_set_count; i++) {
        if (it->rule_sets[i] != it->asked->draft)
            cbi_shelf_give_back(it->bank->shelf, it->rule_sets[i]);
    }
}

cbank_status cbi_planning_make(cbi_bank *bank, const cbi_planning *planning, cbank_buffer *plan,
                               cbank_error *err)
{
    plan_work it = {.bank = bank, .asked = planning, .terms = *planning};
    cbank_status status = CBANK_OK;

    if (it.terms.goal == CBANK__V1__PLAN_GOAL__PLAN_GOAL_UNSPECIFIED)
        it.terms.goal = CBANK__V1__PLAN_GOAL__PLAN_GOAL_AWARD;
    if (it.terms.applied_on == 0)
        it.terms.applied_on = it.terms.as_of;
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &it.reader, err));
    if (planning->enrolment != NULL && planning->enrolment[0] != '\0')
        CBI_TRY(cbi_enrolled_pin(&it.reader, planning, &it.enrolled, &it.terms.admitted_on, err));
    if (it.terms.admitted_on == 0)
        it.terms.admitted_on = it.terms.as_of;
    CBI_TRY(cbi_dossier_read(&it.reader, planning->account,
                             planning->pins == NULL ? 0 : planning->pins->sequences, &it.dossier,
                             err));
    CBI_TRY(planning->pins != NULL ? take_all_pinned(&it, err) : take_all(&it, err));
    CBI_TRY(propose(&it, plan, err));
done:
    cbi_ledger_read_end(&it.reader);
    give_back(&it);
    cbi_dossier_clear(&it.dossier);
    return status;
}

cbank_status cbi_planning_again(cbi_bank *bank, const cbi_recognition *recognition,
                                cbank_buffer *plan, cbank_error *err)
{
    const Cbank__V1__RecognitionHead *head = recognition->head;
    cbank_status status = CBANK_OK;
    cbi_review review = {0};
    const cbi_planning_pins pins = {.sequences = head->sequences,
                                    .programme = head->programme,
                                    .rule_sets = head->rule_sets,
                                    .rule_set_count = head->n_rule_sets};
    cbi_planning planning = {.account = head->account,
                             .goal = head->goal,
                             .as_of = head->as_of,
                             .applied_on = head->applied_on,
                             .admitted_on = head->admitted_on,
                             .awarded_from = head->awarded_from,
                             .awarded_until = head->awarded_until,
                             .with_advisory = head->with_advisory,
                             .work_limit = head->work_limit,
                             .replaces = cbi_message_bytes(head->replaces),
                             .pins = &pins};

    CBI_TRY(cbi_review_fill(&review, recognition->rows.findings, recognition->rows.finding_count,
                            err));
    planning.findings = review.list;
    planning.finding_count = review.count;
    CBI_TRY(cbi_planning_make(bank, &planning, plan, err));
done:
    cbi_review_clear(&review);
    return status;
}
