#include "text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* One character of UTF-8; `size` is 1 and the answer UINT32_MAX where it is broken. */
static uint32_t decode(const char *text, size_t *size)
{
    const uint8_t *at = (const uint8_t *)text;
    uint32_t value = at[0];
    size_t more = 0;

    *size = 1;
    if (value < 0x80)
        return value;
    if (value >= 0xC2 && value < 0xE0)
        more = 1;
    else if (value >= 0xE0 && value < 0xF0)
        more = 2;
    else if (value >= 0xF0 && value < 0xF5)
        more = 3;
    else
        return UINT32_MAX;
    value &= 0x3Fu >> more;
    for (size_t i = 1; i <= more; i++) {
        if ((at[i] & 0xC0) != 0x80)
            return UINT32_MAX;
        value = value << 6 | (at[i] & 0x3Fu);
    }
    *size = more + 1;
    return value;
}

static bool is_harmless(uint32_t value)
{
    bool control = value < 0x20 || (value >= 0x7F && value < 0xA0);
    bool line = value == 0x2028 || value == 0x2029;
    bool direction = value == 0x061C || value == 0x200E || value == 0x200F ||
                     (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);

    return value != UINT32_MAX && !control && !line && !direction;
}

/* East Asian wide and full-width characters, as far as names and titles use them. */
static bool is_wide(uint32_t value)
{
    return (value >= 0x1100 && value <= 0x115F) || (value >= 0x2E80 && value <= 0xA4CF) ||
           (value >= 0xAC00 && value <= 0xD7A3) || (value >= 0xF900 && value <= 0xFAFF) ||
           (value >= 0xFE30 && value <= 0xFE6F) || (value >= 0xFF00 && value <= 0xFF60) ||
           (value >= 0xFFE0 && value <= 0xFFE6) || (value >= 0x1F300 && value <= 0x1FAFF) ||
           (value >= 0x20000 && value <= 0x3FFFD);
}

static bool is_combining(uint32_t value)
{
    return (value >= 0x0300 && value <= 0x036F) || value == 0x200B || value == 0x200C ||
           value == 0x200D || (value >= 0xFE00 && value <= 0xFE0F);
}

size_t text_width(const char *text)
{
    size_t width = 0;
    size_t size;

    for (; *text != '\0'; text += size) {
        uint32_t value = decode(text, &size);

        width += is_combining(value) ? 0 : is_wide(value) ? 2 : 1;
    }
    return width;
}

void text_clean(char *text)
{
    size_t size;

    for (; *text != '\0'; text += size) {
        if (!is_harmless(decode(text, &size)))
            memset(text, '?', size);
    }
}

void text_write(FILE *out, const char *text)
{
    size_t size;

    for (; *text != '\0'; text += size) {
        if (is_harmless(decode(text, &size)))
            fwrite(text, 1, size, out);
        else
            fputc('?', out);
    }
}

void text_write_padded(FILE *out, const char *text, size_t width)
{
    size_t own = text_width(text);

    text_write(out, text);
    for (; own < width; own++)
        fputc(' ', out);
}
