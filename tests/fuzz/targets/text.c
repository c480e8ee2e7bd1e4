/* What people write: numbers, dates, times, decimals, names, hexadecimal and base64. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "base/decimal.h"
#include "base/text.h"
#include "base/time.h"

static void read_numbers(cbi_bytes input)
{
    char text[CBI_TIME_TEXT_MAX + CBI_MILLI_TEXT_MAX];
    int64_t number, again;
    uint64_t whole;
    uint32_t date, same;

    if (cbi_milli_parse(input, &number)) {
        cbi_milli_format(number, text);
        fuzz_require(cbi_milli_parse(cbi_bytes_of_text(text), &again) && again == number,
                     "a decimal that is written is read as the same");
    }
    if (cbi_time_parse(input, &number)) {
        cbi_time_format(number, text);
        fuzz_require(cbi_time_parse(cbi_bytes_of_text(text), &again) && again == number,
                     "a time that is written is read as the same");
    }
    if (cbi_date_parse(input, &date)) {
        cbi_date_format(date, text);
        fuzz_require(cbi_date_is_valid(date) && cbi_date_parse(cbi_bytes_of_text(text), &same) &&
                         same == date && cbi_bytes_equal(input, cbi_bytes_of_text(text)),
                     "there is one way to write a date");
    }
    if (cbi_u64_parse(input, &whole))
        fuzz_require(input.size <= 20, "a number has at most 20 digits");
}

static void read_codes(cbi_bytes input)
{
    uint8_t bytes[4096];
    char digits[2 * 64 + 1];
    cbank_buffer written = {0};
    size_t size = 0;

    if (cbi_base64_decode(input, bytes, sizeof(bytes), &size)) {
        fuzz_require(cbi_base64_encode(cbi_bytes_of(bytes, size), &written, NULL) == CBANK_OK &&
                         cbi_bytes_equal(cbi_bytes_of_buffer(&written), input),
                     "there is one way to write base64");
        cbank_buffer_clear(&written);
    }
    size = input.size / 2;
    if (size <= 64 && cbi_hex_decode(input, bytes, size)) {
        cbi_hex_encode(cbi_bytes_of(bytes, size), digits);
        fuzz_require(strncasecmp(digits, (const char *)input.data, input.size) == 0,
                     "hexadecimal digits are what they were");
    }
}

static void read_names(cbi_bytes input)
{
    cbank_buffer once = {0}, twice = {0};
    bool clean = cbi_text_is_clean(input);

    if (cbi_text_compose(input, &once, NULL) == CBANK_OK)
        fuzz_require(cbi_text_compose(cbi_bytes_of_buffer(&once), &twice, NULL) == CBANK_OK &&
                         cbi_bytes_equal(cbi_bytes_of_buffer(&once), cbi_bytes_of_buffer(&twice)),
                     "what is composed stays as it is");
    fuzz_require(!clean || once.size > 0 || input.size == 0, "clean text can be composed");
    cbank_buffer_clear(&once);
    cbank_buffer_clear(&twice);
    if (cbi_text_fold_width(input, &once, NULL) == CBANK_OK)
        fuzz_require(cbi_text_fold_width(cbi_bytes_of_buffer(&once), &twice, NULL) == CBANK_OK &&
                         cbi_bytes_equal(cbi_bytes_of_buffer(&once), cbi_bytes_of_buffer(&twice)),
                     "what is folded stays as it is");
    cbank_buffer_clear(&once);
    cbank_buffer_clear(&twice);
    if (clean)
        fuzz_require(cbi_text_characters(input) <= input.size, "a character has a byte or more");
}

void fuzz_text(cbi_bytes input)
{
    read_numbers(input);
    read_codes(input);
    read_names(input);
}
