/*
 * Which encoding a file is in: what Chinese offices really save, and what must never be guessed.
 */
#include "exchange/encoding.h"
#include "exchange/desk.h"

#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HEADER "学号,课程名称,学分\n"
#define TEXT HEADER "0123,大学语文,3\n0124,木工工艺,2.5\n"

static cbank_error err;

/* Decodes `piece` bytes at a time; the answer of the first call that fails. */
static cbank_status decode(cbi_encoding told, cbi_bytes file, size_t piece, cbank_buffer *utf8,
                           cbi_encoding *found)
{
    cbi_decoder *decoder = NULL;
    cbank_status status = CBANK_OK;

    memset(&err, 0, sizeof(err));
    CBI_TRY(cbi_decoder_new(told, &decoder, &err));
    for (size_t at = 0; at < file.size; at += piece) {
        size_t size = file.size - at < piece ? file.size - at : piece;

        CBI_TRY(cbi_decoder_feed(decoder, cbi_bytes_of(file.data + at, size), utf8, &err));
    }
    CBI_TRY(cbi_decoder_end(decoder, utf8, &err));
    *found = cbi_decoder_encoding(decoder);
done:
    cbi_decoder_free(decoder);
    return status;
}

static void decodes(cbi_encoding told, cbi_bytes file, const char *text, cbi_encoding encoding)
{
    static const size_t pieces[] = {1, 2, 3, 5, 64, 1u << 20};

    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        cbank_buffer utf8 = {0};
        cbi_encoding found = CBI_ENCODING_UNDECIDED;

        cr_expect_eq(decode(told, file, pieces[i], &utf8, &found), CBANK_OK, "%s: %s %s", text,
                     cbank_reason_name(err.reason), err.detail);
        cr_expect_eq(found, encoding, "%s is %s", text, cbi_encoding_name(found));
        cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&utf8), cbi_bytes_of_text(text)), "%s", text);
        cbank_buffer_clear(&utf8);
    }
}

static void refuses(cbi_encoding told, cbi_bytes file, cbi_reason reason)
{
    cbank_buffer utf8 = {0};
    cbi_encoding found;

    cr_expect_eq(decode(told, file, 1u << 20, &utf8, &found), cbi_reason_status(reason));
    cr_expect_str_eq(cbank_reason_name(err.reason), cbank_reason_name((int32_t)reason));
    cbank_buffer_clear(&utf8);
}

Test(encoding, utf8_is_found_with_and_without_a_mark)
{
    decodes(CBI_ENCODING_UNDECIDED, cbi_bytes_of_text(TEXT), TEXT, CBI_ENCODING_UTF8);
    decodes(CBI_ENCODING_UNDECIDED, cbi_bytes_of_text("\xef\xbb\xbf" TEXT), TEXT,
            CBI_ENCODING_UTF8);
    decodes(CBI_ENCODING_UTF8, cbi_bytes_of_text("\xef\xbb\xbf" TEXT), TEXT, CBI_ENCODING_UTF8);
}

Test(encoding, gb18030_is_found_by_itself)
{
    cbank_buffer file = desk_encode(TEXT, "GB18030");

    decodes(CBI_ENCODING_UNDECIDED, cbi_bytes_of_buffer(&file), TEXT, CBI_ENCODING_GB18030);
    decodes(CBI_ENCODING_GB18030, cbi_bytes_of_buffer(&file), TEXT, CBI_ENCODING_GB18030);
    cbank_buffer_clear(&file);
}

Test(encoding, a_rare_character_of_a_name_is_read_from_its_four_bytes)
{
    const char *text = HEADER "0125,𠮷林史,1\n";
    cbank_buffer file = desk_encode(text, "GB18030");

    decodes(CBI_ENCODING_UNDECIDED, cbi_bytes_of_buffer(&file), text, CBI_ENCODING_GB18030);
    cbank_buffer_clear(&file);
}

Test(encoding, ascii_needs_no_finding)
{
    decodes(CBI_ENCODING_UNDECIDED, cbi_bytes_of_text("id,title\n1,x\n"), "id,title\n1,x\n",
            CBI_ENCODING_UNDECIDED);
    decodes(CBI_ENCODING_UNDECIDED, cbi_bytes_of_text(""), "", CBI_ENCODING_UNDECIDED);
}

Test(encoding, a_word_with_an_accent_is_utf8)
{
    decodes(CBI_ENCODING_UNDECIDED, cbi_bytes_of_text("name\nJosé\n"), "name\nJosé\n",
            CBI_ENCODING_UTF8);
    decodes(CBI_ENCODING_UNDECIDED, cbi_bytes_of_text("name\nÉlan\n"), "name\nÉlan\n",
            CBI_ENCODING_UTF8);
    decodes(CBI_ENCODING_UNDECIDED, cbi_bytes_of_text("имя,предмет\n"), "имя,предмет\n",
            CBI_ENCODING_UTF8);
}

/* 茅 in GB18030 has the same two bytes as é in UTF-8. */
Test(encoding, a_single_character_that_reads_well_in_both_must_be_told)
{
    cbi_bytes file = cbi_bytes_of_text("name\n\xc3\xa9\n");

    refuses(CBI_ENCODING_UNDECIDED, file, CBI_REASON_AMBIGUOUS_ENCODING);
    decodes(CBI_ENCODING_GB18030, file, "name\n茅\n", CBI_ENCODING_GB18030);
    decodes(CBI_ENCODING_UTF8, file, "name\né\n", CBI_ENCODING_UTF8);
}

Test(encoding, utf16_is_refused_with_and_without_a_mark)
{
    static const char *const names[] = {"UTF-16LE", "UTF-16BE", "UTF-16"};

    for (size_t i = 0; i < 3; i++) {
        cbank_buffer file = desk_encode(TEXT, names[i]);

        refuses(CBI_ENCODING_UNDECIDED, cbi_bytes_of_buffer(&file), CBI_REASON_ENCODING_UTF16);
        refuses(CBI_ENCODING_UTF8, cbi_bytes_of_buffer(&file), CBI_REASON_ENCODING_UTF16);
        cbank_buffer_clear(&file);
    }
}

Test(encoding, workbooks_are_refused_by_their_first_bytes)
{
    refuses(CBI_ENCODING_UNDECIDED, cbi_bytes_of("PK\x03\x04\x14\x00\x06\x00", 8),
            CBI_REASON_NOT_TEXT);
    cr_expect_str_eq(err.object, "xlsx");
    refuses(CBI_ENCODING_UNDECIDED, cbi_bytes_of("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8),
            CBI_REASON_NOT_TEXT);
    cr_expect_str_eq(err.object, "xls");
}

Test(encoding, a_wrong_byte_is_named_by_its_place_and_what_came_before_is_kept)
{
    cbank_buffer utf8 = {0};
    cbi_encoding found;

    cr_expect_eq(decode(CBI_ENCODING_UTF8, cbi_bytes_of_text("课程\nA\xff\n"), 4, &utf8, &found),
                 CBANK_E_MALFORMED);
    cr_expect_eq(err.reason, CBI_REASON_BAD_ENCODING);
    cr_expect_str_eq(err.object, "utf-8");
    cr_expect_str_eq(err.detail, "byte 8");
    cr_expect(cbi_bytes_equal(cbi_bytes_of_buffer(&utf8), cbi_bytes_of_text("课程\nA")));
    cbank_buffer_clear(&utf8);
}

/* The rows that differ read as GB18030 too, as nonsense: six bytes are two characters or three. */
Test(encoding, a_file_that_mixes_both_is_refused_whichever_comes_first)
{
    cbank_buffer gb = desk_encode(TEXT, "GB18030");
    cbank_buffer file = {0};

    cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_text(TEXT), NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_buffer(&gb), NULL), CBANK_OK);
    refuses(CBI_ENCODING_UNDECIDED, cbi_bytes_of_buffer(&file), CBI_REASON_BAD_ENCODING);
    cr_assert_eq(cbi_buffer_set(&file, cbi_bytes_of_buffer(&gb), NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_text("0125,木工工艺,1\n"), NULL), CBANK_OK);
    refuses(CBI_ENCODING_UNDECIDED, cbi_bytes_of_buffer(&file), CBI_REASON_BAD_ENCODING);
    cr_expect_str_eq(err.detail, "byte 58");
    cbank_buffer_clear(&gb);
    cbank_buffer_clear(&file);
}

/* The window that decides is 64 KiB; what comes behind it is held to the decision. */
Test(encoding, bytes_that_break_the_decision_late_in_a_file_are_refused)
{
    cbank_buffer file = {0};
    cbank_buffer utf8 = {0};
    cbi_encoding found;

    for (size_t i = 0; i < 4000; i++)
        cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_text(TEXT), NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_text("\xc4\xbe\n"), NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_text("\xb9\xa4\n"), NULL), CBANK_OK);
    cr_expect_eq(decode(CBI_ENCODING_UNDECIDED, cbi_bytes_of_buffer(&file), 4096, &utf8, &found),
                 CBANK_E_MALFORMED);
    cr_expect_eq(err.reason, CBI_REASON_BAD_ENCODING);
    cbank_buffer_clear(&file);
    cbank_buffer_clear(&utf8);
}

Test(encoding, a_row_of_utf8_late_in_gb18030_is_found_wherever_the_pieces_end)
{
    static const size_t pieces[] = {1, 2, 3, 7, 4096, 1u << 20};
    cbank_buffer gb = desk_encode(TEXT, "GB18030");
    cbank_buffer file = {0};

    for (size_t i = 0; i < 4000; i++)
        cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_buffer(&gb), NULL), CBANK_OK);
    cr_assert_eq(cbi_buffer_append(&file, cbi_bytes_of_text("0125,木工工艺,1\n"), NULL), CBANK_OK);
    for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
        cbank_buffer utf8 = {0};
        cbi_encoding found;

        cr_expect_eq(decode(CBI_ENCODING_UNDECIDED, cbi_bytes_of_buffer(&file), pieces[i], &utf8,
                            &found),
                     CBANK_E_MALFORMED, "pieces of %zu bytes", pieces[i]);
        cr_expect_str_eq(err.detail, "byte 212005");
        cbank_buffer_clear(&utf8);
    }
    cbank_buffer_clear(&gb);
    cbank_buffer_clear(&file);
}

Test(encoding, half_a_character_at_the_end_is_refused)
{
    cbank_buffer gb = desk_encode("课程名称,学分", "GB18030");

    refuses(CBI_ENCODING_UTF8, cbi_bytes_of("title,\xe8\xaf", 8), CBI_REASON_BAD_ENCODING);
    refuses(CBI_ENCODING_GB18030, cbi_bytes_of(gb.data, gb.size - 1), CBI_REASON_BAD_ENCODING);
    cbank_buffer_clear(&gb);
}

Test(encoding, every_character_of_the_basic_plane_reads_the_same_from_both_encodings)
{
    char text[8 * 64] = "";
    size_t checked = 0;

    for (unsigned first = 0x4e00; first < 0xa000; first += 64) {
        size_t size = 0;
        cbank_buffer file;

        for (unsigned c = first; c < first + 64 && c < 0x9fa6; c++)
            size += (size_t)snprintf(text + size, sizeof(text) - size, "%c%c%c", 0xe0 | c >> 12,
                                     0x80 | (c >> 6 & 63), 0x80 | (c & 63));
        if (size == 0)
            continue;
        checked += size / 3;
        file = desk_encode(text, "GB18030");
        decodes(CBI_ENCODING_GB18030, cbi_bytes_of_buffer(&file), text, CBI_ENCODING_GB18030);
        cbank_buffer_clear(&file);
        text[0] = '\0';
    }
    cr_expect_eq(checked, 20902, "the ideographs of GB 13000.1");
}

/* Whether iconv, which others keep, takes these for UTF-8. */
static bool iconv_takes(const char *bytes, size_t size)
{
    iconv_t converter = iconv_open("UTF-16BE", "UTF-8");
    char room[64], *in = (char *)(uintptr_t)bytes, *out = room;
    size_t left = sizeof(room);
    bool taken = iconv(converter, &in, &size, &out, &left) != (size_t)-1;

    iconv_close(converter);
    return taken;
}

/* Every form that there is of a character, and is not: the shortest, too long ones, halves. */
Test(encoding, utf8_is_what_iconv_takes_for_it)
{
    static const unsigned char bytes[] = {0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0,
                                          0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5};
    enum { BYTES = sizeof(bytes) };
    char text[8] = "";
    size_t good = 0;

    for (unsigned i = 0; i < BYTES * BYTES * BYTES * BYTES; i++) {
        for (unsigned at = 0, rest = i; at < 4; at++, rest /= BYTES)
            text[1 + at] = (char)bytes[rest % BYTES];
        text[0] = 'a';
        for (size_t size = 2; size <= 6; size++) {
            cbank_buffer utf8 = {0};
            cbi_encoding found;
            bool taken;

            text[5] = 'z';
            taken = decode(CBI_ENCODING_UTF8, cbi_bytes_of(text, size), 8, &utf8, &found) ==
                    CBANK_OK;
            cr_assert_eq(taken, iconv_takes(text, size), "%02x %02x %02x %02x, %zu bytes",
                         text[1] & 255, text[2] & 255, text[3] & 255, text[4] & 255, size);
            good += taken;
            cbank_buffer_clear(&utf8);
        }
    }
    cr_expect_gt(good, BYTES * BYTES);
}

Test(encoding, names_are_known_in_any_case)
{
    cbi_encoding encoding = CBI_ENCODING_GB18030;

    cr_expect_eq(cbi_encoding_parse(cbi_bytes_of_text(""), &encoding, NULL), CBANK_OK);
    cr_expect_eq(encoding, CBI_ENCODING_UNDECIDED);
    cr_expect_eq(cbi_encoding_parse(cbi_bytes_of_text("GBK"), &encoding, NULL), CBANK_OK);
    cr_expect_eq(encoding, CBI_ENCODING_GB18030);
    cr_expect_eq(cbi_encoding_parse(cbi_bytes_of_text("UTF-8"), &encoding, NULL), CBANK_OK);
    cr_expect_eq(encoding, CBI_ENCODING_UTF8);
    cr_expect_eq(cbi_encoding_parse(cbi_bytes_of_text("big5"), &encoding, &err),
                 CBANK_E_UNSUPPORTED);
    cr_expect_eq(err.reason, CBI_REASON_UNKNOWN_ENCODING);
    cr_expect_str_eq(err.object, "big5");
}
