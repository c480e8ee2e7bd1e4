#include "api/face.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "proof/publication.h"
#include "rules/difference.h"

#include "cbank/api/v1/rules.pb-c.h"

#define CHANGES_MAX 1000u
#define NAME_MAX_SIZE 96
#define CHANGE(name) CBANK__API__V1__RULES_CHANGE_KIND__RULES_CHANGE_KIND_##name

typedef Cbank__Api__V1__RulesChange change_message;
typedef Cbank__Api__V1__RulesFieldChange field_message;

/* One of the two files. */
typedef struct edition {
    cbi_publication file;
    cbi_content content;
    char name[NAME_MAX_SIZE];
} edition;

typedef struct comparing {
    cbi_hasher *hasher;
    edition before, after;
    cbi_changes changes;
    cbi_arena arena; /* of the reply */
    Cbank__Api__V1__RulesDiffReply reply;
} comparing;

/* ---- the files ---------------------------------------------------------------------------- */

static cbank_status open_edition(comparing *it, ProtobufCBinaryData file, int kind, edition *out,
                                 cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes page;

    CBI_TRY(cbi_publication_open(it->hasher, cbi_message_bytes(file), kind, &out->file, err));
    CBI_TRY(cbi_publication_check_body(it->hasher, &out->file, err));
    out->content.kind = out->file.head->kind;
    while (cbi_publication_next(&out->file, &page))
        CBI_TRY(cbi_content_take(&out->content, page, err));
    snprintf(out->name, sizeof(out->name), "%.70s@%u", out->file.head->id,
             (unsigned)out->file.head->edition);
done:
    return status;
}

static void clear_edition(edition *it)
{
    cbi_content_clear(&it->content);
    cbi_publication_clear(&it->file);
}

/* The suite is the one under which the pages are those of the head. */
static cbank_status open_both(comparing *it, const Cbank__Api__V1__RulesDiffRequest *asked,
                              cbank_error *err)
{
    static const cbi_suite suites[] = {CBI_SUITE_SHA256_ED25519, CBI_SUITE_SM3_SM2};
    cbank_status status = CBANK_OK;

    for (size_t i = 0; i < 2; i++) {
        clear_edition(&it->before);
        cbi_hasher_free(it->hasher);
        it->hasher = NULL;
        CBI_TRY(cbi_hasher_new(suites[i], &it->hasher, err));
        status = open_edition(it, asked->before, 0, &it->before, err);
        if (status != CBANK_E_BAD_SIGNATURE)
            break;
    }
    CBI_TRY(status);
    CBI_TRY(open_edition(it, asked->after, (int)it->before.file.head->kind, &it->after, err));
done:
    return status;
}

/* ---- the answer --------------------------------------------------------------------------- */

static cbank_status keep_text(comparing *it, const char *text, char **out, cbank_error *err)
{
    size_t size = strlen(text) + 1;
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&it->arena, size, 1, out, err));
    memcpy(*out, text, size);
done:
    return status;
}

static cbank_status add_field(comparing *it, change_message *to, const cbi_field_change *from,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    field_message *field;

    CBI_TRY(cbi_arena_alloc(&it->arena, 1, sizeof(*field), &field, err));
    cbank__api__v1__rules_field_change__init(field);
    field->name = cbi_message_string(from->name);
    CBI_TRY(keep_text(it, from->before, &field->before, err));
    CBI_TRY(keep_text(it, from->after, &field->after, err));
    to->fields[to->n_fields++] = field;
done:
    return status;
}

/* NULL once the reply is full. */
static cbank_status new_change(comparing *it, Cbank__Api__V1__RulesChangeKind kind,
                               const char *list, const char *name, size_t fields,
                               change_message **out, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    *out = NULL;
    if (it->reply.n_changes == CHANGES_MAX)
        return CBANK_OK;
    CBI_TRY(cbi_arena_alloc(&it->arena, 1, sizeof(**out), out, err));
    cbank__api__v1__rules_change__init(*out);
    CBI_TRY(cbi_arena_alloc(&it->arena, fields, sizeof(*(*out)->fields), &(*out)->fields, err));
    (*out)->kind = kind;
    (*out)->list = cbi_message_string(list);
    CBI_TRY(keep_text(it, name, &(*out)->name, err));
    it->reply.changes[it->reply.n_changes++] = *out;
done:
    return status;
}

static cbank_status add_changed(comparing *it, const ProtobufCMessageDescriptor *type,
                                const char *list, const char *name, cbi_bytes before,
                                cbi_bytes after, cbank_error *err)
{
    change_message *to;
    cbi_field_change field;
    cbank_status status = CBANK_OK;
    unsigned at = 0;

    CBI_TRY(new_change(it, CHANGE(CHANGED), list, name, type->n_fields, &to, err));
    while (to != NULL && cbi_difference_field(type, before, after, &at, &field))
        CBI_TRY(add_field(it, to, &field, err));
done:
    return status;
}

/* What of the head says nothing about the content as such. */
static void blank_head(Cbank__V1__PublicationHead *head)
{
    head->edition = 0;
    head->items = 0;
    head->pages = 0;
    head->body_digest = (ProtobufCBinaryData){0};
}

static cbank_status compare_heads(comparing *it, cbank_error *err)
{
    Cbank__V1__PublicationHead left = *it->before.file.head, right = *it->after.file.head;
    cbank_buffer before = {0}, after = {0};
    cbank_status status = CBANK_OK;

    blank_head(&left);
    blank_head(&right);
    CBI_TRY(cbi_message_pack(&left, &before, err));
    CBI_TRY(cbi_message_pack(&right, &after, err));
    if (cbi_bytes_equal(cbi_bytes_of_buffer(&before), cbi_bytes_of_buffer(&after)))
        goto done;
    it->reply.changed++;
    CBI_TRY(add_changed(it, &cbank__v1__publication_head__descriptor, "head", "",
                        cbi_bytes_of_buffer(&before), cbi_bytes_of_buffer(&after), err));
done:
    cbank_buffer_clear(&before);
    cbank_buffer_clear(&after);
    return status;
}

static cbank_status tell_item(comparing *it, const cbi_change *change, cbank_error *err)
{
    int kind = (int)it->before.content.kind;
    const char *list = cbi_content_list_name(kind, change->list);
    char name[CBI_DIFFERENCE_TEXT_MAX];
    change_message *unused;
    bool added = change->before.data == NULL, removed = change->after.data == NULL;

    cbi_difference_name(kind, change->list, added ? change->after : change->before, name);
    it->reply.added += added;
    it->reply.removed += removed;
    it->reply.changed += !added && !removed;
    if (added || removed)
        return new_change(it, added ? CHANGE(ADDED) : CHANGE(REMOVED), list, name, 0, &unused,
                          err);
    return add_changed(it, cbi_content_item_type(kind, change->list), list, name, change->before,
                       change->after, err);
}

static cbank_status compare(comparing *it, cbank_error *err)
{
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_arena_alloc(&it->arena, CHANGES_MAX, sizeof(*it->reply.changes),
                            &it->reply.changes, err));
    it->reply.before = it->before.name;
    it->reply.after = it->after.name;
    CBI_TRY(compare_heads(it, err));
    CBI_TRY(cbi_difference_find(&it->before.content, &it->after.content, &it->changes, err));
    for (uint32_t i = 0; i < it->changes.count; i++)
        CBI_TRY(tell_item(it, &it->changes.list[i], err));
done:
    return status;
}

cbank_status cbank_rules_diff(const uint8_t *request, size_t request_size, cbank_buffer *reply,
                              cbank_error *err)
{
    Cbank__Api__V1__RulesDiffRequest *asked = NULL;
    comparing it = {0};
    cbank_status status = CBANK_OK;

    CBI_REQUIRE(reply != NULL, err);
    cbank__api__v1__rules_diff_reply__init(&it.reply);
    CBI_TRY(cbi_face_request(&cbank__api__v1__rules_diff_request__descriptor, request,
                             request_size, &asked, err));
    CBI_TRY(open_both(&it, asked, err));
    CBI_TRY(compare(&it, err));
    CBI_TRY(cbi_face_reply(&it.reply, reply, err));
done:
    cbi_changes_clear(&it.changes);
    clear_edition(&it.before);
    clear_edition(&it.after);
    cbi_arena_clear(&it.arena);
    cbi_hasher_free(it.hasher);
    cbi_message_free(asked);
    return status;
}
