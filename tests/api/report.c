/* What a report says of the institution behind a record: its name and standing of today. */
#include "api/report.h"

#include <criterion/criterion.h>

#include "scene.h"

/* A verdict on a transcript with one record, as if somebody had verified it. */
typedef struct paper {
    Cbank__V1__Chain chain, *chains[1];
    Cbank__V1__TranscriptHead head;
    Cbank__V1__DatedName former, current, *names[2];
    Cbank__V1__DirectoryInstitution message;
    cbi_directory_institution institution;
    Cbank__V1__Statement statement;
    Cbank__V1__CreditRecord record;
    cbi_verdict_item item;
    cbi_verdict verdict;
} paper;

static void begin(paper *it)
{
    *it = (paper){.institution = {.message = &it->message},
                  .item = {.shown = true,
                           .entry_class = CBANK__V1__ENTRY_CLASS__ENTRY_CLASS_AWARD,
                           .statement = {.kind = cbi_kind_find(121), .message = &it->statement},
                           .record = &it->record,
                           .institution = &it->institution},
                  .verdict = {.items = &it->item, .item_count = 1, .shown = 1}};
    cbank__v1__chain__init(&it->chain);
    cbank__v1__transcript_head__init(&it->head);
    cbank__v1__dated_name__init(&it->former);
    cbank__v1__dated_name__init(&it->current);
    cbank__v1__directory_institution__init(&it->message);
    cbank__v1__statement__init(&it->statement);
    cbank__v1__credit_record__init(&it->record);
    it->chains[0] = &it->chain;
    it->head.chains = it->chains;
    it->head.n_chains = 1;
    it->verdict.transcript.head = &it->head;
    it->former.value = scene_text("萍乡高等专科学校");
    it->former.until = 20130401;
    it->current.value = scene_text("萍乡学院");
    it->names[0] = &it->former;
    it->names[1] = &it->current;
    it->message.names = it->names;
    it->message.n_names = 2;
    it->message.status = CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_ACTIVE;
}

static Cbank__Api__V1__VerdictReport *report(const paper *it)
{
    Cbank__Api__V1__VerdictReport *message;
    cbank_buffer reply = {0};

    cr_assert_eq(cbi_report_content("VALID", NULL, &it->verdict, &reply, NULL), CBANK_OK);
    message = scene_unpack(&cbank__api__v1__verdict_report__descriptor, &reply);
    cbank_buffer_clear(&reply);
    return message;
}

Test(report, names_the_institution_as_it_is_called_today)
{
    Cbank__Api__V1__VerdictReport *message;
    paper it;

    begin(&it);
    message = report(&it);
    cr_expect_str_eq(message->items[0]->institution_name, "萍乡学院");
    scene_free(message);
    it.current.until = 20300101;
    message = report(&it);
    cr_expect_str_eq(message->items[0]->institution_name, "萍乡高等专科学校", "the first there is");
    scene_free(message);
}

Test(report, says_that_the_institution_is_suspended)
{
    Cbank__Api__V1__VerdictReport *message;
    paper it;

    begin(&it);
    message = report(&it);
    cr_expect_not(message->items[0]->institution_suspended);
    scene_free(message);
    it.message.status = CBANK__V1__INSTITUTION_STATUS__INSTITUTION_STATUS_SUSPENDED;
    message = report(&it);
    cr_expect(message->items[0]->institution_suspended);
    scene_free(message);
}

Test(report, has_a_word_for_every_state_of_a_record)
{
    static const char *const words[] = {"held",       "revoked",  "suspended",
                                        "superseded", "consumed", "transferred"};
    paper it;

    for (int state = 0; state < 6; state++) {
        Cbank__Api__V1__VerdictReport *message;

        begin(&it);
        it.item.listed = (Cbank__V1__RecordState)state;
        message = report(&it);
        cr_expect_str_eq(message->items[0]->status, words[state]);
        scene_free(message);
    }
}
