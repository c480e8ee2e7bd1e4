#include "rules/portfolio.h"

#include "base/memory.h"
#include "base/text.h"
#include "record/credit.h"

#include <string.h>

#define REASON(name) CBANK__V1__REFUSAL_REASON__REFUSAL_REASON_##name
#define PARTIAL(name) CBANK__V1__PARTIAL_DATES__PARTIAL_DATES_##name
#define AWARD CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD
#define SCOPE(name) CBANK__V1__USE_SCOPE__USE_SCOPE_##name

/* An earlier recognition, as far as it is at hand. */
struct cbi_portfolio_ground {
    cbi_hash id;
    cbi_usage_grounds says;
};

/* ---- entries ----------------------------------------------------------------------------- */

cbank_status cbi_portfolio_add_chain(cbi_portfolio *portfolio, uint32_t merged_into,
                                     uint64_t joined_at, cbank_error *err)
{
    if (portfolio->chain_count == CBI_TRANSCRIPT_CHAINS_MAX)
        return cbi_fail(err, CBI_REASON_TOO_MANY, CBI_TRANSCRIPT_CHAINS_MAX, "chains",
                        NULL);
    portfolio->chains[portfolio->chain_count++] =
        (cbi_usage_chain){.merged_into = merged_into, .joined_at = joined_at};
    return CBANK_OK;
}

/* What the usage fold wants of a statement besides its body. */
static cbank_status read_signed(const cbi_statement *statement, cbi_usage_entry *entry,
                                Cbank__V1__CreditRecord **record, cbank_error *err)
{
    const Cbank__V1__CreditDeposited *deposited =
        cbi_statement_body(statement, &cbank__v1__credit_deposited__descriptor);
    const Cbank__V1__CreditReceived *received =
        cbi_statement_body(statement, &cbank__v1__credit_received__descriptor);
    const Cbank__V1__CreditChanged *changed =
        cbi_statement_body(statement, &cbank__v1__credit_changed__descriptor);
    Cbank__V1__CreditChange *change = NULL;
    cbank_status status = CBANK_OK;

    if (deposited != NULL)
        CBI_TRY(cbi_credit_record_parse(cbi_message_bytes(deposited->record), record, err));
    if (received != NULL)
        CBI_TRY(cbi_credit_record_parse(cbi_message_bytes(received->record), record, err));
    if (changed != NULL) {
        CBI_TRY(cbi_credit_change_parse(cbi_message_bytes(changed->change), &change, err));
        entry->action = change->action;
    }
    entry->record = *record;
done:
    cbi_message_free(change);
    return status;
}

cbank_status cbi_portfolio_add(cbi_portfolio *portfolio, const cbi_hash *leaf,
                               uint8_t entry_class, cbi_bytes statement, cbank_error *err)
{
    const uint32_t most = CBI_TRANSCRIPT_ENTRIES_MAX;
    cbi_usage_entry entry = {.leaf = *leaf, .entry_class = entry_class};
    Cbank__V1__CreditRecord *record = NULL;
    cbi_statement read = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_grow(&portfolio->entries, sizeof(entry), portfolio->count,
                     &portfolio->entry_room, most, err));
    CBI_TRY(cbi_grow(&portfolio->statements, sizeof(read), portfolio->count,
                     &portfolio->statement_room, most, err));
    CBI_TRY(cbi_grow(&portfolio->records, sizeof(Cbank__V1__CreditRecord *), portfolio->count,
                     &portfolio->record_room, most, err));
    if (statement.size > 0) {
        CBI_TRY(cbi_statement_parse(statement, &read, err));
        entry.kind = (int)read.kind->kind;
        entry.body = read.body;
        CBI_TRY(read_signed(&read, &entry, &record, err));
    }
    portfolio->entries[portfolio->count] = entry;
    portfolio->statements[portfolio->count] = read;
    portfolio->records[portfolio->count++] = record;
    portfolio->chains[portfolio->chain_count - 1].count++;
    read = (cbi_statement){0};
    record = NULL;
done:
    cbi_statement_clear(&read);
    cbi_message_free(record);
    return status;
}

void cbi_portfolio_clear(cbi_portfolio *portfolio)
{
    for (uint32_t i = 0; i < portfolio->count; i++) {
        cbi_statement_clear(&portfolio->statements[i]);
        cbi_message_free(portfolio->records[i]);
    }
    cbi_free(portfolio->entries);
    cbi_free(portfolio->statements);
    cbi_free(portfolio->records);
    cbi_free(portfolio->sources);
    cbi_free(portfolio->grounds);
    cbi_free(portfolio->left);
    cbi_free(portfolio->ids);
    cbi_free(portfolio->by);
    *portfolio = (cbi_portfolio){0};
}

/* ---- earlier recognitions ---------------------------------------------------------------- */

cbank_status cbi_portfolio_ground(cbi_portfolio *portfolio, const cbi_hash *id,
                                  const Cbank__V1__RecognitionHead *head,
                                  Cbank__V1__RecognitionSource *const *sources, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_grow(&portfolio->grounds, sizeof(*portfolio->grounds), portfolio->ground_count,
                     &portfolio->ground_room, CBI_TRANSCRIPT_ENTRIES_MAX, err));
    portfolio->grounds[portfolio->ground_count++] = (struct cbi_portfolio_ground){
        .id = *id, .says = {.head = head, .sources = sources}};
done:
    return status;
}

static bool names(const cbi_portfolio *portfolio, uint32_t entry, cbi_hash *id)
{
    const Cbank__V1__ConversionRecognised *body = cbi_statement_body(
        &portfolio->statements[entry], &cbank__v1__conversion_recognised__descriptor);

    return body != NULL && cbi_hash_from(cbi_message_bytes(body->recognition), id);
}

bool cbi_portfolio_names(const cbi_portfolio *portfolio, uint32_t *at, cbi_hash *id)
{
    while (*at < portfolio->count) {
        if (names(portfolio, (*at)++, id))
            return true;
    }
    return false;
}

/* Each statement with what the recognition says that it names. */
static void lay_grounds(cbi_portfolio *portfolio)
{
    cbi_hash id;

    for (uint32_t i = 0; i < portfolio->count && portfolio->ground_count > 0; i++) {
        if (!names(portfolio, i, &id))
            continue;
        for (uint32_t g = 0; g < portfolio->ground_count; g++) {
            if (cbi_hash_equal(&portfolio->grounds[g].id, &id))
                portfolio->entries[i].grounds = portfolio->grounds[g].says;
        }
    }
}

/*
 * What was stated between a merger and the entry that undid it may name what is gone again. Entries
 * are read once from the end, since only the undoing says which merger it undoes.
 */
static void detach(cbi_portfolio *portfolio, uint32_t first, uint32_t count)
{
    uint32_t since = count;

    for (uint32_t i = count; i-- > 0;) {
        const Cbank__V1__Unmerged *undone = cbi_statement_body(
            &portfolio->statements[first + i], &cbank__v1__unmerged__descriptor);

        if (undone != NULL && undone->touched_leaf.len > 0 && undone->touched_sequence < since)
            since = (uint32_t)undone->touched_sequence;
        else if (undone == NULL)
            portfolio->entries[first + i].detached = i > since;
    }
}

cbank_status cbi_portfolio_fold(cbi_portfolio *portfolio, cbi_usage *out, cbank_error *err)
{
    *out = (cbi_usage){.entries = portfolio->entries,
                       .chains = portfolio->chains,
                       .chain_count = portfolio->chain_count};
    lay_grounds(portfolio);
    for (uint32_t c = 0, first = 0; c < portfolio->chain_count; c++) {
        detach(portfolio, first, portfolio->chains[c].count);
        first += portfolio->chains[c].count;
    }
    return cbi_usage_settle(out, err);
}

/* ---- days -------------------------------------------------------------------------------- */

static uint32_t last_day_of(uint32_t year, uint32_t month)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

uint32_t cbi_portfolio_day(uint32_t date, Cbank__V1__PartialDates partial)
{
    uint32_t year = date / 10000, month = date / 100 % 100;

    if (date == 0 || date % 100 != 0)
        return date;
    if (partial == PARTIAL(FIRST_DAY))
        return year * 10000 + (month == 0 ? 1 : month) * 100 + 1;
    if (partial != PARTIAL(LAST_DAY))
        return 0;
    month = month == 0 ? 12 : month;
    return year * 10000 + month * 100 + last_day_of(year, month);
}

/* ---- sources ----------------------------------------------------------------------------- */

/* The leaf of the record in its batch: H(00 | digest). */
static cbank_status find_id(cbi_hasher *hasher, const cbi_statement *statement, cbi_hash *out,
                            cbank_error *err)
{
    static const uint8_t zero = 0;
    const Cbank__V1__CreditDeposited *deposited =
        cbi_statement_body(statement, &cbank__v1__credit_deposited__descriptor);
    const Cbank__V1__CreditReceived *received =
        cbi_statement_body(statement, &cbank__v1__credit_received__descriptor);
    cbi_bytes bytes =
        cbi_message_bytes(deposited != NULL ? deposited->record : received->record);
    cbank_status status = CBANK_OK;
    cbi_bytes parts[2];
    cbi_hash digest;

    CBI_TRY(cbi_credit_item_digest(hasher, CBI_ITEM_RECORD, bytes, &digest, err));
    parts[0] = cbi_bytes_of(&zero, 1);
    parts[1] = cbi_bytes_of_hash(&digest);
    CBI_TRY(cbi_digest_parts(hasher, parts, 2, out, err));
done:
    return status;
}

/* The recognition behind a use, if it says so; what was noted from outside has a notice. */
static cbi_bytes user_of(const cbi_portfolio *portfolio, const cbi_use *use)
{
    const cbi_statement *statement = &portfolio->statements[use->conversion];
    const Cbank__V1__ConversionRecognised *recognised =
        cbi_statement_body(statement, &cbank__v1__conversion_recognised__descriptor);
    const Cbank__V1__ConversionNoted *noted =
        cbi_statement_body(statement, &cbank__v1__conversion_noted__descriptor);

    if (recognised != NULL)
        return cbi_message_bytes(recognised->recognition);
    return noted != NULL ? cbi_message_bytes(noted->notice) : (cbi_bytes){0};
}

static Cbank__V1__RefusalReason judge(const cbi_usage_entry *entry, const cbi_source *source,
                                      const cbi_portfolio_terms *terms)
{
    uint32_t expires = cbi_portfolio_day(source->record->expires_on, PARTIAL(LAST_DAY));

    if (entry->state != CBI_RECORD_HELD)
        return REASON(NOT_HELD);
    if (entry->where != CBI_WHERE_HERE)
        return REASON(TRANSFERRED);
    if (expires != 0 && expires < terms->as_of)
        return REASON(EXPIRED);
    if (source->awarded_on == 0)
        return REASON(PARTIAL_DATE);
    if (source->awarded_on < terms->awarded_from ||
        (terms->awarded_until != 0 && source->awarded_on > terms->awarded_until))
        return REASON(OUT_OF_PERIOD);
    return REASON(UNSPECIFIED);
}

/*
 * What earlier conversions have left, for each scope. Used up for this programme it is for all but
 * those who only count.
 */
static cbank_status find_left(cbi_portfolio *portfolio, const cbi_usage *usage,
                              const cbi_usage_aim *aim, uint32_t entry, cbank_error *err)
{
    cbi_source *source = &portfolio->sources[portfolio->source_count];
    cbi_left *left = &portfolio->left[portfolio->source_count];
    const cbi_use *by, *spent = NULL;
    cbank_status status = CBANK_OK;
    bool touched = false;
    cbi_bytes id;

    for (int scope = SCOPE(PROGRAMME); scope <= SCOPE(EVERYWHERE); scope++) {
        CBI_TRY(cbi_usage_left(usage, entry, aim, (Cbank__V1__UseScope)scope, &left->milli[scope],
                               &left->whole, &by, err));
        touched |= by != NULL;
        if (spent == NULL && left->milli[scope] < 0)
            spent = by;
    }
    left->milli[SCOPE(UNSPECIFIED)] = left->milli[SCOPE(PROGRAMME)];
    left->milli[SCOPE(COUNTED)] = left->whole;
    id = spent == NULL ? (cbi_bytes){0} : user_of(portfolio, spent);
    if (id.size == CBI_HASH_SIZE)
        cbi_hex_encode(id, portfolio->by[portfolio->source_count]);
    left->by = portfolio->by[portfolio->source_count];
    source->left = touched ? left : NULL;
done:
    return status;
}

static cbank_status make_source(cbi_portfolio *portfolio, const cbi_usage *usage,
                                cbi_hasher *hasher, const cbi_portfolio_terms *terms,
                                uint32_t chain, uint32_t sequence, uint32_t entry,
                                cbank_error *err)
{
    cbi_source *source = &portfolio->sources[portfolio->source_count];
    cbank_status status = CBANK_OK;

    source->record = portfolio->records[entry];
    source->leaf = portfolio->entries[entry].leaf;
    source->sequence = sequence;
    source->chain = chain;
    source->awarded_on = cbi_portfolio_day(source->record->awarded_on, terms->partial_dates);
    CBI_TRY(find_id(hasher, &portfolio->statements[entry], &source->record_id, err));
    cbi_hex_encode(cbi_bytes_of_hash(&source->record_id), portfolio->ids[portfolio->source_count]);
    source->id = portfolio->ids[portfolio->source_count];
    source->unusable = judge(&portfolio->entries[entry], source, terms);
    if (source->unusable == REASON(UNSPECIFIED))
        CBI_TRY(find_left(portfolio, usage, &terms->aim, entry, err));
    portfolio->source_count++;
done:
    return status;
}

/* What is to be replaced is released first. */
static void release(cbi_portfolio *portfolio, const cbi_hash *replaced)
{
    cbi_hash id;

    for (uint32_t i = 0; replaced != NULL && i < portfolio->count; i++) {
        if (names(portfolio, i, &id) && cbi_hash_equal(&id, replaced))
            portfolio->entries[i].conversion = CBI_CONVERSION_REPLACED;
    }
}

cbank_status cbi_portfolio_settle(cbi_portfolio *portfolio, cbi_hasher *hasher,
                                  const cbi_portfolio_terms *terms, cbank_error *err)
{
    cbi_usage usage;
    cbank_status status = CBANK_OK;
    uint32_t entry = 0;

    CBI_TRY(cbi_portfolio_fold(portfolio, &usage, err));
    release(portfolio, terms->replaces);
    CBI_TRY(cbi_alloc(portfolio->count, sizeof(*portfolio->left), &portfolio->left, err));
    CBI_TRY(cbi_alloc(portfolio->count, sizeof(*portfolio->sources), &portfolio->sources, err));
    CBI_TRY(cbi_alloc(portfolio->count, sizeof(*portfolio->ids), &portfolio->ids, err));
    CBI_TRY(cbi_alloc(portfolio->count, sizeof(*portfolio->by), &portfolio->by, err));
    for (uint32_t c = 0; c < portfolio->chain_count; c++) {
        for (uint32_t s = 0; s < portfolio->chains[c].count; s++, entry++) {
            if (portfolio->entries[entry].entry_class != AWARD)
                continue;
            if (portfolio->records[entry] == NULL)
                CBI_TRY(cbi_fail(err, CBI_REASON_ITEM_WITHHELD, s, NULL, NULL));
            CBI_TRY(make_source(portfolio, &usage, hasher, terms, c, s, entry, err));
        }
    }
done:
    cbi_usage_clear(&usage);
    return status;
}

cbank_status cbi_portfolio_propose(cbi_portfolio *portfolio, cbi_hasher *hasher,
                                   const cbi_proposal *asked, Cbank__V1__PartialDates partial_dates,
                                   cbank_buffer *plan, cbank_error *err)
{
    const Cbank__V1__ProgrammeTerms *programme = cbi_programme_terms(asked->programme);
    cbi_portfolio_terms terms = {.as_of = asked->as_of,
                                 .awarded_from = asked->awarded_from,
                                 .awarded_until = asked->awarded_until,
                                 .partial_dates = partial_dates,
                                 .replaces = asked->replaces,
                                 .aim = {.programme = asked->programme_ref->id,
                                         .unit = programme->unit,
                                         .framework = programme->framework,
                                         .level_milli = programme->level_milli}};
    cbi_proposal proposal = *asked;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_portfolio_settle(portfolio, hasher, &terms, err));
    proposal.sources = portfolio->sources;
    proposal.source_count = portfolio->source_count;
    CBI_TRY(cbi_proposal_make(&proposal, plan, err));
done:
    return status;
}
