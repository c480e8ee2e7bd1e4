#include "api/recognitioninfo.h"

#include "api/face.h"
#include "bank/errand.h"
#include "bank/recognise.h"
#include "base/memory.h"

#define LIST_DEFAULT 100u
#define LIST_MAX 1000u

/* ---- showing ------------------------------------------------------------------------------ */

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
    cbi_recognition_info it = {0};
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
    CBI_TRY(cbi_recognition_info_load(inner, &reader, true, &it, err));
    cbi_recognition_info_describe(&it, &info);
    if (asked->with_file && !cbi_recognition_is_noted(&it.row)) {
        CBI_TRY(join_file(reader.txn, &it.row, &file, err));
        info.file = cbi_message_data(cbi_bytes_of_buffer(&file));
    }
    CBI_TRY(cbi_face_reply(&info, reply, err));
done:
    cbi_ledger_read_end(&reader);
    cbi_recognition_info_clear(&it);
    cbank_buffer_clear(&file);
    cbi_message_free(asked);
    return status;
}

/* Heads only: whoever wants the rows shows one. */
static cbank_status list_rows(cbi_bank *bank, cbi_reader *reader,
                              const Cbank__Api__V1__RecognitionListRequest *asked, size_t limit,
                              cbi_recognition_info *rows, Cbank__Api__V1__RecognitionInfo *infos,
                              Cbank__Api__V1__RecognitionListReply *answer, cbank_error *err)
{
    uint64_t after = asked->after;
    cbank_status status = CBANK_OK;
    cbi_recognition_row row;
    bool found;

    for (;;) {
        cbi_recognition_info *next = &rows[answer->n_recognitions];

        CBI_TRY(cbi_recognition_after(reader->txn, asked->account, after, &row, &found, err));
        if (!found)
            break;
        if (answer->n_recognitions == limit) {
            answer->next = after;
            break;
        }
        after = row.number;
        next->row = row;
        status = cbi_recognition_info_load(bank, reader, false, next, err);
        if (status == CBANK_E_STATE) /* erased with its account: there was one */
            status = CBANK_OK;
        CBI_TRY(status);
        cbi_recognition_info_describe(next, &infos[answer->n_recognitions]);
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
    cbi_recognition_info *rows = NULL;
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
    CBI_TRY(list_rows(inner, &reader, asked, limit, rows, infos, &answer, err));
    CBI_TRY(cbi_face_reply(&answer, reply, err));
done:
    cbi_ledger_read_end(&reader);
    for (size_t i = 0; rows != NULL && i <= limit; i++)
        cbi_recognition_info_clear(&rows[i]);
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
    CBI_TRY(cbi_recognition_info_reply(inner, &entered, reply, err));
done:
    cbi_message_free(asked);
    return status;
}

