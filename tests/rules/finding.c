/* Many faults of one text: all are told, and which are kept depends on no order. */
#include "rules/finding.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cbi_findings findings;

static void end(void)
{
    cbi_findings_clear(&findings);
}

TestSuite(finding, .fini = end);

static void add(cbi_severity severity, uint32_t file, uint32_t line, const char *object)
{
    cbi_spot spot = {file, {line, 1}};

    cr_assert_eq(cbi_findings_add(&findings, severity, CBI_REASON_RULE_FIELD, spot, object, NULL,
                                  "%u", 7u),
                 CBANK_OK);
}

Test(finding, they_are_shown_by_file_and_line)
{
    uint32_t one, two;
    cbank_error err;

    cr_assert_eq(cbi_findings_file(&findings, "a.yaml", &one, NULL), CBANK_OK);
    cr_assert_eq(cbi_findings_file(&findings, "b.csv", &two, NULL), CBANK_OK);
    add(CBI_SEVERITY_WARNING, two, 2, "x");
    add(CBI_SEVERITY_ERROR, one, 9, "y");
    add(CBI_SEVERITY_ERROR, one, 3, "z");
    cbi_findings_sort(&findings);
    cr_assert_eq(findings.count, 3);
    cr_expect_str_eq(findings.items[0].object, "z");
    cr_expect_str_eq(findings.items[1].object, "y");
    cr_expect_str_eq(cbi_findings_name(&findings, findings.items[2].spot.file), "b.csv");
    cr_expect_str_eq(cbi_findings_name(&findings, 0), "");
    cr_expect_eq(findings.found[CBI_SEVERITY_ERROR], 2);
    cbi_finding_error(&findings.items[0], &err);
    cr_expect(err.where == 3 && strcmp(err.detail, "7") == 0);
}

Test(finding, only_errors_forbid)
{
    cbank_error err = {0};
    uint32_t file;

    cr_assert_eq(cbi_findings_file(&findings, "folder/a.yaml", &file, NULL), CBANK_OK);
    add(CBI_SEVERITY_WARNING, file, 1, "x");
    add(CBI_SEVERITY_NOTE, file, 1, "x");
    cr_expect_eq(cbi_findings_verdict(&findings, &err), CBANK_OK);
    add(CBI_SEVERITY_ERROR, file, 5, "y");
    cbi_findings_sort(&findings);
    cr_expect_eq(cbi_findings_verdict(&findings, &err), CBANK_E_INVALID);
    cr_expect_str_eq(err.object, "a.yaml:5:1");
    cr_expect_str_eq(err.detail, "RULE_FIELD: y");
}

Test(finding, a_failed_check_becomes_one_and_lack_of_memory_does_not)
{
    cbank_error why = {0}, err = {0};
    cbi_spot nowhere = {0};

    cr_expect_eq(cbi_findings_take(&findings, nowhere, CBANK_OK, NULL, &err), CBANK_OK);
    (void)cbi_fail(&why, CBI_REASON_FIELD_MISSING, 0, "title", NULL);
    cr_expect_eq(cbi_findings_take(&findings, nowhere, CBANK_E_INVALID, &why, &err), CBANK_OK);
    cr_assert_eq(findings.count, 1);
    cr_expect_eq(findings.items[0].reason, CBI_REASON_FIELD_MISSING);
    (void)cbi_fail(&why, CBI_REASON_NO_MEMORY, 0, NULL, NULL);
    cr_expect_eq(cbi_findings_take(&findings, nowhere, CBANK_E_MEMORY, &why, &err),
                 CBANK_E_MEMORY);
    cr_expect_eq(err.reason, (int32_t)CBI_REASON_NO_MEMORY);
    cr_expect_eq(findings.count, 1);
}

/* Numbers 0 to n - 1, each once, in an order that goes by `step`, which has no factor of n. */
static void add_many(uint32_t n, uint32_t step)
{
    char object[16];

    for (uint32_t i = 0, at = 0; i < n; i++, at = (at + step) % n) {
        snprintf(object, sizeof(object), "%06u", at);
        add(CBI_SEVERITY_WARNING, 0, i + 1, object);
    }
}

Test(finding, of_very_many_the_same_are_kept_in_whatever_order_they_come)
{
    static char kept[CBI_FINDINGS_MAX][8];
    static const uint32_t steps[] = {1, 100002, 777};
    uint32_t n = 100003; /* a prime */

    for (size_t s = 0; s < 3; s++) {
        add_many(n, steps[s]);
        cbi_findings_sort(&findings);
        cr_assert_eq(findings.count, CBI_FINDINGS_MAX);
        cr_expect_eq(findings.found[CBI_SEVERITY_WARNING], n);
        memset(kept, 0, sizeof(kept));
        for (uint32_t i = 0; i < findings.count; i++) {
            uint32_t number = (uint32_t)strtoul(findings.items[i].object, NULL, 10);

            cr_assert_lt(number, CBI_FINDINGS_MAX, "%u is not among the first", number);
            cr_expect_eq(kept[number][0]++, 0);
        }
        cbi_findings_clear(&findings);
    }
}
