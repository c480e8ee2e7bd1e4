/* Rules and what they refer to, as their authors write them and as they are published. */
#include <string.h>

#include "author/author.h"
#include "fuzz/seeds.h"

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
    publish("ruleset", 1, main_alone);
    publish("units", 5, UNITS);
}
