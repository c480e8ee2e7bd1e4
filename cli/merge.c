/* merge.c - cbank learner merge, unmerge, erase: acts that need two operators. */
#include "call.h"
#include "fail.h"
#include "learner.h"
#include "options.h"
#include "shape.h"
#include "values.h"

const option merge_options[] = {
    {"preview", NULL, P_OPT_PREVIEW, 0},
    ORDER_OPTIONS(OPTION_NEEDED),
    {0},
};

const option merge_erase_options[] = {
    {"complete-on", "DATE", P_OPT_COMPLETE_ON, 0},
    ORDER_OPTIONS(OPTION_NEEDED),
    {0},
};

static const view list_views[] = {
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"records", P_RECORDS_HELD, VIEW_PLAIN, NULL},
    {"credits", P_CREDITS, VIEW_PLAIN, NULL},
    {"doubles", P_DOUBLES, VIEW_PLAIN, NULL},
    {"to_move", P_TO_MOVE, VIEW_PLAIN, NULL},
    {0},
};

static void show(cli *c, const Cbank__Api__V1__LearnerInfo *info, const char *key, char **ids,
                 size_t count, uint64_t more)
{
    json_t *document = learner_describe(info);
    json_t *list = json_array();

    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_string(ids[i]));
    json_object_set_new(document, key, list);
    json_object_set_new(document, "more", shape_number(more));
    output_document(c, document, list_views);
    if (c->dry_run && c->code == EXIT_DONE)
        output_talk(c, P_DRY_RUN, "");
}

void merge_accounts(cli *c)
{
    Cbank__Api__V1__LearnerMergeRequest request = CBANK__API__V1__LEARNER_MERGE_REQUEST__INIT;
    Cbank__Api__V1__LearnerMergeReply *reply;
    uint8_t token[16];
    order who;

    c->dry_run = c->dry_run || options_given(c, "preview");
    if (!call_token(c, token, &request.token) || !order_read(c, &who))
        return;
    request.from = c->arguments[0];
    request.into = c->arguments[1];
    request.order = &who.message;
    request.dry_run = c->dry_run;
    reply = call_bank(c, cbank_learner_merge, &request.base,
                      &cbank__api__v1__learner_merge_reply__descriptor);
    if (reply != NULL)
        show(c, reply->account, "doubles", reply->doubles, reply->n_doubles, reply->more);
    message_free(reply);
    order_clear(&who);
}

void merge_undo(cli *c)
{
    Cbank__Api__V1__LearnerUnmergeRequest request = CBANK__API__V1__LEARNER_UNMERGE_REQUEST__INIT;
    Cbank__Api__V1__LearnerUnmergeReply *reply;
    uint8_t token[16];
    order who;

    c->dry_run = c->dry_run || options_given(c, "preview");
    if (!call_token(c, token, &request.token) || !order_read(c, &who))
        return;
    request.account = c->arguments[0];
    request.order = &who.message;
    request.dry_run = c->dry_run;
    reply = call_bank(c, cbank_learner_unmerge, &request.base,
                      &cbank__api__v1__learner_unmerge_reply__descriptor);
    if (reply != NULL)
        show(c, reply->account, "to_move", reply->to_move, reply->n_to_move, reply->more);
    message_free(reply);
    order_clear(&who);
}

void merge_erase(cli *c)
{
    Cbank__Api__V1__LearnerEraseRequest request = CBANK__API__V1__LEARNER_ERASE_REQUEST__INIT;
    const char *day = options_text(c, "complete-on");
    uint8_t token[16];
    order who;

    if (day != NULL && !value_date(day, &request.complete_on)) {
        fail_own(c, FAIL_OPTION_WORD, day);
        return;
    }
    if (!call_token(c, token, &request.token) || !order_read(c, &who))
        return;
    request.account = c->arguments[0];
    request.order = &who.message;
    request.dry_run = c->dry_run;
    learner_show_info(c,
                      call_bank(c, cbank_learner_erase, &request.base,
                                &cbank__api__v1__learner_info__descriptor),
                      true);
    if (c->dry_run && c->code == EXIT_DONE)
        output_talk(c, P_DRY_RUN, "");
    order_clear(&who);
}
