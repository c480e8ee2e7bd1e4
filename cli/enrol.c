/* enrol.c - cbank enrol ...: who studies what, under which edition of a programme. */
#include "call.h"
#include "enrolinfo.h"
#include "enrolsheet.h"
#include "fail.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "shape.h"
#include "values.h"

#include "cbank/api/v1/enrolment.pb-c.h"

#include <stdlib.h>
#include <string.h>

#define PAGE 500
#define CODE_PARTS 4

/* Terms as options state them; they lend from the arguments and from here. */
typedef struct stated {
    Cbank__V1__EnrolmentTerms terms;
    Cbank__V1__PublicationRef programme;
    Cbank__V1__Code codes[CODE_PARTS];
} stated;

/* ---- options ---- */

static bool read_day(cli *c, const char *name, uint32_t *out)
{
    const char *text = options_text(c, name);

    if (text == NULL || value_date(text, out))
        return true;
    fail_own(c, FAIL_BAD_DATE, text);
    return false;
}

static bool read_number(cli *c, const char *name, uint32_t *out)
{
    const char *text = options_text(c, name);
    uint64_t value;

    if (text == NULL)
        return true;
    if (!value_u64(text, &value) || value > UINT32_MAX) {
        fail_own(c, FAIL_OPTION_WORD, text);
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

/* "VALUE" of the usual scheme, or "SCHEME:VALUE". NULL if it is not given. */
static Cbank__V1__Code *read_code(const cli *c, const char *name, char *scheme,
                                  Cbank__V1__Code *room)
{
    char *text = options_text(c, name), *colon;

    if (text == NULL)
        return NULL;
    *room = (Cbank__V1__Code)CBANK__V1__CODE__INIT;
    room->scheme = scheme;
    room->value = text;
    colon = strchr(text, ':');
    if (colon != NULL) {
        *colon = '\0';
        room->scheme = text;
        room->value = colon + 1;
    }
    return room;
}

/* "ID" or "ID@EDITION" */
static bool read_programme(cli *c, stated *out)
{
    char *text = options_text(c, "programme"), *at;
    uint64_t edition = 0;

    if (text == NULL)
        return true;
    at = strchr(text, '@');
    if (at != NULL && (!value_u64(at + 1, &edition) || edition == 0 || edition > UINT32_MAX)) {
        fail_own(c, FAIL_OPTION_WORD, text);
        return false;
    }
    if (at != NULL)
        *at = '\0';
    out->programme = (Cbank__V1__PublicationRef)CBANK__V1__PUBLICATION_REF__INIT;
    out->programme.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME;
    out->programme.id = text;
    out->programme.edition = (uint32_t)edition;
    out->terms.programme = &out->programme;
    return true;
}

static void lend(const cli *c, const char *name, char **out)
{
    if (options_given(c, name))
        *out = options_text(c, name);
}

/* The code tables are those of JY/T 1001. */
static void read_status(const cli *c, stated *out)
{
    static char status[] = "XSDQZT";

    out->terms = (Cbank__V1__EnrolmentTerms)CBANK__V1__ENROLMENT_TERMS__INIT;
    out->terms.status = read_code(c, "status", status, &out->codes[2]);
}

static bool read_terms(cli *c, stated *out)
{
    static char level[] = "PYCC", form[] = "XXXS";

    read_status(c, out);
    if (!read_programme(c, out) || !read_day(c, "started", &out->terms.started_on) ||
        !read_day(c, "planned-end", &out->terms.planned_end) ||
        !read_number(c, "stage", &out->terms.stage))
        return false;
    lend(c, "cohort", &out->terms.cohort);
    lend(c, "calendar", &out->terms.calendar);
    out->terms.level = read_code(c, "level", level, &out->codes[0]);
    out->terms.form = read_code(c, "form", form, &out->codes[1]);
    return true;
}

#define SIGNING_OPTIONS                                                                            \
    {"institution", "CODE", P_OPT_INSTITUTION, OPTION_NEEDED},                                     \
    {"key", "FILE", P_OPT_KEY, OPTION_NEEDED}

#define TERMS_OPTIONS                                                                              \
    {"level", "CODE", P_OPT_ENROL_LEVEL, 0}, {"form", "CODE", P_OPT_ENROL_FORM, 0},                \
        {"planned-end", "DATE", P_OPT_PLANNED_END, 0}, {"status", "CODE", P_OPT_ENROL_STATUS, 0},  \
        {"calendar", "TEXT", P_OPT_CALENDAR, 0}

#define LAST_OPTIONS                                                                               \
    {"document", "TEXT", P_OPT_DOCUMENT, 0},                                                       \
        {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},                                  \
        {"token", "HEX", P_OPT_TOKEN, 0}

/* ---- add ---- */

static void show_reply(cli *c, Cbank__Api__V1__EnrolmentReply *reply)
{
    if (reply != NULL && reply->n_results == 1) {
        json_t *document = enrolinfo_describe(reply->results[0]->enrolment);

        json_object_set_new(document, "outcome",
                            shape_word(&cbank__api__v1__outcome_kind__descriptor,
                                       (int)reply->results[0]->outcome));
        json_object_set_new(document, "batch", shape_hex(reply->batch));
        if (c->dry_run)
            output_talk(c, P_DRY_RUN, "");
        output_document(c, document, enrolinfo_views);
    }
    message_free(reply);
}

static const option add_options[] = {
    SIGNING_OPTIONS,
    {"learner", "ACCOUNT", P_OPT_LEARNER, OPTION_NEEDED},
    {"reference", "R", P_OPT_ENROL_REFERENCE, OPTION_NEEDED},
    {"programme", "ID[@V]", P_OPT_ENROL_PROGRAMME, OPTION_NEEDED},
    {"cohort", "TEXT", P_OPT_COHORT, OPTION_NEEDED},
    {"started", "DATE", P_OPT_STARTED, OPTION_NEEDED},
    {"stage", "N", P_OPT_STAGE, 0},
    TERMS_OPTIONS,
    {"continues", "ID", P_OPT_CONTINUES, 0},
    LAST_OPTIONS,
    {0},
};

static void add(cli *c)
{
    Cbank__Api__V1__EnrolmentAddRequest ask = CBANK__API__V1__ENROLMENT_ADD_REQUEST__INIT;
    Cbank__Api__V1__EnrolmentDraft draft = CBANK__API__V1__ENROLMENT_DRAFT__INIT;
    Cbank__V1__Enrolment enrolment = CBANK__V1__ENROLMENT__INIT;
    Cbank__Api__V1__EnrolmentDraft *drafts[1] = {&draft};
    uint8_t token[16];
    stated terms;

    if (!read_terms(c, &terms) || !call_token(c, token, &ask.token))
        return;
    if (terms.terms.stage == 0)
        terms.terms.stage = 1;
    enrolment.reference = options_text(c, "reference");
    enrolment.terms = &terms.terms;
    lend(c, "document", &enrolment.document);
    draft.account = options_text(c, "learner");
    draft.enrolment = &enrolment;
    lend(c, "continues", &draft.continues);
    ask.institution = options_text(c, "institution");
    ask.drafts = drafts;
    ask.n_drafts = 1;
    ask.dry_run = c->dry_run;
    show_reply(c, call_signed(c, cbank_enrolment_add,
                              call_open_key(c, options_text(c, "key"), "key-passphrase-file"),
                              &ask.base, &cbank__api__v1__enrolment_reply__descriptor));
}

/* ---- change, end ---- */

static const option change_options[] = {
    SIGNING_OPTIONS,
    {"since", "DATE", P_OPT_SINCE_DAY, OPTION_NEEDED},
    {"kind", "CODE", P_OPT_ENROL_KIND, 0},
    {"programme", "ID[@V]", P_OPT_ENROL_PROGRAMME_NEW, 0},
    {"cohort", "TEXT", P_OPT_COHORT, 0},
    {"started", "DATE", P_OPT_STARTED, 0},
    {"stage", "N", P_OPT_STAGE, 0},
    TERMS_OPTIONS,
    {"revision", "N", P_OPT_ENROL_REVISION, 0},
    LAST_OPTIONS,
    {0},
};

static const option end_options[] = {
    SIGNING_OPTIONS,
    {"since", "DATE", P_OPT_SINCE_DAY, OPTION_NEEDED},
    {"kind", "CODE", P_OPT_ENROL_KIND, 0},
    {"status", "CODE", P_OPT_ENROL_STATUS, 0},
    {"next-institution", "CODE", P_OPT_NEXT_INSTITUTION, 0},
    {"revision", "N", P_OPT_ENROL_REVISION, 0},
    LAST_OPTIONS,
    {0},
};

/* What both state besides the terms, and the request. */
static void sign_change(cli *c, Cbank__V1__EnrolmentChange *change, stated *terms)
{
    static char kind[] = "XJYDLB";
    Cbank__Api__V1__EnrolmentChangeRequest ask = CBANK__API__V1__ENROLMENT_CHANGE_REQUEST__INIT;
    Cbank__Api__V1__EnrolmentChangeDraft draft = CBANK__API__V1__ENROLMENT_CHANGE_DRAFT__INIT;
    Cbank__Api__V1__EnrolmentChangeDraft *drafts[1] = {&draft};
    uint8_t token[16];

    if (!read_day(c, "since", &change->since) || !read_number(c, "revision", &change->revision) ||
        !call_token(c, token, &ask.token))
        return;
    change->terms = &terms->terms;
    change->kind = read_code(c, "kind", kind, &terms->codes[3]);
    lend(c, "document", &change->document);
    draft.id = c->arguments[0];
    draft.change = change;
    ask.institution = options_text(c, "institution");
    ask.changes = drafts;
    ask.n_changes = 1;
    ask.dry_run = c->dry_run;
    show_reply(c, call_signed(c, cbank_enrolment_change,
                              call_open_key(c, options_text(c, "key"), "key-passphrase-file"),
                              &ask.base, &cbank__api__v1__enrolment_reply__descriptor));
}

static void change(cli *c)
{
    Cbank__V1__EnrolmentChange one = CBANK__V1__ENROLMENT_CHANGE__INIT;
    stated terms;

    one.action = CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_CHANGE;
    if (read_terms(c, &terms))
        sign_change(c, &one, &terms);
}

static void end(cli *c)
{
    Cbank__V1__EnrolmentChange one = CBANK__V1__ENROLMENT_CHANGE__INIT;
    stated terms;

    one.action = CBANK__V1__ENROLMENT_ACTION__ENROLMENT_ACTION_END;
    read_status(c, &terms);
    lend(c, "next-institution", &one.next_institution);
    sign_change(c, &one, &terms);
}

/* ---- list, show ---- */

static const option list_options[] = {
    {"institution", "C", P_OPT_INSTITUTION, 0},
    {"reference", "R", P_OPT_ENROL_REFERENCE, 0},
    {0},
};

static void list(cli *c)
{
    Cbank__Api__V1__EnrolmentListRequest ask = CBANK__API__V1__ENROLMENT_LIST_REQUEST__INIT;
    Cbank__Api__V1__EnrolmentListReply *page = NULL;
    bool first = true;

    if (c->argument_count > 0)
        ask.account = c->arguments[0];
    lend(c, "institution", &ask.institution);
    lend(c, "reference", &ask.reference);
    ask.limit = PAGE;
    do {
        Cbank__Api__V1__EnrolmentListReply *next = call_bank(
            c, cbank_enrolment_list, &ask.base, &cbank__api__v1__enrolment_list_reply__descriptor);
        json_t *rows = json_array();

        message_free(page); /* which lent where to go on */
        page = next;
        for (size_t i = 0; page != NULL && i < page->n_enrolments; i++)
            json_array_append_new(rows, enrolinfo_describe(page->enrolments[i]));
        if (page != NULL)
            output_list(c, rows, enrolinfo_list_views, first);
        else
            json_decref(rows);
        first = false;
        if (page != NULL)
            ask.after = page->next;
    } while (page != NULL && page->next[0] != '\0');
    message_free(page);
}

static void show(cli *c)
{
    Cbank__Api__V1__EnrolmentShowRequest ask = CBANK__API__V1__ENROLMENT_SHOW_REQUEST__INIT;
    Cbank__Api__V1__EnrolmentShowReply *reply;

    ask.id = c->arguments[0];
    reply = call_bank(c, cbank_enrolment_show, &ask.base,
                      &cbank__api__v1__enrolment_show_reply__descriptor);
    if (reply != NULL) {
        json_t *document = enrolinfo_describe(reply->enrolment), *steps = json_array();

        for (size_t i = 0; i < reply->n_steps; i++)
            json_array_append_new(steps, enrolinfo_describe_step(reply->steps[i]));
        json_object_set_new(document, "steps", steps);
        output_document(c, document, enrolinfo_views);
    }
    message_free(reply);
}

#define BANK_WRITES (COMMAND_BANK | COMMAND_WRITES)

const command enrol_commands[] = {
    {"add", "", 0, 0, P_ENROL_ADD, BANK_WRITES, add_options, add},
    {"change", "ID", 1, 1, P_ENROL_CHANGE, BANK_WRITES, change_options, change},
    {"end", "ID", 1, 1, P_ENROL_END, BANK_WRITES, end_options, end},
    {"import", "FILE", 1, 1, P_ENROL_IMPORT, BANK_WRITES, enrolsheet_options, enrolsheet_import},
    {"list", "[ACCOUNT]", 0, 1, P_ENROL_LIST, COMMAND_BANK, list_options, list},
    {"show", "ID", 1, 1, P_ENROL_SHOW, COMMAND_BANK, NULL, show},
    {0},
};
