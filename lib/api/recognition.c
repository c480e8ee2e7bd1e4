#include "api/face.h"

#include <string.h>

#include "bank/errand.h"
#include "bank/holding.h"
#include "bank/recognise.h"
#include "bank/warrant.h"
#include "base/memory.h"
#include "base/text.h"
#include "proof/granting.h"

#include "cbank/api/v1/recognition.pb-c.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 1000u

typedef Cbank__Api__V1__RecognitionSignRequest sign_request;

/* ---- signing ------------------------------------------------------------------------------ */

static cbank_status take_rulings(const sign_request *asked, cbi_ruling_on_grant **out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_face_check_list("rulings", asked->n_rulings, CBI_RECOGNITION_ROWS_MAX, err));
    CBI_TRY(cbi_alloc(asked->n_rulings, sizeof(**out), out, err));
    for (size_t i = 0; i < asked->n_rulings; i++) {
        const Cbank__Api__V1__RecognitionRuling *ruling = asked->rulings[i];

        (*out)[i] = (cbi_ruling_on_grant){.application = ruling->application,
                                          .grant = ruling->grant,
                                          .milli = ruling->less == NULL ? 0 : ruling->less->milli,
                                          .reason = ruling->reason,
                                          .document = ruling->document};
    }
done:
    return status;
}

/* Salt, time, and what follows from the rest. `number` holds what is made of the plan's digest. */
static cbank_status complete_head(Cbank__V1__RecognitionHead *head,
                                  const cbi_recognition_rows *rows, uint8_t salt[CBI_SALT_SIZE],
                                  char number[32], Cbank__V1__Decision *decision, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_random(salt, CBI_SALT_SIZE, err));
    head->salt = cbi_message_data(cbi_bytes_of(salt, CBI_SALT_SIZE));
    if (head->at == 0)
        head->at = cbi_face_now();
    if (head->decision == NULL) {
        cbank__v1__decision__init(decision);
        decision->outcome =
            rows->grant_count == 0     ? CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_NONE
            : rows->refusal_count == 0 ? CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_FULL
                                       : CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_PARTIAL;
        head->decision = decision;
    }
    if (head->number[0] == '\0' && head->plan_digest.len > 0) {
        cbi_hex_encode(cbi_bytes_of(head->plan_digest.data, 10), number);
        head->number = number;
    }
done:
    return status;
}

static cbank_status reply_file(const cbank_buffer *file, cbi_suite suite, cbank_buffer *reply,
                               cbank_error *err)
{
    Cbank__Api__V1__RecognitionFileReply message = CBANK__API__V1__RECOGNITION_FILE_REPLY__INIT;
    cbi_recognition made = {0};
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_hasher_new(suite, &hasher, err));
    CBI_TRY(cbi_recognition_open(hasher, cbi_bytes_of_buffer(file), &made, err));
    message.file = cbi_message_data(cbi_bytes_of_buffer(file));
    message.id = cbi_message_data(cbi_bytes_of_hash(&made.id));
    message.number = made.head->number;
    message.granted = made.head->grants;
    message.refused = made.head->refusals;
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbi_recognition_clear(&made);
    cbi_hasher_free(hasher);
    return status;
}

/* The rows that the request states itself. */
static cbi_recognition_rows stated_rows(const sign_request *asked)
{
    return (cbi_recognition_rows){.sources = asked->sources,
                                  .source_count = asked->n_sources,
                                  .grants = asked->grants,
                                  .grant_count = asked->n_grants,
                                  .refusals = asked->refusals,
                                  .refusal_count = asked->n_refusals,
                                  .findings = asked->findings,
                                  .finding_count = asked->n_findings,
                                  .evidence = asked->evidence,
                                  .evidence_count = asked->n_evidence};
}

/*
 * Fills, signs, appends the file. With a bank what the programme says is taken from it: `page`
 * holds it until the head has been packed.
 */
static cbank_status sign_file(const sign_request *asked, const cbi_private *key, cbi_bank *bank,
                              cbank_buffer *file, cbank_error *err)
{
    cbi_suite suite = cbi_private_public(key)->suite;
    Cbank__V1__RecognitionHead head;
    Cbank__V1__ProgrammePage *page = NULL;
    Cbank__V1__Decision decision;
    cbi_ruling_on_grant *rulings = NULL;
    cbi_recognition_rows rows = stated_rows(asked);
    cbi_granting granting = {0};
    cbi_hasher *hasher = NULL;
    cbank_status status = CBANK_OK;
    uint8_t salt[CBI_SALT_SIZE];
    char number[32];

    if (asked->head == NULL)
        CBI_TRY(cbi_fail(err, CBI_REASON_BAD_ARGUMENT, 0, "head", NULL));
    head = *asked->head;
    if (cbi_message_text(head.unit).size == 0)
        head.unit = cbi_message_string("credit");
    if (asked->plan.len > 0) {
        CBI_TRY(cbi_hasher_new(suite, &hasher, err));
        CBI_TRY(take_rulings(asked, &rulings, err));
        CBI_TRY(cbi_granting_make(hasher, cbi_message_bytes(asked->plan), rulings, asked->n_rulings,
                                  &rows, &head, &granting, err));
        rows = granting.rows;
    }
    if (bank != NULL)
        CBI_TRY(cbi_warrant_fill(bank, &head, &page, err));
    for (size_t i = 0; i < rows.grant_count; i++) {
        if (rows.grants[i]->application > 0 && rows.grants[i]->amount != NULL)
            rows.grants[i]->amount->unit = head.unit;
    }
    CBI_TRY(complete_head(&head, &rows, salt, number, &decision, err));
    CBI_TRY(cbi_recognition_make(&head, &rows, key, file, err));
done:
    cbi_message_free(page);
    cbi_granting_clear(&granting);
    cbi_free(rulings);
    cbi_hasher_free(hasher);
    return status;
}

cbank_status cbank_recognition_sign(const cbank_key *key, const uint8_t *request,
                                    size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    sign_request *asked = NULL;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__recognition_sign_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(sign_file(asked, key->inner, NULL, &file, err));
    CBI_TRY(reply_file(&file, cbi_private_public(key->inner)->suite, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_recognition_change(const cbank_key *key, const uint8_t *request,
                                      size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RecognitionFileReply message = CBANK__API__V1__RECOGNITION_FILE_REPLY__INIT;
    Cbank__V1__RecognitionChange change = CBANK__V1__RECOGNITION_CHANGE__INIT;
    Cbank__Api__V1__RecognitionChangeRequest *asked = NULL;
    Cbank__V1__Code reason;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;
    uint8_t salt[CBI_SALT_SIZE];

    CBI_REQUIRE(key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_request(&cbank__api__v1__recognition_change_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_errand_check_reason(asked->reason, err));
    CBI_TRY(cbi_random(salt, sizeof(salt), err));
    change.salt = cbi_message_data(cbi_bytes_of(salt, sizeof(salt)));
    change.institution = asked->institution;
    change.origin = asked->origin;
    change.recognition = asked->recognition;
    change.action = asked->action;
    if (cbi_errand_reason(asked->reason, &reason) != NULL)
        change.reason = &reason;
    change.document = asked->document;
    change.at = cbi_face_now();
    CBI_TRY(cbi_recognition_change_make(&change, key->inner, &file, err));
    message.file = cbi_message_data(cbi_bytes_of_buffer(&file));
    CBI_TRY(cbi_face_reply(&message, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

/* ---- showing ------------------------------------------------------------------------------ */

/* A recognition as the bank keeps it, and the memory that its description lends. */
typedef struct shown {
    cbi_recognition_row row;
    cbank_buffer bytes;
    cbi_recognition recognition;
} shown;

static void clear_shown(shown *it)
{
    cbi_recognition_clear(&it->recognition);
    cbank_buffer_clear(&it->bytes);
}

static void describe(shown *it, Cbank__Api__V1__RecognitionInfo *out)
{
    cbank__api__v1__recognition_info__init(out);
    out->id = cbi_message_data(cbi_bytes_of_hash(&it->row.id));
    out->state = (Cbank__Api__V1__ConversionState)(it->row.state + 1);
    out->account = it->row.account.digits;
    out->entered_at = it->row.at;
    out->index = it->row.index;
    out->head = it->recognition.head;
    out->sources = it->recognition.rows.sources;
    out->n_sources = it->recognition.rows.source_count;
    out->grants = it->recognition.rows.grants;
    out->n_grants = it->recognition.rows.grant_count;
    out->refusals = it->recognition.rows.refusals;
    out->n_refusals = it->recognition.rows.refusal_count;
    out->findings = it->recognition.rows.findings;
    out->n_findings = it->recognition.rows.finding_count;
}

/* The file as it was entered. */
static cbank_status join_file(cbi_txn *txn, const cbi_recognition_row *row, cbank_buffer *out,
                              cbank_error *err)
{
    cbank_buffer part = {0};
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_recognition_envelope(txn, row, &part, err));
    CBI_TRY(cbi_artefact_write_envelope(out, cbi_bytes_of_buffer(&part), err));
    for (uint32_t page = 0; page < row->pages; page++) {
        CBI_TRY(cbi_recognition_page(txn, row, page, &part, err));
        CBI_TRY(cbi_artefact_write_part(out, cbi_bytes_of_buffer(&part), err));
    }
done:
    cbank_buffer_clear(&part);
    return status;
}

cbank_status cbank_recognition_show(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                    cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RecognitionShowRequest *asked = NULL;
    Cbank__Api__V1__RecognitionInfo info;
    shown it = {0};
    cbi_reader reader = {0};
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__recognition_show_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(cbi_recognition_search(reader.txn, cbi_message_bytes(asked->id), &it.row, err));
    CBI_TRY(cbi_recognition_load(reader.txn, reader.hasher, &it.row, true, &it.bytes,
                                 &it.recognition, err));
    describe(&it, &info);
    if (asked->with_file) {
        CBI_TRY(join_file(reader.txn, &it.row, &file, err));
        info.file = cbi_message_data(cbi_bytes_of_buffer(&file));
    }
    CBI_TRY(cbi_face_reply(&info, reply, err));
done:
    cbi_ledger_read_end(&reader);
    clear_shown(&it);
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

/* Heads only: whoever wants the rows shows one. */
static cbank_status list_rows(cbi_reader *reader,
                              const Cbank__Api__V1__RecognitionListRequest *asked, size_t limit,
                              shown *rows, Cbank__Api__V1__RecognitionInfo *infos,
                              Cbank__Api__V1__RecognitionListReply *answer, cbank_error *err)
{
    uint64_t after = asked->after;
    cbank_status status = CBANK_OK;
    cbi_recognition_row row;
    bool found;

    for (;;) {
        shown *next = &rows[answer->n_recognitions];

        CBI_TRY(cbi_recognition_after(reader->txn, asked->account, after, &row, &found, err));
        if (!found)
            break;
        if (answer->n_recognitions == limit) {
            answer->next = after;
            break;
        }
        after = row.number;
        next->row = row;
        CBI_TRY(cbi_recognition_load(reader->txn, reader->hasher, &row, false, &next->bytes,
                                     &next->recognition, err));
        describe(next, &infos[answer->n_recognitions]);
        answer->recognitions[answer->n_recognitions] = &infos[answer->n_recognitions];
        answer->n_recognitions++;
    }
done:
    return status;
}

cbank_status cbank_recognition_list(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                    cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RecognitionListReply answer = CBANK__API__V1__RECOGNITION_LIST_REPLY__INIT;
    Cbank__Api__V1__RecognitionListRequest *asked = NULL;
    Cbank__Api__V1__RecognitionInfo *infos = NULL;
    shown *rows = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;
    size_t limit = 0;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__recognition_list_request__descriptor, request,
                             request_size, &asked, err));
    if (!cbi_account_is_valid(cbi_bytes_of_text(asked->account)))
        CBI_TRY(cbi_fail(err, CBI_REASON_ACCOUNT_UNKNOWN, 0, NULL, NULL));
    CBI_TRY(cbi_face_check_list("limit", asked->limit, LIST_MAX, err));
    limit = asked->limit == 0 ? LIST_DEFAULT : asked->limit;
    CBI_TRY(cbi_alloc(limit + 1, sizeof(*rows), &rows, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*infos), &infos, err));
    CBI_TRY(cbi_alloc(limit, sizeof(*answer.recognitions), &answer.recognitions, err));
    CBI_TRY(cbi_ledger_read_begin(inner->ledger, &reader, err));
    CBI_TRY(list_rows(&reader, asked, limit, rows, infos, &answer, err));
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_ledger_read_end(&reader);
    for (size_t i = 0; rows != NULL && i <= limit; i++)
        clear_shown(&rows[i]);
    cbi_free(rows);
    cbi_free(infos);
    cbi_free(answer.recognitions);
    cbi_message_free(asked);
    return status;
}

/* ---- entering ----------------------------------------------------------------------------- */

/* A recognition or a change: the payload type tells. */
static cbank_status enter(cbi_bank *bank, const Cbank__Api__V1__RecognitionEnterRequest *asked,
                          cbi_recognised *out, cbank_error *err)
{
    cbi_bytes file = cbi_message_bytes(asked->file), token = cbi_message_bytes(asked->token);
    cbi_artefact_reader parts;
    cbank_status status = CBANK_OK;
    cbi_envelope envelope;

    CBI_TRY(cbi_artefact_open(file, &parts, err));
    if (cbi_envelope_parse(parts.envelope, CBI_RECOGNITION_CHANGE_TYPE, &envelope, NULL) ==
        CBANK_OK)
        CBI_TRY(cbi_conversion_change(bank, file, token, cbi_face_now(), asked->dry_run, out, err));
    else
        CBI_TRY(cbi_recognise_enter(bank, file, token, cbi_face_now(), asked->dry_run, out, err));
done:
    return status;
}

/* Display ids of the records that it used, in memory of `ids`. */
static cbank_status list_released(cbi_reader *reader, const shown *it,
                                  char (*ids)[CBI_DISPLAY_ID_MAX], char **list, size_t *count,
                                  cbank_error *err)
{
    const cbi_recognition_rows *rows = &it->recognition.rows;
    uint64_t *indices = NULL;
    cbank_status status = CBANK_OK;
    cbi_hash id;

    CBI_TRY(cbi_alloc(rows->source_count, sizeof(*indices), &indices, err));
    CBI_TRY(cbi_conversion_find_sources(reader->txn, reader->hasher, it->row.account.digits,
                                        rows->sources, rows->source_count, indices, err));
    for (size_t i = 0; i < rows->source_count; i++) {
        (void)cbi_hash_from(cbi_message_bytes(rows->sources[i]->record), &id);
        cbi_holding_display_id(indices[i], &id, ids[i]);
        list[i] = ids[i];
        (*count)++;
    }
done:
    cbi_free(indices);
    return status;
}

static cbank_status reply_entered(cbi_bank *bank, const cbi_recognised *entered,
                                  cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RecognitionInfo info;
    shown it = {.row = entered->row};
    char(*ids)[CBI_DISPLAY_ID_MAX] = NULL, **list = NULL;
    cbi_reader reader = {0};
    cbank_status status = CBANK_OK;

    if (entered->row.number == 0) { /* a dry run of a new one */
        cbank__api__v1__recognition_info__init(&info);
        return cbi_face_reply(&info, reply, err);
    }
    CBI_TRY(cbi_ledger_read_begin(bank->ledger, &reader, err));
    CBI_TRY(cbi_recognition_load(reader.txn, reader.hasher, &it.row, true, &it.bytes,
                                 &it.recognition, err));
    describe(&it, &info);
    info.known = entered->known;
    if (it.row.state == CBI_CONVERSION_REVERSED) {
        CBI_TRY(cbi_alloc(it.row.sources, sizeof(*ids), &ids, err));
        CBI_TRY(cbi_alloc(it.row.sources, sizeof(*list), &list, err));
        info.released = list;
        CBI_TRY(list_released(&reader, &it, ids, list, &info.n_released, err));
    }
    CBI_TRY(cbi_face_reply(&info, reply, err));
done:
    cbi_ledger_read_end(&reader);
    clear_shown(&it);
    cbi_free(ids);
    cbi_free(list);
    return status;
}

cbank_status cbank_recognition_enter(cbank_bank *bank, const uint8_t *request, size_t request_size,
                                     cbank_buffer *reply, cbank_error *err)
{
    Cbank__Api__V1__RecognitionEnterRequest *asked = NULL;
    cbi_recognised entered;
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__recognition_enter_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(cbi_errand_check_token(cbi_message_bytes(asked->token), err));
    CBI_TRY(enter(inner, asked, &entered, err));
    CBI_TRY(reply_entered(inner, &entered, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

cbank_status cbank_plan_recognise(cbank_bank *bank, const cbank_key *key, const uint8_t *request,
                                  size_t request_size, cbank_buffer *reply, cbank_error *err)
{
    sign_request *asked = NULL;
    cbi_recognised entered;
    cbank_buffer file = {0};
    cbank_status status = CBANK_OK;
    cbi_bank *inner;

    CBI_REQUIRE(bank != NULL && key != NULL && reply != NULL, err);
    CBI_TRY(cbi_face_bank(bank, &inner, err));
    CBI_TRY(cbi_face_request(&cbank__api__v1__recognition_sign_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(sign_file(asked, key->inner, inner, &file, err));
    CBI_TRY(cbi_recognise_enter(inner, cbi_bytes_of_buffer(&file), (cbi_bytes){0}, cbi_face_now(),
                                asked->dry_run, &entered, err));
    CBI_TRY(reply_entered(inner, &entered, reply, err));
done:
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}
