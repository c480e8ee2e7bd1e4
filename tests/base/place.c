/* An error about a place in a file names file, line and column. */
#include "base/place.h"

#include <criterion/criterion.h>

#include <string.h>

static cbank_error err;

static const char *object_of(const char *file)
{
    cr_expect_eq(cbi_place_fail(&err, CBI_REASON_YAML_SYNTAX, file, (cbi_place){12, 3}, "%d", 7),
                 CBANK_E_MALFORMED);
    cr_expect_eq(err.where, 12);
    cr_expect_str_eq(err.detail, "7");
    return err.object;
}

Test(place, the_object_is_file_line_and_column)
{
    cr_expect_str_eq(object_of("rules.yaml"), "rules.yaml:12:3");
    cr_expect_str_eq(object_of("some/folder/rules.yaml"), "rules.yaml:12:3");
    cr_expect_eq(cbi_place_fail(NULL, CBI_REASON_YAML_SYNTAX, "f", (cbi_place){0, 0}, NULL),
                 CBANK_E_MALFORMED);
}

Test(place, a_long_name_is_shown_from_its_end_in_whole_characters)
{
    const char *object = object_of("萍乡学院学分银行课程与证书转换规则集二〇二六年第一版.yaml");

    cr_expect(strlen(object) < sizeof(err.object));
    cr_expect_not_null(strstr(object, "第一版.yaml:12:3"));
    cr_expect_neq(object[0] & 0xc0, 0x80);
}
