#include "bank/tally.h"

#include <string.h>

#include "base/memory.h"
#include "base/series.h"
#include "bank/yearly.h"
#include "record/seen.h"

#define WHO_MAX (CBI_DOCUMENT_TYPE_MAX + CBI_NUMBER_MAX + 2)

/* What is put on one account. */
struct account {
    uint32_t here;   /* so far, by this batch */
    uint32_t before; /* this year, by this institution; at most, unless it has been counted */
    bool counted;
    uint64_t entries; /* of the account, the first time it was looked at */
    uint32_t as;      /* the place of the stranger who has had it since, from 1; or 0 */
};

struct cbi_tally {
    int64_t now;
    cbi_seen *references; /* NULL: they are distinct */
    cbi_seen *persons;  /* by document, with the name; whom the bank does not know */
    cbi_seen *accounts; /* by number, or by the document of whom it does not know */
    cbi_series counts; /* of struct account */
    uint64_t strangers;
};

cbank_status cbi_tally_new(int64_t now, bool distinct, cbi_tally **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_tally *tally = NULL;

    CBI_TRY(cbi_alloc(1, sizeof(*tally), &tally, err));
    tally->now = now;
    tally->counts.item_size = sizeof(struct account);
    if (!distinct)
        CBI_TRY(cbi_seen_new(false, &tally->references, err));
    CBI_TRY(cbi_seen_new(true, &tally->persons, err));
    CBI_TRY(cbi_seen_new(false, &tally->accounts, err));
    *out = tally;
    tally = NULL;
done:
    cbi_tally_free(tally);
    return status;
}

void cbi_tally_free(cbi_tally *tally)
{
    if (tally == NULL)
        return;
    cbi_seen_free(tally->references);
    cbi_seen_free(tally->persons);
    cbi_seen_free(tally->accounts);
    cbi_series_clear(&tally->counts);
    cbi_free(tally);
}

uint64_t cbi_tally_strangers(const cbi_tally *tally)
{
    return tally->strangers;
}

static void refuse(cbi_ruling *ruling, cbi_reason reason, uint64_t where, const char *object)
{
    ruling->outcome = CBI_OUTCOME_REJECTED;
    (void)cbi_fail(&ruling->why, reason, where, object, NULL);
}

/* Two texts as one, whose first has no `between` in it; as much of them as there is room for. */
static cbi_bytes join(const char *first, char between, const char *second, char *out, size_t room)
{
    size_t size = strnlen(first, room - 1), more;

    memcpy(out, first, size);
    out[size++] = between;
    more = strnlen(second, room - size);
    memcpy(out + size, second, more);
    return cbi_bytes_of(out, size + more);
}

/* The second half of an amendment repeats the reference of its first. */
static cbank_status add_reference(cbi_tally *tally, uint64_t item, const cbi_claim *claim,
                                  cbi_ruling *ruling, cbank_error *err)
{
    bool enrols = claim->enrolment != NULL || claim->enrolment_change != NULL;
    char name[CBI_INSTITUTION_CODE_MAX + CBI_REFERENCE_MAX + 2];
    cbank_status status = CBANK_OK;
    uint64_t first;
    bool same;

    if (claim->superseded != NULL || tally->references == NULL)
        return CBANK_OK;
    /* An enrolment may have the number of a record. */
    CBI_TRY(cbi_seen_add(tally->references,
                         join(claim->awarder, enrols ? ' ' : '/', claim->reference, name,
                              sizeof(name)),
                         (cbi_bytes){0}, item + 1, &first, &same, err));
    if (first != 0)
        refuse(ruling,
               claim->person != NULL ? CBI_REASON_REFERENCE_REPEATED : CBI_REASON_CHANGED_TWICE,
               first - 1, claim->reference);
done:
    return status;
}

static cbank_status add_name(cbi_tally *tally, uint64_t item, const cbi_claim *claim,
                             cbi_bytes who, cbi_ruling *ruling, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t first;
    bool same;

    if (claim->person->name[0] == '\0')
        return CBANK_OK;
    CBI_TRY(cbi_seen_add(tally->persons, who, cbi_bytes_of_text(claim->person->name), item + 1,
                         &first, &same, err));
    if (first != 0 && !same)
        refuse(ruling, CBI_REASON_PERSON_CONFLICT, first - 1, claim->reference);
done:
    return status;
}

/*
 * How many records there are this year; and the account's entries in the state they are counted
 * in, if that is an earlier one than whoever ruled has seen.
 */
static cbank_status count_year(cbi_txn *txn, cbi_hasher *hasher, const char *institution,
                               int64_t now, struct account *account, cbi_ruling *ruling,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint64_t count, entries;

    CBI_TRY(cbi_yearly_count(txn, hasher, ruling->account.digits, institution, now, &count, err));
    CBI_TRY(cbi_account_entries(txn, ruling->account.digits, &entries, err));
    account->before = (uint32_t)count;
    account->counted = true;
    if (entries < account->entries)
        account->entries = entries;
    if (entries < ruling->entries)
        ruling->entries = entries;
done:
    return status;
}

/* Places count from 1. */
static struct account *count_at(const cbi_tally *tally, uint64_t place)
{
    return cbi_series_at(&tally->counts, (uint32_t)place - 1);
}

/* An account of somebody who had none when this began is counted where the stranger is. */
static void note_known(cbi_tally *tally, cbi_bytes who, const cbi_ruling *ruling,
                       struct account *out)
{
    struct account *stranger;
    uint64_t first = 0;
    bool same;

    if (tally->strangers > 0)
        cbi_seen_look(tally->accounts, who, (cbi_bytes){0}, &first, &same);
    if (first == 0)
        return;
    stranger = count_at(tally, first);
    stranger->before = out->before;
    stranger->counted = out->counted;
    stranger->entries = ruling->entries;
    out->as = (uint32_t)first;
}

/* The account's place in `counts`, a new one the first time. */
static cbank_status find_account(cbi_tally *tally, cbi_bytes who, cbi_ruling *ruling,
                                 struct account **out, cbank_error *err)
{
    bool known = ruling->account.digits[0] != '\0';
    cbank_status status = CBANK_OK;
    uint64_t first, bound;
    bool same;

    CBI_TRY(cbi_series_reserve(&tally->counts, err));
    CBI_TRY(cbi_seen_add(tally->accounts,
                         known ? cbi_bytes_of_text(ruling->account.digits) : who, (cbi_bytes){0},
                         tally->counts.count + 1, &first, &same, err));
    if (first == 0) {
        bound = known ? cbi_yearly_bound(ruling->entries) : 0;
        *out = cbi_series_next(&tally->counts);
        **out = (struct account){.before = (uint32_t)bound, .counted = bound == 0,
                                 .entries = ruling->entries};
        if (known)
            note_known(tally, who, ruling, *out);
        tally->strangers += !known;
        ruling->opens = !known;
    } else {
        *out = count_at(tally, first);
    }
    if ((*out)->as != 0)
        *out = count_at(tally, (*out)->as);
    /* Whoever asks how much it has grown counts from where `before` is from. */
    if (known && ruling->entries > (*out)->entries)
        ruling->entries = (*out)->entries;
done:
    return status;
}

static cbank_status add_record(cbi_tally *tally, cbi_txn *txn, cbi_hasher *hasher, cbi_bytes who,
                               const cbi_claim *claim, cbi_ruling *ruling, cbank_error *err)
{
    struct account *account = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(find_account(tally, who, ruling, &account, err));
    if (claim->record == NULL) /* enrolments have a limit of their own */
        goto done;
    if (account->before + account->here >= CBI_YEARLY_RECORDS_MAX && !account->counted)
        CBI_TRY(count_year(txn, hasher, claim->institution, tally->now, account, ruling, err));
    if (account->before + account->here >= CBI_YEARLY_RECORDS_MAX)
        refuse(ruling, CBI_REASON_YEARLY_LIMIT, CBI_YEARLY_RECORDS_MAX, claim->reference);
    else
        ruling->yearly = (uint64_t)account->before + ++account->here;
done:
    return status;
}

cbank_status cbi_tally_add(cbi_tally *tally, cbi_txn *txn, cbi_hasher *hasher, uint64_t item,
                           const cbi_claim *claim, cbi_ruling *ruling, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    char who[WHO_MAX] = "";
    cbi_bytes person;

    if (ruling->outcome != CBI_OUTCOME_DEPOSITED)
        return CBANK_OK;
    CBI_TRY(add_reference(tally, item, claim, ruling, err));
    if (claim->person == NULL || ruling->outcome != CBI_OUTCOME_DEPOSITED)
        goto done;
    person = join(claim->person->documents[0].type, ' ', claim->person->documents[0].number, who,
                  sizeof(who));
    if (ruling->account.digits[0] == '\0')
        CBI_TRY(add_name(tally, item, claim, person, ruling, err));
    if (ruling->outcome == CBI_OUTCOME_DEPOSITED)
        CBI_TRY(add_record(tally, txn, hasher, person, claim, ruling, err));
done:
    cbi_wipe(who, sizeof(who));
    return status;
}
