#include "record/statement.h"

#include "record/body.h"
#include "record/field.h"

/* The header's fields, without the body. */
static cbank_status check_header(const Cbank__V1__Statement *message, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_field_size("salt", message->salt, CBI_SALT_SIZE, true, err));
    if (message->at <= 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "at", NULL);
    CBI_TRY(cbi_field_code("reason", message->reason, err));
    CBI_TRY(cbi_field_size("reason_digest", message->reason_digest, CBI_HASH_SIZE, false, err));
    CBI_TRY(cbi_field_size("token", message->token, CBI_TOKEN_SIZE, false, err));
    if (message->body.len == 0)
        return cbi_fail(err, CBI_REASON_FIELD_MISSING, 0, "body", NULL);
done:
    return status;
}

static cbank_status find_kind(int number, const cbi_kind **out, cbank_error *err)
{
    *out = cbi_kind_find(number);
    if (*out == NULL)
        return cbi_fail(err, CBI_REASON_STATEMENT_KIND, 0, "kind", "%d", number);
    return CBANK_OK;
}

static cbank_status check_size(size_t size, cbank_error *err)
{
    if (size > CBI_STATEMENT_MAX)
        return cbi_fail(err, CBI_REASON_STATEMENT_TOO_LARGE, CBI_STATEMENT_MAX, NULL, NULL);
    return CBANK_OK;
}

cbank_status cbi_statement_parse(cbi_bytes bytes, cbi_statement *out, cbank_error *err)
{
    return cbi_statement_parse_within(NULL, bytes, out, err);
}

cbank_status cbi_statement_parse_within(void *holder, cbi_bytes bytes, cbi_statement *out,
                                        cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_statement read = {0};
    const Cbank__V1__Statement *message;

    CBI_TRY(check_size(bytes.size, err));
    CBI_TRY(cbi_message_parse_within(holder, &cbank__v1__statement__descriptor, bytes,
                                     &read.message, err));
    message = read.message;
    if (message->version != CBI_STATEMENT_VERSION) {
        status = cbi_fail(err, CBI_REASON_STATEMENT_VERSION, 0, "Statement", "%u",
                          (unsigned)message->version);
        goto done;
    }
    CBI_TRY(find_kind((int)message->kind, &read.kind, err));
    if (message->entry_class != read.kind->entry_class) {
        status = cbi_fail(err, CBI_REASON_STATEMENT_CLASS, 0, "entry_class", "%s",
                          read.kind->word);
        goto done;
    }
    CBI_TRY(cbi_field_refuse_signed(check_header(message, err), err));
    CBI_TRY(cbi_message_parse_within(holder != NULL ? holder : read.message, read.kind->body,
                                     cbi_message_bytes(message->body), &read.body, err));
    CBI_TRY(cbi_field_refuse_signed(cbi_body_check(read.kind, read.body, err), err));
    *out = read;
    read = (cbi_statement){0};
done:
    if (holder == NULL)
        cbi_statement_clear(&read);
    return status;
}

void cbi_statement_clear(cbi_statement *statement)
{
    cbi_message_free(statement->message);
    *statement = (cbi_statement){0};
}

const void *cbi_statement_body(const cbi_statement *statement,
                               const ProtobufCMessageDescriptor *type)
{
    return statement->kind != NULL && statement->kind->body == type ? statement->body : NULL;
}

/*
 * The message with everything lent but the body's bytes, which are already packed. `approver` has
 * room for the list of the one there may be.
 */
static Cbank__V1__Statement message_of(const cbi_statement_draft *draft, const cbi_kind *kind,
                                       cbi_bytes body, char **approver)
{
    Cbank__V1__Statement message;

    cbank__v1__statement__init(&message);
    message.version = CBI_STATEMENT_VERSION;
    message.kind = kind->kind;
    message.entry_class = kind->entry_class;
    message.salt = cbi_message_data(cbi_bytes_of(draft->salt, CBI_SALT_SIZE));
    message.at = draft->at;
    message.actor = cbi_message_string(draft->actor);
    *approver = cbi_message_string(draft->approver);
    message.approvers = approver;
    message.n_approvers = cbi_message_text(*approver).size > 0;
    message.reason = (Cbank__V1__Code *)(uintptr_t)draft->reason; /* packing only reads */
    if (draft->reason_digest != NULL)
        message.reason_digest = cbi_message_data(cbi_bytes_of_hash(draft->reason_digest));
    message.document = cbi_message_string(draft->document);
    message.token = cbi_message_data(draft->token);
    message.body = cbi_message_data(body);
    return message;
}

cbank_status cbi_statement_build(const cbi_statement_draft *draft, cbank_buffer *out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t before = out->size;
    cbank_buffer body = {0};
    const cbi_kind *kind;
    Cbank__V1__Statement message;
    char *approver;

    CBI_TRY(find_kind(draft->kind, &kind, err));
    CBI_TRY(cbi_body_check(kind, draft->body, err));
    CBI_TRY(cbi_message_pack(draft->body, &body, err));
    message = message_of(draft, kind, cbi_bytes_of_buffer(&body), &approver);
    CBI_TRY(check_header(&message, err));
    CBI_TRY(cbi_message_pack(&message, out, err));
    CBI_TRY(check_size(out->size - before, err));
done:
    if (status != CBANK_OK)
        out->size = before;
    cbank_buffer_clear(&body);
    return status;
}
