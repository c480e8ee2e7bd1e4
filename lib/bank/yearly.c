#include "bank/yearly.h"

#include <string.h>

#include "base/time.h"
#include "bank/intake.h"
#include "ledger/logged.h"

static int64_t year_begins(int64_t now)
{
    char text[CBI_TIME_TEXT_MAX];
    uint32_t year = 0;

    cbi_time_format(now, text);
    (void)cbi_date_parse(cbi_bytes_of(text, 4), &year); /* yyyy0000 */
    return cbi_date_begins(year + 101);
}

/* Whose batch it was; neighbours on a chain often came in one. */
typedef struct origin {
    cbi_hash batch;
    bool known;
    bool ours;
} origin;

static cbank_status find_origin(cbi_txn *txn, ProtobufCBinaryData batch, const char *institution,
                                origin *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_intake intake;

    if (out->known &&
        cbi_bytes_equal(cbi_message_bytes(batch), cbi_bytes_of_hash(&out->batch)))
        return CBANK_OK;
    (void)cbi_hash_from(cbi_message_bytes(batch), &out->batch); /* its size has been checked */
    CBI_TRY(cbi_intake_find(txn, &out->batch, &intake, err));
    out->ours = strcmp(intake.institution, institution) == 0;
    out->known = true;
done:
    return status;
}

/*
 * Counts one entry; `*over` at the first of an earlier year. When something was deposited that has
 * been erased, and by whom, is not known any more.
 */
static cbank_status count_entry(cbi_txn *txn, const cbi_logged *logged, const char *institution,
                                int64_t begins, origin *of, uint64_t *count, bool *over,
                                cbank_error *err)
{
    const Cbank__V1__CreditDeposited *deposited;
    cbi_statement statement = {0};
    cbank_status status = CBANK_OK;

    if (logged->erased)
        return CBANK_OK;
    CBI_TRY(cbi_statement_parse(logged->statement, &statement, err));
    *over = statement.message->at < begins;
    deposited = cbi_statement_body(&statement, &cbank__v1__credit_deposited__descriptor);
    if (*over || deposited == NULL)
        goto done;
    CBI_TRY(find_origin(txn, deposited->batch, institution, of, err));
    *count += of->ours;
done:
    cbi_statement_clear(&statement);
    return status;
}

cbank_status cbi_yearly_count(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                              const char *institution, int64_t now, uint64_t *out,
                              cbank_error *err)
{
    cbi_subject subject = cbi_account_subject(account);
    int64_t begins = year_begins(now);
    cbank_status status = CBANK_OK;
    cbank_buffer row = {0};
    cbi_logged logged;
    origin of = {0};
    bool over = false;
    cbi_head head;

    *out = 0;
    CBI_TRY(cbi_subject_read_head(txn, &subject, &head, err));
    do {
        CBI_TRY(cbi_logged_step_back(txn, hasher, &head, &row, &logged, err));
        CBI_TRY(count_entry(txn, &logged, institution, begins, &of, out, &over, err));
    } while (!over && logged.entry.sequence > 0);
done:
    cbank_buffer_clear(&row);
    return status;
}
