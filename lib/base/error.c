#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Copies what fits without cutting a UTF-8 character in two. */
static void copy_text(char *out, size_t capacity, const char *text)
{
    size_t size = strnlen(text, capacity);

    if (size >= capacity) {
        size = capacity - 1;
        while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
            size--;
    }
    memcpy(out, text, size);
    out[size] = '\0';
}

cbank_status cbi_fail(cbank_error *err, cbi_reason reason, uint64_t where, const char *object,
                      const char *detail, ...)
{
    cbank_status status = cbi_reason_status(reason);
    char text[2 * sizeof(err->detail)];
    va_list arguments;

    if (err == NULL)
        return status;
    memset(err, 0, sizeof(*err));
    err->status = (int32_t)status;
    err->reason = (int32_t)reason;
    err->where = where;
    if (object != NULL)
        copy_text(err->object, sizeof(err->object), object);
    if (detail != NULL) {
        va_start(arguments, detail);
        if (vsnprintf(text, sizeof(text), detail, arguments) < 0)
            text[0] = '\0';
        va_end(arguments);
        copy_text(err->detail, sizeof(err->detail), text);
    }
    return status;
}

void cbi_error_name(cbank_error *err, const char *object)
{
    if (err != NULL && err->object[0] == '\0')
        copy_text(err->object, sizeof(err->object), object);
}
