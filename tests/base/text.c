#include "base/text.h"

#include <criterion/criterion.h>

#include <string.h>

#include "base/heap.h"

static bool is_clean(const char *text)
{
    return cbi_text_is_clean(cbi_bytes_of_text(text));
}

/* UTF-8 of one code point, of any: also of those that UTF-8 does not have. */
static cbi_bytes encode(uint32_t c, uint8_t out[4])
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return cbi_bytes_of(out, 1);
    }
    if (c < 0x800) {
        out[0] = (uint8_t)(0xc0 | c >> 6);
        out[1] = (uint8_t)(0x80 | (c & 63));
        return cbi_bytes_of(out, 2);
    }
    if (c < 0x10000) {
        out[0] = (uint8_t)(0xe0 | c >> 12);
        out[1] = (uint8_t)(0x80 | (c >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (c & 63));
        return cbi_bytes_of(out, 3);
    }
    out[0] = (uint8_t)(0xf0 | c >> 18);
    out[1] = (uint8_t)(0x80 | (c >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (c >> 6 & 63));
    out[3] = (uint8_t)(0x80 | (c & 63));
    return cbi_bytes_of(out, 4);
}

static bool is_refused(uint32_t c)
{
    bool control = c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029;
    bool surrogate = c >= 0xd800 && c <= 0xdfff;
    bool directional = c == 0x061c || c == 0x200e || c == 0x200f ||
                       (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    bool no_character = (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xffff) >= 0xfffe;

    return control || surrogate || directional || no_character || c == 0xfeff || c > 0x10ffff;
}

Test(clean_text, is_every_character_but_those_that_hide_something)
{
    uint8_t bytes[4];

    for (uint32_t c = 0; c <= 0x1fffff; c++)
        cr_assert_eq(cbi_text_is_clean(encode(c, bytes)), !is_refused(c), "U+%04X", c);
}

Test(clean_text, is_judged_to_its_end)
{
    cr_assert(is_clean(""));
    cr_assert(is_clean("学分银行 credit bank 1"));
    cr_assert(is_clean("𠮷野 é \U0001f393"));
    cr_assert(!is_clean("two\nlines"));
    cr_assert(!is_clean("学分\t银行"));
    cr_assert(!is_clean("3.5\u202e分"), "what follows would read backwards");
    cr_assert(!cbi_text_is_clean(cbi_bytes_of("a\0b", 3)));
}

Test(clean_text, is_valid_utf8)
{
    static const char *const invalid[] = {
        "\x80",             /* goes on without a beginning */
        "\xe5\xad",         /* cut short */
        "\xe5\xad" "a",     /* the same before something else */
        "\xc0\xaf",         /* overlong */
        "\xc1\xbf",         "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf",
        "\xed\xa0\x80",     /* a surrogate */
        "\xf4\x90\x80\x80", /* beyond U+10FFFF */
        "\xf8\x88\x80\x80\x80", "\xfe", "\xff",
        "\xd1\xa7\xb7\xd6", /* 学分 in GB 18030 */
    };

    for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
        cr_assert(!is_clean(invalid[i]), "%zu", i);
}

Test(clean_text, is_counted_in_characters)
{
    cr_assert_eq(cbi_text_characters(cbi_bytes_of_text("")), 0);
    cr_assert_eq(cbi_text_characters(cbi_bytes_of_text("abc")), 3);
    cr_assert_eq(cbi_text_characters(cbi_bytes_of_text("学分银行")), 4);
    cr_assert_eq(cbi_text_characters(cbi_bytes_of_text("𠮷")), 1);
}

static void expect_composed(const char *text, const char *wanted)
{
    cbank_buffer out = {0};

    cr_assert_eq(cbi_text_compose(cbi_bytes_of_text(text), &out, NULL), CBANK_OK);
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&out), cbi_bytes_of_text(wanted)), "%s", wanted);
    cbank_buffer_clear(&out);
}

static void expect_folded(const char *text, const char *wanted)
{
    cbank_buffer out = {0};

    cr_assert_eq(cbi_text_fold_width(cbi_bytes_of_text(text), &out, NULL), CBANK_OK);
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&out), cbi_bytes_of_text(wanted)), "%s", wanted);
    cbank_buffer_clear(&out);
}

Test(names, are_composed_and_otherwise_left_alone)
{
    expect_composed("", "");
    expect_composed("Jose\u0301", "Jos\u00e9");
    expect_composed("\u1112\u1161\u11ab", "\ud55c");
    expect_composed("\uf900", "\u8c48"); /* a compatibility ideograph has one canonical form */
    expect_composed("Ａ１", "Ａ１");      /* width is kept in names */
    expect_composed(" 阿·买提 ", " 阿·买提 ");
}

Test(codes, are_folded_to_ascii_and_trimmed)
{
    expect_folded("", "");
    expect_folded("Ａ１２Ｘ", "A12X");
    expect_folded("　４４０５２４　", "440524"); /* the wide blank */
    expect_folded("\u00a0 A 1 ", "A 1");
    expect_folded("（一）", "(一)");
    expect_folded("   ", "");
}

/* What is plain is passed by; beside a letter that is not, nothing is. */
Test(names, that_are_plain_have_one_form_whichever_way_it_is_found)
{
    cbank_buffer quick = {0}, slow = {0};
    uint8_t bytes[8];

    for (uint32_t c = 1; c <= 0x9fff; c = c == 0x7f ? 0x4e00 : c + 1) {
        size_t size = encode(c, bytes).size;

        if (c == ' ') /* trimmed where it stands alone */
            continue;
        memcpy(bytes + size, "\u00e9", 2);
        cr_assert_eq(cbi_text_compose(cbi_bytes_of(bytes, size), &quick, NULL), CBANK_OK);
        cr_assert_eq(cbi_text_compose(cbi_bytes_of(bytes, size + 2), &slow, NULL), CBANK_OK);
        slow.size -= 2;
        cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&quick), cbi_bytes_of_buffer(&slow)));
        cr_assert_eq(cbi_text_fold_width(cbi_bytes_of(bytes, size), &quick, NULL), CBANK_OK);
        cr_assert_eq(cbi_text_fold_width(cbi_bytes_of(bytes, size + 2), &slow, NULL), CBANK_OK);
        slow.size -= 2;
        cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&quick), cbi_bytes_of_buffer(&slow)));
    }
    cbank_buffer_clear(&quick);
    cbank_buffer_clear(&slow);
}

Test(text, that_is_no_utf8_has_no_form)
{
    cbank_buffer out = {0};
    cbank_error err = {0};

    cr_assert_eq(cbi_text_compose(cbi_bytes_of_text("\xb2\xe2"), &out, &err), CBANK_E_INVALID);
    cr_assert_eq(err.reason, CBI_REASON_BAD_UTF8);
    cr_assert_eq(cbi_text_fold_width(cbi_bytes_of_text("\xe5\xad"), &out, NULL), CBANK_E_INVALID);
    cr_assert_eq(out.size, 0);
    cbank_buffer_clear(&out);
}

Test(text, leaves_no_copy_of_itself_behind)
{
    static const char number[] = "440524188001010014";
    cbank_buffer out = {0};

    heap_watch(cbi_bytes_of_text(number));
    cr_assert_eq(cbi_text_fold_width(cbi_bytes_of_text(number), &out, NULL), CBANK_OK);
    cr_assert_eq(cbi_text_fold_width(cbi_bytes_of_text("Ａ440524188001010014"), &out, NULL),
                 CBANK_OK);
    cbank_buffer_clear(&out);
    cr_assert_eq(heap_leaks(), 0);
}

Test(hex, is_written_small_and_read_in_either_case)
{
    static const uint8_t bytes[] = {0x00, 0x09, 0x0a, 0x7f, 0xff};
    uint8_t read[5];
    char text[11];

    cbi_hex_encode(cbi_bytes_of(bytes, sizeof(bytes)), text);
    cr_assert_str_eq(text, "00090a7fff");
    cr_assert(cbi_hex_decode(cbi_bytes_of_text("00090A7fFF"), read, 5));
    cr_assert_arr_eq(read, bytes, 5);
    cbi_hex_encode(cbi_bytes_of(NULL, 0), text);
    cr_assert_str_eq(text, "");
}

Test(hex, is_refused_with_other_digits_or_another_size)
{
    static const char *const refused[] = {"", "0", "012", "0123 ", "01230", "0g23", "01:3", "０１"};
    uint8_t read[2];

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        cr_assert(!cbi_hex_decode(cbi_bytes_of_text(refused[i]), read, 2), "%s", refused[i]);
    cr_assert(cbi_hex_decode(cbi_bytes_of_text(""), read, 0));
}

/* RFC 4648 section 10. */
Test(base64, has_the_forms_of_its_standard)
{
    static const char *const rows[][2] = {
        {"", ""},          {"f", "Zg=="},         {"fo", "Zm8="},        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "+/8="},
    };
    cbank_buffer out = {0};
    uint8_t read[16];
    size_t size;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cbi_bytes plain = cbi_bytes_of_text(rows[i][0]);
        cbi_bytes encoded = cbi_bytes_of_text(rows[i][1]);

        cbi_buffer_rewind(&out);
        cr_assert_eq(cbi_base64_encode(plain, &out, NULL), CBANK_OK);
        cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&out), encoded), "%s", rows[i][1]);
        cr_assert(cbi_base64_decode(encoded, read, sizeof(read), &size), "%s", rows[i][1]);
        cr_assert(cbi_bytes_equal(cbi_bytes_of(read, size), plain), "%s", rows[i][1]);
    }
    cbank_buffer_clear(&out);
}

Test(base64, is_appended)
{
    cbank_buffer out = {0};

    cr_assert_eq(cbi_buffer_set(&out, cbi_bytes_of_text("key:"), NULL), CBANK_OK);
    cr_assert_eq(cbi_base64_encode(cbi_bytes_of_text("f"), &out, NULL), CBANK_OK);
    cr_assert(cbi_bytes_equal(cbi_bytes_of_buffer(&out), cbi_bytes_of_text("key:Zg==")));
    cbank_buffer_clear(&out);
}

Test(base64, has_one_form_only)
{
    static const char *const refused[] = {
        "Zg",   "Zg=",  "Z===",  "====",  "=",       "Zg==Zg==", "Zm8=Zm8=", "Z=g=",   "Zh==",
        "Zm9=", " Zg==", "Zg== ", "Zg\n==", "Zg==\n", "Zm-_",     "Zm9v*===", "Zm9vYm", "Zm９v",
    };
    uint8_t read[16];
    size_t size = 77;

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        cr_assert(!cbi_base64_decode(cbi_bytes_of_text(refused[i]), read, sizeof(read), &size),
                  "%s", refused[i]);
    cr_assert(!cbi_base64_decode(cbi_bytes_of("Zg\0=", 4), read, sizeof(read), &size));
    cr_assert_eq(size, 77, "a size that is refused is not written");
}

Test(base64, never_writes_beyond_its_room)
{
    uint8_t read[4] = {9, 9, 9, 9};
    size_t size;

    cr_assert(cbi_base64_decode(cbi_bytes_of_text("Zm9v"), read, 3, &size));
    cr_assert_eq(read[3], 9);
    cr_assert(!cbi_base64_decode(cbi_bytes_of_text("Zm9vYg=="), read, 3, &size));
    cr_assert_eq(read[3], 9);
}

Test(base64, decodes_every_byte_that_it_encodes)
{
    uint8_t bytes[256], read[256];
    cbank_buffer out = {0};
    size_t size;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 167 + 13);
    for (size_t length = 0; length <= sizeof(bytes); length++) {
        cbi_buffer_rewind(&out);
        cr_assert_eq(cbi_base64_encode(cbi_bytes_of(bytes, length), &out, NULL), CBANK_OK);
        cr_assert(cbi_base64_decode(cbi_bytes_of_buffer(&out), read, sizeof(read), &size));
        cr_assert(cbi_bytes_equal(cbi_bytes_of(read, size), cbi_bytes_of(bytes, length)));
    }
    cbank_buffer_clear(&out);
}

Test(numbers, in_text_have_no_sign_blank_or_leading_zero)
{
    static const char *const refused[] = {
        "",    "00",  "01", "+1", "-1", " 1", "1 ",
        "1.0", "0x1", "１", "18446744073709551616", "99999999999999999999", "184467440737095516150",
    };
    uint64_t value = 77;

    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        cr_assert(!cbi_u64_parse(cbi_bytes_of_text(refused[i]), &value), "%s", refused[i]);
    cr_assert_eq(value, 77, "a number that is refused is not written");
    cr_assert(cbi_u64_parse(cbi_bytes_of_text("0"), &value) && value == 0);
    cr_assert(cbi_u64_parse(cbi_bytes_of_text("18446744073709551615"), &value));
    cr_assert_eq(value, UINT64_MAX);
}

/* Wherever the byte stands, and however long the text is: words of eight have no say in it. */
Test(text, in_ascii_is_clean_if_each_byte_can_be_seen)
{
    uint8_t text[25];

    memset(text, 'a', sizeof(text));
    for (size_t size = 1; size <= sizeof(text); size++) {
        for (size_t at = 0; at < size; at++) {
            for (unsigned byte = 0; byte < 256; byte++) {
                text[at] = (uint8_t)byte;
                cr_assert_eq(cbi_text_is_clean(cbi_bytes_of(text, size)),
                             byte >= 0x20 && byte < 0x7f, "%u at %zu of %zu", byte, at, size);
            }
            text[at] = 'a';
        }
    }
}
