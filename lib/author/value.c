#include "author/value.h"

#include <string.h>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/time.h"

cbi_bytes cbi_value_trim(cbi_bytes text)
{
    while (text.size > 0 && text.data[0] == ' ')
        text = cbi_bytes_of(text.data + 1, text.size - 1);
    while (text.size > 0 && text.data[text.size - 1] == ' ')
        text.size--;
    return text;
}

static __int128 divisor_of(__int128 a, __int128 b)
{
    while (b != 0) {
        __int128 rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Cuts off what stands before the first `mark`; the whole text if there is none. */
static cbi_bytes cut(cbi_bytes *rest, char mark)
{
    const uint8_t *at = rest->size == 0 ? NULL : memchr(rest->data, mark, rest->size);
    cbi_bytes head = *rest;

    if (at == NULL) {
        *rest = cbi_bytes_of("", 0);
        return head;
    }
    head.size = (size_t)(at - rest->data);
    *rest = cbi_bytes_of(at + 1, rest->size - head.size - 1);
    return head;
}

/* "2/3", "75%", "0.67": in thousandths above and below. */
static bool read_factor(cbi_bytes text, int64_t *num, int64_t *den)
{
    cbi_bytes below = cbi_value_trim(text);
    bool divided = below.size > 0 && memchr(below.data, '/', below.size) != NULL;
    cbi_bytes above = cbi_value_trim(cut(&below, '/'));

    *den = 1000;
    if (divided)
        return cbi_milli_parse(above, num) && cbi_milli_parse(cbi_value_trim(below), den) &&
               *num >= 0 && *den >= 0;
    if (above.size > 0 && above.data[above.size - 1] == '%') {
        above = cbi_value_trim(cbi_bytes_of(above.data, above.size - 1));
        *den = 100000;
    }
    return cbi_milli_parse(above, num) && *num >= 0;
}

bool cbi_value_share(cbi_bytes text, int64_t *num, int64_t *den)
{
    __int128 above = 1, below = 1, common;
    cbi_bytes rest = text;
    int64_t a, b;

    *num = 0;
    *den = 1;
    do {
        if (!read_factor(cut(&rest, '*'), &a, &b))
            return false;
        above *= a;
        below *= b;
        if (below == 0) {
            *den = 0;
            return false;
        }
        common = divisor_of(above, below);
        above /= common;
        below /= common;
        if (above > CBI_MILLI_MAX || below > CBI_MILLI_MAX)
            return false;
    } while (rest.size > 0);
    if (above > CBI_RATIO_MAX || below > CBI_RATIO_MAX)
        return false;
    *num = (int64_t)above;
    *den = (int64_t)below;
    return true;
}

bool cbi_value_permille(cbi_bytes text, int64_t *out)
{
    int64_t num, den;

    if (!cbi_value_share(text, &num, &den) || num * 1000 % den != 0)
        return false;
    *out = num * 1000 / den;
    return true;
}

bool cbi_value_number(cbi_bytes text, bool percent, int64_t *milli)
{
    return percent ? cbi_value_permille(text, milli) : cbi_milli_parse(text, milli);
}

void cbi_value_split(cbi_bytes text, cbi_bytes *from, cbi_bytes *until)
{
    text = cbi_value_trim(text);
    *from = *until = text;
    for (size_t i = 0; i + 1 < text.size; i++) {
        if (text.data[i] != '.' || text.data[i + 1] != '.')
            continue;
        *from = cbi_value_trim(cbi_bytes_of(text.data, i));
        *until = cbi_value_trim(cbi_bytes_of(text.data + i + 2, text.size - i - 2));
        return;
    }
}

bool cbi_value_range(cbi_bytes text, bool percent, Cbank__V1__Range *out)
{
    cbi_bytes from, until;

    cbi_value_split(text, &from, &until);
    out->bounded_below = from.size > 0;
    out->bounded_above = until.size > 0;
    if (!out->bounded_below && !out->bounded_above)
        return false;
    return (!out->bounded_below || cbi_value_number(from, percent, &out->min_milli)) &&
           (!out->bounded_above || cbi_value_number(until, percent, &out->max_milli));
}

bool cbi_value_day(cbi_bytes text, uint32_t *out)
{
    uint32_t date;

    if (!cbi_date_parse(text, &date) || date % 100 == 0)
        return false;
    *out = date;
    return true;
}

bool cbi_value_days(cbi_bytes text, uint32_t *from, uint32_t *until)
{
    cbi_bytes first, last;

    cbi_value_split(text, &first, &last);
    *from = *until = 0;
    if (first.size == 0 && last.size == 0)
        return false;
    return (first.size == 0 || cbi_value_day(first, from)) &&
           (last.size == 0 || cbi_value_day(last, until));
}
