#include "record/conversion.h"

#include "base/limits.h"
#include "record/field.h"
#include "record/kind.h"

#define KIND(name) CBANK__V1__STATEMENT_KIND__STATEMENT_KIND_##name
#define SCOPE(name) CBANK__V1__USE_SCOPE__USE_SCOPE_##name

/* ---- state ------------------------------------------------------------------------------- */

static const struct {
    cbi_conversion_state from;
    Cbank__V1__StatementKind kind;
    cbi_conversion_state to;
} STEPS[] = {
    {CBI_CONVERSION_STANDS, KIND(CONVERSION_SUSPENDED), CBI_CONVERSION_SUSPENDED},
    {CBI_CONVERSION_STANDS, KIND(CONVERSION_REVERSED), CBI_CONVERSION_REVERSED},
    {CBI_CONVERSION_STANDS, KIND(CONVERSION_REPLACED), CBI_CONVERSION_REPLACED},
    {CBI_CONVERSION_SUSPENDED, KIND(CONVERSION_REINSTATED), CBI_CONVERSION_STANDS},
    {CBI_CONVERSION_SUSPENDED, KIND(CONVERSION_REVERSED), CBI_CONVERSION_REVERSED},
    {CBI_CONVERSION_SUSPENDED, KIND(CONVERSION_REPLACED), CBI_CONVERSION_REPLACED},
};

cbank_status cbi_conversion_state_step(cbi_conversion_state *state, int kind, cbank_error *err)
{
    for (size_t i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        if (STEPS[i].from == *state && (int)STEPS[i].kind == kind) {
            *state = STEPS[i].to;
            return CBANK_OK;
        }
    }
    if (!cbi_conversion_uses(*state))
        return cbi_fail(err, CBI_REASON_CONVERSION_FINAL, 0, NULL, "%s",
                        *state == CBI_CONVERSION_REVERSED ? "reversed" : "replaced");
    if (*state == CBI_CONVERSION_SUSPENDED)
        return cbi_fail(err, CBI_REASON_CONVERSION_SUSPENDED, 0, NULL, NULL);
    return cbi_fail(err, CBI_REASON_CONVERSION_NOT_SUSPENDED, 0, NULL, NULL);
}

bool cbi_conversion_uses(cbi_conversion_state state)
{
    return state == CBI_CONVERSION_STANDS || state == CBI_CONVERSION_SUSPENDED;
}

bool cbi_conversion_scopes_meet(Cbank__V1__UseScope one, Cbank__V1__UseScope other,
                                bool same_programme, bool same_level)
{
    Cbank__V1__UseScope wider = one > other ? one : other; /* they are numbered by their width */

    if (one == SCOPE(COUNTED) || other == SCOPE(COUNTED))
        return false;
    return wider == SCOPE(EVERYWHERE) || (wider == SCOPE(LEVEL) && same_level) || same_programme;
}

/* ---- references -------------------------------------------------------------------------- */

int cbi_entry_ref_compare(uint64_t sequence, ProtobufCBinaryData leaf, uint64_t other_sequence,
                          ProtobufCBinaryData other_leaf)
{
    if (sequence != other_sequence)
        return sequence < other_sequence ? -1 : 1;
    return cbi_bytes_compare(cbi_message_bytes(leaf), cbi_message_bytes(other_leaf));
}

static cbank_status check_ref(const char *name, uint64_t sequence, ProtobufCBinaryData leaf,
                              cbank_error *err)
{
    if (sequence == 0) /* which opened the chain */
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, name, NULL);
    return cbi_field_hash(name, leaf, err);
}

cbank_status cbi_entry_refs_check(const char *name, Cbank__V1__EntryRef *const *refs, size_t count,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_count(name, count, CBI_USES_MAX, err));
    for (size_t i = 0; i < count; i++) {
        CBI_TRY(check_ref(name, refs[i]->sequence, refs[i]->leaf, err));
        if (i > 0 && cbi_entry_ref_compare(refs[i - 1]->sequence, refs[i - 1]->leaf,
                                           refs[i]->sequence, refs[i]->leaf) >= 0)
            return cbi_fail(err, CBI_REASON_USES_ORDER, i, name, NULL);
    }
done:
    return status;
}

static cbank_status check_use(const Cbank__V1__RecordUse *use, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_ref("uses", use->sequence, use->leaf, err));
    if (use->scope == SCOPE(UNSPECIFIED))
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "scope", NULL);
    if (use->leftover == CBANK__V1__LEFTOVER__LEFTOVER_UNSPECIFIED)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "leftover", NULL);
    if (use->scope == SCOPE(COUNTED) && use->leftover != CBANK__V1__LEFTOVER__LEFTOVER_KEPT)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "leftover", NULL);
done:
    return status;
}

cbank_status cbi_record_uses_check(Cbank__V1__RecordUse *const *uses, size_t count,
                                   cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (count == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "uses", NULL);
    CBI_TRY(cbi_field_count("uses", count, CBI_USES_MAX, err));
    for (size_t i = 0; i < count; i++) {
        CBI_TRY(check_use(uses[i], err));
        if (i > 0 && cbi_entry_ref_compare(uses[i - 1]->sequence, uses[i - 1]->leaf,
                                           uses[i]->sequence, uses[i]->leaf) >= 0)
            return cbi_fail(err, CBI_REASON_USES_ORDER, i, "uses", NULL);
    }
done:
    return status;
}

cbank_status cbi_conversion_check_notice(const Cbank__V1__OutsideNotice *notice, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_size("salt", notice->salt, CBI_SALT_SIZE, true, err));
    CBI_TRY(cbi_field_text("recogniser", notice->recogniser, CBI_TEXT_MAX, err));
    CBI_TRY(cbi_field_text("document", notice->document, CBI_TEXT_MAX, err));
    if (notice->on == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "on", NULL);
    CBI_TRY(cbi_field_date("on", notice->on, err));
    if (notice->programme[0] != '\0')
        CBI_TRY(cbi_field_text("programme", notice->programme, CBI_TEXT_MAX, err));
    CBI_TRY(cbi_field_size("scan_digest", notice->scan_digest, CBI_HASH_SIZE, false, err));
done:
    return status;
}

/* ---- bodies ------------------------------------------------------------------------------ */

cbank_status cbi_conversion_check_recognised(const void *body, cbank_error *err)
{
    const Cbank__V1__ConversionRecognised *recognised = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", recognised->account, err));
    CBI_TRY(cbi_field_hash("recognition", recognised->recognition, err));
    CBI_TRY(cbi_record_uses_check(recognised->uses, recognised->n_uses, err));
done:
    return status;
}

cbank_status cbi_conversion_check_changed(const void *body, cbank_error *err)
{
    const Cbank__V1__ConversionChanged *changed = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", changed->account, err));
    CBI_TRY(check_ref("touched_sequence", changed->touched_sequence, changed->touched_leaf, err));
    CBI_TRY(cbi_field_size("change", changed->change, CBI_HASH_SIZE, false, err));
done:
    return status;
}

cbank_status cbi_conversion_check_replaced(const void *body, cbank_error *err)
{
    const Cbank__V1__ConversionReplaced *replaced = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", replaced->account, err));
    CBI_TRY(check_ref("touched_sequence", replaced->touched_sequence, replaced->touched_leaf, err));
    CBI_TRY(cbi_field_hash("by", replaced->by, err));
done:
    return status;
}

cbank_status cbi_conversion_check_noted(const void *body, cbank_error *err)
{
    const Cbank__V1__ConversionNoted *noted = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", noted->account, err));
    CBI_TRY(cbi_field_hash("notice", noted->notice, err));
    CBI_TRY(cbi_record_uses_check(noted->uses, noted->n_uses, err));
done:
    return status;
}

cbank_status cbi_conversion_check_questioned(const void *body, cbank_error *err)
{
    const Cbank__V1__CreditQuestioned *questioned = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_account("account", questioned->account, err));
    CBI_TRY(
        check_ref("touched_sequence", questioned->touched_sequence, questioned->touched_leaf, err));
done:
    return status;
}

cbank_status cbi_conversion_check_received(const void *body, cbank_error *err)
{
    const Cbank__V1__DecisionReceived *received = body;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_institution("institution", received->institution, err));
    CBI_TRY(cbi_field_hash("decision", received->decision, err));
    CBI_TRY(cbi_field_key("public_key", received->public_key, err));
done:
    return status;
}
