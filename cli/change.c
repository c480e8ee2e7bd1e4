#include "change.h"

#include "call.h"
#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/credit.pb-c.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define CALL_MAX 1000 /* records in one signed batch of changes */
#define PAGE 1000
#define BATCH_ID 32
#define BATCH_ID_LEAST 8

#define ACTION(name) CBANK__V1__CHANGE_ACTION__CHANGE_ACTION_##name

const option change_options[] = {
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},
    {"key", "FILE", P_OPT_KEY, OPTION_NEEDED},
    {"reason", "CODE", P_OPT_REASON, OPTION_NEEDED},
    {"document", "TEXT", P_OPT_DOCUMENT, 0},
    {"file", "F.csv", P_OPT_IDS_FILE, 0},
    {"batch", "B", P_OPT_BATCH, 0},
    {"preview", NULL, P_OPT_PREVIEW, 0},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {"token", "HEX", P_OPT_TOKEN, 0},
    {0},
};

const view change_affected_views[] = {
    {"id", P_ID, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"reference", P_REFERENCE, VIEW_PLAIN, NULL},
    {0},
};

static const view change_views[] = {
    {"changed", P_CHANGED, VIEW_PLAIN, NULL},
    {"affected", P_AFFECTED, VIEW_ROWS, change_affected_views},
    {0},
};

/* ---- which records ---- */

typedef struct ids {
    char **list; /* each its own */
    size_t count;
} ids;

static void add_id(ids *all, const char *text, size_t size)
{
    char *copy = memory_new(size + 1, 1);

    memcpy(copy, text, size);
    all->list = memory_grow(all->list, all->count + 1, sizeof(*all->list));
    all->list[all->count++] = copy;
}

static void clear_ids(ids *all)
{
    for (size_t i = 0; i < all->count; i++)
        free(all->list[i]);
    free(all->list);
    *all = (ids){0};
}

/* "12-0123456789abcdef" */
static bool is_id(const char *text, size_t size)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && digits < size && text[digits] == '-' && size == digits + 17 &&
           strspn(text + digits + 1, "0123456789abcdef") >= 16;
}

/* The first column of each line; a first line that is no id is the header. */
static bool add_file(cli *c, ids *all)
{
    bytes file;
    const char *line;
    bool first = true;
    bool fine = true;

    if (!file_read(c, options_text(c, "file"), &file))
        return false;
    line = (const char *)file.data;
    if (strncmp(line, "\xEF\xBB\xBF", 3) == 0)
        line += 3;
    while (*line != '\0' && fine) {
        size_t size = strcspn(line, ",\r\n");
        char shown[64];

        if (size > 0 && is_id(line, size)) {
            add_id(all, line, size);
        } else if (size > 0 && !first) {
            snprintf(shown, sizeof(shown), "%.*s", (int)size, line);
            fail_own(c, FAIL_BAD_IDS, shown);
            fine = false;
        }
        first = false;
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    memory_free(&file);
    return fine;
}

bool change_read_batch(cli *c, uint8_t *room, ProtobufCBinaryData *out)
{
    Cbank__Api__V1__BatchShowRequest ask = CBANK__API__V1__BATCH_SHOW_REQUEST__INIT;
    Cbank__Api__V1__BatchInfo *info;
    const char *text = options_text(c, "batch");
    size_t size = strlen(text) / 2;
    bool found;

    if (size < BATCH_ID_LEAST || size > BATCH_ID || !value_hex(text, room, size)) {
        fail_own(c, FAIL_BAD_HEX, text);
        return false;
    }
    ask.batch = (ProtobufCBinaryData){.len = size, .data = room};
    info = call_bank(c, cbank_batch_show, &ask.base, &cbank__api__v1__batch_info__descriptor);
    found = info != NULL && info->batch.len == BATCH_ID;
    if (found)
        memcpy(room, info->batch.data, BATCH_ID);
    *out = (ProtobufCBinaryData){.len = BATCH_ID, .data = room};
    message_free(info);
    return found;
}

static bool add_batch(cli *c, ids *all)
{
    Cbank__Api__V1__CreditListRequest ask = CBANK__API__V1__CREDIT_LIST_REQUEST__INIT;
    uint8_t batch[BATCH_ID];

    if (!change_read_batch(c, batch, &ask.batch))
        return false;
    ask.limit = PAGE;
    do {
        Cbank__Api__V1__CreditListReply *page =
            call_bank(c, cbank_credit_list, &ask.base,
                      &cbank__api__v1__credit_list_reply__descriptor);

        if (page == NULL)
            return false;
        for (size_t i = 0; i < page->n_credits; i++)
            add_id(all, page->credits[i]->id, strlen(page->credits[i]->id));
        ask.after = page->next;
        message_free(page);
    } while (ask.after != 0);
    return true;
}

static bool gather(cli *c, ids *all)
{
    for (size_t i = 0; i < c->argument_count; i++)
        add_id(all, c->arguments[i], strlen(c->arguments[i]));
    if (options_given(c, "file") && !add_file(c, all))
        return false;
    if (options_given(c, "batch") && !add_batch(c, all))
        return false;
    if (all->count == 0)
        fail_own(c, FAIL_NO_IDS, "");
    return all->count > 0;
}

/* ---- the change ---- */

typedef struct changed {
    uint64_t count;
    json_t *affected;
} changed;

/* What a record is once it has changed. */
static const char *status_after(Cbank__V1__ChangeAction action)
{
    return action == ACTION(REVOKE) ? "revoked" : action == ACTION(SUSPEND) ? "suspended" : "held";
}

static void add_affected(const Cbank__Api__V1__CreditChangeReply *reply, const char *status,
                         json_t *out)
{
    for (size_t i = 0; i < reply->n_affected; i++) {
        const Cbank__Api__V1__CreditOutcome *at = reply->affected[i];

        json_array_append_new(out, json_pack("{s:o, s:s, s:o, s:o}", "id", shape_text(at->id),
                                             "status", status, "account",
                                             shape_text(at->account), "reference",
                                             shape_text(at->reference)));
    }
}

/* One signed batch, all or nothing. */
static bool apply(cli *c, const cbank_key *key, Cbank__V1__ChangeAction action, char **list,
                  size_t count, changed *done)
{
    Cbank__Api__V1__CreditChangeRequest request = CBANK__API__V1__CREDIT_CHANGE_REQUEST__INIT;
    Cbank__Api__V1__CreditChangeReply *reply;
    uint8_t token[16];

    if (!call_token(c, token, &request.token))
        return false;
    request.institution = options_text(c, "institution");
    request.ids = list;
    request.n_ids = count;
    request.action = action;
    request.reason = options_text(c, "reason");
    if (options_given(c, "document"))
        request.document = options_text(c, "document");
    request.dry_run = c->dry_run;
    reply = call_signed(c, cbank_credit_change, key, &request.base,
                        &cbank__api__v1__credit_change_reply__descriptor);
    if (reply == NULL)
        return false;
    done->count += reply->changed;
    add_affected(reply, status_after(action), done->affected);
    message_free(reply);
    return true;
}

static void change(cli *c, Cbank__V1__ChangeAction action)
{
    const cbank_key *key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    changed done = {.affected = json_array()};
    ids all = {0};
    bool fine = key != NULL && gather(c, &all);

    c->dry_run = c->dry_run || options_given(c, "preview");
    if (fine && all.count > CALL_MAX && options_given(c, "token")) {
        fail_own(c, FAIL_OPTION_CHOICE, "--token, --file, --batch");
        fine = false;
    }
    for (size_t at = 0; fine && at < all.count; at += CALL_MAX) {
        size_t count = all.count - at < CALL_MAX ? all.count - at : CALL_MAX;

        fine = apply(c, key, action, all.list + at, count, &done);
    }
    if (fine || done.count > 0) { /* what earlier batches changed stays changed */
        if (c->dry_run)
            output_talk(c, P_DRY_RUN, "");
        output_document(c,
                        json_pack("{s:o, s:O}", "changed", shape_number(done.count), "affected",
                                  done.affected),
                        change_views);
    }
    json_decref(done.affected);
    clear_ids(&all);
}

void change_revoke(cli *c)
{
    change(c, ACTION(REVOKE));
}

void change_suspend(cli *c)
{
    change(c, ACTION(SUSPEND));
}

void change_reinstate(cli *c)
{
    change(c, ACTION(REINSTATE));
}
