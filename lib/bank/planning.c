#include "bank/planning.h"

#include <string.h>

#include "bank/account.h"
#include "base/memory.h"
#include "rules/portfolio.h"

#define DATE_RULE(name) CBANK__V1__DATE_RULE__DATE_RULE_##name
#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name
#define RULE_SETS_MAX 32

/* Everything that an answer needs while it is made. */
typedef struct plan_work {
    cbi_bank *bank;
    const cbi_planning *asked;
    cbi_planning terms; /* with all days stated */
    cbi_reader reader;
    cbi_portfolio portfolio;
    const cbi_volume *programme;
    const cbi_volume *rule_sets[RULE_SETS_MAX];
    size_t rule_set_count;
    uint64_t sequences;
} plan_work;

/* ---- the account ------------------------------------------------------------------------- */

/* An account whose chain is still to be read. */
typedef struct waiting {
    cbi_account account;
    uint32_t merged_into;
    uint64_t joined_at;
} waiting;

/* A merger that was undone brings nothing any more. */
static bool is_undone(const cbi_portfolio *portfolio, uint32_t first, uint32_t sequence)
{
    for (uint32_t i = first + sequence + 1; i < portfolio->count; i++) {
        const Cbank__V1__Unmerged *undone = cbi_statement_body(
            &portfolio->statements[i], &cbank__v1__unmerged__descriptor);

        if (undone != NULL && undone->touched_sequence == sequence)
            return true;
    }
    return false;
}

static cbank_status read_chain(plan_work *it, const waiting *from, cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(from->account.digits);
    cbi_chain chain = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    status = cbi_history_chain(&it->reader, &subject, &chain, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, from->account.digits, NULL);
    CBI_TRY(status);
    CBI_TRY(cbi_portfolio_add_chain(&it->portfolio, from->merged_into, from->joined_at, err));
    for (size_t i = 0; i < chain.count; i++) {
        CBI_TRY(cbi_history_read(&it->reader, chain.indices[i], &logged, err));
        CBI_TRY(cbi_portfolio_add(&it->portfolio, &logged.leaf, logged.entry.entry_class,
                                  logged.erased ? (cbi_bytes){0} : logged.statement, err));
    }
    if (from->merged_into == 0)
        it->sequences = chain.count;
done:
    cbi_chain_clear(&chain);
    return status;
}

/* Its own chain, then those merged into it, each after the chain it was merged into. */
static cbank_status read_account(plan_work *it, cbank_error *err)
{
    waiting *list = NULL;
    cbank_status status = CBANK_OK;
    size_t count = 1;

    if (!cbi_account_is_valid(cbi_bytes_of_text(it->asked->account)))
        return cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, it->asked->account, NULL);
    CBI_TRY(cbi_alloc(CBI_TRANSCRIPT_CHAINS_MAX, sizeof(*list), &list, err));
    memcpy(list[0].account.digits, it->asked->account, sizeof(list[0].account.digits));
    for (size_t c = 0; c < count; c++) {
        uint32_t first = it->portfolio.count;

        CBI_TRY(read_chain(it, &list[c], err));
        for (uint32_t i = first; i < it->portfolio.count; i++) {
            const Cbank__V1__MergedIn *merged = cbi_statement_body(
                &it->portfolio.statements[i], &cbank__v1__merged_in__descriptor);

            if (merged == NULL || is_undone(&it->portfolio, first, i - first))
                continue;
            if (count == CBI_TRANSCRIPT_CHAINS_MAX)
                CBI_TRY(cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, count, "chains", NULL));
            memcpy(list[count].account.digits, merged->from_account,
                   sizeof(list[count].account.digits));
            list[count].merged_into = (uint32_t)c + 1;
            list[count++].joined_at = i - first;
        }
    }
done:
    cbi_free(list);
    return status;
}

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

/* Where the awards select the edition: the one that all of them select. */
static cbank_status choose_by_awards(plan_work *it, const char *name, int date_rule,
                                     cbi_edition *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_edition next;
    uint32_t chosen = 0;

    for (uint32_t i = 0; i < it->portfolio.count; i++) {
        const Cbank__V1__CreditRecord *record = it->portfolio.records[i];

        if (record == NULL || day_of(record, date_rule) == 0)
            continue;
        status = choose(it, KIND(RULE_SET), name, day_of(record, date_rule), &next, err);
        if (status == CBANK_E_NOT_FOUND) { /* no rules in force for that one */
            status = CBANK_OK;
            continue;
        }
        CBI_TRY(status);
        if (chosen != 0 && next.edition != chosen)
            CBI_TRY(cbi_fail(err, CBI_REASON_PLAN_EDITIONS, 0, name, "%u, %u", (unsigned)chosen,
                             (unsigned)next.edition));
        chosen = next.edition;
        *out = next;
    }
done:
    return status;
}

static cbank_status choose_rule_set(plan_work *it, const char *name, cbi_edition *out,
                                    cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(choose(it, KIND(RULE_SET), name, it->terms.applied_on, out, err));
    if (strchr(name, '@') != NULL)
        return CBANK_OK;
    if (out->date_rule == DATE_RULE(ADMISSION))
        CBI_TRY(choose(it, KIND(RULE_SET), name, it->terms.admitted_on, out, err));
    if (out->date_rule == DATE_RULE(AWARD) || out->date_rule == DATE_RULE(ASSESSMENT))
        CBI_TRY(choose_by_awards(it, name, out->date_rule, out, err));
done:
    return status;
}

static cbank_status take(plan_work *it, const cbi_edition *edition, const cbi_volume **out,
                         cbank_error *err)
{
    return cbi_shelf_take(it->bank->shelf, it->reader.txn, it->reader.hasher, edition, out, err);
}

static cbank_status take_all(plan_work *it, cbank_error *err)
{
    char *const *names = it->asked->rule_sets;
    size_t count = it->asked->rule_set_count;
    cbank_status status = CBANK_OK;
    cbi_edition edition;

    CBI_TRY(choose(it, KIND(PROGRAMME), it->asked->programme, it->terms.admitted_on, &edition,
                   err));
    CBI_TRY(take(it, &edition, &it->programme, err));
    if (count == 0) {
        names = cbi_programme_terms(it->programme->programme)->rule_sets;
        count = cbi_programme_terms(it->programme->programme)->n_rule_sets;
    }
    if (count > RULE_SETS_MAX)
        CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_COUNT, RULE_SETS_MAX, "rule_sets", NULL));
    for (size_t i = 0; i < count; i++) {
        CBI_TRY(choose_rule_set(it, names[i], &edition, err));
        CBI_TRY(take(it, &edition, &it->rule_sets[i], err));
        it->rule_set_count = i + 1;
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
    const cbi_planning *terms = &it->terms;
    Cbank__V1__PublicationRef programme, refs[RULE_SETS_MAX];
    const Cbank__V1__PublicationRef *ref_list[RULE_SETS_MAX];
    const cbi_ruleset *rule_sets[RULE_SETS_MAX];
    cbank_status status = CBANK_OK;
    cbi_hash tag;
    cbi_proposal proposal = {
        .origin = it->bank->config.origin,
        .account = terms->account,
        .account_tag = &tag,
        .sequences = it->sequences,
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
        .sources = it->portfolio.sources,
        .source_count = it->portfolio.source_count,
    };

    CBI_TRY(find_tag(it, &tag, err));
    refer_to(it->programme, &programme);
    for (size_t i = 0; i < it->rule_set_count; i++) {
        refer_to(it->rule_sets[i], &refs[i]);
        ref_list[i] = &refs[i];
        rule_sets[i] = it->rule_sets[i]->ruleset;
    }
    CBI_TRY(cbi_proposal_make(&proposal, plan, err));
done:
    return status;
}

static cbank_status settle(plan_work *it, cbank_error *err)
{
    const cbi_volume *first = it->rule_set_count > 0 ? it->rule_sets[0] : it->programme;
    cbi_portfolio_terms terms = {.as_of = it->terms.as_of,
                                 .awarded_from = it->terms.awarded_from,
                                 .awarded_until = it->terms.awarded_until,
                                 .partial_dates = first->publication.head->partial_dates};

    return cbi_portfolio_settle(&it->portfolio, it->reader.hasher, &terms, err);
}

static void give_back(plan_work *it)
{
    cbi_shelf_give_back(it->bank->shelf, it->programme);
    for (size_t i = 0; i < it->rule_set_count; i++)
        cbi_shelf_give_back(it->bank->shelf, it->rule_sets[i]);
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
    if (it.terms.admitted_on == 0)
        it.terms.admitted_on = it.terms.as_of;
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &it.reader, err));
    CBI_TRY(read_account(&it, err));
    CBI_TRY(take_all(&it, err));
    CBI_TRY(settle(&it, err));
    CBI_TRY(propose(&it, plan, err));
done:
    cbi_ledger_read_end(&it.reader);
    give_back(&it);
    cbi_portfolio_clear(&it.portfolio);
    return status;
}
