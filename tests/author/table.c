/* Rows of a spreadsheet are items like those that stand in the document. */
#include "author/study.h"

#include <stdio.h>
#include <string.h>

#include "proof/publication.h"

static cbi_author *author;

static void end(void)
{
    cbi_author_free(author);
    author = NULL;
}

TestSuite(table, .fini = end);

#define TABLE                                                                                      \
    STUDY_HEAD "rules:\n"                                                                          \
               "  - table: rules.csv\n"                                                            \
               "    columns: {id: 编号, sources.institutions: 学校, sources.codes: 课程,\n"        \
               "              sources.grade: 成绩, grants.course: 目标, grants.amount: 学分}\n"    \
               "    constants: {sources.types: course, priority: 5}\n"

static const cbi_author *read_rows(const char *rows, size_t piece)
{
    const study_file files[] = {{"rules.yaml", TABLE}, {"rules.csv", rows}, {NULL, NULL}};

    end();
    author = study_read(files, piece);
    return author;
}

#define HEADER "编号,学校,课程,成绩,目标,学分\n"

/* The id that the content is published under: of the same content, the same. */
static cbi_hash id_of(const cbi_author *of)
{
    study_is_good(of);
    return cbi_author_main(of)->id;
}

Test(table, whatever_piece_and_order_the_rows_come_in_the_publication_is_the_same)
{
    const char *rows = HEADER "R1,PXU|JXU,C1,60..,T1,3\nR2,PXU,C2,,T2,as-is\nR3,,C3,..59,T3,1\n";
    const char *other = HEADER "R3,,C3,..59,T3,1\nR2,PXU,C2,,T2,as-is\nR1,JXU|PXU,C1,60..,T1,3\n";
    cbi_hash id = id_of(read_rows(rows, 1000)), again;

    for (size_t piece = 1; piece < 20; piece += 3) {
        again = id_of(read_rows(rows, piece));
        cr_expect(cbi_hash_equal(&id, &again));
    }
    again = id_of(read_rows(other, 11));
    cr_expect(cbi_hash_equal(&id, &again), "rows in another order");
    end();
    author = study_read_text(
        STUDY_HEAD "defaults: {priority: 5}\nrules:\n"
                   "  - {id: R2, sources: {types: course, institutions: PXU, codes: C2}, "
                   "grants: {course: T2, amount: as-is}}\n"
                   "  - {id: R3, sources: {types: course, codes: C3, grade: ..59}, "
                   "grants: {course: T3, amount: 1}}\n"
                   "  - {id: R1, sources: {types: course, institutions: [PXU, JXU], codes: C1, "
                   "grade: 60..}, grants: {course: T1, amount: 3}}\n");
    again = id_of(author);
    cr_expect(cbi_hash_equal(&id, &again), "written in the document");
}

Test(table, rows_of_one_id_are_one_rule_of_many_sources_and_grants)
{
    Cbank__V1__Rule *rule;

    read_rows(HEADER "A,QCC,PH411,60..,PHYS1451,3\nA,QCC,PH412,60..,PHYS1454,1\n"
                     "A,QCC,PH413,60..,,\n"
                     "B,QCC,PH411,,PHYS1000,as-is\n",
              5);
    study_is_good(author);
    cr_expect_eq(cbi_author_main(author)->content.lists[CBI_RULESET_RULES].count, 2);
    rule = study_rule(author, 0);
    cr_expect_str_eq(rule->id, "A");
    cr_expect_eq(rule->n_source, 4, "all of three");
    cr_expect_eq(rule->source[0]->children, 3);
    cr_expect_eq(rule->n_grants, 2);
    cbi_message_free(rule);
    rule = study_rule(author, 1);
    cr_expect(rule->n_source == 1 && rule->n_grants == 1);
    cbi_message_free(rule);
}

Test(table, a_fault_is_told_by_row_and_cell)
{
    static const struct {
        const char *rows;
        cbi_reason reason;
        uint32_t row, cell;
    } cases[] = {
        {HEADER "R1,PXU,C1,,T1,3\nR2,PXU,C2,,T2,three\n", CBI_REASON_FORM_VALUE, 3, 6},
        {HEADER "R1,PXU,C1,high..,T1,3\n", CBI_REASON_FORM_GRADE, 2, 4},
        {HEADER "R1,PXU,C1,,T1,ratio 1/0\n", CBI_REASON_RULE_DIVISOR, 2, 6},
        {HEADER "R1,PXU|,C1,,T1,3\n", CBI_REASON_FORM_VALUE, 2, 2},
        {HEADER "R1,PXU,C1,,T1\n", CBI_REASON_ROW_CELLS, 2, 1},
        {HEADER ",PXU,C1,,T1,3\n", CBI_REASON_FORM_MISSING, 2, 1},
        {HEADER "R1,PXU,C1,,T1,3\nR2,PXU,C2,,T2,3\nR1,JXU,C1,,T1,3\n", CBI_REASON_FIELD_TWICE, 4,
         1},
        {HEADER "R1,PXU,C\x01,,T1,3\n", CBI_REASON_BAD_UTF8, 2, 3},
        {HEADER "R1,PXU,C1,,T1,3\nR2,\"PXU,C1,,T1,3\n", CBI_REASON_CSV_QUOTES, 3, 0},
        {"编号,学校,课程,成绩,目标,分\nR1,PXU,C1,,T1,3\n", CBI_REASON_FORM_COLUMN, 1, 1},
        {HEADER "R1,PXU,C1,,T1,3\nR1,JXU,C2,,T2,2\nR1,ABC,C2,,T1\n", CBI_REASON_ROW_CELLS, 4, 1},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const cbi_findings *findings;

        read_rows(cases[i].rows, 9);
        findings = cbi_author_findings(author);
        cr_assert_geq(findings->count, 1, "%s", cases[i].rows);
        cr_expect(study_finds(author, cases[i].reason, cases[i].row), "%s: %s at %u", cases[i].rows,
                  cbi_reason_word(findings->items[0].reason), findings->items[0].spot.at.line);
        cr_expect_str_eq(cbi_findings_name(findings, findings->items[0].spot.file),
                         findings->items[0].reason == CBI_REASON_FIELD_MISSING ? "rules.yaml"
                                                                               : "rules.csv");
    }
}

Test(table, a_file_lies_in_the_folder_of_the_document)
{
    static const char *const names[] = {"../rules.csv", "/etc/passwd", "a/../../b", "a\\\\b",
                                        "c:rules.csv",  "a//b",        "./a"};
    char text[256];

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(text, sizeof(text), "rules:\n  - table: \"%s\"\n", names[i]);
        study_refuses(text, CBI_REASON_FORM_PATH, 2, 12);
    }
}

Test(table, a_document_that_is_used_is_named_by_its_digest)
{
    static const char units[] = "kind: units\nid: cn-units\nedition: 2\nauthority: GDCB\n"
                                "title: {zh: 单位}\nstanding: own\neffective: 2024-01-01..\n"
                                "zone: \"+08:00\"\nunits:\n  - {id: ects, hours: 25..30}\n";
    const study_file files[] = {
        {"rules.yaml",
         STUDY_HEAD "uses: [{kind: units, id: cn-units, edition: 2, file: units.yaml}]\n"
                    "rules: [{id: R, sources: {codes: A}, "
                    "grants: {course: C, amount: as-is, unit: ects}}]\n"},
        {"units.yaml", units},
        {NULL, NULL}};
    const Cbank__V1__PublicationHead *head;
    cbi_author *alone;

    author = study_read(files, 1);
    study_is_good(author);
    alone = study_read_text(units);
    head = &cbi_author_main(author)->head;
    cr_assert_eq(head->n_uses, 1);
    cr_expect(cbi_bytes_equal(cbi_message_bytes(head->uses[0]->digest),
                              cbi_bytes_of_hash(&cbi_author_main(alone)->id)));
    cbi_author_free(alone);
    end();
    study_refuses("rules: [{id: R, sources: {codes: A}, "
                  "grants: {course: C, amount: as-is, unit: ects}}]\n",
                  CBI_REASON_RULE_REFERENCE, 1, 9);
}

Test(table, what_is_built_opens_and_holds_the_same)
{
    const study_file files[] = {{"rules.yaml", TABLE},
                                {"rules.csv", HEADER "R1,PXU,C1,,T1,3\nR2,PXU,C2,,T2,2\n"},
                                {NULL, NULL}};
    cbi_publication publication = {0};
    cbi_content content = {.kind = CBANK__V1__PUBLICATION_KIND__PUBLICATION_KIND_RULE_SET};
    cbi_findings findings = {0};
    cbi_known known = {0};
    cbi_private *key = NULL;
    cbi_hasher *hasher = NULL;
    cbank_buffer file = {0};
    cbi_bytes page;

    author = study_read(files, 100);
    cr_assert_eq(cbi_private_new(CBI_SUITE_SHA256_ED25519, &key, NULL), CBANK_OK);
    cr_assert_eq(cbi_hasher_new(CBI_SUITE_SHA256_ED25519, &hasher, NULL), CBANK_OK);
    cr_assert_eq(cbi_author_build(author, key, &file, NULL), CBANK_OK);
    cr_assert_eq(cbi_publication_open(hasher, cbi_bytes_of_buffer(&file), 0, &publication, NULL),
                 CBANK_OK);
    cr_expect_eq(cbi_publication_verify(hasher, &publication, cbi_private_public(key), NULL),
                 CBANK_OK);
    cr_expect(cbi_hash_equal(&publication.id, &cbi_author_main(author)->id));
    cr_expect_eq(publication.head->items, 2);
    while (cbi_publication_next(&publication, &page))
        cr_expect_eq(cbi_content_take(&content, page, NULL), CBANK_OK);
    cr_expect_eq(content.lists[CBI_RULESET_RULES].count, 2);
    cr_expect_eq(cbi_validate(&content, publication.head->uses, publication.head->n_uses, &known,
                              &findings, NULL),
                 CBANK_OK);
    cr_expect_eq(cbi_findings_verdict(&findings, NULL), CBANK_OK);
    cbi_known_clear(&known);
    cbi_findings_clear(&findings);
    cbi_content_clear(&content);
    cbi_publication_clear(&publication);
    cbi_hasher_free(hasher);
    cbi_private_free(key);
    cbank_buffer_clear(&file);
}
