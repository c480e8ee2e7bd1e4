/* disclosure.c - cbank transcript list, extend, withdraw: what was shown to whom. */
#include "disclosure.h"

#include "call.h"
#include "expiry.h"
#include "fail.h"
#include "memory.h"
#include "options.h"
#include "order.h"
#include "output.h"
#include "shape.h"

#include <string.h>

#define PAGE 500

/* ---- in common ---- */

void disclosure_ground(const cli *c, Cbank__Api__V1__DisclosureGround *out)
{
    *out = (Cbank__Api__V1__DisclosureGround)CBANK__API__V1__DISCLOSURE_GROUND__INIT;
    if (options_given(c, "consent"))
        out->consent = options_text(c, "consent");
    if (options_given(c, "basis"))
        out->basis = options_text(c, "basis");
}

static bool is_word(const char *text, size_t size, const char *word)
{
    return strlen(word) == size && memcmp(text, word, size) == 0;
}

bool disclosure_show(cli *c, bool *name, bool *number, bool *birth)
{
    const char *text = options_text(c, "show");

    while (text != NULL && *text != '\0') {
        size_t size = strcspn(text, ",");

        if (is_word(text, size, "name"))
            *name = true;
        else if (is_word(text, size, "number"))
            *number = true;
        else if (is_word(text, size, "birth"))
            *birth = true;
        else {
            fail_own(c, FAIL_OPTION_WORD, text);
            return false;
        }
        text += size + (text[size] == ',');
    }
    return true;
}

size_t disclosure_list(const cli *c, const char *option_name, char ***out)
{
    char *text = options_text(c, option_name);
    size_t count = 0;

    *out = NULL;
    while (text != NULL) {
        char *comma = strchr(text, ',');

        *out = memory_grow(*out, count + 1, sizeof(**out));
        (*out)[count++] = text;
        if (comma != NULL)
            *comma = '\0';
        text = comma != NULL ? comma + 1 : NULL;
    }
    return count;
}

json_t *disclosure_details(const Cbank__V1__PersonalDetail *details, size_t count)
{
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
                              shape_word(&cbank__v1__personal_detail__descriptor, (int)details[i]));
    return list;
}

/* ---- one ---- */

static const view views[] = {
    {"code", P_TRANSCRIPT_CODE, VIEW_PLAIN, NULL}, {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"recipient", P_RECIPIENT, VIEW_PLAIN, NULL},  {"purpose", P_PURPOSE, VIEW_PLAIN, NULL},
    {"issued", P_ISSUED, VIEW_PLAIN, NULL},        {"expires", P_EXPIRES, VIEW_PLAIN, NULL},
    {"state", P_STATUS, VIEW_WORD, NULL},          {"shown", P_SHOWN, VIEW_PLAIN, NULL},
    {"consent", P_CONSENT, VIEW_PLAIN, NULL},      {"basis", P_BASIS, VIEW_WORD, NULL},
    {0},
};

static json_t *describe(const Cbank__Api__V1__DisclosureInfo *info)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "code",
        shape_text(info->code), "account", shape_text(info->account), "recipient",
        shape_text(info->recipient), "purpose", shape_text(info->purpose), "issued",
        shape_time(info->issued_at), "expires", shape_time(info->expires_at), "state",
        shape_word(&cbank__api__v1__disclosure_standing__descriptor, (int)info->standing),
        "extended", (int)info->extended, "claim", (int)info->claim, "consent",
        shape_text(info->consent), "basis", shape_text(info->basis), "document",
        shape_text(info->document), "items", shape_number(info->items), "shown",
        shape_number(info->shown), "disclosed",
        disclosure_details(info->details, info->n_details));
}

static void show_one(cli *c, Cbank__Api__V1__DisclosureInfo *info)
{
    if (info != NULL)
        output_document(c, describe(info), views);
    if (info != NULL && c->dry_run)
        output_talk(c, P_DRY_RUN, "");
    message_free(info);
}

/* ---- list ---- */

const option disclosure_list_options[] = {
    {"code", "CODE", P_OPT_VERIFICATION, 0},
    {0},
};

void disclosure_list_all(cli *c)
{
    Cbank__Api__V1__TranscriptListRequest ask = CBANK__API__V1__TRANSCRIPT_LIST_REQUEST__INIT;
    bool first = true;

    if (options_given(c, "code") == (c->argument_count > 0)) {
        fail_own(c, FAIL_OPTION_CHOICE, "ACCOUNT | --code");
        return;
    }
    if (options_given(c, "code"))
        ask.code = options_text(c, "code");
    else
        ask.account = c->arguments[0];
    ask.limit = PAGE;
    do {
        Cbank__Api__V1__TranscriptListReply *page =
            call_bank(c, cbank_transcript_list, &ask.base,
                      &cbank__api__v1__transcript_list_reply__descriptor);
        json_t *rows = json_array();

        if (page == NULL) {
            json_decref(rows);
            return;
        }
        for (size_t i = 0; i < page->n_disclosures; i++)
            json_array_append_new(rows, describe(page->disclosures[i]));
        output_list(c, rows, views, first);
        first = false;
        ask.after = page->next;
        message_free(page);
    } while (ask.after != 0);
}

/* ---- extend, withdraw ---- */

const option disclosure_extend_options[] = {
    {"expires", "DATE|90d", P_OPT_EXPIRES_FILE, OPTION_NEEDED},
    DISCLOSURE_GROUND_OPTIONS,
    ORDER_OPTIONS(0),
    {0},
};

const option disclosure_withdraw_options[] = {
    ORDER_OPTIONS(0),
    {0},
};

void disclosure_extend(cli *c)
{
    Cbank__Api__V1__TranscriptExtendRequest ask = CBANK__API__V1__TRANSCRIPT_EXTEND_REQUEST__INIT;
    Cbank__Api__V1__DisclosureGround ground;
    uint8_t token[16];
    order who;

    if (!expiry_read(c, "expires", &ask.expires_at) || !call_token(c, token, &ask.token) ||
        !order_read(c, &who))
        return;
    disclosure_ground(c, &ground);
    ask.code = c->arguments[0];
    ask.ground = &ground;
    ask.order = &who.message;
    ask.dry_run = c->dry_run;
    show_one(c, call_bank(c, cbank_transcript_extend, &ask.base,
                          &cbank__api__v1__disclosure_info__descriptor));
    order_clear(&who);
}

void disclosure_withdraw(cli *c)
{
    Cbank__Api__V1__TranscriptWithdrawRequest ask =
        CBANK__API__V1__TRANSCRIPT_WITHDRAW_REQUEST__INIT;
    uint8_t token[16];
    order who;

    if (!call_token(c, token, &ask.token) || !order_read(c, &who))
        return;
    ask.code = c->arguments[0];
    ask.order = &who.message;
    ask.dry_run = c->dry_run;
    show_one(c, call_bank(c, cbank_transcript_withdraw, &ask.base,
                          &cbank__api__v1__disclosure_info__descriptor));
    order_clear(&who);
}
