#include "bank/check_part.h"

#include <string.h>

#include "bank/counter.h"
#include "bank/intake.h"
#include "bank/recognition.h"
#include "base/memory.h"
#include "ledger/state.h"

/* ---- findings ----------------------------------------------------------------------------- */

cbank_status cbi_check_wrong(cbank_error *err, cbi_reason reason, cbi_table table, uint64_t where,
                             const char *detail)
{
    return cbi_fail(err, reason, where, cbi_table_name(table), "%s", detail);
}

static bool is_own(int32_t reason)
{
    return reason == CBI_REASON_CHECK_STATEMENT || reason == CBI_REASON_CHECK_CHAIN ||
           reason == CBI_REASON_CHECK_ROW || reason == CBI_REASON_CHECK_COUNT ||
           reason == CBI_REASON_STORE_DAMAGED;
}

/* The store's failures stop a check; whatever else is wrong lies in the data. */
static bool stops(cbank_status status)
{
    return status == CBANK_E_IO || status == CBANK_E_FULL || status == CBANK_E_BUSY ||
           status == CBANK_E_FORKED || status / 100 == 9;
}

cbank_status cbi_check_judge(cbi_check *check, cbank_status status, const cbank_error *error,
                             cbi_table table, uint64_t where, cbank_error *err)
{
    cbank_error finding;

    if (status == CBANK_OK)
        return CBANK_OK;
    if (stops(status)) {
        if (err != NULL)
            *err = *error;
        return status;
    }
    finding = *error;
    if (!is_own(error->reason))
        (void)cbi_check_wrong(&finding, CBI_REASON_CHECK_ROW, table, where,
                              cbi_reason_word((cbi_reason)error->reason));
    if (check->finding_count < CBI_CHECK_FINDINGS_MAX)
        check->findings[check->finding_count++] = finding;
    check->finding_total++;
    return CBANK_OK;
}

const cbank_error *cbi_check_finding(const cbi_check *check, size_t i)
{
    size_t replayed;
    uint64_t total;
    const cbank_error *findings = cbi_replay_findings(check->replay, &replayed, &total);

    if (i >= CBI_CHECK_FINDINGS_MAX)
        return NULL;
    if (i < replayed)
        return &findings[i];
    return i - replayed < check->finding_count ? &check->findings[i - replayed] : NULL;
}

uint64_t cbi_check_total(const cbi_check *check)
{
    size_t replayed;
    uint64_t total;

    (void)cbi_replay_findings(check->replay, &replayed, &total);
    return total + check->finding_total;
}

/* ---- beginning and end -------------------------------------------------------------------- */

static cbank_status read_counters(cbi_txn *txn, cbi_check_counted *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_counter_read(txn, CBI_COUNTER_ACCOUNTS, &out->accounts, err));
    CBI_TRY(cbi_counter_read(txn, CBI_COUNTER_RECORDS, &out->records, err));
    CBI_TRY(cbi_counter_read(txn, CBI_COUNTER_ENDED, &out->ended, err));
    CBI_TRY(cbi_counter_read(txn, CBI_COUNTER_INSTITUTIONS, &out->institutions, err));
done:
    return status;
}

/* Counters and the log's size as of one moment; what comes later is not counted. */
static cbank_status read_beginning(cbi_check *check, cbank_error *err)
{
    cbi_txn *txn = NULL;
    cbank_status status = CBANK_OK;
    cbank_error error;
    cbi_state state;
    uint64_t rows;

    CBI_TRY(cbi_txn_begin(check->bank->store, CBI_TXN_READ, &txn, err));
    for (size_t i = 0; i < cbi_check_visit_count(); i++) {
        CBI_TRY(cbi_txn_count(txn, cbi_check_visit_table(i), &rows, err));
        check->visits += rows;
    }
    status = cbi_state_read(txn, &state, &error);
    if (status == CBANK_OK)
        status = read_counters(txn, &check->stated, &error);
    if (status == CBANK_OK)
        status = cbi_check_keys_begin(check, txn, &error);
    if (status == CBANK_OK)
        check->stated_size = state.frontier.size;
    CBI_TRY(cbi_check_judge(check, status, &error, CBI_TABLE_META, 0, err));
done:
    cbi_txn_abort(txn);
    return status;
}

/* A place for each account, up to a limit. */
static cbank_status make_found(cbi_check *check, cbank_error *err)
{
    uint64_t accounts = check->stated.accounts;
    cbank_status status = CBANK_OK;

    check->found_size = accounts < CBI_CHECK_FOUND_MAX ? (size_t)accounts + 1 : CBI_CHECK_FOUND_MAX;
    CBI_TRY(cbi_fingerprint_draw(&check->key, err));
    CBI_TRY(cbi_alloc(check->found_size, sizeof(*check->found), &check->found, err));
done:
    return status;
}

cbank_status cbi_check_begin(cbi_bank *bank, cbi_check **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_check *check = NULL;
    cbi_ledger_setup setup;
    cbi_replay_scope scope;

    CBI_TRY(cbi_alloc(1, sizeof(*check), &check, err));
    check->bank = bank;
    check->more = true;
    CBI_TRY(cbi_alloc(CBI_CHECK_FINDINGS_MAX, sizeof(*check->findings), &check->findings, err));
    CBI_TRY(cbi_check_rows_make(&check->now, err));
    CBI_TRY(cbi_check_rows_make(&check->other, err));
    CBI_TRY(cbi_check_known_make(check, err));
    CBI_TRY(cbi_hasher_new(bank->config.suite, &check->hasher, err));
    CBI_TRY(cbi_bank_setup(&bank->config, bank->log_key.key, check->guard, &setup, err));
    scope = (cbi_replay_scope){.store = bank->store,
                               .origin = bank->config.origin,
                               .log_key = cbi_private_public(bank->log_key.key),
                               .earlier_key = bank->log_key.takes_over ? &bank->log_key.earlier
                                                                       : NULL,
                               .guard_path = check->guard};
    CBI_TRY(read_beginning(check, err));
    CBI_TRY(make_found(check, err));
    CBI_TRY(cbi_replay_begin(&scope, &check->replay, err));
    *out = check;
    check = NULL;
done:
    cbi_check_end(check);
    return status;
}

void cbi_check_measure(const cbi_check *check, cbi_replay_extent *out)
{
    cbi_replay_measure(check->replay, out);
}

/* Of another moment. */
void cbi_check_forget_batch(cbi_check *check)
{
    check->last_batch.known = false;
    cbi_intake_ids_clear(&check->last_batch.ids);
}

void cbi_check_end(cbi_check *check)
{
    if (check == NULL)
        return;
    cbi_replay_end(check->replay);
    cbi_hasher_free(check->hasher);
    cbi_page_clear(&check->page);
    cbi_check_forget_batch(check);
    cbank_buffer_clear(&check->stated_keys);
    cbank_buffer_clear(&check->derived_keys);
    cbi_check_known_clear(check);
    if (check->found != NULL)
        cbi_wipe(check->found, check->found_size * sizeof(*check->found));
    cbi_free(check->found);
    cbi_check_free_hands(check);
    cbi_check_rows_clear(&check->now);
    cbi_check_rows_clear(&check->other);
    cbi_free(check->findings);
    cbi_free(check->lives.rows);
    cbi_free(check->begun.rows);
    cbi_free(check);
}

void cbi_check_progress(const cbi_check *check, const char **stage, uint64_t *done,
                        uint64_t *total)
{
    cbi_replay_progress(check->replay, done, total);
    *done += check->visited;
    *total += check->visited > check->visits ? check->visited : check->visits;
    *stage = !check->replayed || check->table >= cbi_check_visit_count()
                 ? "log"
                 : cbi_table_name(cbi_check_visit_table(check->table));
}

/* ---- the file ----------------------------------------------------------------------------- */

/* The engine believes its file: of one that is out of shape nothing else is read. */
static cbank_status step_file(cbi_check *check, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_error error;

    status = cbi_store_check(check->bank->store, &error);
    check->shaped = true;
    if (status != CBANK_OK) {
        check->replayed = true;
        check->table = cbi_check_visit_count() + 1;
    }
    CBI_TRY(cbi_check_judge(check, status, &error, CBI_TABLE_META, 0, err));
done:
    return status;
}

/* ---- all --------------------------------------------------------------------------------- */

cbank_status cbi_check_step(cbi_check *check, bool *more, cbank_error *err)
{
    size_t tables = cbi_check_visit_count();
    cbank_status status = CBANK_OK;

    if (!check->shaped)
        CBI_TRY(step_file(check, err));
    else if (!check->replayed)
        CBI_TRY(cbi_check_step_log(check, err));
    else if (check->table < tables)
        CBI_TRY(cbi_check_step_table(check, err));
    else if (check->table == tables)
        CBI_TRY(cbi_check_counts(check, err));
    *more = check->table <= tables;
done:
    return status;
}

/* ---- for the parts ------------------------------------------------------------------------ */

cbank_status cbi_check_read_at(cbi_check *check, cbi_txn *txn, uint64_t index,
                               cbi_check_read *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_logged_read(txn, check->hasher, index, &out->row, &out->logged, err));
    if (!out->logged.erased)
        CBI_TRY(cbi_statement_parse(out->logged.statement, &out->statement, err));
done:
    return status;
}

cbank_status cbi_check_read_place(cbi_txn *txn, const cbi_check_place *place, cbi_check_read *out,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_logged_read_again(txn, place->index, &place->statement, &place->leaf, &out->row,
                                  &out->logged, err));
    if (!out->logged.erased)
        CBI_TRY(cbi_statement_parse(out->logged.statement, &out->statement, err));
done:
    return status;
}

void cbi_check_clear_read(cbi_check_read *read)
{
    cbank_buffer_clear(&read->row);
    cbi_statement_clear(&read->statement);
    *read = (cbi_check_read){0};
}
