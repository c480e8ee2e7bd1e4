#include "bank/consentrow.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "ledger/state.h"

#define TABLE CBI_TABLE_CONSENT
#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define KEY_SIZE (1 + CBI_ACCOUNT_SIZE + 8)
#define CODE_KEY_SIZE (1 + CBI_VERIFICATION_SIZE)
#define ID_KEY_SIZE (1 + CBI_HASH_SIZE)
#define KEY_MAX (2 + CBI_HASH_SIZE) /* room for any of them, and one byte more */
#define ROW_SIZE (2 + 8 + CBI_HASH_SIZE + 4 * 8)
#define DISCLOSURE_SIZE (ROW_SIZE + CBI_HASH_SIZE + CBI_VERIFICATION_SIZE)
#define PLACE_SIZE (CBI_ACCOUNT_SIZE + 8)
#define LISTING_SIZE (9 + PLACE_SIZE)
#define ENDED 1u
#define EXTENDED 2u
#define STATE(name) CBANK__V1__DISCLOSURE_STATE__DISCLOSURE_STATE_##name

static cbank_status damaged(cbank_error *err)
{
    return cbi_fail(err, CBI_REASON_ROW_DAMAGED, 0, cbi_table_name(TABLE), NULL);
}

cbi_subject cbi_consent_subject(const char *account)
{
    return (cbi_subject){CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_DISCLOSURE,
                         cbi_bytes_of_text(account)};
}

/* ---- keys and values --------------------------------------------------------------------- */

static cbi_bytes row_key(const char *account, uint64_t sequence, uint8_t out[KEY_MAX])
{
    out[0] = 'c';
    memcpy(out + 1, account, CBI_ACCOUNT_SIZE);
    cbi_put_u64(out + 1 + CBI_ACCOUNT_SIZE, sequence);
    return cbi_bytes_of(out, KEY_SIZE);
}

static cbi_bytes code_key(const char *code, uint8_t out[KEY_MAX])
{
    out[0] = 'v';
    memcpy(out + 1, code, CBI_VERIFICATION_SIZE);
    return cbi_bytes_of(out, CODE_KEY_SIZE);
}

static cbi_bytes id_key(const cbi_hash *transcript, uint8_t out[KEY_MAX])
{
    out[0] = 't';
    memcpy(out + 1, transcript->bytes, CBI_HASH_SIZE);
    return cbi_bytes_of(out, ID_KEY_SIZE);
}

static cbi_bytes encode(const cbi_consent_row *row, uint8_t out[DISCLOSURE_SIZE])
{
    const uint64_t wide[4] = {(uint64_t)row->state.until, (uint64_t)row->ended_at, row->parent,
                              row->ground_index};
    uint8_t *at = out;

    *at++ = (uint8_t)row->state.thing;
    *at++ = (uint8_t)((row->state.ended ? ENDED : 0) | (row->state.extended ? EXTENDED : 0));
    cbi_put_u64(at, row->index);
    memcpy(at + 8, row->leaf.bytes, CBI_HASH_SIZE);
    at += 8 + CBI_HASH_SIZE;
    for (size_t i = 0; i < 4; i++, at += 8)
        cbi_put_u64(at, wide[i]);
    if (row->state.thing != CBI_CONSENT_DISCLOSURE)
        return cbi_bytes_of(out, ROW_SIZE);
    memcpy(at, row->transcript.bytes, CBI_HASH_SIZE);
    memcpy(at + CBI_HASH_SIZE, row->code.text, CBI_VERIFICATION_SIZE);
    return cbi_bytes_of(out, DISCLOSURE_SIZE);
}

bool cbi_consent_row_decode(cbi_bytes key, cbi_bytes value, cbi_consent_row *out)
{
    const uint8_t *at = value.data;
    bool disclosure;

    *out = (cbi_consent_row){0};
    if (key.size != KEY_SIZE || key.data[0] != 'c' || value.size < ROW_SIZE || *at == 0 ||
        *at > CBI_CONSENT_DISCLOSURE || at[1] > (ENDED | EXTENDED))
        return false;
    disclosure = *at == CBI_CONSENT_DISCLOSURE;
    if (value.size != (disclosure ? DISCLOSURE_SIZE : ROW_SIZE))
        return false;
    memcpy(out->account.digits, key.data + 1, CBI_ACCOUNT_SIZE);
    out->sequence = cbi_get_u64(key.data + 1 + CBI_ACCOUNT_SIZE);
    out->state.thing = (cbi_consent_thing)*at;
    out->state.ended = (at[1] & ENDED) != 0;
    out->state.extended = (at[1] & EXTENDED) != 0;
    out->index = cbi_get_u64(at + 2);
    memcpy(out->leaf.bytes, at + 10, CBI_HASH_SIZE);
    at += 10 + CBI_HASH_SIZE;
    out->state.until = (int64_t)cbi_get_u64(at);
    out->ended_at = (int64_t)cbi_get_u64(at + 8);
    out->parent = cbi_get_u64(at + 16);
    out->ground_index = cbi_get_u64(at + 24);
    if (disclosure) {
        memcpy(out->transcript.bytes, at + 32, CBI_HASH_SIZE);
        memcpy(out->code.text, at + 32 + CBI_HASH_SIZE, CBI_VERIFICATION_SIZE);
    }
    return true;
}

/* How a status file lists it; UNSPECIFIED if it does not. */
static Cbank__V1__DisclosureState listed_as(const cbi_consent_row *row)
{
    if (row->state.thing != CBI_CONSENT_DISCLOSURE)
        return STATE(UNSPECIFIED);
    if (row->state.ended)
        return STATE(WITHDRAWN);
    return row->state.extended ? STATE(EXTENDED) : STATE(UNSPECIFIED);
}

static cbi_bytes place(const cbi_consent_row *row, uint8_t out[PLACE_SIZE])
{
    memcpy(out, row->account.digits, CBI_ACCOUNT_SIZE);
    cbi_put_u64(out + CBI_ACCOUNT_SIZE, row->sequence);
    return cbi_bytes_of(out, PLACE_SIZE);
}

static cbi_bytes listing(const cbi_consent_row *row, uint8_t out[LISTING_SIZE])
{
    out[0] = (uint8_t)listed_as(row);
    cbi_put_u64(out + 1, (uint64_t)row->state.until);
    (void)place(row, out + 9);
    return cbi_bytes_of(out, LISTING_SIZE);
}

cbank_status cbi_consent_row_write(cbi_txn *txn, const cbi_consent_row *row, cbank_error *err)
{
    uint8_t key[KEY_MAX], value[DISCLOSURE_SIZE];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_put(txn, TABLE, row_key(row->account.digits, row->sequence, key),
                        encode(row, value), err));
    if (row->state.thing == CBI_CONSENT_DISCLOSURE)
        CBI_TRY(cbi_txn_put(txn, TABLE, code_key(row->code.text, key), place(row, value), err));
    if (listed_as(row) != STATE(UNSPECIFIED))
        CBI_TRY(cbi_txn_put(txn, TABLE, id_key(&row->transcript, key), listing(row, value), err));
done:
    return status;
}

static cbank_status holds(cbi_txn *txn, cbi_bytes key, cbi_bytes wanted, bool *out,
                          cbank_error *err)
{
    cbank_buffer value = {0};
    cbank_status status = cbi_txn_get(txn, TABLE, key, &value, err);

    *out = status == CBANK_OK && cbi_bytes_equal(cbi_bytes_of_buffer(&value), wanted);
    cbank_buffer_clear(&value);
    return status == CBANK_E_NOT_FOUND ? CBANK_OK : status;
}

cbank_status cbi_consent_row_is(cbi_txn *txn, const cbi_consent_row *row, bool *out,
                                cbank_error *err)
{
    uint8_t key[KEY_MAX], value[DISCLOSURE_SIZE];
    cbank_status status = CBANK_OK;

    CBI_TRY(holds(txn, row_key(row->account.digits, row->sequence, key), encode(row, value), out,
                  err));
    if (!*out || row->state.thing != CBI_CONSENT_DISCLOSURE)
        goto done;
    CBI_TRY(holds(txn, code_key(row->code.text, key), place(row, value), out, err));
    if (*out && listed_as(row) == STATE(UNSPECIFIED))
        *out = !cbi_txn_has(txn, TABLE, id_key(&row->transcript, key));
    else if (*out)
        CBI_TRY(holds(txn, id_key(&row->transcript, key), listing(row, value), out, err));
done:
    return status;
}

/* ---- what statements do ------------------------------------------------------------------ */

static uint64_t parent_of(ProtobufCBinaryData leaf, uint64_t sequence)
{
    return leaf.len == 0 ? 0 : sequence + 1;
}

bool cbi_consent_row_begin(int kind, const void *body, cbi_consent_row *out)
{
    const Cbank__V1__DisclosureIssued *issued = body;
    const Cbank__V1__ConsentGiven *given = body;

    *out = (cbi_consent_row){0};
    if (!cbi_consent_begin(kind, body, &out->state))
        return false;
    if (kind == KIND(CONSENT_GIVEN))
        out->parent = parent_of(given->agent_leaf, given->agent_sequence);
    if (kind == KIND(DISCLOSURE_ISSUED)) {
        out->parent = parent_of(issued->consent_leaf, issued->consent_sequence);
        (void)cbi_hash_from(cbi_message_bytes(issued->transcript), &out->transcript);
        memcpy(out->code.text, issued->code, CBI_VERIFICATION_SIZE);
    }
    return true;
}

cbank_status cbi_consent_row_step(cbi_consent_row *row, int kind, const void *body, int64_t at,
                                  uint64_t index, cbank_error *err)
{
    const Cbank__V1__DisclosureExtended *extended = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_consent_step(&row->state, kind, body, err));
    if (row->state.ended)
        row->ended_at = at;
    if (kind == KIND(DISCLOSURE_EXTENDED)) {
        row->parent = parent_of(extended->consent_leaf, extended->consent_sequence);
        row->ground_index = index;
    }
done:
    return status;
}

cbank_status cbi_consent_row_read(cbi_txn *txn, const char *account, uint64_t sequence,
                                  cbi_consent_row *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool found;

    CBI_TRY(cbi_consent_row_next(txn, account, sequence, out, &found, err));
    if (!found || out->sequence != sequence)
        CBI_TRY(cbi_fail(err, CBI_REASON_SECOND_CHAIN_TOUCHED, sequence, account, NULL));
done:
    return status;
}

/* ---- looking up -------------------------------------------------------------------------- */

cbank_status cbi_consent_row_next(cbi_txn *txn, const char *account, uint64_t sequence,
                                  cbi_consent_row *out, bool *found, cbank_error *err)
{
    uint8_t key[KEY_MAX];
    cbi_bytes from = row_key(account, sequence, key);
    cbi_page page = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_txn_page(txn, TABLE, cbi_bytes_of(key, 1 + CBI_ACCOUNT_SIZE), from, 1, &page, err));
    *found = page.count > 0;
    if (*found &&
        !cbi_consent_row_decode(cbi_page_key(&page, 0), cbi_page_value(&page, 0), out))
        CBI_TRY(damaged(err));
done:
    cbi_page_clear(&page);
    return status;
}

bool cbi_consent_code_taken(cbi_txn *txn, const char *code)
{
    uint8_t key[KEY_MAX];

    return cbi_txn_has(txn, TABLE, code_key(code, key));
}

cbank_status cbi_consent_row_by_code(cbi_txn *txn, const char *code, cbi_consent_row *out,
                                     cbank_error *err)
{
    uint8_t key[KEY_MAX];
    cbi_account account = {0};
    cbank_buffer value = {0};
    cbank_status status = CBANK_OK;

    status = cbi_txn_get(txn, TABLE, code_key(code, key), &value, err);
    if (status == CBANK_E_NOT_FOUND)
        status = cbi_fail(err, CBI_REASON_DISCLOSURE_UNKNOWN, 0, code, NULL);
    CBI_TRY(status);
    if (value.size != PLACE_SIZE)
        CBI_TRY(damaged(err));
    memcpy(account.digits, value.data, CBI_ACCOUNT_SIZE);
    CBI_TRY(cbi_consent_row_read(txn, account.digits, cbi_get_u64(value.data + CBI_ACCOUNT_SIZE),
                                 out, err));
done:
    cbank_buffer_clear(&value);
    return status;
}

static bool parse_id(const char *text, uint64_t *index, uint8_t start[8])
{
    const char *hyphen = strchr(text, '-');

    return hyphen != NULL && cbi_u64_parse(cbi_bytes_of(text, (size_t)(hyphen - text)), index) &&
           cbi_hex_decode(cbi_bytes_of_text(hyphen + 1), start, 8);
}

/* The entry says where on its chain it stands; the row there says whose chain that is. */
static cbank_status find_index(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                               uint64_t index, cbi_consent_row *out, bool *found, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;
    cbi_state state;

    *found = false;
    CBI_TRY(cbi_state_read(txn, &state, err));
    if (index >= state.frontier.size)
        goto done;
    CBI_TRY(cbi_logged_read(txn, hasher, index, &bytes, &logged, err));
    if (logged.entry.subject_kind != CBANK__V1__SUBJECT_KIND__SUBJECT_KIND_DISCLOSURE)
        goto done;
    CBI_TRY(cbi_consent_row_next(txn, account, logged.entry.sequence, out, found, err));
    *found = *found && out->index == index;
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_consent_row_by_id(cbi_txn *txn, cbi_hasher *hasher, const char *account,
                                   const char *id, cbi_consent_thing thing, cbi_consent_row *out,
                                   cbank_error *err)
{
    cbi_reason unknown = thing == CBI_CONSENT_AGENT ? CBI_REASON_AGENT_UNKNOWN
                                                    : CBI_REASON_CONSENT_UNKNOWN;
    cbank_status status = CBANK_OK;
    uint8_t start[8];
    uint64_t index;
    bool found;

    if (!parse_id(id, &index, start))
        return cbi_fail(err, unknown, 0, id, NULL);
    CBI_TRY(find_index(txn, hasher, account, index, out, &found, err));
    if (!found || out->state.thing != thing || memcmp(out->leaf.bytes, start, 8) != 0)
        CBI_TRY(cbi_fail(err, unknown, 0, id, NULL));
done:
    return status;
}

void cbi_consent_row_id(const cbi_consent_row *row, char out[CBI_DISPLAY_ID_MAX])
{
    cbi_holding_display_id(row->index, &row->leaf, out);
}

cbank_status cbi_consent_row_statement(cbi_txn *txn, cbi_hasher *hasher, uint64_t index,
                                       cbi_statement *out, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_logged_read(txn, hasher, index, &bytes, &logged, err));
    if (logged.erased)
        CBI_TRY(damaged(err)); /* its row would be gone */
    CBI_TRY(cbi_statement_parse(logged.statement, out, err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_consent_row_drop(cbi_txn *txn, const char *account, uint64_t sequence,
                                  cbank_error *err)
{
    uint8_t key[KEY_MAX];
    cbi_consent_row row;
    cbank_status status = CBANK_OK;
    bool found;

    CBI_TRY(cbi_consent_row_next(txn, account, sequence, &row, &found, err));
    if (!found || row.sequence != sequence)
        return CBANK_OK;
    if (row.state.thing == CBI_CONSENT_DISCLOSURE) {
        CBI_TRY(cbi_txn_delete(txn, TABLE, code_key(row.code.text, key), err));
        CBI_TRY(cbi_txn_delete(txn, TABLE, id_key(&row.transcript, key), err));
    }
    CBI_TRY(cbi_txn_delete(txn, TABLE, row_key(account, sequence, key), err));
done:
    return status;
}

cbank_status cbi_consent_new_code(cbi_txn *txn, cbi_verification *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t random[8];

    do {
        CBI_TRY(cbi_random(random, sizeof(random), err));
        cbi_verification_make(random, out);
    } while (cbi_consent_code_taken(txn, out->text));
done:
    return status;
}

cbank_status cbi_consent_next_listed(cbi_txn *txn, const cbi_hash *after, cbi_hash *transcript,
                                     Cbank__V1__DisclosureState *state, int64_t *expires_at,
                                     bool *found, cbank_error *err)
{
    uint8_t key[KEY_MAX] = {'t'};
    cbi_bytes prefix = cbi_bytes_of(key, 1), from = prefix;
    cbi_page page = {0};
    cbank_status status = CBANK_OK;
    cbi_bytes value;

    if (after != NULL) {
        (void)id_key(after, key);
        from = cbi_bytes_of(key, ID_KEY_SIZE + 1); /* with the zero byte: the least key above */
    }
    CBI_TRY(cbi_txn_page(txn, TABLE, prefix, from, 1, &page, err));
    *found = page.count > 0;
    if (!*found)
        goto done;
    value = cbi_page_value(&page, 0);
    if (value.size != LISTING_SIZE || cbi_page_key(&page, 0).size != ID_KEY_SIZE)
        CBI_TRY(damaged(err));
    memcpy(transcript->bytes, cbi_page_key(&page, 0).data + 1, CBI_HASH_SIZE);
    *state = (Cbank__V1__DisclosureState)value.data[0];
    *expires_at = (int64_t)cbi_get_u64(value.data + 1);
done:
    cbi_page_clear(&page);
    return status;
}

/* ---- for a check ------------------------------------------------------------------------- */

static cbank_status at_place(cbi_txn *txn, const uint8_t *bytes, cbi_consent_row *out, bool *found,
                             cbank_error *err)
{
    cbi_account account = {0};
    cbank_status status;

    memcpy(account.digits, bytes, CBI_ACCOUNT_SIZE);
    status = cbi_consent_row_read(txn, account.digits, cbi_get_u64(bytes + CBI_ACCOUNT_SIZE), out,
                                  err);
    *found = status == CBANK_OK;
    return status == CBANK_E_NOT_FOUND || status == CBANK_E_CORRUPT ? CBANK_OK : status;
}

cbank_status cbi_consent_row_led_to(cbi_txn *txn, cbi_bytes key, cbi_bytes value, bool *out,
                                    cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t own[KEY_MAX];
    cbi_consent_row row;
    bool found;

    *out = false;
    if (key.size == CODE_KEY_SIZE && key.data[0] == 'v' && value.size == PLACE_SIZE) {
        CBI_TRY(at_place(txn, value.data, &row, &found, err));
        *out = found && cbi_bytes_equal(code_key(row.code.text, own), key);
    } else if (key.size == ID_KEY_SIZE && key.data[0] == 't' && value.size == LISTING_SIZE) {
        CBI_TRY(at_place(txn, value.data + 9, &row, &found, err));
        *out = found && listed_as(&row) != STATE(UNSPECIFIED) &&
               cbi_bytes_equal(id_key(&row.transcript, own), key);
    }
done:
    return status;
}
