/* batch.c - cbank batch ...: what was received, from whom, when. */
#include "call.h"
#include "fail.h"
#include "options.h"
#include "output.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/credit.pb-c.h"

#include <string.h>

#define PAGE 1000
#define BATCH_ID 32

static const view info_views[] = {
    {"batch", P_BATCH, VIEW_PLAIN, NULL},
    {"state", P_STATUS, VIEW_WORD, NULL},
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"number", P_NUMBER, VIEW_PLAIN, NULL},
    {"signed", P_SIGNED_AT, VIEW_PLAIN, NULL},
    {"received", P_RECEIVED_AT, VIEW_PLAIN, NULL},
    {"receipt_index", P_RECEIPT_INDEX, VIEW_PLAIN, NULL},
    {"records", P_RECORDS_IN_BATCH, VIEW_PLAIN, NULL},
    {"taken", P_DEPOSITED, VIEW_PLAIN, NULL},
    {"unchanged", P_UNCHANGED, VIEW_PLAIN, NULL},
    {"refused", P_REJECTED, VIEW_PLAIN, NULL},
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"file_digest", P_FILE_DIGEST, VIEW_PLAIN, NULL},
    {"file_size", P_FILE_SIZE, VIEW_PLAIN, NULL},
    {"operator", P_OPERATOR, VIEW_PLAIN, NULL},
    {0},
};

static const view list_views[] = {
    {"batch_short", P_BATCH, VIEW_PLAIN, NULL},
    {"state", P_STATUS, VIEW_WORD, NULL},
    {"institution", P_INSTITUTION, VIEW_PLAIN, NULL},
    {"records", P_RECORDS_IN_BATCH, VIEW_PLAIN, NULL},
    {"taken", P_DEPOSITED, VIEW_PLAIN, NULL},
    {"refused", P_REJECTED, VIEW_PLAIN, NULL},
    {"received", P_RECEIVED_AT, VIEW_PLAIN, NULL},
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"operator", P_OPERATOR, VIEW_PLAIN, NULL},
    {0},
};

/* Where it came from; nulls where nothing is known of it. */
static void add_source(json_t *row, const Cbank__Api__V1__BatchSource *source)
{
    static const Cbank__Api__V1__BatchSource none = CBANK__API__V1__BATCH_SOURCE__INIT;
    bool known = source != NULL;

    if (!known)
        source = &none;
    json_object_set_new(row, "file", shape_text(source->file_name));
    json_object_set_new(row, "file_digest",
                        known ? shape_hex(source->file_digest) : json_null());
    json_object_set_new(row, "file_size", known ? shape_number(source->file_size) : json_null());
    json_object_set_new(row, "operator", shape_text(source->actor));
}

static json_t *describe(const Cbank__Api__V1__BatchInfo *info)
{
    ProtobufCBinaryData head = info->batch;
    json_t *row;

    if (head.len > 8)
        head.len = 8;
    row = json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "batch",
                     shape_hex(info->batch), "batch_short", shape_hex(head), "state",
                     shape_word(&cbank__api__v1__batch_state__descriptor, (int)info->state),
                     "institution", shape_text(info->institution), "number",
                     shape_number(info->number), "signed", shape_time(info->signed_at),
                     "received", shape_time(info->received_at), "receipt_index",
                     shape_number(info->receipt_index), "records", shape_number(info->records),
                     "taken", shape_number(info->taken), "unchanged",
                     shape_number(info->unchanged), "refused", shape_number(info->refused));
    add_source(row, info->source);
    return row;
}

static const option list_options[] = {
    {"institution", "CODE", P_OPT_INSTITUTION, 0},
    {0},
};

static void list(cli *c)
{
    Cbank__Api__V1__BatchListRequest ask = CBANK__API__V1__BATCH_LIST_REQUEST__INIT;
    bool first = true;

    if (options_given(c, "institution"))
        ask.institution = options_text(c, "institution");
    ask.limit = PAGE;
    do {
        Cbank__Api__V1__BatchListReply *page = call_bank(
            c, cbank_batch_list, &ask.base, &cbank__api__v1__batch_list_reply__descriptor);
        json_t *rows;

        if (page == NULL)
            return;
        rows = json_array();
        for (size_t i = 0; i < page->n_batches; i++)
            json_array_append_new(rows, describe(page->batches[i]));
        output_list(c, rows, list_views, first);
        first = false;
        ask.after = page->next;
        message_free(page);
    } while (ask.after != 0);
}

static void show(cli *c)
{
    Cbank__Api__V1__BatchShowRequest ask = CBANK__API__V1__BATCH_SHOW_REQUEST__INIT;
    Cbank__Api__V1__BatchInfo *info;
    uint8_t batch[BATCH_ID];
    size_t size = strlen(c->arguments[0]) / 2;

    if (size == 0 || size > BATCH_ID || !value_hex(c->arguments[0], batch, size)) {
        fail_own(c, FAIL_BAD_HEX, c->arguments[0]);
        return;
    }
    ask.batch = (ProtobufCBinaryData){.len = size, .data = batch};
    info = call_bank(c, cbank_batch_show, &ask.base, &cbank__api__v1__batch_info__descriptor);
    if (info != NULL)
        output_document(c, describe(info), info_views);
    message_free(info);
}

const command batch_commands[] = {
    {"list", "", 0, 0, P_BATCH_LIST, COMMAND_BANK, list_options, list},
    {"show", "B", 1, 1, P_BATCH_SHOW, COMMAND_BANK, NULL, show},
    {0},
};
