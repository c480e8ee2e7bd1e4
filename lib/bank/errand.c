#include "bank/errand.h"

#include <string.h>

#include "record/field.h"

cbank_status cbi_errand_token(cbi_bytes token, uint8_t out[CBI_TOKEN_SIZE], cbank_error *err)
{
    cbank_status status = CBANK_OK;

    if (token.size == 0)
        return cbi_random(out, CBI_TOKEN_SIZE, err);
    CBI_TRY(cbi_errand_check_token(token, err));
    memcpy(out, token.data, CBI_TOKEN_SIZE);
done:
    return status;
}

cbank_status cbi_errand_check_token(cbi_bytes token, cbank_error *err)
{
    if (token.size != 0 && token.size != CBI_TOKEN_SIZE)
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "token", NULL);
    return CBANK_OK;
}

cbank_status cbi_errand_digest(const cbi_bank *bank, const cbi_bytes *parts, size_t count,
                               cbi_hash *out, cbank_error *err)
{
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;
    uint8_t size[8];

    CBI_TRY(cbi_hasher_new(bank->config.suite, &hasher, err));
    CBI_TRY(cbi_digest_begin(hasher, err));
    for (size_t i = 0; i < count; i++) {
        cbi_put_u64(size, parts[i].size);
        CBI_TRY(cbi_digest_update(hasher, cbi_bytes_of(size, sizeof(size)), err));
        CBI_TRY(cbi_digest_update(hasher, parts[i], err));
    }
    CBI_TRY(cbi_digest_end(hasher, out, err));
done:
    cbi_hasher_free(hasher);
    return status;
}

const Cbank__V1__Code *cbi_errand_reason(const char *word, Cbank__V1__Code *code)
{
    if (word == NULL || word[0] == '\0')
        return NULL;
    *code = (Cbank__V1__Code)CBANK__V1__CODE__INIT;
    code->scheme = cbi_message_string("cbank");
    code->value = cbi_message_string(word);
    return code;
}

cbank_status cbi_errand_check_reason(const char *word, cbank_error *err)
{
    if (word[0] != '\0' && !cbi_field_is_word(cbi_bytes_of_text(word)))
        return cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "reason", NULL);
    return CBANK_OK;
}

cbank_status cbi_errand_build(const cbi_errand_statement *statement, int64_t at, cbank_buffer *out,
                              cbank_error *err)
{
    Cbank__V1__Code reason;
    cbi_statement_draft draft = {.kind = statement->kind,
                                 .at = at,
                                 .actor = statement->actor,
                                 .approver = statement->approver,
                                 .reason_digest = statement->reason_digest,
                                 .reason = cbi_errand_reason(statement->reason, &reason),
                                 .document = statement->document,
                                 .token = statement->token,
                                 .body = statement->body};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_random(draft.salt, sizeof(draft.salt), err));
    CBI_TRY(cbi_statement_build(&draft, out, err));
done:
    return status;
}

cbank_status cbi_errand_try(const cbi_errand_statement *statement, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    if (statement->reason != NULL)
        CBI_TRY(cbi_errand_check_reason(statement->reason, err));
    CBI_TRY(cbi_errand_build(statement, 1, &bytes, err)); /* the time is the bank's own */
done:
    cbank_buffer_clear(&bytes);
    return status;
}

cbank_status cbi_errand_append(cbi_append *append, const cbi_errand_statement *statement,
                               uint64_t *out_index, cbi_hash *out_leaf, cbank_error *err)
{
    cbank_buffer bytes = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_errand_build(statement, append->at, &bytes, err));
    CBI_TRY(cbi_append_statement(append, &statement->subject,
                                 (uint8_t)cbi_kind_find(statement->kind)->entry_class,
                                 cbi_bytes_of_buffer(&bytes), statement->randomness, out_index,
                                 out_leaf, err));
done:
    cbank_buffer_clear(&bytes);
    return status;
}
