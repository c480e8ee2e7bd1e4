#include "bank/roll.h"

#include <string.h>

#include "bank/errand.h"

/* The result under a token: outcome, linked, account, and the reason of a conflict. */
#define ROW_SIZE (2 + CBI_ACCOUNT_SIZE + 4)

typedef struct roll_act {
    cbi_act act;
    cbi_bank *bank;
    const cbi_person *persons;
    size_t count;
    const cbi_opening_terms *terms;
} roll_act;

cbank_status cbi_roll_judge(const cbi_bank *bank, cbi_txn *txn, const cbi_person *person,
                            cbi_roll_result *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool known = false;

    *out = (cbi_roll_result){.outcome = CBI_ROLL_OPENED};
    status = cbi_account_match(bank, txn, person, &out->account, &known, &out->why);
    if (status == CBANK_OK && known) {
        out->outcome = CBI_ROLL_KNOWN;
        status = cbi_account_link(bank, txn, person, out->account.digits, false, &out->linked,
                                  &out->why);
    }
    if (status == CBANK_E_CONFLICT) {
        out->outcome = CBI_ROLL_CONFLICT;
        out->linked = false;
        return CBANK_OK;
    }
    if (status != CBANK_OK && err != NULL)
        *err = out->why;
    return status;
}

static cbank_status check_roll(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const roll_act *roll = (const roll_act *)(const void *)act;

    if (roll->terms->opened_by[0] != '\0' &&
        !cbi_txn_has(append->txn, CBI_TABLE_INSTITUTION, cbi_bytes_of_text(roll->terms->opened_by)))
        return cbi_fail(err, CBI_REASON_INSTITUTION_MISSING, 0, roll->terms->opened_by, NULL);
    return CBANK_OK;
}

static cbank_status take_one(const roll_act *roll, cbi_append *append, const cbi_person *person,
                             cbi_roll_result *result, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool links;

    CBI_TRY(cbi_roll_judge(roll->bank, append->txn, person, result, err));
    if (result->outcome == CBI_ROLL_OPENED)
        CBI_TRY(cbi_account_open(roll->bank, append, person, roll->terms, &result->account, err));
    else if (result->linked)
        CBI_TRY(cbi_account_link(roll->bank, append->txn, person, result->account.digits, true,
                                 &links, err));
done:
    return status;
}

static cbank_status write_roll(cbi_act *act, cbi_append *append, cbank_error *err)
{
    const roll_act *roll = (const roll_act *)(const void *)act;
    cbank_status status = CBANK_OK;
    cbi_roll_result result;
    uint8_t row[ROW_SIZE];

    for (size_t i = 0; i < roll->count; i++) {
        CBI_TRY(take_one(roll, append, &roll->persons[i], &result, err));
        row[0] = (uint8_t)result.outcome;
        row[1] = result.linked;
        memcpy(row + 2, result.account.digits, CBI_ACCOUNT_SIZE);
        cbi_put_u32(row + 2 + CBI_ACCOUNT_SIZE, (uint32_t)result.why.reason);
        CBI_TRY(cbi_buffer_append(&act->result, cbi_bytes_of(row, sizeof(row)), err));
    }
done:
    return status;
}

static void read_result(const uint8_t *row, cbi_roll_result *out)
{
    uint32_t reason = cbi_get_u32(row + 2 + CBI_ACCOUNT_SIZE);

    *out = (cbi_roll_result){.outcome = (cbi_roll_outcome)row[0], .linked = row[1] != 0};
    memcpy(out->account.digits, row + 2, CBI_ACCOUNT_SIZE);
    if (out->outcome == CBI_ROLL_CONFLICT)
        (void)cbi_fail(&out->why, (cbi_reason)reason, 0, NULL, NULL);
}

static cbank_status digest(const roll_act *roll, cbi_hash *out, cbank_error *err)
{
    cbi_bytes parts[CBI_ROLL_MAX + 2];

    parts[0] = cbi_bytes_of_text("roll");
    parts[1] = cbi_bytes_of_text(roll->terms->opened_by);
    for (size_t i = 0; i < roll->count; i++)
        parts[2 + i] = cbi_bytes_of_buffer(&roll->persons[i].bytes);
    return cbi_errand_digest(roll->bank, parts, roll->count + 2, out, err);
}

cbank_status cbi_roll_take_in(cbi_bank *bank, const cbi_person *persons, size_t count,
                              const cbi_opening_terms *terms, int64_t now, cbi_roll_result *results,
                              cbank_error *err)
{
    roll_act roll = {.bank = bank, .persons = persons, .count = count, .terms = terms};
    cbank_status status = CBANK_OK;

    CBI_TRY(digest(&roll, &roll.act.request, err));
    CBI_TRY(cbi_errand_token(terms->token, roll.act.token, err));
    roll.act.now = now;
    roll.act.check = check_roll;
    roll.act.write = write_roll;
    CBI_TRY(cbi_ledger_submit(bank->ledger, &roll.act, err));
    if (roll.act.result.size != count * ROW_SIZE)
        CBI_TRY(cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(CBI_TABLE_TOKEN), NULL));
    for (size_t i = 0; i < count; i++)
        read_result(roll.act.result.data + i * ROW_SIZE, &results[i]);
done:
    cbank_buffer_clear(&roll.act.result);
    return status;
}
