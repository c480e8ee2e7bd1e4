/* What authorities write, through the public face: which files it needs, checked, and signed. */
#include "scene.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/status.h"

#include "cbank/api/v1/rules.pb-c.h"

#define RULES                                                                                      \
    "kind: ruleset\nid: pxu/r\nedition: 1\nauthority: PXU\ntitle: {zh: 规则}\nstanding: own\n"     \
    "effective: 2024-01-01..\ndate: application\npartial_dates: last-day\nzone: \"+08:00\"\n"      \
    "uses: [{kind: units, id: pxu/u, edition: 1, file: sub/units.yaml}]\n"                         \
    "rules:\n  - table: a.csv\n  - table: b.csv\n"
#define UNITS                                                                                      \
    "kind: units\nid: pxu/u\nedition: 1\nauthority: PXU\ntitle: {zh: 单位}\nstanding: own\n"       \
    "effective: 2024-01-01..\nzone: \"+08:00\"\nunits: [{table: u.csv}]\n"
#define HEADER "id,sources.codes,grants.course,grants.amount\n"
#define A HEADER "A,X,T,3\n"
#define B HEADER "B,Y,T,1\n"
#define U "id\nects\n"

static cbank_error err;
static cbank_buffer reply, output;

static void end(void)
{
    cbank_buffer_clear(&reply);
    cbank_buffer_clear(&output);
}

TestSuite(rules, .fini = end);

/* The names that a document needs, each with a blank behind it; '*' before a document. */
static const char *files_of(const char *name, const char *text)
{
    static char names[256];
    Cbank__Api__V1__RulesFilesRequest ask = CBANK__API__V1__RULES_FILES_REQUEST__INIT;
    Cbank__Api__V1__RulesDocument document = CBANK__API__V1__RULES_DOCUMENT__INIT;
    Cbank__Api__V1__RulesFilesReply *files;
    cbank_buffer request;

    document.name = (char *)(uintptr_t)name;
    document.content = (ProtobufCBinaryData){strlen(text), (uint8_t *)(uintptr_t)text};
    ask.document = &document;
    request = scene_pack(&ask);
    cr_assert_eq(cbank_rules_files(request.data, request.size, &reply, &err), CBANK_OK);
    files = cbank__api__v1__rules_files_reply__unpack(NULL, reply.size, reply.data);
    names[0] = '\0';
    for (size_t i = 0; i < files->n_files; i++) {
        strcat(names, files->files[i]->document ? "*" : "");
        strcat(names, files->files[i]->name);
        strcat(names, " ");
    }
    cbank__api__v1__rules_files_reply__free_unpacked(files, NULL);
    cbank_buffer_clear(&request);
    return names;
}

Test(rules, a_document_says_which_files_it_needs)
{
    cr_expect_str_eq(files_of("r.yaml", RULES), "*sub/units.yaml a.csv b.csv ");
    cr_expect_str_eq(files_of("sub/units.yaml", UNITS), "sub/u.csv ", "in its own folder");
    cr_expect_str_eq(files_of("r.yaml", "kind: [\n"), "");
}

/* Tables up to a name that is NULL; all bytes are fed `piece` at a time. */
typedef struct given {
    const char *name, *text;
} given;

static cbank_status run(const cbank_key *key, const char *rules, const given *tables,
                        const char *bytes, size_t piece)
{
    Cbank__Api__V1__RulesDocument documents[2], *document_list[2] = {&documents[0], &documents[1]};
    Cbank__Api__V1__RulesTable table[4], *table_list[4];
    Cbank__Api__V1__RulesCheckRequest ask = CBANK__API__V1__RULES_CHECK_REQUEST__INIT;
    const char *texts[] = {rules, UNITS}, *names[] = {"r.yaml", "sub/units.yaml"};
    cbank_job_state state = CBANK_JOB_MORE;
    cbank_status status = CBANK_OK;
    cbank_buffer request;
    cbank_job *job = NULL;
    size_t size = strlen(bytes);

    for (size_t i = 0; i < 2; i++) {
        cbank__api__v1__rules_document__init(&documents[i]);
        documents[i].name = (char *)(uintptr_t)names[i];
        documents[i].content =
            (ProtobufCBinaryData){strlen(texts[i]), (uint8_t *)(uintptr_t)texts[i]};
    }
    for (; tables[ask.n_tables].name != NULL; ask.n_tables++) {
        cbank__api__v1__rules_table__init(&table[ask.n_tables]);
        table[ask.n_tables].name = (char *)(uintptr_t)tables[ask.n_tables].name;
        table[ask.n_tables].size = strlen(tables[ask.n_tables].text);
        table_list[ask.n_tables] = &table[ask.n_tables];
    }
    ask.documents = document_list;
    ask.n_documents = 2;
    ask.tables = table_list;
    ask.lang = (char *)(uintptr_t) "zh";
    request = scene_pack(&ask);
    status = key == NULL ? cbank_rules_check_begin(request.data, request.size, &job, &err)
                         : cbank_rules_sign_begin(key, request.data, request.size, &job, &err);
    for (size_t at = 0; status == CBANK_OK && at < size; at += piece)
        status = cbank_job_feed(job, (const uint8_t *)bytes + at,
                                size - at < piece ? size - at : piece, &err);
    if (status == CBANK_OK)
        status = cbank_job_feed_end(job, &err);
    while (status == CBANK_OK && state != CBANK_JOB_DONE) {
        status = cbank_job_step(job, 10, &state, &err);
        if (status == CBANK_OK && state == CBANK_JOB_HAS_OUTPUT)
            status = cbank_job_read(job, &output, &err);
    }
    if (status == CBANK_OK)
        status = cbank_job_finish(job, &reply, &err);
    cbank_job_close(job);
    cbank_buffer_clear(&request);
    return status;
}

static const given all[] = {{"a.csv", A}, {"b.csv", B}, {"sub/u.csv", U}, {NULL, NULL}};

static Cbank__Api__V1__RulesCheckReply *answer(void)
{
    Cbank__Api__V1__RulesCheckReply *out =
        cbank__api__v1__rules_check_reply__unpack(NULL, reply.size, reply.data);

    cr_assert_not_null(out);
    return out;
}

Test(rules, what_is_right_is_named_by_one_digest_checked_or_signed)
{
    Cbank__Api__V1__RulesCheckReply *checked, *made;
    cbank_key *key = NULL;

    cr_assert_eq(cbank_key_new("sha256-ed25519", &key, &err), CBANK_OK);
    cr_assert_eq(run(NULL, RULES, all, A B U, 7), CBANK_OK, "%s", err.object);
    checked = answer();
    cr_expect_eq(checked->errors, 0);
    cr_expect_eq(checked->items, 2);
    cr_expect_str_eq(checked->authority, "PXU");
    cr_expect_eq(output.size, 0);
    cr_assert_eq(run(key, RULES, all, A B U, 1000), CBANK_OK, "%s", err.object);
    made = answer();
    cr_expect_gt(output.size, 0);
    cr_expect_eq(made->digest.len, 32);
    cr_expect_arr_eq(made->digest.data, checked->digest.data, 32);
    cbank__api__v1__rules_check_reply__free_unpacked(checked, NULL);
    cbank__api__v1__rules_check_reply__free_unpacked(made, NULL);
    cbank_key_close(key);
}

Test(rules, a_fault_is_found_by_the_check_and_stops_the_signing)
{
    static const char bad[] = HEADER "A,X,T,three\n";
    const given tables[] = {{"a.csv", bad}, {"b.csv", B}, {"sub/u.csv", U}, {NULL, NULL}};
    Cbank__Api__V1__RulesCheckReply *found;
    cbank_key *key = NULL;

    cr_assert_eq(run(NULL, RULES, tables, HEADER "A,X,T,three\n" B U, 11), CBANK_OK);
    found = answer();
    cr_assert_eq(found->errors, 1);
    cr_expect_str_eq(found->findings[0]->file, "a.csv");
    cr_expect(found->findings[0]->line == 2 && found->findings[0]->column == 4);
    cr_expect_str_eq(found->findings[0]->code, "FORM_VALUE");
    cr_expect_not_null(strstr(found->findings[0]->message, "值写法有误"));
    cr_expect_eq(found->digest.len, 0);
    cbank__api__v1__rules_check_reply__free_unpacked(found, NULL);
    cr_assert_eq(cbank_key_new("sha256-ed25519", &key, &err), CBANK_OK);
    cr_expect_eq(run(key, RULES, tables, HEADER "A,X,T,three\n" B U, 11), CBANK_E_INVALID);
    cr_expect_str_eq(cbank_reason_name(err.reason), "RULES_REFUSED");
    cr_expect_str_eq(err.object, "a.csv:2:4");
    cr_expect_eq(output.size, 0, "nothing is signed");
    cbank_key_close(key);
}

Test(rules, other_tables_than_those_that_are_named_are_the_callers_mistake)
{
    const given order[] = {{"b.csv", B}, {"a.csv", A}, {"sub/u.csv", U}, {NULL, NULL}};
    const given fewer[] = {{"a.csv", A}, {"b.csv", B}, {NULL, NULL}};
    const given none[] = {{NULL, NULL}};

    cr_expect_eq(run(NULL, RULES, order, B A U, 10), CBANK_E_ARGUMENT);
    cr_expect_eq(run(NULL, RULES, fewer, A B, 10), CBANK_E_ARGUMENT);
    cr_expect_eq(run(NULL, RULES, none, "", 10), CBANK_E_ARGUMENT);
    cr_expect_eq(run(NULL, RULES, all, A B, 10), CBANK_E_ARGUMENT, "cut short");
    cr_expect_eq(run(NULL, RULES, all, A B U "more", 10), CBANK_E_ARGUMENT);
}
