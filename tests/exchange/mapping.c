/* Which column fills which field, as people write it, and how it meets the header of a file. */
#include "exchange/mapping.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#define NEEDED "title=T,student_number=N"

static cbank_error err;

static cbank_status make(const char *map, const char *constants, cbi_mapping **out)
{
    const cbi_mapping_options options = {.use = CBI_SHEET_FOR_GRADES,
                                         .map = cbi_bytes_of_text(map),
                                         .constants = cbi_bytes_of_text(constants)};

    return cbi_mapping_new(&options, out, &err);
}

static cbi_mapping *mapped(const char *map, const char *constants)
{
    cbi_mapping *mapping = NULL;

    memset(&err, 0, sizeof(err));
    cr_assert_eq(make(map, constants, &mapping), CBANK_OK, "%s: %s %s", map,
                 cbank_reason_name(err.reason), err.object);
    return mapping;
}

static void refused(const char *map, const char *constants, cbi_reason reason)
{
    cbi_mapping *mapping = NULL;

    cr_expect_eq(make(map, constants, &mapping), CBANK_E_INVALID, "%s", map);
    cr_expect_str_eq(cbank_reason_name(err.reason), cbank_reason_name((int32_t)reason), "%s", map);
    cr_expect_null(mapping);
}

static cbank_status bound(cbi_mapping *mapping, const char *const *names, size_t count)
{
    cbi_bytes columns[16];

    for (size_t i = 0; i < count; i++)
        columns[i] = cbi_bytes_of_text(names[i]);
    return cbi_mapping_bind(mapping, columns, count, &err);
}

Test(mapping, a_numbered_column_of_which_no_number_is_there_is_missed)
{
    static const char *const without[] = {"N", "T"}, *const with[] = {"N", "T1"};
    cbi_mapping *mapping = mapped("title=T#,student_number=N", "");

    cr_expect_eq(bound(mapping, without, 2), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_MAP_NO_COLUMN);
    cr_expect_str_eq(err.object, "T#");
    cr_expect_eq(bound(mapping, with, 2), CBANK_OK);
    cbi_mapping_free(mapping);
}

Test(mapping, a_list_is_fields_and_columns)
{
    cbi_mapping *mapping = mapped(" title = 课程名称 ,code=课程 号,credits=学分", "");
    size_t count;
    const cbi_assignment *list = cbi_mapping_list(mapping, &count);

    cr_assert_eq(count, 3);
    cr_expect_eq(list[0].field->id, CBI_SHEET_TITLE);
    cr_expect_str_eq(list[0].text, "课程名称");
    cr_expect_str_eq(list[1].text, "课程 号");
    cr_expect_str_eq(list[2].unit, "credit");
    cr_expect_null(cbi_mapping_find(mapping, CBI_SHEET_NAME));
    cbi_mapping_free(mapping);
}

Test(mapping, a_columns_name_may_stand_in_quotes)
{
    cbi_mapping *mapping = mapped("title=\"a,b=c\" , code=\"say \"\"x\"\"\",term=\" t\"", "");
    size_t count;
    const cbi_assignment *list = cbi_mapping_list(mapping, &count);

    cr_assert_eq(count, 3);
    cr_expect_str_eq(list[0].text, "a,b=c");
    cr_expect_str_eq(list[1].text, "say \"x\"");
    cr_expect_str_eq(list[2].text, " t");
    cbi_mapping_free(mapping);
}

Test(mapping, constants_are_a_second_list_of_the_same_form)
{
    cbi_mapping *mapping = mapped("title=T", "type=certificate,framework=\"NQF\"");
    size_t count;
    const cbi_assignment *list = cbi_mapping_list(mapping, &count);
    cbi_grid_row row = {2, NULL, 0};

    cr_assert_eq(count, 3);
    cr_expect_eq(list[1].column, CBI_MAPPING_CONSTANT);
    cr_expect(
        cbi_bytes_equal(cbi_assignment_value(&list[1], &row), cbi_bytes_of_text("certificate")));
    cr_expect_str_eq(cbi_assignment_name(&list[1]), "type");
    cr_expect_str_eq(cbi_assignment_name(&list[0]), "T");
    cbi_mapping_free(mapping);
}

Test(mapping, amounts_in_units_of_ones_own_are_named_by_the_unit)
{
    cbi_mapping *mapping = mapped("credits=a,amount:lesson=b,amount:workshop=c", "");
    size_t count;
    const cbi_assignment *list = cbi_mapping_list(mapping, &count);

    cr_expect_str_eq(list[1].unit, "lesson");
    cr_expect_str_eq(list[2].unit, "workshop");
    cbi_mapping_free(mapping);
    refused("amount=a", "", CBI_REASON_MAP_UNKNOWN_FIELD);
    refused("amount:=a", "", CBI_REASON_MAP_UNKNOWN_FIELD);
    refused("amount:Lesson=a", "", CBI_REASON_MAP_UNKNOWN_FIELD);
    refused("title:zh=a", "", CBI_REASON_MAP_UNKNOWN_FIELD);
}

Test(mapping, a_list_that_is_not_well_formed_names_its_item)
{
    static const char *const lists[] = {
        "title",     "title=",       "=a",           "title=a,",   ",title=a", "title=a=b",
        "title=\"a", "title=\"a\"b", "title=a\"b\"", "title=\"\"", "title==a", "title=a,,code=b",
        " ",
    };

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        refused(lists[i], "", CBI_REASON_MAP_SYNTAX);
    refused("title=a,code=b,term", "", CBI_REASON_MAP_SYNTAX);
    cr_expect_eq(err.where, 3);
    cr_expect_str_eq(err.object, "term");
}

Test(mapping, a_field_that_there_is_not_is_refused)
{
    refused("title=a,colour=b", "", CBI_REASON_MAP_UNKNOWN_FIELD);
    cr_expect_str_eq(err.object, "colour");
    cr_expect_eq(err.where, 2);
}

Test(mapping, a_field_is_filled_once)
{
    refused("title=a,title=b", "", CBI_REASON_MAP_TWICE);
    refused("type=a", "type=course", CBI_REASON_MAP_TWICE);
    refused("credits=a,amount:credit=b", "", CBI_REASON_MAP_TWICE);
    refused("amount:lesson=a,amount:lesson=b", "", CBI_REASON_MAP_TWICE);
}

Test(mapping, binding_finds_the_columns_by_their_names)
{
    static const char *const names[] = {"x", "N", "T"};
    static const cbi_bytes cells[] = {{NULL, 0}, {(const uint8_t *)"7", 1}};
    cbi_mapping *mapping = mapped(NEEDED, "");
    cbi_grid_row short_row = {2, cells, 2};

    cr_expect_eq(bound(mapping, names, 3), CBANK_OK);
    cr_expect_eq(cbi_mapping_find(mapping, CBI_SHEET_TITLE)->column, 2);
    cr_expect_eq(cbi_mapping_find(mapping, CBI_SHEET_STUDENT_NUMBER)->column, 1);
    cr_expect_eq(cbi_assignment_value(&cbi_mapping_list(mapping, &(size_t){0})[0], &short_row).size,
                 0, "a cell that is not there is empty");
    cbi_mapping_free(mapping);
}

Test(mapping, a_mapped_column_that_is_there_twice_is_refused_with_its_places)
{
    static const char *const names[] = {"x", "N", "T", "x", "N"};
    cbi_mapping *mapping = mapped(NEEDED, "");

    cr_expect_eq(bound(mapping, names, 5), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_CSV_DUPLICATE_COLUMN);
    cr_expect_str_eq(err.object, "N");
    cr_expect_str_eq(err.detail, "2, 5");
    cr_expect_eq(bound(mapping, names, 4), CBANK_OK, "the other may be there twice");
    cbi_mapping_free(mapping);
}

Test(mapping, a_column_that_is_not_in_the_file_is_named_with_those_that_are)
{
    static const char *const names[] = {"学号", "课程名称"};
    cbi_mapping *mapping = mapped("title=课程名,student_number=学号", "");

    cr_expect_eq(bound(mapping, names, 2), CBANK_E_INVALID);
    cr_expect_eq(err.reason, CBI_REASON_MAP_NO_COLUMN);
    cr_expect_str_eq(err.object, "课程名");
    cr_expect_str_eq(err.detail, "学号, 课程名称");
    cbi_mapping_free(mapping);
}

Test(mapping, a_learners_row_in_the_place_of_the_header_shows_no_number)
{
    static const char *const names[] = {"440524188001010014", "大学语文"};
    cbi_mapping *mapping = mapped(NEEDED, "");

    cr_expect_eq(bound(mapping, names, 2), CBANK_E_INVALID);
    cr_expect_str_eq(err.detail, "***, 大学语文");
    cbi_mapping_free(mapping);
}

Test(mapping, a_field_that_every_row_needs_must_be_filled)
{
    static const struct {
        const char *map;
        const char *missing;
    } lists[] = {
        {"student_number=N", "title"},    {"title=T", "id_number, student_number"},
        {NEEDED ",score=S", "score_max"}, {NEEDED ",level=S", "framework"},
        {NEEDED ",framework=S", "level"}, {NEEDED ",grade_point=S", "point_scale"},
    };
    static const char *const names[] = {"T", "N", "S"};

    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        cbi_mapping *mapping = mapped(lists[i].map, "");

        cr_expect_eq(bound(mapping, names, 3), CBANK_E_INVALID, "%s", lists[i].map);
        cr_expect_eq(err.reason, CBI_REASON_MAP_MISSING_FIELD);
        cr_expect_str_eq(err.object, lists[i].missing);
        cr_expect_str_eq(err.detail, "T, N, S");
        cbi_mapping_free(mapping);
    }
}

Test(sheet, every_field_is_found_by_its_own_word)
{
    size_t count;
    const cbi_sheet_field *fields = cbi_sheet_fields(&count);

    for (size_t i = 0; i < count; i++) {
        cr_expect_eq((size_t)fields[i].id, i, "%s stands in the place of its id", fields[i].word);
        cr_expect_eq(cbi_sheet_find(cbi_bytes_of_text(fields[i].word)), &fields[i], "%s",
                     fields[i].word);
        cr_expect(fields[i].chinese[0] != '\0' && fields[i].fills[0] != '\0');
    }
    cr_expect_null(cbi_sheet_find(cbi_bytes_of_text("")));
}

Test(sheet, what_a_field_fills_is_a_field_of_the_record)
{
    size_t count;
    const cbi_sheet_field *fields = cbi_sheet_fields(&count);

    for (size_t i = 0; i < count; i++) {
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(
            &cbank__v1__credit_record__descriptor, fields[i].fills);

        if (strcmp(fields[i].fills, "holder") == 0 || fields[i].id == CBI_SHEET_RECORD ||
            strcmp(fields[i].fills, "enrolment") == 0)
            continue; /* whom it is for, which of the bank's it is, or no record at all */
        cr_assert_not_null(field, "%s fills %s", fields[i].word, fields[i].fills);
        if (fields[i].kind == CBI_SHEET_IS_TEXT || fields[i].kind == CBI_SHEET_IS_DATE ||
            fields[i].kind == CBI_SHEET_IS_CODE)
            cr_expect_eq(fields[i].offset, field->offset, "%s", fields[i].word);
    }
}
