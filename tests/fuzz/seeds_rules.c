/* Rules and what they refer to, as their authors write them and as they are published. */
#include <string.h>

#include "author/author.h"
#include "fuzz/seeds.h"
#include "proof/casestep.h"
#include "proof/recognition.h"

#define HEAD(kind, id)                                                                             \
    "kind: " kind "\nid: " id "\nedition: 1\nauthority: GDCB\ntitle: {zh: 规则}\n"                  \
    "standing: own\neffective: 2024-09-01..\nzone: \"+08:00\"\n"

#define RULES                                                                                      \
    HEAD("ruleset", "gd")                                                                          \
    "date: application\npartial_dates: last-day\n"                                                 \
    "uses: [{kind: units, id: cn-units, edition: 1, file: units.yaml}]\n"                          \
    "defaults: {priority: 5}\n"                                                                    \
    "rules:\n"                                                                                     \
    "  - {id: R1, sources: {types: course, institutions: [PXU, JXU], codes: C1, grade: 60..},\n"   \
    "     grants: {course: T1, amount: 3}}\n"                                                      \
    "  - {id: R2, sources: {codes: C2}, grants: {course: T2, amount: as-is, unit: ects}}\n"        \
    "  - table: rules.csv\n"                                                                       \
    "    columns: {id: 编号, sources.codes: 课程, grants.course: 目标, grants.amount: 学分}\n"        \
    "    constants: {sources.types: course}\n"
#define TABLE "编号,课程,目标,学分\nR3,A|B,T3,1\nR4,D,T4,as-is\n"
#define UNITS HEAD("units", "cn-units") "units:\n  - {id: ects, hours: 25..30}\n"

static const char main_alone[] =
    HEAD("ruleset", "alone") "date: award\npartial_dates: last-day\nrules:\n"
                             "  - id: R1\n    sources: {codes: A}\n"
                             "    grants: {course: B, amount: 2.5}\n";

static cbi_author *compile(const char *text)
{
    cbi_author *author = NULL;

    fuzz_require(cbi_author_new(fuzz_story()->world->suite, &author, NULL) == CBANK_OK &&
                     cbi_author_add(author, "main.yaml", cbi_bytes_of_text(text), NULL) ==
                         CBANK_OK &&
                     cbi_author_read(author, NULL) == CBANK_OK &&
                     cbi_author_finish(author, NULL) == CBANK_OK &&
                     cbi_author_findings(author)->found[CBI_SEVERITY_ERROR] == 0,
                 "a seed is without fault");
    return author;
}

static void publish(const char *name, int kind, const char *text)
{
    const cbi_private *key = fuzz_story()->world->root_key;
    cbi_author *author = compile(text);
    cbank_buffer file = {0};

    fuzz_require(cbi_author_build(author, key, &file, NULL) == CBANK_OK, "it is published");
    seed_chosen("publication", name, (uint8_t)kind, cbi_bytes_of_buffer(&file));
    seed_put("artefact", name, cbi_bytes_of_buffer(&file));
    cbank_buffer_clear(&file);
    cbi_author_free(author);
}

/* One record granted as two credits of a programme. */
static void recognise(void)
{
    static uint8_t salt[CBI_SALT_SIZE] = "salt", hash[CBI_HASH_SIZE] = "a hash";
    static uint32_t position;
    const world *bank = fuzz_story()->world;
    const ProtobufCBinaryData some = {CBI_HASH_SIZE, hash};
    Cbank__V1__RecognitionHead head = CBANK__V1__RECOGNITION_HEAD__INIT;
    Cbank__V1__PublicationRef programme = CBANK__V1__PUBLICATION_REF__INIT;
    Cbank__V1__Decision decision = CBANK__V1__DECISION__INIT;
    Cbank__V1__RecognitionSource source = CBANK__V1__RECOGNITION_SOURCE__INIT,
                                 *sources[] = {&source};
    Cbank__V1__RecognitionGrant grant = CBANK__V1__RECOGNITION_GRANT__INIT, *grants[] = {&grant};
    Cbank__V1__Amount amount = CBANK__V1__AMOUNT__INIT;
    const cbi_recognition_rows rows = {
        .sources = sources, .source_count = 1, .grants = grants, .grant_count = 1};
    cbank_buffer file = {0};

    programme.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_PROGRAMME;
    programme.id = cbi_message_string("p");
    programme.edition = 1;
    programme.digest = some;
    decision.outcome = CBANK__V1__DECISION_OUTCOME__DECISION_OUTCOME_FULL;
    head.salt = (ProtobufCBinaryData){CBI_SALT_SIZE, salt};
    head.number = cbi_message_string("R-1");
    head.institution = cbi_message_string("PXU");
    head.origin = cbi_message_string(bank->origin);
    head.account = cbi_message_string(fuzz_story()->learner.account);
    head.account_tag = some;
    head.sequences = 3;
    head.programme = &programme;
    head.unit = amount.unit = cbi_message_string("credit");
    head.decision = &decision;
    head.at = WORLD_AT;
    source.record = source.leaf = some;
    source.sequence = 2;
    source.scope = CBANK__V1__USE_SCOPE__USE_SCOPE_PROGRAMME;
    source.leftover = CBANK__V1__LEFTOVER__LEFTOVER_LOST;
    source.used_milli = amount.milli = 2000;
    grant.effect = CBANK__V1__GRANT_EFFECT__GRANT_EFFECT_TRANSFER;
    grant.bucket = cbi_message_string("elective");
    grant.amount = &amount;
    grant.basis = CBANK__V1__GRANT_BASIS__GRANT_BASIS_AGREEMENT;
    grant.document = cbi_message_string("2024-17");
    grant.sources = &position;
    grant.n_sources = 1;
    fuzz_require(cbi_recognition_make(&head, &rows, bank->own.keys[0].key, &file, NULL) ==
                     CBANK_OK,
                 "a recognition is made");
    seed_file("recognition", "one", cbi_bytes_of_buffer(&file), 6);
    cbank_buffer_clear(&file);
}

/* What becomes of it. */
static void change_recognition(void)
{
    static uint8_t salt[CBI_SALT_SIZE] = "salt", hash[CBI_HASH_SIZE] = "a hash";
    const world *bank = fuzz_story()->world;
    Cbank__V1__RecognitionChange change = CBANK__V1__RECOGNITION_CHANGE__INIT;
    Cbank__V1__Code reason = CBANK__V1__CODE__INIT;
    cbi_private *elsewhere = NULL;
    cbank_buffer file = {0};

    change.salt = (ProtobufCBinaryData){CBI_SALT_SIZE, salt};
    change.institution = cbi_message_string("PXU");
    change.origin = cbi_message_string(bank->origin);
    change.recognition = (ProtobufCBinaryData){CBI_HASH_SIZE, hash};
    change.action = CBANK__V1__RECOGNITION_ACTION__RECOGNITION_ACTION_SUSPEND;
    reason.scheme = cbi_message_string("cbank-reason");
    reason.value = cbi_message_string("dispute");
    change.reason = &reason;
    change.at = WORLD_AT;
    fuzz_require(cbi_recognition_change_make(&change, bank->own.keys[0].key, &file, NULL) ==
                     CBANK_OK,
                 "a change is made");
    seed_file("recognition", "suspended", cbi_bytes_of_buffer(&file), 6);
    cbank_buffer_clear(&file);
    fuzz_require(cbi_private_detached(cbi_private_public(bank->log_key), &elsewhere, NULL) ==
                         CBANK_OK &&
                     cbi_recognition_change_make(&change, elsewhere, &file, NULL) == CBANK_OK,
                 "a change waits to be signed");
    seed_put("unsigned", "change", cbi_bytes_of_buffer(&file));
    cbi_private_free(elsewhere);
    cbank_buffer_clear(&file);
}

/* A step of its case. */
static void open_case(void)
{
    static uint8_t salt[CBI_SALT_SIZE] = "salt", hash[CBI_HASH_SIZE] = "a hash";
    char *records[] = {cbi_message_string("7-0123456789abcdef")};
    const world *bank = fuzz_story()->world;
    Cbank__V1__CaseStep step = CBANK__V1__CASE_STEP__INIT;
    Cbank__V1__CaseApplication application = CBANK__V1__CASE_APPLICATION__INIT;
    Cbank__V1__SupportingDocument document = CBANK__V1__SUPPORTING_DOCUMENT__INIT,
                                  *evidence[] = {&document};
    cbank_buffer file = {0};

    application.account = cbi_message_string(fuzz_story()->learner.account);
    application.records = records;
    application.n_records = 1;
    document.digest = (ProtobufCBinaryData){CBI_HASH_SIZE, hash};
    step.salt = (ProtobufCBinaryData){CBI_SALT_SIZE, salt};
    step.institution = cbi_message_string("PXU");
    step.origin = cbi_message_string(bank->origin);
    step.number = cbi_message_string("2026-17");
    step.act = CBANK__V1__CASE_ACT__CASE_ACT_OPEN;
    step.application = &application;
    step.evidence = evidence;
    step.n_evidence = 1;
    step.due_on = 20260401;
    step.at = WORLD_AT;
    fuzz_require(cbi_case_step_make(&step, bank->own.keys[0].key, &file, NULL) == CBANK_OK,
                 "a step is made");
    seed_file("case", "opened", cbi_bytes_of_buffer(&file), 6);
    cbank_buffer_clear(&file);
}

void seeds_of_rules(void)
{
    static const char with_files[] = RULES "\0" UNITS "\0" TABLE;

    seed_text("yaml", "rules", RULES);
    seed_text("yaml", "units", UNITS);
    seed_text("yaml", "forms",
              "a: |\n  lines\nb: >\n  folded\nc: ['x', \"\\u5b66\", ]\n? d\n: e\n");
    seed_text("author", "alone", main_alone);
    seed_text("author", "units", UNITS);
    seed_put("author", "with-files", cbi_bytes_of(with_files, sizeof(with_files) - 1));
    recognise();
    change_recognition();
    open_case();
    publish("ruleset", 1, main_alone);
    publish("units", 5, UNITS);
}
