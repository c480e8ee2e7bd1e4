#include "verdict.h"

#include "enrolinfo.h"
#include "output.h"
#include "person.h"
#include "record.h"
#include "shape.h"
#include "text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define TEXT_MAX 1024

static const view head_views[] = {
    {"origin", P_BANK, VIEW_PLAIN, NULL},
    {"fingerprint", P_FINGERPRINT, VIEW_PLAIN, NULL},
    {"message", P_VERDICT_WHY, VIEW_PLAIN, NULL},
    {"remedy", P_REMEDY, VIEW_PLAIN, NULL},
    {"reason", P_REASON, VIEW_PLAIN, NULL},
    {"detail", P_DETAIL, VIEW_PLAIN, NULL},
    {"evidence", P_EVIDENCE, VIEW_WORD, NULL},
    {"consistency", P_CONSISTENCY, VIEW_WORD, NULL},
    {"freshness", P_FRESHNESS, VIEW_PLAIN, NULL},
    {"bank_name", P_BANK_NAME, VIEW_PLAIN, NULL},
    {"code", P_TRANSCRIPT_CODE, VIEW_PLAIN, NULL},
    {"account", P_ACCOUNT, VIEW_PLAIN, NULL},
    {"holder_line", P_HOLDER, VIEW_PLAIN, NULL},
    {"recipient", P_RECIPIENT, VIEW_PLAIN, NULL},
    {"purpose", P_PURPOSE, VIEW_PLAIN, NULL},
    {"issued", P_ISSUED, VIEW_PLAIN, NULL},
    {"expires", P_EXPIRES, VIEW_PLAIN, NULL},
    {"basis", P_BASIS, VIEW_WORD, NULL},
    {"shown_line", P_ITEMS, VIEW_PLAIN, NULL},
    {"totals", P_TOTALS, VIEW_PLAIN, NULL},
    {"fork_note_1", P_FORK_ONE, VIEW_BLOCK, NULL},
    {"fork_note_2", P_FORK_OTHER, VIEW_BLOCK, NULL},
    {0},
};

static const view item_views[] = {
    {"sequence", P_SEQUENCE, VIEW_PLAIN, NULL},
    {"kind", P_KIND, VIEW_WORD, NULL},
    {"status", P_STATUS, VIEW_WORD, NULL},
    {"proven", P_PROVEN, VIEW_WORD, NULL},
    {"awarded", P_AWARDED, VIEW_PLAIN, NULL},
    {"totals", P_TOTALS, VIEW_PLAIN, NULL},
    {"grade", P_GRADE, VIEW_WORD, NULL},
    {"title", P_TITLE, VIEW_PLAIN, NULL},
    {"institution_line", P_INSTITUTION, VIEW_PLAIN, NULL},
    {0},
};

void verdict_class(int32_t status, char *out, size_t size)
{
    snprintf(out, size, "%s", cbank_status_name(status));
    for (; *out != '\0'; out++)
        *out = (char)toupper((unsigned char)*out);
}

/* ---- as JSON ---- */

/* What an institution said of who studies what. */
static void describe_enrolment(const Cbank__Api__V1__VerdictItem *item, json_t *document)
{
    const Cbank__V1__EnrolmentChange *change = item->enrolment_change;

    json_object_update_new(document,
                           enrolinfo_describe_terms(change != NULL ? change->terms
                                                                   : item->enrolment->terms));
    json_object_set(document, "title", json_object_get(document, "programme"));
    json_object_set_new(document, "institution_name", shape_text(item->institution_name));
    if (change != NULL) {
        json_object_set_new(document, "since", shape_date(change->since));
        json_object_set_new(document, "change", shape_code(change->kind));
        return;
    }
    json_object_set_new(document, "record_id", shape_hex(item->record_id));
    json_object_set_new(document, "institution", shape_text(item->enrolment->institution));
    json_object_set_new(document, "holder_shown", json_boolean(item->holder_shown));
}

static json_t *describe_item(const Cbank__Api__V1__VerdictItem *item)
{
    json_t *document = json_pack(
        "{s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o}", "sequence", shape_number(item->sequence),
        "chain", shape_number(item->chain), "shown", (int)item->shown, "kind",
        shape_word(&cbank__v1__statement_kind__descriptor, (int)item->kind), "class",
        shape_word(&cbank__v1__entry_class__descriptor, (int)item->entry_class), "at",
        shape_time(item->at), "status", shape_text(item->status), "proven",
        shape_word(&cbank__api__v1__proven__descriptor, (int)item->proven));
    json_t *record = item->record != NULL ? record_describe(item->record) : NULL;

    if (item->enrolment != NULL || item->enrolment_change != NULL)
        describe_enrolment(item, document);
    if (record == NULL)
        return document;
    json_object_update(document, record);
    json_decref(record);
    json_object_set_new(document, "record_id", shape_hex(item->record_id));
    json_object_set_new(document, "institution_name", shape_text(item->institution_name));
    json_object_set_new(document, "institution_suspended",
                        json_boolean(item->institution_suspended));
    json_object_set_new(document, "institution_ended_on",
                        shape_date(item->institution_ended_on));
    json_object_set_new(document, "signed_by", shape_text(item->signed_by));
    json_object_set_new(document, "signed_by_name", shape_text(item->signed_by_name));
    json_object_set_new(document, "holder_shown", json_boolean(item->holder_shown));
    return document;
}

static json_t *describe_items(const Cbank__Api__V1__VerdictReport *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->n_items; i++)
        json_array_append_new(list, describe_item(report->items[i]));
    return list;
}

static json_t *describe_holder(const Cbank__Api__V1__VerdictReport *report)
{
    const Cbank__V1__Holder *holder = report->holder;

    if (holder == NULL)
        return json_null();
    return json_pack("{s:o, s:o, s:o, s:o, s:b}", "name", shape_text(holder->name), "born",
                     shape_date(holder->born_on), "document_type",
                     shape_text(holder->document_type), "document_number",
                     shape_text(holder->document_number), "proven",
                     (int)report->holder_proven);
}

static json_t *describe_notes(const Cbank__Api__V1__VerdictReport *report)
{
    json_t *list = json_array();

    for (size_t i = 0; i < report->n_fork_notes; i++)
        json_array_append_new(list, shape_note(report->fork_notes[i]));
    return list;
}

/* Sums are of what was verified: none where nothing was. */
static json_t *describe_content(const Cbank__Api__V1__VerdictReport *report, bool readable)
{
    const Cbank__V1__Terms *terms = report->terms;

    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
        "holder", describe_holder(report), "account", shape_text(report->account), "code",
        shape_text(report->code), "recipient", shape_text(terms != NULL ? terms->recipient : ""),
        "purpose", terms != NULL ? shape_code(terms->purpose) : json_null(), "issued",
        shape_time(terms != NULL ? terms->issued_at : 0), "expires",
        shape_time(report->extended_until != 0 ? report->extended_until
                   : terms != NULL             ? terms->expires_at
                                               : 0),
        "extended", json_boolean(report->extended_until != 0), "consent",
        terms != NULL && terms->consent.len > 0 && report->basis[0] == '\0'
            ? shape_hex(terms->consent)
            : json_null(),
        "basis", shape_text(report->basis), "completeness",
        shape_word(&cbank__v1__completeness__descriptor,
                   terms != NULL ? (int)terms->completeness : 0),
        "items", describe_items(report), "items_total", shape_number(report->items_total), "shown",
        shape_number(report->items_shown), "credits",
        readable ? shape_credits(report->totals, report->n_totals) : json_null(), "totals",
        shape_amounts(report->totals, report->n_totals), "root", shape_hex(report->root));
}

static json_t *describe(const Cbank__Api__V1__VerdictReport *report, const cbank_error *err)
{
    char message[TEXT_MAX] = "";
    char remedy[TEXT_MAX] = "";
    bool readable = strcmp(report->verdict, "VALID") == 0 ||
                    strcmp(report->verdict, "UNVERIFIED") == 0;
    json_t *document;
    json_t *content = describe_content(report, readable);

    if (err != NULL)
        cbank_error_text(err, phrases_language(), message, sizeof(message), remedy,
                         sizeof(remedy));
    document = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "verdict",
        shape_text(report->verdict), "reason", shape_reason(report->reason), "message",
        shape_text(message), "remedy", shape_text(remedy), "where",
        report->where > 0 ? shape_number(report->where) : json_null(), "detail",
        shape_text(report->detail), "origin", shape_text(report->origin), "fingerprint",
        shape_text(report->fingerprint), "evidence",
        shape_word(&cbank__api__v1__proven__descriptor, (int)report->evidence), "consistency",
        shape_word(&cbank__api__v1__consistency__descriptor, (int)report->consistency), "fresh",
        json_boolean(report->fresh), "bank_name", shape_text(report->bank_name), "size",
        report->size > 0 ? shape_number(report->size) : json_null(), "fork_notes",
        describe_notes(report));
    json_object_update(document, content);
    json_decref(content);
    return document;
}

/* ---- for people ---- */

static void append(char *line, const char *text)
{
    size_t used = strlen(line);

    snprintf(line + used, TEXT_MAX - used, "%s%s", used > 0 && *text != '\0' ? "  " : "", text);
}

/* Name, birth and document, and whether the institutions' records are bound to that document. */
static void add_holder_line(json_t *document, const Cbank__Api__V1__VerdictReport *report,
                            bool masked)
{
    const Cbank__V1__Holder *holder = report->holder;
    char line[TEXT_MAX] = "";
    json_t *born;
    json_t *number;

    if (report->account[0] == '\0')
        return;
    if (holder != NULL && (holder->name[0] != '\0' || holder->document_number[0] != '\0')) {
        born = shape_date(holder->born_on);
        number = shape_text(holder->document_number);
        if (masked)
            number = person_mask(number);
        append(line, holder->name);
        append(line, json_is_string(born) ? json_string_value(born) : "");
        append(line, holder->document_type);
        append(line, json_is_string(number) ? json_string_value(number) : "");
        if (strcmp(report->verdict, "VALID") == 0)
            append(line,
                   phrase_text(report->holder_proven ? P_HOLDER_PROVEN : P_HOLDER_CLAIMED));
        json_decref(born);
        json_decref(number);
    } else {
        append(line, phrase_text(P_HOLDER_NOT_SHOWN));
    }
    json_object_set_new(document, "holder_line", json_string(line));
}

static void add_lines(json_t *document, const Cbank__Api__V1__VerdictReport *report, bool masked)
{
    char line[32];
    json_t *notes = json_object_get(document, "fork_notes");

    add_holder_line(document, report, masked);
    if (report->items_total > 0) {
        snprintf(line, sizeof(line), "%u / %u", (unsigned)report->items_shown,
                 (unsigned)report->items_total);
        json_object_set_new(document, "shown_line", json_string(line));
    }
    if (report->fresh)
        json_object_set_new(document, "freshness", json_string(phrase_text(P_FRESH)));
    if (json_array_size(notes) == 2) {
        json_object_set(document, "fork_note_1", json_array_get(notes, 0));
        json_object_set(document, "fork_note_2", json_array_get(notes, 1));
    }
}

/* A phrase about one word. */
static void append_about(char *line, phrase about, const char *word)
{
    char text[TEXT_MAX];
    const char *form = phrase_text(about);
    const char *gap = strstr(form, "{}");

    if (gap == NULL)
        return;
    snprintf(text, sizeof(text), "%.*s%s%s", (int)(gap - form), form, word, gap + 2);
    append(line, text);
}

/* Code and name, who signed for it, and that it has ended or is suspended. */
static void add_institution_line(json_t *item)
{
    const char *signer = json_string_value(json_object_get(item, "signed_by_name"));
    const char *ended = json_string_value(json_object_get(item, "institution_ended_on"));
    const char *code = json_string_value(json_object_get(item, "institution"));
    const char *name = json_string_value(json_object_get(item, "institution_name"));
    char line[TEXT_MAX] = "";

    append(line, code != NULL ? code : "");
    append(line, name != NULL ? name : "");
    if (signer != NULL)
        append_about(line, P_SIGNED_BY, signer);
    if (ended != NULL)
        append_about(line, P_INSTITUTION_ENDED_BY, ended);
    if (json_is_true(json_object_get(item, "institution_suspended")))
        append(line, phrase_text(P_INSTITUTION_SUSPENDED_NOW));
    json_object_set_new(item, "institution_line", json_string(line));
}

static void show_items(cli *c, const json_t *items)
{
    json_t *rows = json_array();
    size_t i;
    json_t *item;

    json_array_foreach(items, i, item) {
        if (!json_is_true(json_object_get(item, "shown")))
            continue;
        add_institution_line(item);
        json_array_append(rows, item);
    }
    fputc('\n', output_stream(c));
    output_list(c, rows, item_views, true);
}

void verdict_show(cli *c, const Cbank__Api__V1__VerdictReport *report, const cbank_error *err,
                  bool masked)
{
    json_t *document = describe(report, err);
    json_t *items = json_object_get(document, "items");

    if (c->json) {
        output_document(c, document, head_views);
        return;
    }
    add_lines(document, report, masked);
    text_write(output_stream(c), report->verdict);
    fputs("  ", output_stream(c));
    text_write(output_stream(c), phrase_word(report->verdict));
    fputs("\n\n", output_stream(c));
    json_incref(items);
    output_document(c, document, head_views);
    if (json_array_size(items) > 0)
        show_items(c, items);
    json_decref(items);
}
