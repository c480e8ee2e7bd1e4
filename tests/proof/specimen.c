#include "proof/specimen.h"

#include <criterion/criterion.h>

#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

static cbank_status read_batch(const specimens *all, cbi_bytes file)
{
    const cbi_public *key = cbi_private_public(all->world->own.keys[0].key);
    const cbi_bulk source = cbi_bulk_of(file);
    cbi_batch batch = {0};
    cbi_batch_item item = {0};
    cbank_status status = cbi_batch_open(all->world->hasher, &source, &batch, NULL);

    if (status == CBANK_OK)
        status = cbi_batch_verify(all->world->hasher, &batch, key, NULL, NULL);
    while (status == CBANK_OK) {
        status = cbi_batch_next(all->world->hasher, &batch, &item, NULL);
        if (item.item == NULL)
            break;
        cbi_batch_item_clear(&item);
    }
    cbi_batch_clear(&batch);
    return status;
}

static cbank_status read_request(const specimens *all, cbi_bytes file, const cbi_public *earlier)
{
    cbi_request request = {0};
    cbank_status status = cbi_request_open(all->world->suite, file, &request, NULL);

    if (status == CBANK_OK)
        status = cbi_request_verify(&request, earlier, NULL);
    cbi_request_clear(&request);
    return status;
}

static cbank_status read_joining(const specimens *all, cbi_bytes file)
{
    return read_request(all, file, NULL);
}

static cbank_status read_rotation(const specimens *all, cbi_bytes file)
{
    return read_request(all, file, cbi_private_public(all->world->own.keys[0].key));
}

static cbank_status read_directory(const specimens *all, cbi_bytes file)
{
    cbi_directory directory = {0};
    cbank_status status =
        cbi_directory_open(file, &all->fingerprint, WORLD_AT, &directory, NULL);

    cbi_directory_clear(&directory);
    return status;
}

static cbank_status read_status(const specimens *all, cbi_bytes file)
{
    cbi_statusfile status_file = {0};
    cbank_status status =
        cbi_statusfile_open(file, &all->directory, WORLD_AT, &status_file, NULL);

    cbi_statusfile_clear(&status_file);
    return status;
}

static cbank_status read_transcript(const specimens *all, cbi_bytes file)
{
    cbi_verify_terms terms = {.recipient = cbi_bytes_of_text(PAPER_RECIPIENT), .at = WORLD_AT};
    cbi_verdict verdict = {0};
    cbank_status status = cbi_verify_transcript(file, &(cbi_trust){.directory = &all->directory},
                                                &terms, &verdict, NULL);

    cbi_verdict_clear(&verdict);
    return status;
}

/* Two awards of two colleges in the chain of each, one of them revoked. */
static world_batch *fill(specimens *all)
{
    world *it = all->world;
    world_batch *batch = world_batch_new(it, &it->own);

    world_award(it, batch, &all->learner, "A", 1000);
    world_award(it, batch, &all->friend, "B", 1000);
    world_sign(it, batch);
    world_deposit(it, batch);
    world_give(it, &it->rotated, &all->learner, "C", 2000);
    world_give(it, &it->rotated, &all->friend, "D", 2000);
    world_take(it, &it->own, &all->learner, &all->learner.chain.entries[1], ACTION(REVOKE));
    world_take(it, &it->own, &all->friend, &all->friend.chain.entries[1], ACTION(REVOKE));
    return batch;
}

static void add_transcripts(specimens *all)
{
    static const paper_terms kinds[] = {
        {.recipient = PAPER_RECIPIENT, .disclosed = true},
        {.evidence = true, .disclosed = true},
        {.evidence = true, .withheld = 1u << 2},
    };
    static const char *const names[] = {"compact transcript", "full transcript", "selection"};

    for (size_t i = 0; i < 3; i++) {
        all->items[5 + i] = (specimen){.name = names[i],
                                       .file = paper_make(all->world, &all->learner, &kinds[i]),
                                       .other = paper_make(all->world, &all->friend, &kinds[i]),
                                       .payload_type = CBI_TRANSCRIPT_TYPE,
                                       .head_type = &cbank__v1__transcript_head__descriptor,
                                       .signers = {all->world->log_key},
                                       .signer_count = 1,
                                       .read = read_transcript};
    }
}

static void add_files(specimens *all, const world_batch *batch)
{
    world *it = all->world;
    cbi_private *own = it->own.keys[0].key;
    cbi_status_row row = {batch->items[0].id, CBI_RECORD_REVOKED};
    cbi_status_row other = {batch->items[1].id, CBI_RECORD_REVOKED};
    cbi_status_row account = {all->learner.chain.tag,
                              CBANK__V1__ACCOUNT_STATE__ACCOUNT_STATE_CLOSED};

    all->items[0] = (specimen){"batch", batch->file,
                               all->friend.chain.entries[2].batch->file, CBI_BATCH_TYPE,
                               &cbank__v1__batch_head__descriptor, {own}, 1, read_batch};
    all->items[1] = (specimen){"request to join", world_request(it, "PXU", NULL, all->key),
                               world_request(it, "GZU", NULL, own), CBI_REQUEST_TYPE,
                               &cbank__v1__request_head__descriptor, {all->key}, 1, read_joining};
    all->items[2] = (specimen){"request for another key", world_request(it, "PXU", own, all->key),
                               world_request(it, "GZU", own, all->key), CBI_REQUEST_TYPE,
                               &cbank__v1__request_head__descriptor, {own, all->key}, 2,
                               read_rotation};
    all->items[3] = (specimen){"directory", world_directory(it), world_directory(it),
                               CBI_DIRECTORY_TYPE, &cbank__v1__directory_head__descriptor,
                               {it->root_key}, 1, read_directory};
    all->items[SPECIMEN_STATUS] = (specimen){"status file",
                               world_status(it, &row, 1, &account, 1, WORLD_EXPIRES),
                               world_status(it, &other, 1, NULL, 0, WORLD_EXPIRES),
                               CBI_STATUS_TYPE, &cbank__v1__status_head__descriptor,
                               {it->log_key}, 1, read_status};
}

void specimens_begin(specimens *out, cbi_suite suite)
{
    const world_batch *batch;

    *out = (specimens){.world = world_new(suite)};
    out->key = world_new_key(out->world);
    out->fingerprint = world_fingerprint(out->world->root_key);
    world_open(out->world, &out->learner, "cn-id", "440524188001010014", "李一");
    world_open(out->world, &out->friend, "cn-id", "360302190001010026", "王二");
    batch = fill(out);
    world_open_directory(out->world, &out->directory);
    add_files(out, batch);
    add_transcripts(out);
    for (size_t i = 0; i < SPECIMENS; i++)
        cr_assert_eq(out->items[i].read(out, out->items[i].file), CBANK_OK, "%s",
                     out->items[i].name);
}

void specimens_end(specimens *all)
{
    cbi_directory_clear(&all->directory);
    cbi_private_free(all->key);
    world_free(all->world);
}
