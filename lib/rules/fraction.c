#include "rules/fraction.h"

__int128 cbi_common_divisor(__int128 a, __int128 b)
{
    while (b != 0) {
        __int128 rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

bool cbi_fraction_add(cbi_fraction *sum, cbi_fraction more)
{
    int64_t divisor = (int64_t)cbi_common_divisor(sum->den, more.den);
    __int128 den = (__int128)(sum->den / divisor) * more.den;

    if (den > CBI_PARTS_MAX)
        return false;
    sum->num = sum->num * (more.den / divisor) + more.num * (sum->den / divisor);
    sum->den = (int64_t)den;
    return true;
}
