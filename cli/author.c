#include "author.h"

#include "call.h"
#include "fail.h"
#include "job.h"
#include "memory.h"
#include "options.h"
#include "output.h"
#include "phrases.h"
#include "shape.h"

#include "cbank/api/v1/rules.pb-c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DOCUMENTS_MAX 32
#define TABLES_MAX 256

const option author_sign_options[] = {
    {"key", "FILE", P_OPT_KEY, OPTION_NEEDED},
    {"output", "ARTEFACT", P_OPT_OUTPUT_PUBLICATION, OPTION_NEEDED},
    {"key-passphrase-file", "FILE", P_OPT_KEY_PASSPHRASE, 0},
    {0},
};

/* The document of the command line, and all files that it leads to. */
typedef struct writing {
    cli *c;
    char *folder; /* with '/' at its end; "" for the folder that we are in */
    Cbank__Api__V1__RulesDocument documents[DOCUMENTS_MAX];
    Cbank__Api__V1__RulesDocument *document_list[DOCUMENTS_MAX];
    bytes contents[DOCUMENTS_MAX];
    size_t document_count;
    Cbank__Api__V1__RulesTable tables[TABLES_MAX];
    Cbank__Api__V1__RulesTable *table_list[TABLES_MAX];
    const char *paths[TABLES_MAX + 1]; /* of the tables; ends with NULL */
    size_t table_count;
} writing;

static char *join(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 1;
    char *path = memory_new(size, 1);

    snprintf(path, size, "%s%s", folder, name);
    return path;
}

static bool add_document(writing *w, const char *name)
{
    size_t at = w->document_count;
    char *path;
    bool fine;

    for (size_t i = 0; i < at; i++) {
        if (strcmp(w->documents[i].name, name) == 0)
            return true;
    }
    if (at == DOCUMENTS_MAX) {
        fail_own(w->c, FAIL_TOO_LARGE, name);
        return false;
    }
    path = join(w->folder, name);
    fine = file_read(w->c, path, &w->contents[at]);
    free(path);
    if (!fine)
        return false;
    cbank__api__v1__rules_document__init(&w->documents[at]);
    w->documents[at].name = join("", name);
    w->documents[at].content = message_bytes(w->contents[at]);
    w->document_list[at] = &w->documents[at];
    w->document_count++;
    return true;
}

static bool add_table(writing *w, const char *name)
{
    size_t at = w->table_count;
    struct stat about;
    char *path = join(w->folder, name);

    if (at == TABLES_MAX || stat(path, &about) != 0 || !S_ISREG(about.st_mode)) {
        fail_own(w->c, at == TABLES_MAX ? FAIL_TOO_LARGE : FAIL_NOT_FOUND_FILE, path);
        free(path);
        return false;
    }
    cbank__api__v1__rules_table__init(&w->tables[at]);
    w->tables[at].name = join("", name);
    w->tables[at].size = (uint64_t)about.st_size;
    w->table_list[at] = &w->tables[at];
    w->paths[at] = path;
    w->table_count++;
    return true;
}

/* What the document names: other documents are asked in their turn. */
static bool add_files(writing *w, size_t document)
{
    Cbank__Api__V1__RulesFilesRequest ask = CBANK__API__V1__RULES_FILES_REQUEST__INIT;
    Cbank__Api__V1__RulesFilesReply *reply;
    cbank_buffer buffer = {0};
    cbank_status status;
    cbank_error err;
    bytes packed;
    bool fine = true;

    ask.document = &w->documents[document];
    packed = message_pack(&ask.base);
    status = cbank_rules_files(packed.data, packed.size, &buffer, &err);
    memory_free(&packed);
    reply = call_reply(w->c, status, &err, &buffer,
                       &cbank__api__v1__rules_files_reply__descriptor);
    for (size_t i = 0; reply != NULL && fine && i < reply->n_files; i++)
        fine = reply->files[i]->document ? add_document(w, reply->files[i]->name)
                                         : add_table(w, reply->files[i]->name);
    message_free(reply);
    return reply != NULL && fine;
}

static bool collect(writing *w, const char *path)
{
    const char *slash = strrchr(path, '/');

    w->folder = join("", path);
    w->folder[slash == NULL ? 0 : slash + 1 - path] = '\0';
    if (!add_document(w, slash == NULL ? path : slash + 1))
        return false;
    for (size_t i = 0; i < w->document_count; i++) {
        if (!add_files(w, i))
            return false;
    }
    return true;
}

static void forget(writing *w)
{
    free(w->folder);
    for (size_t i = 0; i < w->document_count; i++) {
        free(w->documents[i].name);
        memory_free(&w->contents[i]);
    }
    for (size_t i = 0; i < w->table_count; i++) {
        free(w->tables[i].name);
        free((char *)(uintptr_t)w->paths[i]);
    }
}

static bytes pack(writing *w)
{
    Cbank__Api__V1__RulesCheckRequest ask = CBANK__API__V1__RULES_CHECK_REQUEST__INIT;

    ask.documents = w->document_list;
    ask.n_documents = w->document_count;
    ask.tables = w->table_list;
    ask.n_tables = w->table_count;
    ask.lang = (char *)(uintptr_t)phrases_language();
    return message_pack(&ask.base);
}

/* ---- what came of it ---- */

static const view finding_views[] = {
    {"severity", P_SEVERITY, VIEW_WORD, NULL}, {"file", P_FILE, VIEW_PLAIN, NULL},
    {"line", P_LINE, VIEW_PLAIN, NULL},        {"column", P_COLUMN, VIEW_PLAIN, NULL},
    {"message", P_MESSAGE, VIEW_PLAIN, NULL},  {"remedy", P_REMEDY, VIEW_PLAIN, NULL},
    {0},
};

static const view check_views[] = {
    {"name", P_PUBLICATION, VIEW_PLAIN, NULL},
    {"kind", P_PUBLICATION_KIND, VIEW_WORD, NULL},
    {"rules", P_PUBLICATION_ITEMS, VIEW_PLAIN, NULL},
    {"digest", P_DIGEST, VIEW_PLAIN, NULL},
    {"file", P_FILE, VIEW_PLAIN, NULL},
    {"errors", P_ERRORS_FOUND, VIEW_PLAIN, NULL},
    {"warnings", P_WARNINGS, VIEW_PLAIN, NULL},
    {"findings", P_FINDINGS, VIEW_ROWS, finding_views},
    {0},
};

static json_t *describe_findings(const Cbank__Api__V1__RulesCheckReply *reply)
{
    json_t *array = json_array();

    for (size_t i = 0; i < reply->n_findings; i++) {
        const Cbank__Api__V1__RulesFinding *finding = reply->findings[i];

        json_array_append_new(
            array,
            json_pack("{s:o, s:o, s:o, s:I, s:I, s:s, s:s}", "severity",
                      shape_word(&cbank__api__v1__rules_severity__descriptor,
                                 (int)finding->severity),
                      "code", shape_reason(finding->code), "file", shape_text(finding->file),
                      "line", (json_int_t)finding->line, "column", (json_int_t)finding->column,
                      "message", finding->message, "remedy", finding->remedy));
    }
    return array;
}

static void show(cli *c, Cbank__Api__V1__RulesCheckReply *reply, const char *file)
{
    char name[128];

    if (reply == NULL)
        return;
    snprintf(name, sizeof(name), "%s@%u", reply->id, (unsigned)reply->edition);
    output_document(
        c,
        json_pack("{s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
                  shape_text(reply->id), "name",
                  reply->id[0] == '\0' ? json_null() : shape_text(name), "version",
                  (json_int_t)reply->edition, "kind",
                  shape_word(&cbank__v1__publication_kind__descriptor, (int)reply->kind), "rules",
                  shape_number(reply->items), "digest",
                  reply->digest.len == 0 ? json_null() : shape_hex(reply->digest), "file",
                  shape_text(file), "errors", shape_number(reply->errors), "warnings",
                  shape_number(reply->warnings), "notes", shape_number(reply->notes), "findings",
                  describe_findings(reply)),
        check_views);
    if (reply->errors > 0)
        c->code = EXIT_NO;
    message_free(reply);
}

static void *run(cli *c, writing *w, cbank_job *job, const char *output, bytes *taken)
{
    job_files files = {.input = w->paths[0],
                       .more = w->paths[0] == NULL ? NULL : w->paths + 1,
                       .output = output,
                       .taken = taken};

    return job_run(c, job, &files, &cbank__api__v1__rules_check_reply__descriptor);
}

void author_check(cli *c)
{
    writing *w = memory_new(1, sizeof(*w));
    cbank_job *job = NULL;
    cbank_error err;
    bytes packed;

    w->c = c;
    if (collect(w, c->arguments[0])) {
        packed = pack(w);
        if (cbank_rules_check_begin(packed.data, packed.size, &job, &err) == CBANK_OK)
            show(c, run(c, w, job, NULL, NULL), NULL);
        else
            fail_call(c, &err);
        memory_free(&packed);
    }
    forget(w);
    free(w);
}

void author_sign(cli *c)
{
    const cbank_key *key = call_open_key(c, options_text(c, "key"), "key-passphrase-file");
    const char *output = options_text(c, "output");
    writing *w = memory_new(1, sizeof(*w));
    cbank_job *job = NULL;
    cbank_error err;
    bytes packed;

    w->c = c;
    if (key != NULL && collect(w, c->arguments[0])) {
        packed = pack(w);
        if (cbank_rules_sign_begin(key, packed.data, packed.size, &job, &err) == CBANK_OK)
            show(c, run(c, w, job, output, NULL), c->dry_run ? NULL : output);
        else
            fail_call(c, &err);
        memory_free(&packed);
    }
    forget(w);
    free(w);
}

bool author_write(cli *c, const cbank_key *key, const char *authority, bytes *artefact)
{
    Cbank__Api__V1__RulesCheckReply *reply = NULL;
    writing *w = memory_new(1, sizeof(*w));
    cbank_job *job = NULL;
    cbank_error err;
    bytes packed;
    bool fine;

    w->c = c;
    if (collect(w, c->arguments[0])) {
        packed = pack(w);
        if (cbank_rules_sign_begin(key, packed.data, packed.size, &job, &err) == CBANK_OK)
            reply = run(c, w, job, NULL, artefact);
        else
            fail_call(c, &err);
        memory_free(&packed);
    }
    fine = reply != NULL && strcmp(reply->authority, authority) == 0;
    if (reply != NULL && !fine)
        fail_own(c, FAIL_OTHER_AUTHORITY, reply->authority);
    message_free(reply);
    forget(w);
    free(w);
    return fine;
}
