#include "order.h"

#include "file.h"
#include "memory.h"
#include "options.h"

#include <string.h>

static void lend(const cli *c, const char *option_name, char **out)
{
    if (options_given(c, option_name))
        *out = options_text(c, option_name);
}

/* One line: what an editor ends a file with is no part of what was said. */
static void trim(bytes *note)
{
    while (note->size > 0 && strchr("\r\n ", note->data[note->size - 1]) != NULL)
        note->data[--note->size] = '\0';
}

bool order_read(cli *c, order *out)
{
    *out = (order){.message = CBANK__API__V1__ORDER__INIT};
    lend(c, "operator", &out->message.actor);
    lend(c, "approver", &out->message.approver);
    lend(c, "reason", &out->message.reason);
    lend(c, "document", &out->message.document);
    if (!options_given(c, "note-file"))
        return true;
    if (!file_read(c, options_text(c, "note-file"), &out->note))
        return false;
    trim(&out->note);
    out->message.note = (char *)out->note.data;
    return true;
}

void order_clear(order *data)
{
    memory_free(&data->note);
}
