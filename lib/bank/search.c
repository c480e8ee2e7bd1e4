#include "bank/search.h"

#include <stdlib.h>
#include <string.h>

#include "bank/family.h"
#include "bank/institution.h"
#include "base/memory.h"
#include "bank/intake.h"

static void add_stretch(cbi_search *search, uint64_t from, uint64_t end)
{
    if (from >= end)
        return;
    search->stretches[search->count++] = (struct cbi_stretch){from, end};
    search->total += end - from;
}

static int compare_stretches(const void *a, const void *b)
{
    const struct cbi_stretch *one = a, *other = b;

    return one->from < other->from ? -1 : one->from > other->from;
}

/* What has been merged into the account is searched with it, in the order of the log. */
static cbank_status settle_account(cbi_search *search, cbi_reader *reader, uint64_t from,
                                   cbank_error *err)
{
    cbi_family family = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_family_read(reader, search->terms.account, &family, err));
    CBI_TRY(cbi_alloc(family.entries, sizeof(*search->stretches), &search->stretches, err));
    for (size_t c = 0; c < family.count; c++) {
        const cbi_chain *chain = &family.members[c].chain;

        for (size_t i = 0; i < chain->count; i++) {
            if (chain->indices[i] >= from)
                add_stretch(search, chain->indices[i], chain->indices[i] + 1);
        }
    }
    if (family.count > 1)
        qsort(search->stretches, search->count, sizeof(*search->stretches), compare_stretches);
done:
    cbi_family_clear(&family);
    return status;
}

/* From where its first item may be to its receipt. */
static cbank_status settle_log(cbi_search *search, cbi_reader *reader, uint64_t from,
                               cbank_error *err)
{
    uint64_t end = reader->sealed.size;
    cbank_status status = CBANK_OK;
    cbi_intake intake;
    cbi_hash id;

    CBI_TRY(cbi_alloc(1, sizeof(*search->stretches), &search->stretches, err));
    if (search->terms.batch.size > 0) {
        if (!cbi_hash_from(search->terms.batch, &id))
            CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "batch", NULL));
        CBI_TRY(cbi_intake_find(reader->txn, &id, &intake, err));
        if (from < intake.first_index)
            from = intake.first_index;
        if (intake.received_at != 0 && intake.receipt_index < end)
            end = intake.receipt_index;
    }
    add_stretch(search, from, end);
done:
    return status;
}

/* ---- by institution ------------------------------------------------------------------------ */

/* Adds the batch's stretch, from its first item to its receipt; false if there are too many. */
static bool add_batch(cbi_search *search, const cbi_intake *intake, uint64_t from, uint64_t size)
{
    uint64_t first = intake->first_index < from ? from : intake->first_index;
    uint64_t end = intake->received_at != 0 && intake->receipt_index < size
                       ? intake->receipt_index
                       : size;

    if (search->count == CBI_SEARCH_BATCHES_MAX)
        return false;
    add_stretch(search, first, end);
    return true;
}

static cbank_status add_batches_of(cbi_search *search, cbi_reader *reader, const char *signer,
                                   uint64_t from, bool *fits, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_intake intake = {0};
    bool found = *fits;

    while (found && *fits) {
        CBI_TRY(cbi_intake_after(reader->txn, signer, intake.batch_number, &intake, &found, err));
        if (found)
            *fits = add_batch(search, &intake, from, reader->sealed.size);
    }
done:
    return status;
}

/* Has an earlier grant named the same signer? Its batches are walked once. */
static bool is_repeated(const Cbank__V1__DirectoryInstitution *row, size_t delegations,
                        size_t successions, const char *signer)
{
    for (size_t i = 0; i < delegations; i++) {
        if (strcmp(row->delegations[i]->signer, signer) == 0)
            return true;
    }
    for (size_t i = 0; i < successions; i++) {
        if (strcmp(row->successions[i]->institution, signer) == 0)
            return true;
    }
    return strcmp(row->institution, signer) == 0;
}

/* Batches may have been written in turns; no entry is looked at twice. */
static void join_stretches(cbi_search *search)
{
    size_t count = search->count;

    qsort(search->stretches, count, sizeof(*search->stretches), compare_stretches);
    search->count = 0;
    search->total = 0;
    for (size_t i = 0; i < count; i++) {
        struct cbi_stretch next = search->stretches[i];
        uint64_t before = search->count == 0 ? 0 : search->stretches[search->count - 1].end;

        if (search->count > 0 && next.from < before)
            next.from = before;
        add_stretch(search, next.from, next.end);
    }
}

/*
 * What an institution has awarded came in its own batches, or in those of who signs or answers for
 * it. One with very many batches is looked for in the whole log: `*fits` is false then.
 */
static cbank_status settle_institution(cbi_search *search, cbi_reader *reader, uint64_t from,
                                       bool *fits, cbank_error *err)
{
    Cbank__V1__DirectoryInstitution *row = NULL;
    cbank_status status = CBANK_OK;

    *fits = true;
    CBI_TRY(cbi_alloc(CBI_SEARCH_BATCHES_MAX, sizeof(*search->stretches), &search->stretches,
                      err));
    status = cbi_institution_read(reader->txn, search->terms.institution, &row, err);
    if (status == CBANK_E_NOT_FOUND)
        return CBANK_OK; /* nobody's records are none */
    CBI_TRY(status);
    CBI_TRY(add_batches_of(search, reader, row->institution, from, fits, err));
    for (size_t i = 0; i < row->n_delegations; i++) {
        if (!is_repeated(row, i, 0, row->delegations[i]->signer))
            CBI_TRY(add_batches_of(search, reader, row->delegations[i]->signer, from, fits, err));
    }
    for (size_t i = 0; i < row->n_successions; i++) {
        if (!is_repeated(row, row->n_delegations, i, row->successions[i]->institution))
            CBI_TRY(add_batches_of(search, reader, row->successions[i]->institution, from, fits,
                                   err));
    }
    join_stretches(search);
done:
    cbi_message_free(row);
    return status;
}

/* ---- beginning and end ---------------------------------------------------------------------- */

static void begin(cbi_search *search, const cbi_search_terms *terms)
{
    bool asks = terms->institution[0] != '\0' || terms->code[0] != '\0' ||
                terms->offering[0] != '\0' || terms->school_year[0] != '\0' ||
                terms->term[0] != '\0';

    *search = (cbi_search){.terms = *terms,
                           .series = {.many = true, .unread = terms->bare && !asks}};
}

cbank_status cbi_search_begin(cbi_reader *reader, const cbi_search_terms *terms, uint64_t from,
                              cbi_search *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool fits = false;

    begin(out, terms);
    if (terms->account[0] != '\0')
        CBI_TRY(settle_account(out, reader, from, err));
    else if (terms->batch.size == 0 && terms->institution[0] != '\0')
        CBI_TRY(settle_institution(out, reader, from, &fits, err));
    if (terms->account[0] == '\0' && !fits) {
        cbi_search_clear(out);
        begin(out, terms);
        CBI_TRY(settle_log(out, reader, from, err));
    }
    if (out->count > 0)
        out->next = out->stretches[0].from;
done:
    if (status != CBANK_OK)
        cbi_search_clear(out);
    return status;
}

void cbi_search_clear(cbi_search *search)
{
    cbi_free(search->stretches);
    *search = (cbi_search){0};
}

bool cbi_search_is_over(const cbi_search *search)
{
    return search->at == search->count;
}

static void move_on(cbi_search *search)
{
    search->looked++;
    search->next++;
    if (search->next == search->stretches[search->at].end && ++search->at < search->count)
        search->next = search->stretches[search->at].from;
}

/*
 * Text stands in a statement as it is, so bytes without it need no parsing: most of a search
 * through the whole log is this.
 */
static bool may_match(const cbi_search_terms *terms, cbi_bytes statement)
{
    const cbi_bytes parts[] = {terms->batch, cbi_bytes_of_text(terms->code),
                               cbi_bytes_of_text(terms->offering),
                               cbi_bytes_of_text(terms->school_year),
                               cbi_bytes_of_text(terms->institution)};

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].size > 0 &&
            memmem(statement.data, statement.size, parts[i].data, parts[i].size) == NULL)
            return false;
    }
    return true;
}

static bool is_or_any(const char *wanted, const char *is)
{
    return wanted[0] == '\0' || strcmp(wanted, is) == 0;
}

static bool record_matches(const cbi_search_terms *terms, const Cbank__V1__CreditRecord *record)
{
    return is_or_any(terms->institution, record->awarded_by->institution) &&
           is_or_any(terms->code, record->code) && is_or_any(terms->offering, record->offering) &&
           is_or_any(terms->school_year, record->school_year) &&
           is_or_any(terms->term, record->term == NULL ? "" : record->term->value);
}

static bool matches(const cbi_search_terms *terms, const cbi_holding *holding)
{
    return (holding->record == NULL || record_matches(terms, holding->record)) &&
           (terms->batch.size == 0 ||
            (holding->deposited != NULL &&
             cbi_bytes_equal(terms->batch, cbi_message_bytes(holding->deposited->batch))));
}

/* Looks at one entry; what is no deposit, or does not match, is passed over. */
static cbank_status consider(cbi_search *search, cbi_reader *reader, cbi_holding *out, bool *found,
                             cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_history_read(reader, search->next, &logged, err));
    if (logged.erased || logged.entry.entry_class != CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD ||
        !may_match(&search->terms, logged.statement))
        return CBANK_OK;
    CBI_TRY(cbi_holding_take_one(&search->series, reader->txn, reader->hasher, &logged, out,
                                 err));
    *found = matches(&search->terms, out);
    if (!*found)
        cbi_holding_clear(out);
done:
    return status;
}

cbank_status cbi_search_next(cbi_search *search, cbi_reader *reader, uint32_t budget,
                             cbi_holding *out, bool *found, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *found = false;
    for (; budget > 0 && !*found && !cbi_search_is_over(search); budget--) {
        CBI_TRY(consider(search, reader, out, found, err));
        move_on(search);
    }
done:
    return status;
}
