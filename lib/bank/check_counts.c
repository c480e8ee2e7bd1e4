/* check_counts.c - what the bank has counted, and what is numbered without gaps. */
#include "bank/check_part.h"

#include "bank/counter.h"
#include "bank/recognition.h"

static cbank_status compare(cbank_error *err, const char *name, uint64_t stated, uint64_t counted)
{
    if (stated == counted)
        return CBANK_OK;
    return cbi_fail(err, CBI_REASON_CHECK_COUNT, stated, name, "%llu",
                    (unsigned long long)counted);
}

static cbank_status has_batch(cbi_txn *txn, uint64_t number, bool *out, cbank_error *err)
{
    cbi_intake intake;
    cbank_status status = cbi_intake_read(txn, number, &intake, err);

    *out = status == CBANK_OK;
    return status == CBANK_E_NOT_FOUND ? CBANK_OK : status;
}

static cbank_status has_recognition(cbi_txn *txn, uint64_t number, bool *out, cbank_error *err)
{
    cbi_recognition_row row;
    cbank_status status = cbi_recognition_row_read(txn, number, &row, err);

    *out = status == CBANK_OK;
    return status == CBANK_E_NOT_FOUND ? CBANK_OK : status;
}

/* What has numbers that run on: the counter names the last row. */
static const struct {
    cbi_counter counter;
    const char *name;
    cbank_status (*has)(cbi_txn *txn, uint64_t number, bool *out, cbank_error *err);
} NUMBERED[] = {
    {CBI_COUNTER_BATCHES, "batches", has_batch},
    {CBI_COUNTER_RECOGNITIONS, "recognitions", has_recognition},
};

static cbank_status count_numbered(cbi_check *check, size_t which, uint64_t seen, cbank_error *err)
{
    cbi_txn *txn = NULL;
    cbank_status status = CBANK_OK;
    bool last = true, another = false;
    uint64_t number;

    CBI_TRY(cbi_txn_begin(check->bank->store, CBI_TXN_READ, &txn, err));
    CBI_TRY(cbi_counter_read(txn, NUMBERED[which].counter, &number, err));
    if (number > 0)
        CBI_TRY(NUMBERED[which].has(txn, number, &last, err));
    CBI_TRY(NUMBERED[which].has(txn, number + 1, &another, err));
    if (number < seen || !last || another)
        CBI_TRY(compare(err, NUMBERED[which].name, number, seen));
done:
    cbi_txn_abort(txn);
    return status;
}

cbank_status cbi_check_counts(cbi_check *check, cbank_error *err)
{
    const struct {
        const char *name;
        uint64_t stated, counted;
    } counts[] = {
        {"accounts", check->stated.accounts, check->counted.accounts},
        {"records", check->stated.records, check->counted.records},
        {"ended", check->stated.ended, check->counted.ended},
        {"institutions", check->stated.institutions, check->counted.institutions},
    };
    cbank_status status = CBANK_OK;
    cbank_error error;
    cbi_store_use use;

    check->table++;
    status = count_numbered(check, 0, check->batches, &error);
    CBI_TRY(cbi_check_judge(check, status, &error, CBI_TABLE_META, 0, err));
    status = count_numbered(check, 1, check->recognitions, &error);
    CBI_TRY(cbi_check_judge(check, status, &error, CBI_TABLE_META, 0, err));
    /* Reads the list of free pages, which the next writer will follow. */
    status = cbi_store_measure(check->bank->store, &use, &error);
    CBI_TRY(cbi_check_judge(check, status, &error, CBI_TABLE_META, 0, err));
    /* Rows that could not be read were found before, and those erased cannot be counted. */
    if (check->rows != check->stated_size || check->erased)
        goto done;
    status = cbi_check_keys_end(check, &error);
    CBI_TRY(cbi_check_judge(check, status, &error, CBI_TABLE_META, 0, err));
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        status = compare(&error, counts[i].name, counts[i].stated, counts[i].counted);
        CBI_TRY(cbi_check_judge(check, status, &error, CBI_TABLE_META, i, err));
    }
done:
    return status;
}
