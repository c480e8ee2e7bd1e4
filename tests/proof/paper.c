#include "proof/paper.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "proof/assembly.h"
#include "record/code.h"

static ProtobufCBinaryData keep_hash(world *it, const cbi_hash *hash)
{
    return (ProtobufCBinaryData){.len = CBI_HASH_SIZE,
                                 .data = world_keep(it, hash->bytes, CBI_HASH_SIZE)};
}

static ProtobufCBinaryData *keep_path(world *it, const cbi_hash *path, size_t count)
{
    ProtobufCBinaryData list[CBI_PROOF_PATH_MAX];

    for (size_t i = 0; i < count; i++)
        list[i] = keep_hash(it, &path[i]);
    return world_keep(it, list, count * sizeof(*list));
}

/* Which evidence proves this batch, counted from one; made when it is first asked for. */
static uint32_t evidence_of(paper *it, const world_batch *batch)
{
    Cbank__V1__BatchEvidence *evidence = &it->evidence[it->evidence_count];
    const world_entry *receipt = batch->receipt;
    cbi_hash path[CBI_PROOF_PATH_MAX];

    for (uint32_t i = 0; i < it->evidence_count; i++) {
        if (it->batches[i] == batch)
            return i + 1;
    }
    cr_assert(it->evidence_count < PAPER_EVIDENCE_MAX);
    it->batches[it->evidence_count++] = batch;
    cbank__v1__batch_evidence__init(evidence);
    evidence->envelope = cbi_message_data(batch->envelope);
    evidence->receipt = cbi_message_data(receipt->statement);
    evidence->sequence = receipt->sequence;
    evidence->previous = keep_hash(it->world, &receipt->previous);
    evidence->index = receipt->index;
    evidence->n_path = world_inclusion(it->world, receipt->index, it->head.size, path);
    evidence->path = keep_path(it->world, path, evidence->n_path);
    return (uint32_t)it->evidence_count;
}

static void prove_item(paper *it, const world_entry *entry, Cbank__V1__TranscriptItem *out)
{
    cbi_hash ids[8], path[CBI_PROOF_PATH_MAX];

    for (uint32_t i = 0; i < entry->batch->count; i++)
        ids[i] = entry->batch->items[i].id;
    cr_assert_eq(cbi_tree_path_of(it->world->hasher, ids, entry->batch->count, entry->position,
                                  path, &out->n_path, NULL),
                 CBANK_OK);
    out->path = keep_path(it->world, path, out->n_path);
    out->batch = evidence_of(it, entry->batch);
}

static void open_item(paper *it, const world_learner *learner, const world_item *from,
                      Cbank__V1__TranscriptItem *out)
{
    Cbank__V1__Opening opening = CBANK__V1__OPENING__INIT;

    opening.random = keep_hash(it->world, &from->random);
    opening.document_type = cbi_message_string(learner->type);
    opening.number = cbi_message_string(learner->number);
    out->opening = world_keep(it->world, &opening, sizeof(opening));
}

static void add_item(paper *it, const world_learner *learner, const world_entry *entry,
                     const paper_terms *terms)
{
    Cbank__V1__TranscriptItem *item = &it->items[it->item_count++];

    cr_assert(it->item_count <= PAPER_ITEMS_MAX);
    cbank__v1__transcript_item__init(item);
    item->statement = cbi_message_data(entry->statement);
    if (entry->batch == NULL)
        return;
    if (terms->evidence)
        prove_item(it, entry, item);
    if (terms->disclosed && !entry->batch->items[entry->position].change)
        open_item(it, learner, &entry->batch->items[entry->position], item);
}

static void add_chain(paper *it, const world_learner *learner, uint32_t merged_into,
                      const paper_terms *terms)
{
    const world_chain *from = &learner->chain;
    size_t position = it->head.n_chains++;
    Cbank__V1__Chain *chain = &it->chains[position];

    cr_assert(position < PAPER_CHAINS_MAX);
    cbank__v1__chain__init(chain);
    it->chain_list[position] = chain;
    chain->account = cbi_message_string(learner->account);
    chain->tag_random = keep_hash(it->world, &from->random);
    chain->items = (uint32_t)from->count;
    chain->last_leaf = keep_hash(it->world, &from->entries[from->count - 1].leaf);
    chain->merged_into = merged_into;
    for (size_t i = 0; i < from->count; i++) {
        bool withheld = position == 0 && (terms->withheld >> i & 1) != 0;

        add_item(it, learner, &from->entries[i],
                 withheld ? &(paper_terms){.evidence = false} : terms);
        if (withheld)
            paper_withhold(it, it->item_count - 1);
    }
    for (size_t i = 0; i < learner->merged_count && !terms->own_only; i++)
        add_chain(it, learner->merged[i], (uint32_t)position + 1, terms);
}

static void fill_head(paper *it, const world_learner *learner, const paper_terms *terms)
{
    cbi_verification code;
    cbi_hash root = world_root(it->world, it->world->size);

    cbi_verification_make((const uint8_t *)"12345678", &code);
    cbank__v1__transcript_head__init(&it->head);
    cbank__v1__holder__init(&it->holder);
    cbank__v1__terms__init(&it->terms);
    it->head.version = 1;
    it->head.code = world_keep(it->world, code.text, sizeof(code.text));
    it->head.origin = cbi_message_string(it->world->origin);
    it->head.bank_name = cbi_message_string("示例学分银行");
    it->head.holder = &it->holder;
    it->head.terms = &it->terms;
    it->head.size = it->world->size;
    it->head.root = keep_hash(it->world, &root);
    it->head.chains = it->chain_list;
    it->holder.name = cbi_message_string(learner->name);
    if (terms->disclosed) {
        it->holder.document_type = cbi_message_string(learner->type);
        it->holder.document_number = cbi_message_string(learner->number);
        it->holder.random = keep_hash(it->world, &learner->random);
    }
    it->terms.recipient = cbi_message_string(terms->recipient == NULL ? "anyone"
                                                                      : terms->recipient);
    it->terms.issued_at = it->world->clock;
    it->terms.expires_at = WORLD_EXPIRES;
    it->terms.completeness = terms->withheld != 0
                                 ? CBANK__V1__COMPLETENESS__COMPLETENESS_SELECTION
                                 : CBANK__V1__COMPLETENESS__COMPLETENESS_ALL;
}

paper *paper_new(world *it, const world_learner *learner, const paper_terms *terms)
{
    static const paper empty;
    paper *made = world_keep(it, &empty, sizeof(empty));
    const world_entry *last = &learner->chain.entries[learner->chain.count - 1];
    cbi_hash path[CBI_PROOF_PATH_MAX];

    made->world = it;
    made->signer = it->log_key;
    fill_head(made, learner, terms);
    add_chain(made, learner, 0, terms);
    cbank__v1__log_proof__init(&made->proof);
    made->proof.index = last->index;
    made->proof.n_path = world_inclusion(it, last->index, it->size, path);
    made->proof.path = keep_path(it, path, made->proof.n_path);
    made->proof.checkpoint = cbi_message_data(world_checkpoint(it, it->size));
    return made;
}

cbi_bytes paper_sign(paper *it)
{
    cbi_assembly assembly = {0};
    cbank_buffer file = {0};
    cbi_hash digest;

    cr_assert_eq(cbi_assembly_begin(it->world->suite, &assembly, NULL), CBANK_OK);
    for (size_t i = 0; i < it->evidence_count; i++)
        cr_assert_eq(cbi_assembly_add_message(&assembly, &it->evidence[i], NULL), CBANK_OK);
    for (size_t i = 0; i < it->item_count; i++)
        cr_assert_eq(cbi_assembly_add_message(&assembly, &it->items[i], NULL), CBANK_OK);
    cr_assert_eq(cbi_assembly_add_message(&assembly, &it->proof, NULL), CBANK_OK);
    cr_assert_eq(cbi_assembly_digest(&assembly, &digest, NULL), CBANK_OK);
    it->head.batches = (uint32_t)it->evidence_count;
    it->head.body_digest = keep_hash(it->world, &digest);
    cr_assert_eq(cbi_assembly_finish(&assembly, CBI_TRANSCRIPT_TYPE, &it->head, &it->signer, 1,
                                     &file, NULL),
                 CBANK_OK);
    cbi_assembly_clear(&assembly);
    return world_keep_buffer(it->world, &file);
}

cbi_bytes paper_make(world *it, const world_learner *learner, const paper_terms *terms)
{
    return paper_sign(paper_new(it, learner, terms));
}

void paper_withhold(paper *it, size_t item)
{
    Cbank__V1__TranscriptItem *message = &it->items[item];
    cbi_statement statement = {0};
    cbi_hash digest;

    cr_assert_eq(cbi_statement_parse(cbi_message_bytes(message->statement), &statement, NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_entry_statement_digest(it->world->hasher,
                                            cbi_message_bytes(message->statement), &digest, NULL),
                 CBANK_OK);
    cbank__v1__transcript_item__init(message);
    message->digest = keep_hash(it->world, &digest);
    message->entry_class = statement.kind->entry_class;
    cbi_statement_clear(&statement);
}

void paper_drop(paper *it, size_t item)
{
    memmove(&it->items[item], &it->items[item + 1],
            (it->item_count - item - 1) * sizeof(it->items[0]));
    it->item_count--;
}

void paper_insert(paper *it, size_t item, const Cbank__V1__TranscriptItem *what)
{
    Cbank__V1__TranscriptItem copy = *what;

    cr_assert(it->item_count < PAPER_ITEMS_MAX);
    memmove(&it->items[item + 1], &it->items[item],
            (it->item_count - item) * sizeof(it->items[0]));
    it->items[item] = copy;
    it->item_count++;
}

cbank_status paper_answer_to(world *it, cbi_bytes file, const cbi_verify_terms *terms,
                             cbi_reason *reason)
{
    cbi_directory directory;
    cbi_verdict verdict = {0};
    cbank_error err = {0};
    cbank_status status;

    world_open_directory(it, &directory);
    status = cbi_verify_transcript(file, &(cbi_trust){.directory = &directory}, terms, &verdict,
                                   &err);
    cr_expect_eq(err.status, (int32_t)status);
    cbi_verdict_clear(&verdict);
    cbi_directory_clear(&directory);
    if (reason != NULL)
        *reason = (cbi_reason)err.reason;
    return status;
}

cbank_status paper_answer(world *it, cbi_bytes file)
{
    cbi_verify_terms terms = {.recipient = cbi_bytes_of_text(PAPER_RECIPIENT), .at = WORLD_AT};

    return paper_answer_to(it, file, &terms, NULL);
}

/* Of a refusal that other readers know too, verification knows only these classes. */
static cbank_status class_of(cbi_reason reason)
{
    switch (cbi_reason_status(reason)) {
    case CBANK_E_STATE:
        return CBANK_E_BAD_SEMANTICS;
    case CBANK_E_TOO_LARGE:
        return CBANK_E_MALFORMED;
    default:
        return cbi_reason_status(reason);
    }
}

void paper_refused(world *it, cbi_bytes file, const cbi_verify_terms *terms, cbi_reason reason)
{
    cbi_reason actual;
    cbank_status status = paper_answer_to(it, file, terms, &actual);

    cr_expect_eq(status, class_of(reason), "answered %s", cbi_status_word(status));
    cr_expect_eq(actual, reason, "for %s, not %s", cbi_reason_word(actual),
                 cbi_reason_word(reason));
}
