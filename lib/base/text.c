#include "base/text.h"

#include <utf8proc.h>

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* Bidirectional controls can make signed text read differently from what it says. */
static bool is_forbidden(utf8proc_int32_t c)
{
    if (c < 0x20 || (c >= 0x7f && c <= 0x9f))
        return true;
    if (c == 0x061c || c == 0x200e || c == 0x200f || c == 0x2028 || c == 0x2029)
        return true;
    if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff)
        return true;
    return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

/* Eight bytes at once: printable ASCII, which is most of what is signed? */
static bool is_plain(uint64_t word)
{
    const uint64_t ones = UINT64_MAX / 255;
    uint64_t low = word + ones * 0x60;                    /* sets the top bit from 0x20 on */
    uint64_t delete = (word ^ ones * 0x7f) + ones * 0x7f; /* sets it except at 0x7f */

    return ((~word & low & delete) & ones * 0x80) == ones * 0x80;
}

/* As many of the bytes as one word holds, in any order; of fewer, some twice or spaces. */
static uint64_t first_word(const uint8_t *bytes, size_t size)
{
    uint64_t word = UINT64_MAX / 255 * ' ';
    uint32_t first, last;

    if (size >= sizeof(word)) {
        memcpy(&word, bytes, sizeof(word));
    } else if (size >= sizeof(first)) {
        memcpy(&first, bytes, sizeof(first));
        memcpy(&last, bytes + size - sizeof(last), sizeof(last));
        word = (uint64_t)last << 32 | first;
    } else {
        word ^= (uint64_t)(bytes[0] ^ ' ') | (uint64_t)(bytes[size / 2] ^ ' ') << 8 |
                (uint64_t)(bytes[size - 1] ^ ' ') << 16;
    }
    return word;
}

/*
 * The unified ideographs, three bytes each: no form of them decomposes or joins another. U+4E00 is
 * e4 b8 80, and U+9FFF e9 bf bf.
 */
static inline bool is_ideograph(const uint8_t *bytes)
{
    return bytes[0] >= 0xe4 && bytes[0] <= 0xe9 && (bytes[1] & 0xc0) == 0x80 &&
           (bytes[2] & 0xc0) == 0x80 && (bytes[0] > 0xe4 || bytes[1] >= 0xb8);
}

/* Bytes of any other character that clean text may hold; 0 if it is none. */
static size_t clean_other(const uint8_t *bytes, size_t size)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t used = utf8proc_iterate(bytes, (utf8proc_ssize_t)size, &c);

    return used > 0 && !is_forbidden(c) ? (size_t)used : 0;
}

bool cbi_text_is_clean(cbi_bytes text)
{
    size_t at = 0;

    while (at < text.size) {
        size_t left = text.size - at, used;
        uint8_t c = text.data[at];

        if (c < 0x80 && is_plain(first_word(text.data + at, left))) {
            at += left < sizeof(uint64_t) ? left : sizeof(uint64_t);
            continue;
        }
        if (c < 0x80) {
            if (c < 0x20 || c == 0x7f)
                return false;
            at++;
            continue;
        }
        if (left >= 3 && is_ideograph(text.data + at)) {
            for (at += 3; text.size - at >= 3 && is_ideograph(text.data + at);)
                at += 3;
            continue;
        }
        used = clean_other(text.data + at, left);
        if (used == 0)
            return false;
        at += used;
    }
    return true;
}

size_t cbi_text_valid(cbi_bytes text)
{
    size_t at = 0;

    while (at < text.size) {
        utf8proc_int32_t c;
        utf8proc_ssize_t used;

        if (text.data[at] < 0x80) {
            at++;
            continue;
        }
        used = utf8proc_iterate(text.data + at, (utf8proc_ssize_t)(text.size - at), &c);
        if (used < 1)
            break;
        at += (size_t)used;
    }
    return at;
}

size_t cbi_text_first(cbi_bytes text, bool *clean)
{
    utf8proc_int32_t c;
    utf8proc_ssize_t used =
        utf8proc_iterate(text.data, (utf8proc_ssize_t)text.size, &c);

    *clean = used > 0 && !is_forbidden(c);
    return used > 0 ? (size_t)used : 1;
}

size_t cbi_text_characters(cbi_bytes text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.size; i++)
        count += (text.data[i] & 0xc0) != 0x80;
    return count;
}

/* ASCII and common ideographs, which every Unicode normal form leaves as they are? */
static bool is_normal(cbi_bytes text)
{
    size_t at = 0;

    while (at < text.size) {
        if (text.data[at] < 0x80)
            at++;
        else if (text.size - at >= 3 && is_ideograph(text.data + at))
            at += 3;
        else
            return false;
    }
    return true;
}

static cbank_status map_text(cbi_bytes text, utf8proc_option_t options, cbank_buffer *out,
                             cbank_error *err)
{
    utf8proc_uint8_t *mapped = NULL;
    utf8proc_ssize_t size;
    cbank_status status;

    if (is_normal(text))
        return cbi_buffer_set(out, text, err);
    size = utf8proc_map(text.data, (utf8proc_ssize_t)text.size, &mapped, options);
    if (size == UTF8PROC_ERROR_NOMEM)
        return cbi_fail(err, CBI_REASON_NO_MEMORY, (uint64_t)text.size, NULL, NULL);
    if (size < 0)
        return cbi_fail(err, CBI_REASON_BAD_UTF8, 0, NULL, "%s", utf8proc_errmsg(size));
    status = cbi_buffer_set(out, cbi_bytes_of(mapped, (size_t)size), err);
    explicit_bzero(mapped, (size_t)size); /* it may be a name or a number */
    free(mapped);
    return status;
}

cbank_status cbi_text_compose(cbi_bytes text, cbank_buffer *out, cbank_error *err)
{
    return map_text(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE, out, err);
}

cbank_status cbi_text_fold_width(cbi_bytes text, cbank_buffer *out, cbank_error *err)
{
    cbank_status status =
        map_text(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT, out, err);
    size_t begin = 0;

    if (status != CBANK_OK)
        return status;
    while (out->size > 0 && out->data[out->size - 1] == ' ')
        out->size--;
    while (begin < out->size && out->data[begin] == ' ')
        begin++;
    if (begin > 0)
        memmove(out->data, out->data + begin, out->size - begin);
    out->size -= begin;
    return CBANK_OK;
}

void cbi_hex_encode(cbi_bytes bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < bytes.size; i++) {
        out[2 * i] = digits[bytes.data[i] >> 4];
        out[2 * i + 1] = digits[bytes.data[i] & 15];
    }
    out[2 * bytes.size] = '\0';
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool cbi_hex_decode(cbi_bytes text, uint8_t *out, size_t size)
{
    if (text.size != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        int high = hex_digit(text.data[2 * i]);
        int low = hex_digit(text.data[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

cbank_status cbi_base64_encode(cbi_bytes bytes, cbank_buffer *out, cbank_error *err)
{
    cbank_status status = cbi_buffer_reserve(out, (bytes.size + 2) / 3 * 4, err);

    if (status != CBANK_OK)
        return status;
    for (size_t i = 0; i < bytes.size; i += 3) {
        size_t left = bytes.size - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        uint8_t *at = out->data + out->size;

        if (left > 1)
            group |= (uint32_t)bytes.data[i + 1] << 8;
        if (left > 2)
            group |= bytes.data[i + 2];
        at[0] = (uint8_t)base64_digits[group >> 18];
        at[1] = (uint8_t)base64_digits[group >> 12 & 63];
        at[2] = left > 1 ? (uint8_t)base64_digits[group >> 6 & 63] : '=';
        at[3] = left > 2 ? (uint8_t)base64_digits[group & 63] : '=';
        out->size += 4;
    }
    return CBANK_OK;
}

static int base64_digit(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool cbi_base64_decode(cbi_bytes text, uint8_t *out, size_t capacity, size_t *out_size)
{
    size_t padding = 0;
    size_t size;
    size_t done = 0;

    if (text.size % 4 != 0)
        return false;
    while (padding < 2 && padding < text.size && text.data[text.size - 1 - padding] == '=')
        padding++;
    size = text.size / 4 * 3 - padding;
    if (size > capacity)
        return false;
    for (size_t i = 0; i < text.size; i += 4) {
        uint32_t group = 0;
        size_t pad = i + 4 == text.size ? padding : 0;

        for (size_t j = 0; j < 4; j++) {
            int digit = j >= 4 - pad ? 0 : base64_digit(text.data[i + j]);

            if (digit < 0)
                return false;
            group = group << 6 | (uint32_t)digit;
        }
        if ((pad == 1 && (group & 0xff) != 0) || (pad == 2 && (group & 0xffff) != 0))
            return false;
        for (size_t j = 0; j < 3 - pad; j++)
            out[done++] = (uint8_t)(group >> (16 - 8 * j));
    }
    *out_size = size;
    return true;
}

bool cbi_u64_parse(cbi_bytes text, uint64_t *out)
{
    uint64_t value = 0;

    if (text.size == 0 || text.size > 20 || (text.size > 1 && text.data[0] == '0'))
        return false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];

        if (c < '0' || c > '9' || __builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(c - '0'), &value))
            return false;
    }
    *out = value;
    return true;
}
