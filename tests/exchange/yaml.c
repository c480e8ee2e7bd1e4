/* YAML that people write: what is read, what is refused, and where an error says it is. */
#include "exchange/yaml.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cbi_yaml yaml;
static cbank_error err;

static const cbi_yaml_node *read_bytes(cbi_bytes bytes)
{
    memset(&err, 0, sizeof(err));
    cr_assert_eq(cbi_yaml_parse(bytes, "folder/rules.yaml", &yaml, NULL, &err), CBANK_OK, "%s %s",
                 err.object, err.detail);
    return yaml.root;
}

static const cbi_yaml_node *read_text(const char *text)
{
    return read_bytes(cbi_bytes_of_text(text));
}

static void refused_bytes(cbi_bytes bytes, cbi_reason reason, uint32_t line, uint32_t column)
{
    cbi_place at = {0};
    char object[80];

    memset(&err, 0, sizeof(err));
    cr_expect_eq(cbi_yaml_parse(bytes, "folder/rules.yaml", &yaml, &at, &err),
                 cbi_reason_status(reason), "%.40s", (const char *)bytes.data);
    cr_expect_str_eq(cbank_reason_name(err.reason), cbank_reason_name((int32_t)reason), "%.40s: %s",
                     (const char *)bytes.data, err.detail);
    cr_expect(at.line == line && at.column == column, "%.40s: %u:%u", (const char *)bytes.data,
              at.line, at.column);
    snprintf(object, sizeof(object), "rules.yaml:%u:%u", line, column);
    cr_expect_str_eq(err.object, object);
    cr_expect_eq(err.where, line);
    cr_expect_null(yaml.root, "nothing is left of a refused document");
}

static void refused(const char *text, cbi_reason reason, uint32_t line, uint32_t column)
{
    refused_bytes(cbi_bytes_of_text(text), reason, line, column);
}

static void is_text(const cbi_yaml_node *node, const char *text, uint32_t line, uint32_t column)
{
    cr_assert_not_null(node);
    cr_expect_eq(node->kind, CBI_YAML_TEXT);
    cr_expect_str_eq((const char *)node->text.data, text);
    cr_expect_eq(node->text.size, strlen(text));
    cr_expect(node->at.line == line && node->at.column == column, "%s at %u:%u", text,
              node->at.line, node->at.column);
}

Test(yaml, every_node_knows_its_place)
{
    const cbi_yaml_node *root = read_text("id: gd\n"
                                          "规则:\n"
                                          "  - 来源: [PXU, \"JXU\"]\n"
                                          "    学分: 4.5\n");
    const cbi_yaml_node *rule = cbi_yaml_get(root, "规则")->first;

    cr_expect_eq(root->count, 2);
    is_text(cbi_yaml_get(root, "id"), "gd", 1, 5);
    cr_expect_eq(rule->kind, CBI_YAML_MAP);
    cr_expect_eq(rule->at.line, 3);
    cr_expect_eq(rule->first->key_at.column, 5);
    is_text(rule->first->first, "PXU", 3, 10);
    is_text(rule->first->first->next, "JXU", 3, 15);
    cr_expect(rule->first->first->next->quoted && !rule->first->first->quoted);
    is_text(cbi_yaml_get(rule, "学分"), "4.5", 4, 9);
    cr_expect_null(cbi_yaml_get(rule, "学时"));
    cbi_yaml_clear(&yaml);
}

Test(yaml, a_scalar_is_the_text_that_was_written)
{
    static const char *const written[] = {"no",   "0123",   "1e3", "4.50",       "2024-06-30",
                                          "null", "+08:00", "~",   "0x1f",       "1_000",
                                          ".inf", "12:30",  "yes", "66.7% max 3"};
    char text[64];

    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
        snprintf(text, sizeof(text), "key: %s", written[i]);
        is_text(cbi_yaml_get(read_text(text), "key"), written[i], 1, 6);
        cbi_yaml_clear(&yaml);
    }
}

Test(yaml, quotes_blocks_and_comments_are_read_as_people_expect)
{
    const cbi_yaml_node *root = read_text("\xef\xbb\xbf# a comment\r\n"
                                          "a: 'it''s' # another\r\n"
                                          "b: \"\\u4e2d\\u6587\"\r\n"
                                          "c: >\r\n"
                                          "  one\r\n"
                                          "  two\r\n"
                                          "d:\r\n"
                                          "e: ''\r\n");

    is_text(cbi_yaml_get(root, "a"), "it's", 2, 4);
    is_text(cbi_yaml_get(root, "b"), "中文", 3, 4);
    is_text(cbi_yaml_get(root, "c"), "one two", 4, 4);
    cr_expect(cbi_yaml_get(root, "d")->text.size == 0 && !cbi_yaml_get(root, "d")->quoted);
    cr_expect(cbi_yaml_get(root, "e")->text.size == 0 && cbi_yaml_get(root, "e")->quoted);
    cbi_yaml_clear(&yaml);
    cr_expect(read_text("")->kind == CBI_YAML_MAP && yaml.root->count == 0);
    cbi_yaml_clear(&yaml);
    cr_expect_eq(read_text("- 1\n- 2\n")->kind, CBI_YAML_LIST);
    cbi_yaml_clear(&yaml);
}

Test(yaml, what_stands_for_something_else_is_refused)
{
    refused("a: &x 1\nb: *x\n", CBI_REASON_YAML_FORM, 1, 4);
    refused("a: *x\n", CBI_REASON_YAML_FORM, 1, 4);
    refused("a: !!int 1\n", CBI_REASON_YAML_FORM, 1, 4);
    refused("a: !x {b: 1}\n", CBI_REASON_YAML_FORM, 1, 4);
    refused("a: &x [1]\n", CBI_REASON_YAML_FORM, 1, 4);
    refused("a: 1\n---\nb: 2\n", CBI_REASON_YAML_FORM, 2, 1);
    refused("%YAML 1.1\n---\na: 1\n", CBI_REASON_YAML_FORM, 1, 1);
    refused("? [a]\n: 1\n", CBI_REASON_YAML_FORM, 1, 3);
    refused("? {a: 1}\n: 1\n", CBI_REASON_YAML_FORM, 1, 3);
    refused("'': 1\n", CBI_REASON_YAML_FORM, 1, 1);
}

Test(yaml, a_key_stands_once_in_a_map)
{
    refused("a: 1\nb: 2\na: 3\n", CBI_REASON_YAML_KEY_TWICE, 3, 1);
    refused("m: {x: 1, \"x\": 2}\n", CBI_REASON_YAML_KEY_TWICE, 1, 11);
    cr_expect_str_eq(err.detail, "x");
    read_text("a: {x: 1}\nb: {x: 1}\n");
    cbi_yaml_clear(&yaml);
}

Test(yaml, what_does_not_parse_says_where)
{
    refused("a: [1, 2\nb: 3\n", CBI_REASON_YAML_SYNTAX, 2, 2);
    refused("a: 'open\n", CBI_REASON_YAML_SYNTAX, 2, 1);
    refused("a: 1\n  b: 2\n", CBI_REASON_YAML_SYNTAX, 2, 4);
    refused("a: b: c\n", CBI_REASON_YAML_SYNTAX, 1, 5);
}

Test(yaml, bytes_that_are_no_clean_text_are_refused_in_their_place)
{
    refused("a: 1\n\tb: 2\n", CBI_REASON_YAML_BYTES, 2, 1);
    cr_expect_str_eq(err.detail, "tab");
    refused("a: 1\nb: 中文\x01\n", CBI_REASON_YAML_BYTES, 2, 6);
    refused("a: \xc3\x28\n", CBI_REASON_YAML_BYTES, 1, 4);
    refused("a: \xe2\x80\xae right to left\n", CBI_REASON_YAML_BYTES, 1, 4);
    refused("a: 1\rb: 2\n", CBI_REASON_YAML_BYTES, 1, 5);
    refused("\xff\xfe" "a", CBI_REASON_YAML_BYTES, 1, 1);
    refused_bytes(cbi_bytes_of("a: \0b", 5), CBI_REASON_YAML_BYTES, 1, 4);
    refused("a: \"\\x07\"\n", CBI_REASON_YAML_BYTES, 1, 4);
    refused("a: |\n  one\n  two\n", CBI_REASON_YAML_BYTES, 1, 4);
}

/* `count` times `piece`, between two others. */
static char *repeated(const char *before, const char *piece, size_t count, const char *after)
{
    size_t size = strlen(piece);
    char *text = malloc(strlen(before) + size * count + strlen(after) + 1);
    char *out = text + sprintf(text, "%s", before);

    for (size_t i = 0; i < count; i++, out += size)
        memcpy(out, piece, size);
    strcpy(out, after);
    return text;
}

static void limited(char *text, const char *limit)
{
    memset(&err, 0, sizeof(err));
    cr_expect_eq(cbi_yaml_parse(cbi_bytes_of_text(text), "f", &yaml, NULL, &err),
                 CBANK_E_TOO_LARGE, "%s", limit);
    cr_expect_str_eq(err.detail, limit);
    cr_expect_null(yaml.root);
    free(text);
}

static void within(char *text)
{
    read_text(text);
    cbi_yaml_clear(&yaml);
    free(text);
}

Test(yaml, each_limit_holds_and_one_less_passes)
{
    char *closing = repeated("", "]", CBI_YAML_DEPTH_MAX - 1, "");
    char *keys = malloc(16 * (CBI_YAML_KEYS_MAX + 2));
    size_t size = 0;

    within(repeated("a: ", "[", CBI_YAML_DEPTH_MAX - 1, closing));
    free(closing);
    limited(repeated("a: ", "[", CBI_YAML_DEPTH_MAX, ""), "depth");
    limited(repeated("", "[", 1000000, ""), "depth");
    within(repeated("a: ", "x", CBI_YAML_TEXT_MAX, ""));
    limited(repeated("a: ", "x", CBI_YAML_TEXT_MAX + 1, ""), "text");
    within(repeated("", "- x\n", CBI_YAML_NODES_MAX - 1, ""));
    limited(repeated("", "- x\n", CBI_YAML_NODES_MAX, ""), "nodes");
    limited(repeated("# ", "x", CBI_YAML_SIZE_MAX, ""), "file");
    for (uint32_t i = 0; i < CBI_YAML_KEYS_MAX; i++)
        size += (size_t)sprintf(keys + size, "k%u: %u\n", i, i);
    read_text(keys);
    cbi_yaml_clear(&yaml);
    strcpy(keys + size, "more: 1\n");
    limited(keys, "keys");
}

/* Whatever is cut off or changed in a document, it is read or refused, and nothing leaks. */
Test(yaml, a_document_that_was_cut_or_changed_is_read_or_refused)
{
    static const char text[] = "id: gd\n# x\nrules:\n  - {a: [1, '2'], b: \"3\"}\n"
                               "  - c: |\n      d\n";
    char changed[sizeof(text)];

    for (size_t cut = 0; cut < sizeof(text); cut++) {
        if (cbi_yaml_parse(cbi_bytes_of(text, cut), "f", &yaml, NULL, &err) == CBANK_OK)
            cbi_yaml_clear(&yaml);
    }
    for (size_t i = 0; i + 1 < sizeof(text); i++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            memcpy(changed, text, sizeof(text));
            changed[i] = (char)byte;
            if (cbi_yaml_parse(cbi_bytes_of(changed, sizeof(text) - 1), "f", &yaml, NULL, &err) ==
                CBANK_OK)
                cbi_yaml_clear(&yaml);
            else
                cr_assert_null(yaml.root);
        }
    }
}
