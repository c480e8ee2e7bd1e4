#include "expiry.h"

#include "fail.h"
#include "options.h"
#include "values.h"

#include <time.h>

bool expiry_read(cli *c, const char *option_name, int64_t *out)
{
    const char *text = options_text(c, option_name);

    *out = 0;
    if (text == NULL || value_expiry(text, (int64_t)time(NULL), out))
        return true;
    fail_own(c, FAIL_BAD_EXPIRY, text);
    return false;
}

bool expiry_read_time(cli *c, const char *option_name, int64_t *out)
{
    const char *text = options_text(c, option_name);

    *out = 0;
    if (text == NULL || value_time(text, out))
        return true;
    fail_own(c, FAIL_BAD_TIME, text);
    return false;
}
