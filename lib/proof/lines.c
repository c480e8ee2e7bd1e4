#include "proof/lines.h"

#include <string.h>

static cbi_bytes after(cbi_bytes bytes, size_t count)
{
    return cbi_bytes_of(bytes.data + count, bytes.size - count);
}

bool cbi_lines_next(cbi_bytes *rest, cbi_bytes *line)
{
    const uint8_t *newline = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);

    if (newline == NULL)
        return false;
    *line = cbi_bytes_of(rest->data, (size_t)(newline - rest->data));
    *rest = after(*rest, line->size + 1);
    return true;
}

bool cbi_lines_skip(cbi_bytes *rest, cbi_bytes prefix)
{
    if (rest->size < prefix.size || !cbi_bytes_equal(cbi_bytes_of(rest->data, prefix.size), prefix))
        return false;
    *rest = after(*rest, prefix.size);
    return true;
}
