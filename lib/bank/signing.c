#include "bank/signing.h"

#include <string.h>

#include "base/memory.h"
#include "bank/errand.h"

/* What binds an item to its holder and hides whom: drawn anew for each. */
typedef struct veil {
    uint8_t salt[CBI_SALT_SIZE];
    cbi_hash random;
    cbi_hash commitment; /* H(random, document), which the item shows */
    Cbank__V1__Opening opening;
} veil;

/* The holder and `out` are lent to the opening. Wiped by the caller. */
static cbank_status draw(cbi_hasher *hasher, const cbi_signing_holder *holder, veil *out,
                         cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_random(out->salt, sizeof(out->salt), err));
    CBI_TRY(cbi_random(out->random.bytes, sizeof(out->random.bytes), err));
    CBI_TRY(cbi_holder_commit(hasher, &out->random, cbi_bytes_of_text(holder->type),
                              cbi_bytes_of_text(holder->number), &out->commitment, err));
    cbank__v1__opening__init(&out->opening);
    out->opening.random = cbi_message_data(cbi_bytes_of_hash(&out->random));
    out->opening.document_type = cbi_message_string(holder->type);
    out->opening.number = cbi_message_string(holder->number);
    out->opening.name = cbi_message_string(holder->name);
done:
    return status;
}

/* What the draft lacks of who signs; `awarder` is lent to it. */
static void name_signer(const char *institution, const cbi_hash *grant,
                        Cbank__V1__CreditRecord *record, Cbank__V1__Awarder *awarder)
{
    if (record->awarded_by != NULL)
        *awarder = *record->awarded_by;
    if (awarder->institution[0] == '\0')
        awarder->institution = cbi_message_string(institution);
    record->awarded_by = awarder;
    if (strcmp(awarder->institution, institution) != 0 && grant != NULL) {
        record->deposited_by = cbi_message_string(institution);
        record->delegation = cbi_message_data(cbi_bytes_of_hash(grant));
    } else if (strcmp(awarder->institution, institution) == 0) {
        record->deposited_by = cbi_message_string(""); /* an amendment by the awarder itself */
        record->delegation = cbi_message_data((cbi_bytes){0});
    }
}

cbank_status cbi_signing_make_record(cbi_hasher *hasher, const char *institution,
                                     const Cbank__V1__CreditRecord *draft,
                                     const cbi_signing_holder *holder, uint32_t revision,
                                     const cbi_hash *supersedes, const cbi_hash *grant,
                                     cbi_signing_record *out, cbank_error *err)
{
    Cbank__V1__CreditRecord record = *draft;
    Cbank__V1__Awarder awarder = CBANK__V1__AWARDER__INIT;
    Cbank__V1__BatchItem item = CBANK__V1__BATCH_ITEM__INIT;
    veil drawn = {.salt = {0}};
    cbank_status status = CBANK_OK;

    CBI_TRY(draw(hasher, holder, &drawn, err));
    name_signer(institution, grant, &record, &awarder);
    record.version = CBI_CREDIT_VERSION;
    record.salt = cbi_message_data(cbi_bytes_of(drawn.salt, sizeof(drawn.salt)));
    record.holder = cbi_message_data(cbi_bytes_of_hash(&drawn.commitment));
    record.revision = revision;
    record.supersedes = cbi_message_data(
        supersedes == NULL ? cbi_bytes_of(NULL, 0) : cbi_bytes_of_hash(supersedes));
    cbi_buffer_rewind(&out->bytes);
    CBI_TRY(cbi_credit_record_build(&record, &out->bytes, err));
    item.record = cbi_message_data(cbi_bytes_of_buffer(&out->bytes));
    item.opening = &drawn.opening;
    CBI_TRY(cbi_batch_part_make(hasher, &item, &out->part, err));
    out->random = drawn.random;
done:
    cbi_wipe(&drawn, sizeof(drawn));
    return status;
}

void cbi_signing_record_clear(cbi_signing_record *record)
{
    cbank_buffer_clear(&record->bytes);
    cbi_batch_part_clear(&record->part);
    cbi_wipe(record, sizeof(*record));
}

cbank_status cbi_signing_add_record(cbi_batch_builder *builder, const char *institution,
                                    const Cbank__V1__CreditRecord *draft,
                                    const cbi_signing_holder *holder, uint32_t revision,
                                    const cbi_hash *supersedes, const cbi_hash *grant,
                                    cbank_error *err)
{
    cbi_signing_record record = {.bytes = {0}};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_signing_make_record(builder->hasher, institution, draft, holder, revision,
                                    supersedes, grant, &record, err));
    CBI_TRY(cbi_batch_add_part(builder, &record.part, err));
done:
    cbi_signing_record_clear(&record);
    return status;
}

cbi_signing_subject cbi_signing_subject_of(const char *institution, const cbi_holding *holding)
{
    const char *awarder = holding->record->awarded_by->institution;

    return (cbi_signing_subject){&holding->id, holding->record->reference,
                                 strcmp(awarder, institution) == 0 ? "" : awarder};
}

cbank_status cbi_signing_add_change(cbi_batch_builder *builder, cbi_signing_subject subject,
                                    Cbank__V1__ChangeAction action, const char *reason,
                                    const char *document, cbank_error *err)
{
    Cbank__V1__CreditChange change = CBANK__V1__CREDIT_CHANGE__INIT;
    Cbank__V1__BatchItem item = CBANK__V1__BATCH_ITEM__INIT;
    Cbank__V1__Code code;
    uint8_t salt[CBI_SALT_SIZE];
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_random(salt, sizeof(salt), err));
    change.version = CBI_CREDIT_VERSION;
    change.salt = cbi_message_data(cbi_bytes_of(salt, sizeof(salt)));
    change.record = cbi_message_data(cbi_bytes_of_hash(subject.id));
    change.action = action;
    if (cbi_errand_reason(reason, &code) != NULL)
        change.reason = &code;
    change.document = cbi_message_string(document);
    CBI_TRY(cbi_credit_change_build(&change, &bytes, err));
    item.change = cbi_message_data(cbi_bytes_of_buffer(&bytes));
    item.reference = cbi_message_string(subject.reference);
    item.awarder = cbi_message_string(subject.awarder);
    CBI_TRY(cbi_batch_add(builder, &item, err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_signing_add_enrolment(cbi_batch_builder *builder, const char *institution,
                                       const Cbank__V1__Enrolment *draft,
                                       const cbi_signing_holder *holder, cbank_error *err)
{
    Cbank__V1__Enrolment enrolment = *draft;
    Cbank__V1__BatchItem item = CBANK__V1__BATCH_ITEM__INIT;
    veil drawn = {.salt = {0}};
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(draw(builder->hasher, holder, &drawn, err));
    enrolment.version = CBI_ENROLMENT_VERSION;
    enrolment.salt = cbi_message_data(cbi_bytes_of(drawn.salt, sizeof(drawn.salt)));
    enrolment.holder = cbi_message_data(cbi_bytes_of_hash(&drawn.commitment));
    enrolment.institution = cbi_message_string(institution);
    CBI_TRY(cbi_enrolment_build(&enrolment, &bytes, err));
    item.enrolment = cbi_message_data(cbi_bytes_of_buffer(&bytes));
    item.opening = &drawn.opening;
    CBI_TRY(cbi_batch_add(builder, &item, err));
done:
    cbi_wipe(&drawn, sizeof(drawn));
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_signing_add_enrolment_change(cbi_batch_builder *builder, const cbi_hash *id,
                                              const char *reference,
                                              const Cbank__V1__EnrolmentChange *draft,
                                              cbank_error *err)
{
    Cbank__V1__EnrolmentChange change = *draft;
    Cbank__V1__BatchItem item = CBANK__V1__BATCH_ITEM__INIT;
    uint8_t salt[CBI_SALT_SIZE];
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_random(salt, sizeof(salt), err));
    change.version = CBI_ENROLMENT_VERSION;
    change.salt = cbi_message_data(cbi_bytes_of(salt, sizeof(salt)));
    change.enrolment = cbi_message_data(cbi_bytes_of_hash(id));
    CBI_TRY(cbi_enrolment_change_build(&change, &bytes, err));
    item.enrolment_change = cbi_message_data(cbi_bytes_of_buffer(&bytes));
    item.reference = cbi_message_string(reference);
    CBI_TRY(cbi_batch_add(builder, &item, err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_signing_number(int64_t now, uint64_t *out, cbank_error *err)
{
    uint8_t random[4];
    cbank_status status = cbi_random(random, sizeof(random), err);

    if (status == CBANK_OK)
        *out = ((uint64_t)now << 20) | (cbi_get_u32(random) & 0xfffff);
    return status;
}
