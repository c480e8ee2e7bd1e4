#include "api/face.h"

#include <stdio.h>
#include <string.h>

#include "api/volume.h"
#include "base/memory.h"
#include "base/text.h"
#include "proof/chain.h"
#include "proof/publication.h"
#include "proof/regrant.h"
#include "rules/portfolio.h"
#include "rules/review.h"

#include "cbank/api/v1/plan.pb-c.h"

#define REFERENCES_MAX 256u /* files of scales, frameworks and units */

/* A recognition is run again from files alone: cbank_plan_check. */
typedef struct plan_check {
    const Cbank__Api__V1__PlanCheckRequest *asked;
    cbi_hasher *hasher;
    cbi_recognition recognition;
    cbi_verdict verdict; /* the transcript, read and not verified */
    uint32_t root;       /* position of the recognition's account among its chains */
    cbi_portfolio portfolio;
    cbi_programme *programme;
    cbi_ruleset *rule_sets[CBI_RECOGNITION_RULE_SETS_MAX];
    Cbank__V1__PartialDates partial_dates;
    cbi_recognition *earlier; /* that the transcript brings, and those that were handed in */
    size_t earlier_count;
    cbank_buffer plan;
    cbi_regrant regrant;
} plan_check;

static cbank_status note(plan_check *it, cbi_regrant_kind kind, uint64_t position,
                         const char *field, const char *stated, const char *found,
                         cbank_error *err)
{
    return cbi_regrant_note(&it->regrant, kind, position, field, stated, found, err);
}

/* ---- the recognition ---------------------------------------------------------------------- */

/* No suite is stated: it is the one under which the body is the body that was signed. */
static cbank_status open_recognition(plan_check *it, cbank_error *err)
{
    static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};
    cbi_bytes file = cbi_message_bytes(it->asked->recognition);
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < 2; i++) {
        cbi_hasher_free(it->hasher);
        it->hasher = NULL;
        CBI_TRY(cbi_hasher_new(suites[i], &it->hasher, err));
        status = cbi_recognition_open(it->hasher, file, &it->recognition, err);
        if (status != CBANK_E_BAD_SIGNATURE)
            break;
    }
done:
    return status;
}

/* ---- published data ----------------------------------------------------------------------- */

/* The file that is this very edition. What there is instead is told, where it bears the name. */
static cbank_status load_edition(plan_check *it, const Cbank__V1__PublicationRef *ref,
                                 cbi_ruleset **rule_set, bool first, cbank_error *err)
{
    cbi_publication file = {0};
    char stated[96], found[96] = "";
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < it->asked->n_publications; i++) {
        cbi_publication_clear(&file);
        CBI_TRY(cbi_publication_open(it->hasher, cbi_message_bytes(it->asked->publications[i]), 0,
                                     &file, err));
        if (cbi_bytes_equal(cbi_message_bytes(ref->digest), cbi_bytes_of_hash(&file.id))) {
            if (first)
                it->partial_dates = file.head->partial_dates;
            CBI_TRY(cbi_volume_load(it->hasher, &file, rule_set,
                                    rule_set == NULL ? &it->programme : NULL, err));
            if (rule_set != NULL)
                CBI_TRY(cbi_volume_refer(it->hasher, file.head, it->asked->publications,
                                         it->asked->n_publications, *rule_set, err));
            goto done;
        }
        if (file.head->kind == ref->kind && strcmp(file.head->id, ref->id) == 0)
            snprintf(found, sizeof(found), "%.70s@%u", file.head->id,
                     (unsigned)file.head->edition);
    }
    snprintf(stated, sizeof(stated), "%.70s@%u", ref->id, (unsigned)ref->edition);
    if (strcmp(stated, found) == 0) /* the same name and edition, with other content */
        cbi_hex_encode(cbi_bytes_of(file.id.bytes, 8), found);
    CBI_TRY(note(it, CBI_REGRANT_PUBLICATION, 0, rule_set == NULL ? "programme" : "rule_sets",
                 stated, found, err));
done:
    cbi_publication_clear(&file);
    return status;
}

static cbank_status load_publications(plan_check *it, cbank_error *err)
{
    const Cbank__V1__RecognitionHead *head = it->recognition.head;
    cbank_status status = CBANK_OK;

    CBI_TRY(load_edition(it, head->programme, NULL, head->n_rule_sets == 0, err));
    for (size_t i = 0; i < head->n_rule_sets; i++)
        CBI_TRY(load_edition(it, head->rule_sets[i], &it->rule_sets[i], i == 0, err));
done:
    return status;
}

/* ---- earlier recognitions ----------------------------------------------------------------- */

static cbank_status keep_earlier(plan_check *it, cbi_bytes envelope, const cbi_bytes *pages,
                                 size_t count, cbank_error *err)
{
    cbi_recognition *to = &it->earlier[it->earlier_count];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_recognition_read(it->hasher, envelope, pages, count, to, err));
    it->earlier_count++;
    CBI_TRY(cbi_portfolio_ground(&it->portfolio, &to->id, to->head,
                                 to->page_count > 0 ? to->rows.sources : NULL, err));
done:
    return status;
}

/* A change to one says nothing that a plan needs. */
static cbank_status keep_evidence(plan_check *it, const Cbank__V1__RecognitionEvidence *evidence,
                                  cbank_error *err)
{
    cbi_bytes pages[CBI_RECOGNITION_PAGES_MAX], envelope = cbi_message_bytes(evidence->envelope);
    cbi_envelope form;

    if (evidence->n_pages > CBI_RECOGNITION_PAGES_MAX)
        return cbi_fail(err, CBI_REASON_HEAD_VALUE, evidence->n_pages, "pages", NULL);
    if (cbi_envelope_parse(envelope, CBI_RECOGNITION_TYPE, &form, NULL) != CBANK_OK)
        return CBANK_OK;
    for (size_t i = 0; i < evidence->n_pages; i++)
        pages[i] = cbi_message_bytes(evidence->pages[i]);
    return keep_earlier(it, envelope, pages, evidence->n_pages, err);
}

static cbank_status keep_files(plan_check *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < it->asked->n_recognitions; i++) {
        cbi_recognition *to = &it->earlier[it->earlier_count];

        CBI_TRY(cbi_recognition_open(it->hasher, cbi_message_bytes(it->asked->recognitions[i]), to,
                                     err));
        it->earlier_count++;
        CBI_TRY(cbi_portfolio_ground(&it->portfolio, &to->id, to->head, to->rows.sources, err));
    }
done:
    return status;
}

/* ---- the transcript ----------------------------------------------------------------------- */

static cbank_status read_transcript(plan_check *it, Cbank__V1__RecognitionEvidence ***evidence,
                                    cbank_error *err)
{
    cbi_transcript *transcript = &it->verdict.transcript;
    cbank_status status = CBANK_OK;
    cbi_bytes part;

    CBI_TRY(cbi_transcript_open(cbi_message_bytes(it->asked->transcript), transcript, err));
    CBI_TRY(cbi_file_check_body(it->hasher, &transcript->file,
                                cbi_message_bytes(transcript->head->body_digest), err));
    CBI_TRY(cbi_alloc(transcript->head->recognitions, sizeof(**evidence), evidence, err));
    CBI_TRY(cbi_alloc(transcript->head->recognitions + it->asked->n_recognitions,
                      sizeof(*it->earlier), &it->earlier, err));
    cbi_artefact_rewind(&transcript->file.parts);
    for (uint32_t i = 0; i < transcript->head->batches; i++)
        CBI_TRY(cbi_file_next(&transcript->file, &part, err));
    for (uint32_t i = 0; i < transcript->head->recognitions; i++) {
        CBI_TRY(cbi_file_next_message(&transcript->file,
                                      &cbank__v1__recognition_evidence__descriptor,
                                      &(*evidence)[i], err));
        CBI_TRY(keep_evidence(it, (*evidence)[i], err));
    }
    CBI_TRY(cbi_chain_read(it->hasher, &it->verdict, err));
done:
    return status;
}

/* Where the account's chain is in it, and that it shows what the plan had before it. */
static cbank_status find_account(plan_check *it, cbank_error *err)
{
    const Cbank__V1__RecognitionHead *head = it->recognition.head;
    const Cbank__V1__TranscriptHead *shown = it->verdict.transcript.head;
    char stated[24], found[24];
    size_t first;

    while (it->root < shown->n_chains &&
           !cbi_bytes_equal(cbi_message_bytes(head->account_tag),
                            cbi_bytes_of_hash(&it->verdict.tags[it->root])))
        it->root++;
    if (strcmp(head->origin, shown->origin) != 0)
        return note(it, CBI_REGRANT_ENTRIES, 0, "origin", head->origin, shown->origin, err);
    if (it->root == shown->n_chains)
        return note(it, CBI_REGRANT_ENTRIES, 0, "account", head->account,
                    shown->chains[0]->account, err);
    snprintf(stated, sizeof(stated), "%llu", (unsigned long long)head->sequences);
    snprintf(found, sizeof(found), "%u", (unsigned)shown->chains[it->root]->items);
    if (head->sequences > shown->chains[it->root]->items)
        return note(it, CBI_REGRANT_ENTRIES, 0, "sequences", stated, found, err);
    first = cbi_verdict_first(&it->verdict, it->root);
    for (size_t i = first; i < first + head->sequences; i++) {
        const cbi_verdict_item *item = &it->verdict.items[i];

        if (cbi_verdict_is(item, CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_MERGED_IN) &&
            item->undone_at >= head->sequences)
            return note(it, CBI_REGRANT_ENTRIES, item->sequence, "merged",
                        ((const Cbank__V1__MergedIn *)item->statement.body)->from_account, "",
                        err);
    }
    return CBANK_OK;
}

static cbank_status feed_chain(plan_check *it, uint32_t chain, uint32_t merged_into,
                               uint64_t count, cbank_error *err)
{
    size_t first = cbi_verdict_first(&it->verdict, chain);
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_portfolio_add_chain(&it->portfolio, merged_into, it->verdict.joins[chain], err));
    for (size_t i = first; i < first + count; i++) {
        const cbi_verdict_item *item = &it->verdict.items[i];

        CBI_TRY(cbi_portfolio_add(&it->portfolio, &item->leaf, item->entry_class,
                                  cbi_message_bytes(item->message->statement), err));
    }
done:
    return status;
}

/* The account's chain as far as the plan saw it, and those that had been merged into it by then. */
static cbank_status feed(plan_check *it, cbank_error *err)
{
    const Cbank__V1__TranscriptHead *shown = it->verdict.transcript.head;
    uint32_t fed[CBI_TRANSCRIPT_CHAINS_MAX] = {0}, count = 0; /* position among the fed, plus one */
    uint64_t sequences = it->recognition.head->sequences;
    cbank_status status = CBANK_OK;

    CBI_TRY(feed_chain(it, it->root, 0, sequences, err));
    fed[it->root] = ++count;
    for (uint32_t c = it->root + 1; c < shown->n_chains; c++) {
        uint32_t into = shown->chains[c]->merged_into - 1; /* never the first chain */

        if (fed[into] == 0 || (into == it->root && it->verdict.joins[c] >= sequences))
            continue;
        CBI_TRY(feed_chain(it, c, fed[into], shown->chains[c]->items, err));
        fed[c] = ++count;
    }
done:
    return status;
}

/* ---- the plan ----------------------------------------------------------------------------- */

/* What is not at hand is no error: it is what the check finds. */
static cbank_status as_difference(plan_check *it, cbank_status status, const cbank_error *why,
                                  cbank_error *err)
{
    if (why->reason == (int32_t)CBI_REASON_ITEM_WITHHELD)
        return note(it, CBI_REGRANT_RECORD, why->where, "record", "", "", err);
    if (why->reason == (int32_t)CBI_REASON_RECOGNITION_AWAY)
        return note(it, CBI_REGRANT_EARLIER, 0, "recognition", why->object, "", err);
    if (err != NULL)
        *err = *why;
    return status;
}

static cbank_status plan_again(plan_check *it, cbank_error *err)
{
    const Cbank__V1__RecognitionHead *head = it->recognition.head;
    const cbi_ruleset *rule_sets[CBI_RECOGNITION_RULE_SETS_MAX] = {NULL};
    const Cbank__V1__PublicationRef *refs[CBI_RECOGNITION_RULE_SETS_MAX] = {NULL};
    cbi_proposal proposal = {.origin = head->origin,
                             .account = head->account,
                             .account_tag = &it->verdict.tags[it->root],
                             .sequences = head->sequences,
                             .programme = it->programme,
                             .programme_ref = head->programme,
                             .rule_sets = rule_sets,
                             .rule_refs = refs,
                             .rule_set_count = (uint32_t)head->n_rule_sets,
                             .goal = head->goal,
                             .as_of = head->as_of,
                             .applied_on = head->applied_on,
                             .admitted_on = head->admitted_on,
                             .awarded_from = head->awarded_from,
                             .awarded_until = head->awarded_until,
                             .with_advisory = head->with_advisory,
                             .work_limit = head->work_limit};
    cbank_status status = CBANK_OK;
    cbank_error why = {0};
    cbi_review review = {0};
    cbi_hash replaces;

    CBI_TRY(cbi_review_fill(&review, it->recognition.rows.findings,
                            it->recognition.rows.finding_count, err));
    proposal.findings = review.list;
    proposal.finding_count = review.count;
    if (cbi_hash_from(cbi_message_bytes(head->replaces), &replaces))
        proposal.replaces = &replaces;
    for (size_t i = 0; i < head->n_rule_sets; i++) {
        rule_sets[i] = it->rule_sets[i];
        refs[i] = head->rule_sets[i];
    }
    CBI_TRY(feed(it, err));
    status = cbi_portfolio_propose(&it->portfolio, it->hasher, &proposal, it->partial_dates,
                                   &it->plan, &why);
    CBI_TRY(status == CBANK_OK ? CBANK_OK : as_difference(it, status, &why, err));
    if (it->plan.size > 0)
        CBI_TRY(cbi_regrant_compare(it->hasher, cbi_bytes_of_buffer(&it->plan), &it->recognition,
                                    &it->regrant, err));
done:
    cbi_review_clear(&review);
    return status;
}

static cbank_status run(plan_check *it, cbank_error *err)
{
    Cbank__V1__RecognitionEvidence **evidence = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(open_recognition(it, err));
    if (it->recognition.head->plan_digest.len == 0)
        CBI_TRY(cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "plan_digest", NULL));
    CBI_TRY(load_publications(it, err));
    CBI_TRY(read_transcript(it, &evidence, err));
    CBI_TRY(keep_files(it, err));
    CBI_TRY(find_account(it, err));
    if (it->regrant.count == 0)
        CBI_TRY(plan_again(it, err));
done:
    for (uint32_t i = 0; evidence != NULL && i < it->verdict.transcript.head->recognitions; i++)
        cbi_message_free(evidence[i]);
    cbi_free(evidence);
    return status;
}

/* ---- the answer --------------------------------------------------------------------------- */

static cbank_status answer(const plan_check *it, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__PlanCheckReply message = CBANK__API__V1__PLAN_CHECK_REPLY__INIT;
    Cbank__Api__V1__PlanDifference *rows = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(it->regrant.count, sizeof(*rows), &rows, err));
    CBI_TRY(cbi_alloc(it->regrant.count, sizeof(*message.differences), &message.differences, err));
    for (uint32_t i = 0; i < it->regrant.count; i++) {
        const cbi_difference *from = &it->regrant.list[i];

        cbank__api__v1__plan_difference__init(&rows[i]);
        rows[i].kind = (Cbank__Api__V1__PlanDifferenceKind)from->kind;
        rows[i].position = from->position;
        rows[i].field = cbi_message_string(from->field);
        rows[i].stated = cbi_message_string(from->stated);
        rows[i].found = cbi_message_string(from->found);
        message.differences[message.n_differences++] = &rows[i];
    }
    message.same = it->regrant.count == 0;
    message.plan = cbi_message_data(cbi_bytes_of_buffer(&it->plan));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_free(rows);
    cbi_free(message.differences);
    return status;
}

static void clear(plan_check *it)
{
    cbi_portfolio_clear(&it->portfolio);
    for (size_t i = 0; i < it->earlier_count; i++)
        cbi_recognition_clear(&it->earlier[i]);
    cbi_free(it->earlier);
    cbi_verdict_clear(&it->verdict);
    cbi_recognition_clear(&it->recognition);
    cbi_programme_free(it->programme);
    for (size_t i = 0; i < CBI_RECOGNITION_RULE_SETS_MAX; i++)
        cbi_ruleset_free(it->rule_sets[i]);
    cbi_regrant_clear(&it->regrant);
    cbank_buffer_clear(&it->plan);
    cbi_hasher_free(it->hasher);
}

cbank_status cbank_plan_check(const uint8_t *request, size_t request_size, cbank_buffer *reply,
                              cbank_error *err)
{
    Cbank__Api__V1__PlanCheckRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    plan_check it = {0};

    CBI_REQUIRE(reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__plan_check_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_list("publications", asked->n_publications,
                                CBI_RECOGNITION_RULE_SETS_MAX + 1 + REFERENCES_MAX, err));
    CBI_TRY(cbi_face_check_list("recognitions", asked->n_recognitions, CBI_USES_MAX, err));
    it.asked = asked;
    CBI_TRY(run(&it, err));
    CBI_TRY(answer(&it, reply, err));
done:
    clear(&it);
    cbi_message_free(asked);
    return status;
}
