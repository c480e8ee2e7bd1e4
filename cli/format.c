#include "format.h"

#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"
#include "passphrase.h"

#include <stdlib.h>
#include <string.h>

bool format_read_profile(cli *c, bytes *file, ProtobufCBinaryData *out, char **name)
{
    char *path = options_text(c, "profile");

    if (path == NULL)
        return true;
    if (!file_read(c, path, file))
        return false;
    *out = (ProtobufCBinaryData){.len = file->size, .data = file->data};
    *name = path;
    return true;
}

bool format_read_reference_key(cli *c, cbank_buffer *key, ProtobufCBinaryData *out)
{
    const char *path = options_text(c, "reference-key");
    const bytes *passphrase;
    cbank_error err;

    if (path == NULL)
        return true;
    passphrase = passphrase_read(c, "passphrase-file");
    if (passphrase == NULL)
        return false;
    if (cbank_reference_key_open(path, passphrase->data, passphrase->size, key, &err) != CBANK_OK) {
        fail_call(c, &err);
        return false;
    }
    *out = (ProtobufCBinaryData){.len = key->size, .data = key->data};
    return true;
}

char *format_language(void)
{
    static char CHINESE[] = "zh";
    static char ENGLISH[] = "en";

    return phrases_are_chinese() ? CHINESE : ENGLISH;
}

/* ---- of import, sign and reconcile ---- */

static char GENERIC[] = "generic";

/* Cuts "V,V,V" at its commas, in place; freed by the caller. */
static char **split(char *text, size_t *count)
{
    char **list = NULL;

    *count = 0;
    while (text != NULL) {
        char *comma = strchr(text, ',');

        list = memory_grow(list, *count + 1, sizeof(*list));
        list[(*count)++] = text;
        if (comma != NULL)
            *comma = '\0';
        text = comma != NULL ? comma + 1 : NULL;
    }
    return list;
}

void format_read_columns(cli *c, Cbank__Api__V1__SheetFormat *out)
{
    if (options_given(c, "map"))
        out->map = options_text(c, "map");
    if (options_given(c, "set"))
        out->set = options_text(c, "set");
    if (options_given(c, "encoding"))
        out->encoding = options_text(c, "encoding");
    if (options_given(c, "sheet"))
        out->sheet = options_text(c, "sheet");
}

bool format_read(cli *c, Cbank__Api__V1__SheetFormat *out, format_files *files)
{
    *files = (format_files){0};
    *out = (Cbank__Api__V1__SheetFormat)CBANK__API__V1__SHEET_FORMAT__INIT;
    out->format = options_given(c, "format") ? options_text(c, "format") : GENERIC;
    format_read_columns(c, out);
    out->passed = split(options_text(c, "passed"), &out->n_passed);
    out->failed = split(options_text(c, "failed"), &out->n_failed);
    return format_read_profile(c, &files->profile, &out->profile, &out->profile_name) &&
           format_read_reference_key(c, &files->reference_key, &out->reference_key);
}

void format_clear(Cbank__Api__V1__SheetFormat *format, format_files *files)
{
    memory_free(&files->profile);
    cbank_buffer_clear(&files->reference_key);
    free(format->passed);
    free(format->failed);
}
