/* replay_chains.c - where each chain has got to, so that no row is read again for its links. */
#include "ledger/replay_part.h"

#include <string.h>

#include "base/memory.h"

#define PLACES_FIRST ((size_t)1024)
#define PLACES_MAX ((size_t)1 << 20) /* some 90 MiB */

/* A tag is a digest, so that its bytes lie anywhere. */
static size_t place_of(const cbi_replay_chains *chains, const cbi_hash *tag)
{
    size_t at = (size_t)(cbi_get_u64(tag->bytes) & (chains->size - 1));

    while (chains->places[at].used && !cbi_hash_equal(&chains->places[at].tag, tag))
        at = (at + 1) & (chains->size - 1);
    return at;
}

void cbi_replay_chain_prefetch(const cbi_replay_chains *chains, const cbi_hash *tag)
{
    const cbi_replay_chain *place;

    if (chains->size == 0)
        return;
    place = &chains->places[(size_t)(cbi_get_u64(tag->bytes) & (chains->size - 1))];
    __builtin_prefetch(&place->tag);
    __builtin_prefetch(&place->aside);
}

cbi_replay_chain *cbi_replay_chain_find(const cbi_replay_chains *chains, const cbi_hash *tag)
{
    size_t at;

    if (chains->size == 0)
        return NULL;
    at = place_of(chains, tag);
    return chains->places[at].used ? &chains->places[at] : NULL;
}

/* A quarter stays empty. */
static bool is_full(const cbi_replay_chains *chains)
{
    return chains->count + 1 > chains->size - chains->size / 4;
}

static cbank_status grow(cbi_replay_chains *chains, cbank_error *err)
{
    cbi_replay_chains wider = {.size = chains->size == 0 ? PLACES_FIRST : 2 * chains->size,
                               .count = chains->count};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(wider.size, sizeof(*wider.places), &wider.places, err));
    for (size_t i = 0; i < chains->size; i++) {
        if (chains->places[i].used)
            wider.places[place_of(&wider, &chains->places[i].tag)] = chains->places[i];
    }
    cbi_free(chains->places);
    *chains = wider;
done:
    return status;
}

cbank_status cbi_replay_chain_add(cbi_replay_chains *chains, const cbi_hash *tag,
                                  cbi_replay_chain **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = NULL;
    if (is_full(chains) && chains->size >= PLACES_MAX)
        return CBANK_OK;
    if (is_full(chains))
        CBI_TRY(grow(chains, err));
    *out = &chains->places[place_of(chains, tag)];
    **out = (cbi_replay_chain){.tag = *tag, .used = true};
    chains->count++;
done:
    return status;
}

bool cbi_replay_followed(const cbi_replay *replay, const cbi_hash *tag, cbi_head *out)
{
    const cbi_replay_chain *chain = cbi_replay_chain_find(&replay->chains, tag);

    if (chain == NULL || chain->aside)
        return false;
    *out = (cbi_head){.sequence = chain->sequence, .index = chain->index, .leaf = chain->leaf};
    return true;
}

void cbi_replay_set_aside(cbi_replay *replay, const cbi_hash *tag)
{
    cbi_replay_chain *chain = cbi_replay_chain_find(&replay->chains, tag);

    if (chain != NULL)
        chain->aside = true;
}
