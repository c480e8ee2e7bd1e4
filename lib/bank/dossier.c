#include "bank/dossier.h"

#include <string.h>

#include "bank/account.h"
#include "base/memory.h"

/* An earlier recognition, loaded. */
struct cbi_dossier_earlier {
    cbank_buffer bytes;
    cbi_recognition recognition;
};

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

/* What was entered later was not before the one who planned. */
static cbank_status cut(cbi_chain *chain, uint64_t sequences, cbank_error *err)
{
    if (sequences > chain->count)
        return cbi_fail(err, CBI_REASON_PLAN_DIFFERS, sequences, "sequences", "%zu", chain->count);
    if (sequences > 0)
        chain->count = (size_t)sequences;
    return CBANK_OK;
}

static cbank_status read_chain(cbi_dossier *it, cbi_reader *reader, const waiting *from,
                               uint64_t sequences, cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(from->account.digits);
    cbi_chain chain = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    status = cbi_history_chain(reader, &subject, &chain, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, from->account.digits, NULL);
    CBI_TRY(status);
    CBI_TRY(cbi_portfolio_add_chain(&it->portfolio, from->merged_into, from->joined_at, err));
    CBI_TRY(cut(&chain, sequences, err));
    for (size_t i = 0; i < chain.count; i++) {
        CBI_TRY(cbi_history_read(reader, chain.indices[i], &logged, err));
        CBI_TRY(cbi_grow(&it->indices, sizeof(*it->indices), it->portfolio.count,
                         &it->index_room, CBI_TRANSCRIPT_ENTRIES_MAX, err));
        it->indices[it->portfolio.count] = logged.index;
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
static cbank_status read_account(cbi_dossier *it, cbi_reader *reader, const char *account,
                                 uint64_t sequences, cbank_error *err)
{
    waiting *list = NULL;
    cbank_status status = CBANK_OK;
    size_t count = 1;

    if (!cbi_account_is_valid(cbi_bytes_of_text(account)))
        return cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, account, NULL);
    CBI_TRY(cbi_alloc(CBI_TRANSCRIPT_CHAINS_MAX, sizeof(*list), &list, err));
    memcpy(list[0].account.digits, account, sizeof(list[0].account.digits));
    for (size_t c = 0; c < count; c++) {
        uint32_t first = it->portfolio.count;

        CBI_TRY(read_chain(it, reader, &list[c], c == 0 ? sequences : 0, err));
        for (uint32_t i = first; i < it->portfolio.count; i++) {
            const Cbank__V1__MergedIn *merged = cbi_statement_body(
                &it->portfolio.statements[i], &cbank__v1__merged_in__descriptor);

            if (merged == NULL || is_undone(&it->portfolio, first, i - first))
                continue;
            if (count == CBI_TRANSCRIPT_CHAINS_MAX)
                CBI_TRY(cbi_fail(err, CBI_REASON_TOO_MANY, count, "chains", NULL));
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

/* What the entries name: how much earlier recognitions took, and towards what. */
static cbank_status read_earlier(cbi_dossier *it, cbi_reader *reader, cbank_error *err)
{
    cbi_recognition_row row;
    cbank_status status = CBANK_OK;
    uint32_t at = 0;
    cbi_hash id;

    while (cbi_portfolio_names(&it->portfolio, &at, &id)) {
        CBI_TRY(cbi_grow(&it->earlier, sizeof(*it->earlier), it->earlier_count,
                         &it->earlier_room, CBI_TRANSCRIPT_ENTRIES_MAX, err));
        it->earlier[it->earlier_count++] = (struct cbi_dossier_earlier){.bytes = {0}};
        CBI_TRY(cbi_recognition_find(reader->txn, &id, &row, err));
        CBI_TRY(cbi_recognition_load(reader->txn, reader->hasher, &row, true,
                                     &it->earlier[it->earlier_count - 1].bytes,
                                     &it->earlier[it->earlier_count - 1].recognition, err));
    }
    for (uint32_t i = 0; i < it->earlier_count; i++) {
        const cbi_recognition *recognition = &it->earlier[i].recognition;

        CBI_TRY(cbi_portfolio_ground(&it->portfolio, &recognition->id, recognition->head,
                                     recognition->rows.sources, err));
    }
done:
    return status;
}

cbank_status cbi_dossier_read(cbi_reader *reader, const char *account, uint64_t sequences,
                              cbi_dossier *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(read_account(out, reader, account, sequences, err));
    CBI_TRY(read_earlier(out, reader, err));
done:
    return status;
}

void cbi_dossier_clear(cbi_dossier *dossier)
{
    cbi_portfolio_clear(&dossier->portfolio);
    for (uint32_t i = 0; i < dossier->earlier_count; i++) {
        cbi_recognition_clear(&dossier->earlier[i].recognition);
        cbank_buffer_clear(&dossier->earlier[i].bytes);
    }
    cbi_free(dossier->earlier);
    cbi_free(dossier->indices);
    *dossier = (cbi_dossier){0};
}
