/* A log made for whatever a transcript says. */
#include <stdlib.h>
#include <string.h>

#include "fuzz/fuzz.h"
#include "proof/assembly.h"
#include "proof/checkpoint.h"

#define PARTS_MAX 256
#define BEFORE WORLD_LOG_MAX /* so that every key of the directory is valid by then */
#define LEAVES_MAX (BEFORE + PARTS_MAX)

typedef struct making {
    cbi_hasher *hasher;
    Cbank__V1__TranscriptHead *head;
    ProtobufCMessage *parts[PARTS_MAX];
    size_t count;
    cbi_hash leaves[LEAVES_MAX];
    size_t size;
    cbi_hash last[CBI_TRANSCRIPT_CHAINS_MAX]; /* leaf of each chain's end */
    size_t newest;            /* where the first chain ends in the log */
    void *kept[2 * PARTS_MAX + 8];
    size_t kept_count;
} making;

static void *keep(making *it, const void *data, size_t size)
{
    void *copy = malloc(size + 1);

    fuzz_require(copy != NULL && it->kept_count < sizeof(it->kept) / sizeof(it->kept[0]),
                 "there is room");
    memcpy(copy, data, size);
    it->kept[it->kept_count++] = copy;
    return copy;
}

static ProtobufCBinaryData lent_hash(cbi_hash *hash)
{
    return (ProtobufCBinaryData){CBI_HASH_SIZE, hash->bytes};
}

static const ProtobufCMessageDescriptor *type_of(const making *it, uint64_t items, size_t part)
{
    if (part < it->head->batches)
        return &cbank__v1__batch_evidence__descriptor;
    return part < it->head->batches + items ? &cbank__v1__transcript_item__descriptor
                                            : &cbank__v1__log_proof__descriptor;
}

static bool read_parts(making *it, cbi_bytes file)
{
    cbi_artefact_reader reader;
    cbi_envelope envelope;
    uint64_t items = 0;
    cbi_bytes part;

    if (cbi_artefact_open(file, &reader, NULL) != CBANK_OK ||
        cbi_envelope_parse(reader.envelope, CBI_TRANSCRIPT_TYPE, &envelope, NULL) != CBANK_OK ||
        cbi_message_parse(&cbank__v1__transcript_head__descriptor, envelope.payload, &it->head,
                          NULL) != CBANK_OK)
        return false;
    if (it->head->n_chains > CBI_TRANSCRIPT_CHAINS_MAX)
        return false;
    for (size_t c = 0; c < it->head->n_chains; c++)
        items += it->head->chains[c]->items;
    while (it->count < PARTS_MAX && cbi_artefact_next(&reader, &part)) {
        if (cbi_message_parse(type_of(it, items, it->count), part, &it->parts[it->count], NULL) !=
            CBANK_OK)
            return false;
        it->count++;
    }
    return it->count < PARTS_MAX && it->count == it->head->batches + items + 1 && items > 0 &&
           it->head->chains[0]->items > 0;
}

static void add_leaf(making *it, cbi_entry *entry, cbi_bytes statement)
{
    cbi_hash *leaf = &it->leaves[it->size++];

    if (statement.size > 0)
        cbi_entry_statement_digest(it->hasher, statement, &entry->statement, NULL);
    cbi_entry_leaf(it->hasher, entry, leaf, NULL);
    entry->previous = *leaf;
    entry->sequence++;
}

/* The leaf of the receipt that the evidence holds, as it says of itself. */
static void log_receipt(making *it, const Cbank__V1__BatchEvidence *evidence)
{
    static const cbi_hash public_subject;
    cbi_entry entry = {.subject_kind = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_INSTITUTION,
                       .entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_OTHER,
                       .sequence = evidence->sequence};
    cbi_batch_head batch = {0};

    cbi_hash_from(cbi_message_bytes(evidence->previous), &entry.previous);
    if (cbi_batch_head_parse(it->hasher, cbi_message_bytes(evidence->envelope), &batch, NULL) ==
        CBANK_OK)
        cbi_entry_tag(it->hasher, entry.subject_kind, &public_subject,
                      cbi_message_text(batch.head->institution), &entry.tag, NULL);
    cbi_batch_head_clear(&batch);
    add_leaf(it, &entry, cbi_message_bytes(evidence->receipt));
}

static void log_item(making *it, cbi_entry *entry, const Cbank__V1__TranscriptItem *item)
{
    cbi_statement statement = {0};

    entry->entry_class = (uint8_t)item->entry_class;
    cbi_hash_from(cbi_message_bytes(item->digest), &entry->statement);
    if (cbi_statement_parse(cbi_message_bytes(item->statement), &statement, NULL) == CBANK_OK)
        entry->entry_class = (uint8_t)statement.kind->entry_class;
    cbi_statement_clear(&statement);
    add_leaf(it, entry, cbi_message_bytes(item->statement));
}

static void log_all(making *it)
{
    size_t part = 0;

    it->size = BEFORE;
    while (part < it->head->batches)
        log_receipt(it, (const Cbank__V1__BatchEvidence *)it->parts[part++]);
    for (size_t c = 0; c < it->head->n_chains; c++) {
        const Cbank__V1__Chain *chain = it->head->chains[c];
        cbi_entry entry = {.subject_kind = CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER};
        cbi_hash random = {0};

        cbi_hash_from(cbi_message_bytes(chain->tag_random), &random);
        cbi_entry_tag(it->hasher, entry.subject_kind, &random, cbi_message_text(chain->account),
                      &entry.tag, NULL);
        for (uint32_t i = 0; i < chain->items; i++)
            log_item(it, &entry, (const Cbank__V1__TranscriptItem *)it->parts[part++]);
        it->last[c] = entry.previous;
        it->newest = c == 0 ? it->size - 1 : it->newest;
    }
}

static void prove(making *it, uint64_t index, size_t *out_count, ProtobufCBinaryData **out)
{
    cbi_hash path[CBI_PROOF_PATH_MAX];
    ProtobufCBinaryData list[CBI_PROOF_PATH_MAX];
    cbi_hash *kept;

    cbi_tree_path_of(it->hasher, it->leaves, it->size, index, path, out_count, NULL);
    kept = keep(it, path, *out_count * sizeof(*path));
    for (size_t i = 0; i < *out_count; i++)
        list[i] = lent_hash(&kept[i]);
    *out = keep(it, list, *out_count * sizeof(*list));
}

static ProtobufCBinaryData checkpoint(making *it, const cbi_hash *root)
{
    world *bank = fuzz_story()->world;
    cbi_checkpoint said = {cbi_bytes_of_text(bank->origin), it->size, *root};
    cbank_buffer note = {0};
    ProtobufCBinaryData kept;

    fuzz_require(cbi_checkpoint_sign(&said, bank->log_key, &note, NULL) == CBANK_OK,
                 "a checkpoint can be signed");
    kept = (ProtobufCBinaryData){note.size, keep(it, note.data, note.size)};
    cbank_buffer_clear(&note);
    return kept;
}

/* Messages whose hashes lie elsewhere now; they are packed, never freed. */
static bool pack(making *it, cbank_buffer *out)
{
    const cbi_private *key = fuzz_story()->world->log_key;
    Cbank__V1__TranscriptHead head = *it->head;
    Cbank__V1__Chain chains[CBI_TRANSCRIPT_CHAINS_MAX], *list[CBI_TRANSCRIPT_CHAINS_MAX];
    Cbank__V1__LogProof proof = CBANK__V1__LOG_PROOF__INIT;
    cbi_assembly assembly = {0};
    cbank_status status = CBANK_OK;
    cbi_hash root, digest;

    cbi_tree_root_of(it->hasher, it->leaves, it->size, &root, NULL);
    CBI_TRY(cbi_assembly_begin(fuzz_story()->world->suite, &assembly, NULL));
    for (size_t i = 0; i < it->head->batches; i++) {
        Cbank__V1__BatchEvidence evidence = *(const Cbank__V1__BatchEvidence *)it->parts[i];

        evidence.index = BEFORE + i;
        prove(it, evidence.index, &evidence.n_path, &evidence.path);
        CBI_TRY(cbi_assembly_add_message(&assembly, &evidence, NULL));
    }
    for (size_t i = it->head->batches; i + 1 < it->count; i++)
        CBI_TRY(cbi_assembly_add_message(&assembly, it->parts[i], NULL));
    proof.index = it->newest;
    prove(it, proof.index, &proof.n_path, &proof.path);
    proof.checkpoint = checkpoint(it, &root);
    CBI_TRY(cbi_assembly_add_message(&assembly, &proof, NULL));
    for (size_t c = 0; c < head.n_chains; c++) {
        chains[c] = *head.chains[c];
        chains[c].last_leaf = lent_hash(&it->last[c]);
        list[c] = &chains[c];
    }
    head.chains = list;
    head.size = it->size;
    head.root = lent_hash(&root);
    CBI_TRY(cbi_assembly_digest(&assembly, &digest, NULL));
    head.body_digest = lent_hash(&digest);
    CBI_TRY(cbi_assembly_finish(&assembly, CBI_TRANSCRIPT_TYPE, &head, &key, 1, out, NULL));
done:
    cbi_assembly_clear(&assembly);
    return status == CBANK_OK;
}

bool fuzz_log_transcript(cbi_bytes file, cbank_buffer *out)
{
    making *it = calloc(1, sizeof(*it));
    bool made;

    fuzz_require(it != NULL, "there is memory");
    it->hasher = fuzz_story()->world->hasher;
    made = read_parts(it, file);
    if (made) {
        log_all(it);
        made = pack(it, out);
    }
    for (size_t i = 0; i < it->count; i++)
        cbi_message_free(it->parts[i]);
    for (size_t i = 0; i < it->kept_count; i++)
        free(it->kept[i]);
    cbi_message_free(it->head);
    free(it);
    return made;
}
