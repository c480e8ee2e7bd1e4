#include "record/keybody.h"

#include "base/limits.h"
#include "record/field.h"

#include "cbank/v1/statement.pb-c.h"

/* From which place in the log a key may be anybody's; nothing came before the first entry. */
static cbank_status check_since(const char *name, uint64_t since, int64_t at, cbank_error *err)
{
    if (since == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, name, NULL);
    if (at < 0)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "since_at", NULL);
    return CBANK_OK;
}

cbank_status cbi_keybody_check_key_replaced(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__KeyReplaced *replaced = body;

    CBI_TRY(cbi_field_institution("institution", replaced->institution, err));
    CBI_TRY(cbi_field_key("public_key", replaced->public_key, err));
done:
    return status;
}

cbank_status cbi_keybody_check_key_compromised(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__KeyCompromised *compromised = body;

    CBI_TRY(cbi_field_institution("institution", compromised->institution, err));
    CBI_TRY(cbi_field_key("public_key", compromised->public_key, err));
    CBI_TRY(check_since("since_index", compromised->since_index, compromised->since_at, err));
done:
    return status;
}

cbank_status cbi_keybody_check_log_key_begun(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__LogKeyBegun *begun = body;

    CBI_TRY(cbi_field_text("origin", begun->origin, CBI_ORIGIN_MAX, err));
    if (begun->epoch < 2)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, begun->epoch, "epoch", NULL);
    CBI_TRY(cbi_field_key("earlier_key", begun->earlier_key, err));
    CBI_TRY(cbi_field_key("public_key", begun->public_key, err));
    if (begun->size == 0)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "size", NULL);
    CBI_TRY(cbi_field_hash("root", begun->root, err));
    if (begun->checkpoint.len == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "checkpoint", NULL);
done:
    return status;
}

cbank_status cbi_keybody_check_root_key_succeeded(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__RootKeySucceeded *succeeded = body;

    CBI_TRY(cbi_field_text("origin", succeeded->origin, CBI_ORIGIN_MAX, err));
    if (succeeded->succession.len == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "succession", NULL);
done:
    return status;
}

cbank_status cbi_keybody_check_log_key_compromised(const void *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    const Cbank__V1__LogKeyCompromised *compromised = body;

    CBI_TRY(cbi_field_text("origin", compromised->origin, CBI_ORIGIN_MAX, err));
    CBI_TRY(cbi_field_key("public_key", compromised->public_key, err));
    CBI_TRY(check_since("since_size", compromised->since_size, compromised->since_at, err));
done:
    return status;
}
