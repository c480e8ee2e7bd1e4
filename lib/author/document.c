#include "author/document.h"

#include <stdio.h>
#include <string.h>

#include "author/value.h"
#include "base/limits.h"
#include "base/memory.h"
#include "base/text.h"
#include "proof/publication.h"
#include "record/publication.h"

#define KIND(name) CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_##name
#define AT(field) offsetof(Cbank__V1__PublicationHead, field)
#define FIELDS_MAX 48

bool cbi_document_is_name(cbi_bytes name)
{
    size_t begin = 0;

    if (name.size == 0 || name.size > CBI_FILE_NAME_MAX || !cbi_text_is_clean(name))
        return false;
    for (size_t i = 0; i <= name.size; i++) {
        cbi_bytes part = cbi_bytes_of(name.data + begin, i - begin);

        if (i < name.size && (name.data[i] == '\\' || name.data[i] == ':'))
            return false;
        if (i < name.size && name.data[i] != '/')
            continue;
        if (part.size == 0 || cbi_bytes_equal(part, cbi_bytes_of_text(".")) ||
            cbi_bytes_equal(part, cbi_bytes_of_text("..")))
            return false;
        begin = i + 1;
    }
    return true;
}

/* From the folder of this document to that of the first one. False with a fault. */
static bool resolve(cbi_form *form, const cbi_document *document, const cbi_yaml_node *node,
                    char out[CBI_FILE_NAME_MAX + 1])
{
    const char *slash = strrchr(document->name, '/');
    size_t folder = slash == NULL ? 0 : (size_t)(slash + 1 - document->name);

    if (cbi_document_is_name(node->text) && folder + node->text.size <= CBI_FILE_NAME_MAX) {
        memcpy(out, document->name, folder);
        memcpy(out + folder, node->text.data, node->text.size + 1);
        return true;
    }
    cbi_form_fault(form, CBI_REASON_FORM_PATH, node, (const char *)node->text.data, NULL);
    return false;
}

/* ---- the head ---- */

static const cbi_form_field HEAD_FIELDS[] = {
    {.key = "kind", .needed = true},
    {.key = "id", .read = cbi_form_text, .offset = AT(id), .needed = true},
    {.key = "edition", .read = cbi_form_whole, .offset = AT(edition), .needed = true},
    {.key = "authority", .read = cbi_form_text, .offset = AT(authority), .needed = true},
    {.key = "title", .read = cbi_form_titles, .offset = AT(n_title), .needed = true},
    {.key = "standing",
     .read = cbi_form_word,
     .offset = AT(standing),
     .extra = &cbank__v1__standing__descriptor,
     .needed = true},
    {.key = "document", .read = cbi_form_text, .offset = AT(document)},
    {.key = "source", .read = cbi_form_text, .offset = AT(source)},
    {.key = "source_date", .read = cbi_form_date, .offset = AT(source_date)},
    {.key = "effective", .read = cbi_form_days, .offset = AT(effective_from), .needed = true},
    {.key = "date",
     .read = cbi_form_word,
     .offset = AT(date_rule),
     .extra = &cbank__v1__date_rule__descriptor},
    {.key = "partial_dates",
     .read = cbi_form_word,
     .offset = AT(partial_dates),
     .extra = &cbank__v1__partial_dates__descriptor},
    {.key = "zone", .read = cbi_form_text, .offset = AT(zone), .needed = true},
    {.key = "uses"},
};
#define HEAD_COUNT (sizeof(HEAD_FIELDS) / sizeof(HEAD_FIELDS[0]))

/* The keys of a document of this kind: those of the head, and its lists, which are read later. */
static size_t keys_of(int kind, cbi_form_field out[FIELDS_MAX])
{
    size_t count = HEAD_COUNT;

    memcpy(out, HEAD_FIELDS, sizeof(HEAD_FIELDS));
    if (kind == KIND(RULE_SET))
        out[count++] = (cbi_form_field){.key = "defaults"};
    for (size_t i = 0; kind == KIND(PROGRAMME) && i < cbi_author_terms.count; i++)
        out[count++] = (cbi_form_field){.key = cbi_author_terms.fields[i].key,
                                        .needed = cbi_author_terms.fields[i].needed};
    for (unsigned list = 1; list < CBI_CONTENT_LISTS; list++) {
        const char *name = cbi_content_list_name(kind, list);

        if (name[0] != '\0' && (kind != KIND(PROGRAMME) || list != CBI_PROGRAMME_TERMS))
            out[count++] = (cbi_form_field){.key = name};
    }
    return count;
}

static void read_use(cbi_form *form, cbi_document *document, const cbi_yaml_node *node)
{
    static const cbi_form_field fields[] = {
        {.key = "kind", .needed = true},
        {.key = "id",
         .read = cbi_form_text,
         .offset = offsetof(Cbank__V1__PublicationRef, id),
         .needed = true},
        {.key = "edition",
         .read = cbi_form_whole,
         .offset = offsetof(Cbank__V1__PublicationRef, edition),
         .needed = true},
        {.key = "file"},
    };
    cbi_document_use *use = &document->uses[document->use_count];
    const cbi_yaml_node *kind = cbi_yaml_get(node, "kind"), *file = cbi_yaml_get(node, "file");

    if (document->use_count == CBI_DOCUMENT_USES_MAX) {
        cbi_form_fault(form, CBI_REASON_FIELD_COUNT, node, "uses", NULL);
        return;
    }
    cbank__v1__publication_ref__init(&use->ref);
    use->node = node;
    cbi_form_map(form, node, fields, 4, &use->ref);
    if (kind != NULL && cbi_form_is(form, kind, CBI_YAML_TEXT)) {
        use->ref.kind = cbi_publication_kind(kind->text);
        if (use->ref.kind == KIND(UNSPECIFIED))
            cbi_form_fault(form, CBI_REASON_FORM_VALUE, kind, (const char *)kind->text.data,
                           "framework, units, scales, catalogue");
    }
    if (file != NULL && cbi_form_is(form, file, CBI_YAML_TEXT))
        (void)resolve(form, document, file, use->file);
    document->refs[document->use_count++] = &use->ref;
}

static void read_uses(cbi_form *form, cbi_document *document, const cbi_yaml_node *node)
{
    if (node == NULL || !cbi_form_is(form, node, CBI_YAML_LIST))
        return;
    for (const cbi_yaml_node *item = node->first; item != NULL; item = item->next) {
        if (cbi_form_is(form, item, CBI_YAML_MAP))
            read_use(form, document, item);
    }
    document->head.uses = document->refs;
    document->head.n_uses = document->use_count;
}

static void read_head(cbi_form *form, cbi_document *document)
{
    const cbi_yaml_node *root = document->yaml.root, *kind = cbi_yaml_get(root, "kind");
    cbi_form_field fields[FIELDS_MAX];

    cbank__v1__publication_head__init(&document->head);
    if (!cbi_form_is(form, root, CBI_YAML_MAP))
        return;
    if (kind == NULL || kind->kind != CBI_YAML_TEXT ||
        cbi_publication_kind(kind->text) == KIND(UNSPECIFIED)) {
        cbi_form_fault(form, CBI_REASON_FORM_VALUE, kind == NULL ? root : kind, "kind",
                       "ruleset, framework, programme, catalogue, units, scales");
        return;
    }
    document->head.kind = document->content.kind = cbi_publication_kind(kind->text);
    document->readable = true;
    cbi_form_map(form, root, fields, keys_of((int)document->head.kind, fields), &document->head);
    read_uses(form, document, cbi_yaml_get(root, "uses"));
}

/* What the values of the head are worth together; only if all were read. */
static cbank_status check_head(cbi_form *form, const cbi_document *document)
{
    cbank_error why = {0};
    cbank_status status;

    if (form->faults > 0 || form->status != CBANK_OK)
        return form->status;
    status = cbi_publication_head_check(&document->head, false, &why);
    return cbi_findings_take(form->findings, cbi_form_spot(form, document->yaml.root), status,
                             &why, form->err);
}

cbank_status cbi_document_open(cbi_document *document, const char *name, cbi_bytes text,
                               cbi_findings *findings, cbank_error *err)
{
    cbi_form form = {.findings = findings, .arena = &document->arena, .err = err};
    cbi_spot spot = {0};
    cbank_error why = {0};
    cbank_status status = CBANK_OK;

    snprintf(document->name, sizeof(document->name), "%s", name);
    CBI_TRY(cbi_findings_file(findings, document->name, &document->file, err));
    form.file = spot.file = document->file;
    status = cbi_yaml_parse(text, name, &document->yaml, &spot.at, &why);
    if (status != CBANK_OK)
        return cbi_findings_take(findings, spot, status, &why, err);
    read_head(&form, document);
    CBI_TRY(check_head(&form, document));
done:
    return status;
}

/* ---- items ---- */

static void add_table(cbi_form *form, cbi_document *document, unsigned list,
                      const cbi_yaml_node *node)
{
    bool joined = document->content.kind == KIND(RULE_SET) && list == CBI_RULESET_RULES;
    cbi_document_table **link = &document->tables, *table;

    form->status = cbi_alloc(1, sizeof(*table), &table, form->err);
    if (form->status != CBANK_OK)
        return;
    while (*link != NULL)
        link = &(*link)->next;
    *link = table;
    table->list = list;
    table->rows = cbi_rows_new(form, node, joined);
    if (table->rows == NULL || cbi_rows_file(table->rows) == NULL)
        return;
    if (resolve(form, document, cbi_yaml_get(node, "table"), table->name))
        form->status = cbi_findings_file(form->findings, table->name, &table->file, form->err);
}

static void read_list(cbi_form *form, cbi_document *document, unsigned list,
                      const cbi_yaml_node *node)
{
    bool one = node->kind == CBI_YAML_MAP;
    const cbi_yaml_node *item = one ? node : node->first;
    cbi_arena arena = {0};
    cbi_form items = *form;

    if (!one && !cbi_form_is(form, node, CBI_YAML_LIST))
        return;
    items.arena = &arena;
    for (; item != NULL && items.status == CBANK_OK; item = one ? NULL : item->next) {
        cbi_arena_rewind(&arena);
        if (cbi_yaml_get(item, "table") != NULL)
            add_table(&items, document, list, item);
        else if (cbi_form_is(&items, item, CBI_YAML_MAP))
            cbi_author_item(&items, item, list, &document->defaults, &document->content);
    }
    form->faults = items.faults;
    form->status = items.status;
    cbi_arena_clear(&arena);
}

/* The keys of a programme's terms stand in the document itself. */
static void read_terms(cbi_form *form, cbi_document *document)
{
    const cbi_yaml_node *root = document->yaml.root, *cohorts = cbi_yaml_get(root, "cohorts");
    Cbank__V1__ProgrammeTerms terms = CBANK__V1__PROGRAMME_TERMS__INIT;
    Cbank__V1__Cohorts days = CBANK__V1__COHORTS__INIT;
    uint32_t faults = form->faults;

    for (size_t i = 0; i < cbi_author_terms.count; i++) {
        const cbi_form_field *field = &cbi_author_terms.fields[i];
        const cbi_yaml_node *node = cbi_yaml_get(root, field->key);

        if (node != NULL && field->read != NULL)
            field->read(form, node, (char *)&terms + field->offset, field->extra);
    }
    if (cohorts != NULL) {
        cbi_form_days(form, cohorts, &days.from, NULL);
        terms.cohorts = &days;
    }
    if (terms.max_milli > 0 && terms.over == CBANK__V1__CAP_OVER__CAP_OVER_UNSPECIFIED)
        terms.over = CBANK__V1__CAP_OVER__CAP_OVER_REFUSE;
    if (form->faults == faults && form->status == CBANK_OK)
        form->status = cbi_content_add(&document->content, CBI_PROGRAMME_TERMS, &terms,
                                       cbi_form_spot(form, root), form->err);
}

cbank_status cbi_document_read(cbi_document *document, cbi_findings *findings,
                               const cbi_scalebook *scales, cbank_error *err)
{
    cbi_form form = {.findings = findings,
                     .arena = &document->arena,
                     .file = document->file,
                     .scales = scales,
                     .err = err};
    const cbi_yaml_node *root = document->yaml.root, *defaults = cbi_yaml_get(root, "defaults");

    if (!document->readable)
        return CBANK_OK;
    cbi_author_defaults_begin(&document->defaults);
    if (defaults != NULL && document->content.kind == KIND(RULE_SET))
        cbi_author_defaults(&form, defaults, &document->defaults);
    if (document->content.kind == KIND(PROGRAMME))
        read_terms(&form, document);
    for (unsigned list = 1; list < CBI_CONTENT_LISTS && form.status == CBANK_OK; list++) {
        const char *name = cbi_content_list_name((int)document->content.kind, list);
        const cbi_yaml_node *node = cbi_yaml_get(root, name);

        if (node != NULL && name[0] != '\0')
            read_list(&form, document, list, node);
    }
    return form.status;
}

cbank_status cbi_document_read_table(cbi_document *document, cbi_document_table *table,
                                     cbi_findings *findings, const cbi_scalebook *scales,
                                     cbank_error *err)
{
    cbi_form form = {.findings = findings,
                     .arena = &table->arena,
                     .file = table->file,
                     .scales = scales,
                     .err = err};
    cbi_grid_step step = CBI_GRID_ROW;
    cbank_status status = CBANK_OK;
    const cbi_yaml_node *item;

    while (step == CBI_GRID_ROW) {
        CBI_TRY(cbi_rows_next(table->rows, &form, &step, &item));
        if (step == CBI_GRID_ROW && item != NULL)
            cbi_author_item(&form, item, table->list, &document->defaults, &document->content);
        CBI_TRY(form.status);
    }
done:
    return status;
}

void cbi_document_clear(cbi_document *document)
{
    while (document->tables != NULL) {
        cbi_document_table *table = document->tables;

        document->tables = table->next;
        cbi_rows_free(table->rows);
        cbi_arena_clear(&table->arena);
        cbi_free(table);
    }
    cbi_yaml_clear(&document->yaml);
    cbi_arena_clear(&document->arena);
    cbi_content_clear(&document->content);
    *document = (cbi_document){0};
}
