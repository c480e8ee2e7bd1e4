#include "proof/world.h"

#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include "proof/checkpoint.h"
#include "record/account.h"
#include "record/identity.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name

const cbi_suite world_suites[WORLD_SUITES] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};

void *world_keep(world *it, const void *data, size_t size)
{
    void *copy = malloc(size == 0 ? 1 : size);

    cr_assert_not_null(copy);
    if (data != NULL)
        memcpy(copy, data, size);
    it->kept = realloc(it->kept, (it->kept_count + 1) * sizeof(*it->kept));
    cr_assert_not_null(it->kept);
    it->kept[it->kept_count++] = copy;
    return copy;
}

cbi_bytes world_keep_buffer(world *it, cbank_buffer *buffer)
{
    cbi_bytes kept = cbi_bytes_of(world_keep(it, buffer->data, buffer->size), buffer->size);

    cbank_buffer_clear(buffer);
    return kept;
}

cbi_hash world_random(world *it)
{
    uint8_t number[8];
    cbi_hash random;

    cbi_put_u64(number, ++it->random);
    cr_assert_eq(cbi_digest_labelled(it->hasher, "test/random", cbi_bytes_of(number, 8), &random,
                                     NULL),
                 CBANK_OK);
    return random;
}

cbi_private *world_new_key(world *it)
{
    cbi_private *key = NULL;

    cr_assert_eq(cbi_private_new(it->suite, &key, NULL), CBANK_OK);
    return key;
}

cbi_hash world_fingerprint(const cbi_private *key)
{
    cbi_hash fingerprint;

    cr_assert_eq(cbi_public_fingerprint(cbi_private_public(key), &fingerprint, NULL), CBANK_OK);
    return fingerprint;
}

/* ---- the log ----------------------------------------------------------------------------- */

cbi_hash world_root(world *it, uint64_t size)
{
    cbi_hash root;

    cr_assert_eq(cbi_tree_root_of(it->hasher, it->log, size, &root, NULL), CBANK_OK);
    return root;
}

size_t world_inclusion(world *it, uint64_t index, uint64_t size, cbi_hash *path)
{
    size_t count;

    cr_assert_eq(cbi_tree_path_of(it->hasher, it->log, size, index, path, &count, NULL), CBANK_OK);
    return count;
}

size_t world_consistency(world *it, uint64_t size1, uint64_t size2, cbi_hash *path)
{
    cbi_subtree plan[CBI_CONSISTENCY_MAX];
    size_t count = cbi_tree_consistency_plan(size1, size2, plan);

    for (size_t i = 0; i < count; i++)
        cr_assert_eq(cbi_tree_root_of(it->hasher, it->log + plan[i].begin,
                                      plan[i].end - plan[i].begin, &path[i], NULL),
                     CBANK_OK);
    return count;
}

cbi_bytes world_checkpoint(world *it, uint64_t size)
{
    cbi_checkpoint checkpoint = {.origin = cbi_bytes_of_text(it->origin), .size = size,
                                 .root = world_root(it, size)};
    cbank_buffer note = {0};

    cr_assert_eq(cbi_checkpoint_sign(&checkpoint, it->log_key, &note, NULL), CBANK_OK);
    return world_keep_buffer(it, &note);
}

static void begin_chain(world *it, world_chain *chain, int kind, const char *id)
{
    *chain = (world_chain){.kind = (uint8_t)kind, .id = id};
    if (kind == CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER)
        chain->random = world_random(it);
    cr_assert_eq(cbi_entry_tag(it->hasher, chain->kind, &chain->random, cbi_bytes_of_text(id),
                               &chain->tag, NULL),
                 CBANK_OK);
}

world_entry *world_append(world *it, world_chain *chain, int kind, const void *body)
{
    world_entry *entry = &chain->entries[chain->count];
    cbi_statement_draft draft = {.kind = kind, .at = it->clock++, .actor = "op1", .body = body};
    cbi_entry leaf = {.subject_kind = chain->kind,
                      .entry_class = (uint8_t)cbi_kind_find(kind)->entry_class,
                      .sequence = chain->count,
                      .tag = chain->tag};
    cbi_hash salt = world_random(it);
    cbank_buffer statement = {0};

    cr_assert(chain->count < WORLD_CHAIN_MAX && it->size < WORLD_LOG_MAX);
    memcpy(draft.salt, salt.bytes, sizeof(draft.salt));
    cr_assert_eq(cbi_statement_build(&draft, &statement, NULL), CBANK_OK);
    if (chain->count > 0)
        leaf.previous = chain->entries[chain->count - 1].leaf;
    *entry = (world_entry){.statement = world_keep_buffer(it, &statement),
                           .entry_class = leaf.entry_class,
                           .sequence = leaf.sequence,
                           .index = it->size,
                           .previous = leaf.previous};
    cr_assert_eq(cbi_entry_statement_digest(it->hasher, entry->statement, &leaf.statement, NULL),
                 CBANK_OK);
    cr_assert_eq(cbi_entry_leaf(it->hasher, &leaf, &entry->leaf, NULL), CBANK_OK);
    it->log[it->size++] = entry->leaf;
    chain->count++;
    return entry;
}

void world_rewind(world *it, uint64_t size, world_chain *chain, size_t count)
{
    it->size = size;
    chain->count = count;
}

/* ---- institutions ------------------------------------------------------------------------ */

cbi_bytes world_request(world *it, const char *code, const cbi_private *earlier,
                        const cbi_private *key)
{
    Cbank__V1__RequestHead head = CBANK__V1__REQUEST_HEAD__INIT;
    Cbank__V1__DatedName name = CBANK__V1__DATED_NAME__INIT;
    Cbank__V1__DatedName *names[] = {&name};
    cbank_buffer file = {0};

    name.lang = cbi_message_string("en");
    name.value = cbi_message_string("College");
    head.origin = cbi_message_string(it->origin);
    head.institution = cbi_message_string(code);
    head.n_names = 1;
    head.names = names;
    head.at = it->clock;
    cr_assert_eq(cbi_request_make(&head, earlier, key, &file, NULL), CBANK_OK);
    return world_keep_buffer(it, &file);
}

static cbi_bytes envelope_of(cbi_bytes file)
{
    cbi_artefact_reader reader;

    cr_assert_eq(cbi_artefact_open(file, &reader, NULL), CBANK_OK);
    return reader.envelope;
}

void world_admit(world *it, world_institution *out, const char *code, const char *name, bool asked)
{
    Cbank__V1__InstitutionAdmitted body = CBANK__V1__INSTITUTION_ADMITTED__INIT;
    Cbank__V1__DatedName dated = CBANK__V1__DATED_NAME__INIT;
    Cbank__V1__DatedName *names[] = {&dated};

    *out = (world_institution){.code = code, .name = name, .key_count = 1};
    out->keys[0].key = world_new_key(it);
    out->keys[0].from = it->size;
    if (asked)
        out->keys[0].request = envelope_of(world_request(it, code, NULL, out->keys[0].key));
    dated.lang = cbi_message_string("zh");
    dated.value = cbi_message_string(name);
    body.institution = cbi_message_string(code);
    body.n_names = 1;
    body.names = names;
    body.public_key = cbi_message_data(cbi_public_bytes(cbi_private_public(out->keys[0].key)));
    body.request = cbi_message_data(out->keys[0].request);
    begin_chain(it, &out->chain, CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_INSTITUTION, code);
    out->status_index = world_append(it, &out->chain, KIND(INSTITUTION_ADMITTED), &body)->index;
}

void world_rotate(world *it, world_institution *institution)
{
    Cbank__V1__KeyRotated body = CBANK__V1__KEY_ROTATED__INIT;
    world_key *earlier = &institution->keys[institution->key_count - 1];
    world_key *key = &institution->keys[institution->key_count++];

    key->key = world_new_key(it);
    key->request = envelope_of(world_request(it, institution->code, earlier->key, key->key));
    key->from = earlier->until = it->size;
    body.institution = cbi_message_string(institution->code);
    body.public_key = cbi_message_data(cbi_public_bytes(cbi_private_public(key->key)));
    body.request = cbi_message_data(key->request);
    world_append(it, &institution->chain, KIND(KEY_ROTATED), &body);
}

void world_suspend(world *it, world_institution *institution)
{
    Cbank__V1__InstitutionChanged body = CBANK__V1__INSTITUTION_CHANGED__INIT;

    body.institution = cbi_message_string(institution->code);
    institution->suspended = true;
    institution->status_index =
        world_append(it, &institution->chain, KIND(INSTITUTION_SUSPENDED), &body)->index;
}

/* ---- learners ---------------------------------------------------------------------------- */

void world_open(world *it, world_learner *out, const char *type, const char *number,
                const char *name)
{
    Cbank__V1__AccountOpened body = CBANK__V1__ACCOUNT_OPENED__INIT;
    cbi_account account;
    cbi_hash holder;

    cr_assert_eq(cbi_account_make(++it->accounts, &account, NULL), CBANK_OK);
    *out = (world_learner){.type = type, .number = number, .name = name};
    memcpy(out->account, account.digits, sizeof(out->account));
    out->random = world_random(it);
    cr_assert_eq(cbi_holder_commit(it->hasher, &out->random, cbi_bytes_of_text(type),
                                   cbi_bytes_of_text(number), &holder, NULL),
                 CBANK_OK);
    body.account = out->account;
    body.holder = cbi_message_data(cbi_bytes_of_hash(&holder));
    body.assurance = CBANK__V1__IDENTITY_ASSURANCE__IDENTITY_ASSURANCE_DOCUMENT_SEEN;
    begin_chain(it, &out->chain, CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_LEARNER, out->account);
    world_append(it, &out->chain, KIND(ACCOUNT_OPENED), &body);
}

/* ---- the whole --------------------------------------------------------------------------- */

static void create_bank(world *it)
{
    Cbank__V1__BankCreated body = CBANK__V1__BANK_CREATED__INIT;
    Cbank__V1__DatedName dated = CBANK__V1__DATED_NAME__INIT;
    Cbank__V1__DatedName *names[] = {&dated};

    dated.lang = cbi_message_string("zh");
    dated.value = cbi_message_string("示例学分银行");
    body.origin = cbi_message_string(it->origin);
    body.n_names = 1;
    body.names = names;
    body.suite = (Cbank__V1__Suite)it->suite;
    body.root_key = cbi_message_data(cbi_public_bytes(cbi_private_public(it->root_key)));
    body.log_key = cbi_message_data(cbi_public_bytes(cbi_private_public(it->log_key)));
    begin_chain(it, &it->chain, CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_BANK, it->origin);
    world_append(it, &it->chain, KIND(BANK_CREATED), &body);
    cbank__v1__log_key__init(&it->log_keys[0]);
    it->log_keys[0].public_key = body.log_key;
    it->log_keys[0].public_key.data = world_keep(it, body.log_key.data, body.log_key.len);
    it->log_key_count = 1;
}

world *world_new(cbi_suite suite)
{
    world *it = calloc(1, sizeof(*it));

    cr_assert_not_null(it);
    it->suite = suite;
    it->origin = suite == CBI_SUITE_SM3_SM2 ? "bank.example/credit/sm3-sm2/1"
                                            : "bank.example/credit/sha256-ed25519/1";
    it->clock = WORLD_BEGIN;
    cr_assert_eq(cbi_hasher_new(suite, &it->hasher, NULL), CBANK_OK);
    it->root_key = world_new_key(it);
    it->log_key = world_new_key(it);
    create_bank(it);
    world_admit(it, &it->own, "PXU", "萍乡学院", true);
    world_admit(it, &it->vouched, "PXOU", "萍乡开放大学", false);
    world_admit(it, &it->rotated, "GZU", "广州学院", true);
    return it;
}

static void free_keys(world_institution *institution)
{
    for (size_t i = 0; i < institution->key_count; i++)
        cbi_private_free(institution->keys[i].key);
}

void world_free(world *it)
{
    free_keys(&it->own);
    free_keys(&it->vouched);
    free_keys(&it->rotated);
    cbi_private_free(it->root_key);
    cbi_private_free(it->log_key);
    cbi_hasher_free(it->hasher);
    for (size_t i = 0; i < it->kept_count; i++)
        free(it->kept[i]);
    free(it->kept);
    free(it);
}
