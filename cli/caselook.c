#include "caselook.h"

#include "call.h"
#include "caseinfo.h"
#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "shape.h"
#include "values.h"

#include <string.h>

#define PAGE 500

void case_enter(cli *c)
{
    Cbank__Api__V1__CaseEnterRequest ask = CBANK__API__V1__CASE_ENTER_REQUEST__INIT;
    bytes file = {0};

    if (file_read(c, c->arguments[0], &file)) {
        ask.file = message_bytes(file);
        ask.dry_run = c->dry_run;
        caseinfo_show(c, call_bank(c, cbank_case_enter, &ask.base,
                                   &cbank__api__v1__case_info__descriptor));
    }
    memory_free(&file);
}

const option case_show_options[] = {
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},
    {0},
};

void case_show(cli *c)
{
    Cbank__Api__V1__CaseShowRequest ask = CBANK__API__V1__CASE_SHOW_REQUEST__INIT;

    ask.number = c->arguments[0];
    ask.institution = options_text(c, "institution");
    caseinfo_show(
        c, call_bank(c, cbank_case_show, &ask.base, &cbank__api__v1__case_info__descriptor));
}

const option case_list_options[] = {
    {"institution", "CODE", P_OPT_CASE_OF, 0},
    {"account", "ACCOUNT", P_OPT_CASE_ABOUT, 0},
    {"state", "WORD", P_OPT_CASE_STATE, 0},
    {"due", "DATE", P_OPT_CASE_DUE_UNTIL, 0},
    {"ended", NULL, P_OPT_CASE_ENDED, 0},
    {0},
};

static bool list_page(cli *c, Cbank__Api__V1__CaseListRequest *ask, bool first, bytes *next)
{
    Cbank__Api__V1__CaseListReply *page =
        call_bank(c, cbank_case_list, &ask->base, &cbank__api__v1__case_list_reply__descriptor);
    json_t *rows;

    if (page == NULL)
        return false;
    rows = json_array();
    for (size_t i = 0; i < page->n_cases; i++)
        json_array_append_new(rows, caseinfo_describe(page->cases[i]));
    output_list(c, rows, caseinfo_list_views, first);
    next->size = page->next.len;
    if (next->size > 0)
        memcpy(next->data, page->next.data, next->size);
    message_free(page);
    return next->size > 0;
}

void case_list(cli *c)
{
    Cbank__Api__V1__CaseListRequest ask = CBANK__API__V1__CASE_LIST_REQUEST__INIT;
    uint8_t room[256];
    bytes next = {.data = room};
    int state = 0;
    bool first = true;

    if (options_given(c, "institution"))
        ask.institution = options_text(c, "institution");
    if (options_given(c, "account"))
        ask.account = options_text(c, "account");
    ask.with_ended = options_given(c, "ended");
    if (options_given(c, "institution") == options_given(c, "account")) {
        fail_own(c, FAIL_OPTION_CHOICE, "--institution | --account");
        return;
    }
    if (options_given(c, "due") && !value_date(options_text(c, "due"), &ask.due_until)) {
        fail_own(c, FAIL_BAD_DATE, options_text(c, "due"));
        return;
    }
    if (options_given(c, "state") &&
        !shape_value(&cbank__api__v1__case_state__descriptor, options_text(c, "state"), &state)) {
        fail_own(c, FAIL_OPTION_WORD, options_text(c, "state"));
        return;
    }
    ask.state = (Cbank__Api__V1__CaseState)state;
    ask.limit = PAGE;
    while (list_page(c, &ask, first, &next)) {
        ask.after = (ProtobufCBinaryData){next.size, next.data};
        first = false;
    }
}

static bool collect_one(cli *c, const Cbank__Api__V1__CaseInfo *one, json_t *list)
{
    Cbank__Api__V1__CaseShowRequest ask = CBANK__API__V1__CASE_SHOW_REQUEST__INIT;
    Cbank__Api__V1__CaseInfo *info;

    ask.institution = one->institution;
    ask.number = one->number;
    info = call_bank(c, cbank_case_show, &ask.base, &cbank__api__v1__case_info__descriptor);
    if (info == NULL)
        return false;
    json_array_append_new(list, caseinfo_describe_whole(info));
    message_free(info);
    return true;
}

bool case_collect(cli *c, char *account, json_t *list)
{
    Cbank__Api__V1__CaseListRequest ask = CBANK__API__V1__CASE_LIST_REQUEST__INIT;
    Cbank__Api__V1__CaseListReply *page = NULL, *before;
    bool fine = true;

    ask.account = account;
    ask.limit = PAGE;
    do {
        before = page; /* whose `next` the request lends */
        page = call_bank(c, cbank_case_list, &ask.base,
                         &cbank__api__v1__case_list_reply__descriptor);
        message_free(before);
        fine = page != NULL;
        for (size_t i = 0; fine && i < page->n_cases; i++)
            fine = collect_one(c, page->cases[i], list);
        if (page != NULL)
            ask.after = page->next;
    } while (fine && ask.after.len > 0);
    message_free(page);
    return fine;
}
