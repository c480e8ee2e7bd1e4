#include "record/credit.h"

#include "record/award.h"
#include "record/field.h"
#include "record/item.h"
#include "wire/field.h"

#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

static cbank_status check_version(uint32_t version, const char *object, cbank_error *err)
{
    if (version != CBI_CREDIT_VERSION)
        return cbi_fail(err, CBI_REASON_STATEMENT_VERSION, 0, object, "%u", (unsigned)version);
    return CBANK_OK;
}

/* Which record this is: its number, its revision, and whose it is. */
static cbank_status check_name(const Cbank__V1__CreditRecord *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_size("salt", record->salt, CBI_SALT_SIZE, true, err));
    CBI_TRY(cbi_field_size("holder", record->holder, CBI_HASH_SIZE, true, err));
    CBI_TRY(cbi_field_text("reference", record->reference, CBI_REFERENCE_MAX, err));
    if (record->revision == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "revision", NULL);
    CBI_TRY(cbi_field_size("supersedes", record->supersedes, CBI_HASH_SIZE, record->revision > 1,
                           err));
    if (record->revision == 1 && record->supersedes.len > 0)
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "supersedes", "revision 1");
done:
    return status;
}

cbank_status cbi_credit_record_check(const Cbank__V1__CreditRecord *record, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_version(record->version, "CreditRecord", err));
    CBI_TRY(check_name(record, err));
    CBI_TRY(cbi_award_check(record, err));
done:
    return status;
}

cbank_status cbi_credit_change_check(const Cbank__V1__CreditChange *change, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(check_version(change->version, "CreditChange", err));
    CBI_TRY(cbi_field_size("salt", change->salt, CBI_SALT_SIZE, true, err));
    CBI_TRY(cbi_field_size("record", change->record, CBI_HASH_SIZE, true, err));
    if (change->action < ACTION(REVOKE) || change->action > ACTION(SUPERSEDE))
        return cbi_fail(err, CBI_REASON_FIELD_VALUE, 0, "action", "%d", (int)change->action);
    CBI_TRY(cbi_field_code("reason", change->reason, err));
done:
    return status;
}

static cbank_status check_credit_record(const void *message, cbank_error *err)
{
    return cbi_credit_record_check(message, err);
}

static const cbi_item_form credit_record_form = {.type = &cbank__v1__credit_record__descriptor,
                                                 .name = "record",
                                                 .check = check_credit_record};

static cbank_status check_credit_change(const void *message, cbank_error *err)
{
    return cbi_credit_change_check(message, err);
}

static const cbi_item_form credit_change_form = {.type = &cbank__v1__credit_change__descriptor,
                                                 .name = "record",
                                                 .check = check_credit_change};

cbank_status cbi_credit_record_build(const Cbank__V1__CreditRecord *record, cbank_buffer *out,
                                     cbank_error *err)
{
    return cbi_item_build(&credit_record_form, &record->base, out, err);
}

cbank_status cbi_credit_change_build(const Cbank__V1__CreditChange *change, cbank_buffer *out,
                                     cbank_error *err)
{
    return cbi_item_build(&credit_change_form, &change->base, out, err);
}

cbank_status cbi_credit_record_parse(cbi_bytes bytes, Cbank__V1__CreditRecord **out,
                                     cbank_error *err)
{
    return cbi_item_parse(&credit_record_form, NULL, bytes, out, err);
}

cbank_status cbi_credit_record_parse_within(void *holder, cbi_bytes bytes,
                                            Cbank__V1__CreditRecord **out, cbank_error *err)
{
    return cbi_item_parse(&credit_record_form, holder, bytes, out, err);
}

cbank_status cbi_credit_change_parse(cbi_bytes bytes, Cbank__V1__CreditChange **out,
                                     cbank_error *err)
{
    return cbi_item_parse(&credit_change_form, NULL, bytes, out, err);
}

cbank_status cbi_credit_change_parse_within(void *holder, cbi_bytes bytes,
                                            Cbank__V1__CreditChange **out, cbank_error *err)
{
    return cbi_item_parse(&credit_change_form, holder, bytes, out, err);
}

cbank_status cbi_credit_item_digest(cbi_hasher *hasher, cbi_item_kind kind, cbi_bytes bytes,
                                    cbi_hash *out, cbank_error *err)
{
    static const char *const labels[] = {
        [CBI_ITEM_RECORD] = "cbank/v1/record",
        [CBI_ITEM_CHANGE] = "cbank/v1/change",
        [CBI_ITEM_ENROLMENT] = "cbank/v1/enrolment",
        [CBI_ITEM_ENROLMENT_CHANGE] = "cbank/v1/enrolment-change",
    };

    return cbi_digest_labelled(hasher, labels[kind], bytes, out, err);
}

static cbank_status append_sized(cbi_bytes bytes, cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t size[4];

    cbi_put_u32(size, (uint32_t)bytes.size);
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of(size, sizeof(size)), err));
    CBI_TRY(cbi_buffer_append(out, bytes, err));
done:
    return status;
}

static cbank_status begin_content(cbi_bytes type, cbi_bytes number, cbank_buffer *out,
                                  cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbi_buffer_rewind(out);
    CBI_TRY(append_sized(type, out, err));
    CBI_TRY(append_sized(number, out, err));
done:
    return status;
}

cbank_status cbi_credit_content(const Cbank__V1__CreditRecord *record, cbi_bytes type,
                                cbi_bytes number, cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    Cbank__V1__CreditRecord bare = *record;

    bare.salt = cbi_message_data((cbi_bytes){0});
    bare.holder = cbi_message_data((cbi_bytes){0});
    bare.revision = 0;
    bare.supersedes = cbi_message_data((cbi_bytes){0});
    bare.deposited_by = cbi_message_string(""); /* who signs, and why it may, is no content */
    bare.delegation = cbi_message_data((cbi_bytes){0});
    CBI_TRY(begin_content(type, number, out, err));
    CBI_TRY(cbi_message_write(&bare, out, err)); /* the record holds together: so does this */
done:
    return status;
}

/* Numbers of the fields that are no content: those that are emptied above. */
static bool is_content(uint32_t field)
{
    switch (field) {
    case 2:  /* salt */
    case 3:  /* holder */
    case 5:  /* revision */
    case 6:  /* supersedes */
    case 11: /* deposited_by */
    case 13: /* delegation */
        return false;
    default:
        return true;
    }
}

cbank_status cbi_credit_content_of(cbi_bytes record, cbi_bytes type, cbi_bytes number,
                                   cbank_buffer *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t from = 0, offset = 0;
    cbi_field field;

    CBI_TRY(cbi_buffer_reserve(out, 2 * sizeof(uint32_t) + type.size + number.size + record.size,
                               err));
    CBI_TRY(begin_content(type, number, out, err));
    for (size_t at = 0; cbi_field_next(record, &offset, &field); at = offset) {
        if (is_content(field.number))
            continue;
        CBI_TRY(cbi_buffer_append(out, cbi_bytes_of(record.data + from, at - from), err));
        from = offset;
    }
    CBI_TRY(cbi_buffer_append(out, cbi_bytes_of(record.data + from, record.size - from), err));
done:
    return status;
}
