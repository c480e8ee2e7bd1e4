#include "bank/standing.h"

#include <string.h>

#include "bank/family.h"
#include "bank/holding.h"

static cbank_status add_record(cbi_reader *reader, const cbi_logged *logged, cbi_standing *out,
                               cbank_error *err)
{
    cbi_holding holding = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_holding_take(reader->txn, reader->hasher, logged, &holding, err));
    if (holding.state == CBI_RECORD_HELD && holding.where == CBI_WHERE_HERE) {
        CBI_TRY(cbi_totals_add_record(&out->totals, holding.record, err));
        out->records++;
    }
done:
    cbi_holding_clear(&holding);
    return status;
}

/* When it was opened, and when its erasure is complete. */
static cbank_status read_account(const cbi_logged *logged, cbi_standing *out, cbank_error *err)
{
    cbi_statement statement = {0};
    const Cbank__V1__AccountErased *erased;
    cbank_status status = cbi_statement_parse(logged->statement, &statement, err);

    if (status == CBANK_OK && logged->entry.sequence == 0)
        out->opened_at = statement.message->at;
    erased = cbi_statement_body(&statement, &cbank__v1__account_erased__descriptor);
    if (status == CBANK_OK && erased != NULL)
        out->complete_on = erased->complete_on;
    cbi_statement_clear(&statement);
    return status;
}

static cbank_status add_entry(cbi_reader *reader, uint64_t index, cbi_standing *out,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_history_read(reader, index, &logged, err));
    if (logged.erased)
        goto done;
    if (logged.entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_ACCOUNT)
        CBI_TRY(read_account(&logged, out, err));
    if (logged.entry.entry_class == CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD)
        CBI_TRY(add_record(reader, &logged, out, err));
done:
    return status;
}

cbank_status cbi_standing_read(cbi_reader *reader, const char *account, cbi_standing *out,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_family family = {0};

    *out = (cbi_standing){0};
    CBI_TRY(cbi_account_life(reader->txn, account, &out->life, err));
    memcpy(out->account.digits, account, CBI_ACCOUNT_SIZE);
    CBI_TRY(cbi_family_read(reader, account, &family, err));
    out->entries = family.members[0].chain.count;
    for (size_t c = family.count; c-- > 0;) { /* its own opening comes last, and counts */
        for (size_t i = 0; i < family.members[c].chain.count; i++)
            CBI_TRY(add_entry(reader, family.members[c].chain.indices[i], out, err));
    }
done:
    cbi_family_clear(&family);
    return status;
}
