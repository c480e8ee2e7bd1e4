#include "base/place.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FILE_SHOWN_MAX 48

/* The last name of a path; of a long one its end, from a character's first byte on. */
static const char *shown(const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *name = slash == NULL ? file : slash + 1;
    size_t size = strlen(name);

    if (size > FILE_SHOWN_MAX)
        name += size - FILE_SHOWN_MAX;
    while ((*name & 0xc0) == 0x80)
        name++;
    return name;
}

cbank_status cbi_place_fail(cbank_error *err, cbi_reason reason, const char *file, cbi_place at,
                            const char *detail, ...)
{
    char object[sizeof(err->object)], text[2 * sizeof(err->detail)] = "";
    va_list arguments;

    snprintf(object, sizeof(object), "%s:%u:%u", shown(file), at.line, at.column);
    if (detail != NULL) {
        va_start(arguments, detail);
        vsnprintf(text, sizeof(text), detail, arguments);
        va_end(arguments);
    }
    return cbi_fail(err, reason, at.line, object, "%s", text);
}
