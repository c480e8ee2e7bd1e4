#include "api/institution.h"

#include "api/face.h"

#include <string.h>

#include "bank/intake.h"
#include "bank/keyloss.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/time.h"

#include "cbank/api/v1/institution.pb-c.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 1000u

/* ---- what the bank knows ------------------------------------------------------------------ */

/* A key, with room for its fingerprint. */
typedef struct shown_key {
    Cbank__Api__V1__InstitutionKeyInfo info;
    char fingerprint[2 * CBI_HASH_SIZE + 1];
} shown_key;

/* The reply about one institution, which lends from its row. */
typedef struct shown {
    Cbank__Api__V1__InstitutionInfo info;
    Cbank__V1__DirectoryInstitution *row;
    shown_key *keys;
} shown;

static void shown_clear(shown *it)
{
    cbi_free(it->info.names);
    cbi_free(it->info.keys);
    cbi_free(it->keys);
    cbi_message_free(it->row);
}

static cbank_status show_key(const cbi_bank *bank, const Cbank__V1__InstitutionKey *key,
                             shown_key *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public public_key;
    cbi_hash digest;

    CBI_TRY(cbi_public_parse(bank->config.suite, cbi_message_bytes(key->public_key), &public_key,
                             err));
    CBI_TRY(cbi_public_fingerprint(&public_key, &digest, err));
    cbi_hex_encode(cbi_bytes_of_hash(&digest), out->fingerprint);
    cbank__api__v1__institution_key_info__init(&out->info);
    out->info.public_key = key->public_key;
    out->info.fingerprint = out->fingerprint;
    out->info.from_index = key->from_index;
    out->info.until_index = key->until_index;
    out->info.vouched = key->request.len == 0;
    out->info.compromised_since = key->compromised_since;
    out->info.compromised_at = key->compromised_at;
done:
    return status;
}

static cbank_status show_keys(const cbi_bank *bank, shown *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_alloc(out->row->n_keys, sizeof(*out->keys), &out->keys, err));
    CBI_TRY(cbi_alloc(out->row->n_keys, sizeof(*out->info.keys), &out->info.keys, err));
    for (size_t i = 0; i < out->row->n_keys; i++) {
        CBI_TRY(show_key(bank, out->row->keys[i], &out->keys[i], err));
        out->info.keys[i] = &out->keys[i].info;
    }
    out->info.n_keys = out->row->n_keys;
done:
    return status;
}

/* The bank's own time of the admission stands in the log. */
static cbank_status read_time(cbi_reader *reader, uint64_t index, int64_t *out, cbank_error *err)
{
    cbi_statement statement = {0};
    cbank_status status = CBANK_OK;
    cbi_logged logged;

    CBI_TRY(cbi_history_read(reader, index, &logged, err));
    CBI_TRY(cbi_statement_parse(logged.statement, &statement, err));
    *out = statement.message->at;
done:
    cbi_statement_clear(&statement);
    return status;
}

static bool holds_on(const Cbank__V1__DatedName *name, uint32_t day)
{
    return (name->from == 0 || cbi_date_first(name->from) <= day) &&
           (name->until == 0 || cbi_date_last(name->until) >= day);
}

/* Those of today; all, where none holds today. */
static cbank_status show_names(shown *out, cbank_error *err)
{
    const Cbank__V1__DirectoryInstitution *row = out->row;
    Cbank__V1__DatedName **names = NULL;
    cbank_status status = CBANK_OK;
    uint32_t today = cbi_date_of(cbi_face_now());
    size_t count = 0;

    CBI_TRY(cbi_alloc(row->n_names, sizeof(*names), &names, err));
    for (size_t i = 0; i < row->n_names; i++) {
        if (holds_on(row->names[i], today))
            names[count++] = row->names[i];
    }
    CBI_TRY(cbi_face_texts(count > 0 ? names : row->names, count > 0 ? count : row->n_names,
                           &out->info.names, err));
    out->info.n_names = count > 0 ? count : row->n_names;
done:
    cbi_free(names);
    return status;
}

/* What came after version 1 is shown as the directory has it. */
static void show_description(shown *out)
{
    Cbank__Api__V1__InstitutionInfo *info = &out->info;
    const Cbank__V1__DirectoryInstitution *row = out->row;

    info->dated_names = row->names;
    info->n_dated_names = row->n_names;
    info->type = row->type;
    info->roles = row->roles;
    info->n_roles = row->n_roles;
    info->parent = row->parent;
    info->area = row->area;
    info->country = row->country;
    info->scopes = row->scopes;
    info->n_scopes = row->n_scopes;
    info->licences = row->licences;
    info->n_licences = row->n_licences;
    info->delegations = row->delegations;
    info->n_delegations = row->n_delegations;
    info->successions = row->successions;
    info->n_successions = row->n_successions;
    info->ended_on = row->ended_on;
    info->final_on = row->final_on;
    info->ended_document = row->ended_document;
}

/* `out` is {0} before, and cleared by the caller whatever this answers. */
static cbank_status show(const cbi_bank *bank, cbi_reader *reader, const char *code, shown *out,
                         cbank_error *err)
{
    cbank_status status = CBANK_OK;

    cbank__api__v1__institution_info__init(&out->info);
    CBI_TRY(cbi_institution_read(reader->txn, code, &out->row, err));
    out->info.institution = out->row->institution;
    out->info.ids = out->row->ids;
    out->info.n_ids = out->row->n_ids;
    out->info.status = out->row->status;
    out->info.admitted_index =
        out->row->n_keys > 0 ? out->row->keys[0]->from_index : out->row->changes[0];
    CBI_TRY(show_names(out, err));
    show_description(out);
    CBI_TRY(show_keys(bank, out, err));
    CBI_TRY(read_time(reader, out->info.admitted_index, &out->info.admitted_at, err));
    CBI_TRY(cbi_intake_count(reader->txn, code, &out->info.batches, err));
done:
    return status;
}

cbank_status cbi_institution_reply(cbi_bank *bank, const char *code, cbank_buffer *reply,
                                   cbank_error *err)
{
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    shown it = {0};

    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(show(bank, &reader, code, &it, err));
    CBI_TRY(cbi_face_reply(&it.info, reply, err));
done:
    cbi_ledger_read_end(&reader);
    shown_clear(&it);
    return status;
}

cbank_status cbank_institution_show(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                    cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__InstitutionShowRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__institution_show_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_institution_reply(inner, asked->institution, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

/* One page: `list` and `infos` have room for `limit`. */
static cbank_status fill_page(const cbi_bank *bank, cbi_reader *reader, const char *after,
                              size_t limit, shown *list, Cbank__Api__V1__InstitutionListReply *out,
                              cbank_error *err)
{
    char code[CBI_INSTITUTION_CODE_MAX + 1];
    cbank_status status = CBANK_OK;
    bool found;

    for (;;) {
        CBI_TRY(cbi_institution_after(reader->txn, after, code, &found, err));
        out->more = found && out->n_institutions == limit;
        if (!found || out->more)
            break;
        CBI_TRY(show(bank, reader, code, &list[out->n_institutions], err));
        out->institutions[out->n_institutions] = &list[out->n_institutions].info;
        after = list[out->n_institutions++].info.institution;
    }
done:
    return status;
}

static cbank_status reply_list(cbi_bank *bank, const char *after, size_t limit,
                               cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__InstitutionListReply message = CBANK__API__V1__INSTITUTION_LIST_REPLY__INIT;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    shown *list = NULL;

    CBI_TRY(cbi_alloc(limit, sizeof(*list), &list, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*message.institutions), &message.institutions, err));
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(fill_page(bank, &reader, after, limit, list, &message, err));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_ledger_read_end(&reader);
    for (size_t i = 0; list != NULL && i < limit; i++)
        shown_clear(&list[i]);
    cbi_free(list);
    cbi_free(message.institutions);
    return status;
}

cbank_status cbank_institution_list(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                    cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__InstitutionListRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__institution_list_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_face_check_list("limit", asked->limit, LIST_MAX, err));
    CBI_TRY(reply_list(inner, asked->after, asked->limit == 0 ? LIST_DEFAULT : asked->limit, reply,
                       err));
done:
    cbi_message_free(asked);
    return status;
}

/* ---- acts --------------------------------------------------------------------------------- */

static cbank_status vouch(cbi_bank *bank, const Cbank__Api__V1__AdmitRequest *asked,
                          cbank_error *err)
{
    cbi_vouched who = {.code = asked->institution,
                       .name_count = asked->n_names,
                       .ids = asked->ids,
                       .id_count = asked->n_ids};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_public_parse(bank->config.suite, cbi_message_bytes(asked->public_key), &who.key,
                             err));
    CBI_TRY(cbi_face_names(asked->names, asked->n_names, &who.names, err));
    CBI_TRY(cbi_institution_vouch(bank, &who, cbi_message_bytes(asked->token), cbi_face_now(),
                                  err));
done:
    cbi_face_free_names(who.names);
    return status;
}

/* A request says itself who asks; nobody else may say otherwise. */
static bool says_more(const Cbank__Api__V1__AdmitRequest *asked)
{
    return asked->institution[0] != '\0' || asked->n_names > 0 || asked->n_ids > 0 ||
           asked->public_key.len > 0;
}

cbank_status cbank_institution_admit(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                     cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__AdmitRequest *asked = NULL;
    char code[CBI_INSTITUTION_CODE_MAX + 1];
    const char *admitted = code;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__admit_request__descriptor, request, request_size,
                             &asked, err));
    if (asked->file.len == 0) {
        CBI_TRY(vouch(inner, asked, err));
        admitted = asked->institution;
    } else if (says_more(asked)) {
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "file", NULL));
    } else {
        CBI_TRY(cbi_institution_admit(inner, cbi_message_bytes(asked->file),
                                      cbi_message_bytes(asked->token), cbi_face_now(), code, err));
    }
    CBI_TRY(cbi_institution_reply(inner, admitted, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

/* On the bank's word. */
static cbank_status replace_key(cbi_bank *bank, const Cbank__Api__V1__RotateRequest *asked,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_public key;

    CBI_TRY(cbi_public_parse(bank->config.suite, cbi_message_bytes(asked->public_key), &key, err));
    CBI_TRY(cbi_keyloss_replace(bank, asked->institution, &key, cbi_message_bytes(asked->token),
                                cbi_face_now(), err));
done:
    return status;
}

cbank_status cbank_institution_rotate(cbank_bank *bank, const uint8_t *request,
                                      size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RotateRequest *asked = NULL;
    char code[CBI_INSTITUTION_CODE_MAX + 1];
    const char *rotated = code;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__rotate_request__descriptor, request, request_size,
                             &asked, err));
    if (asked->file.len == 0) {
        CBI_TRY(replace_key(inner, asked, err));
        rotated = asked->institution;
    } else if (asked->institution[0] != '\0' || asked->public_key.len > 0) {
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "file", NULL));
    } else {
        CBI_TRY(cbi_institution_rotate(inner, cbi_message_bytes(asked->file),
                                       cbi_message_bytes(asked->token), cbi_face_now(), code,
                                       err));
    }
    CBI_TRY(cbi_institution_reply(inner, rotated, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

static cbank_status change(cbank_bank *bank, bool suspend, const uint8_t *request,
                           size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__InstitutionChangeRequest *asked = NULL;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__institution_change_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_institution_change(inner, asked->institution, suspend, asked->reason,
                                   asked->document, cbi_message_bytes(asked->token),
                                   cbi_face_now(), err));
    CBI_TRY(cbi_institution_reply(inner, asked->institution, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_institution_suspend(cbank_bank *bank, const uint8_t *request,
                                       size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    return change(bank, true, request, request_size, reply, err);
}

cbank_status cbank_institution_resume(cbank_bank *bank, const uint8_t *request,
                                      size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    return change(bank, false, request, request_size, reply, err);
}
