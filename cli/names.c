#include "names.h"

#include "fail.h"
#include "memory.h"
#include "options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static char CHINESE[] = "zh";
static char ENGLISH[] = "en";

/* Length of a language tag before '=', as in "en=" or "zh-Hant="; 0 if there is none. */
static size_t tag_size(const char *text)
{
    size_t letters = 0;
    size_t size;

    while (islower((unsigned char)text[letters]))
        letters++;
    if (letters < 2 || letters > 3)
        return 0;
    for (size = letters; isalnum((unsigned char)text[size]) || text[size] == '-'; size++)
        ;
    return text[size] == '=' && (size == letters || text[letters] == '-') ? size : 0;
}

static bool is_ascii(const char *text)
{
    while (*text != '\0' && !((unsigned char)*text & 0x80))
        text++;
    return *text == '\0';
}

/* Cuts "LANG=TEXT" in place. */
static void take(char *text, Cbank__V1__LangText *out)
{
    size_t tag = tag_size(text);

    *out = (Cbank__V1__LangText)CBANK__V1__LANG_TEXT__INIT;
    out->lang = is_ascii(text) ? ENGLISH : CHINESE;
    out->value = text;
    if (tag > 0) {
        text[tag] = '\0';
        out->lang = text;
        out->value = text + tag + 1;
    }
}

void names_read(const cli *c, const char *option_name, name_list *out)
{
    size_t next = 0;

    out->count = options_count(c, option_name);
    out->texts = memory_new(out->count, sizeof(*out->texts));
    out->list = memory_new(out->count, sizeof(*out->list));
    for (size_t i = 0; i < out->count; i++) {
        take(options_each(c, option_name, &next), &out->texts[i]);
        out->list[i] = &out->texts[i];
    }
}

void names_clear(name_list *list)
{
    free(list->texts);
    free(list->list);
    *list = (name_list){0};
}

bool names_read_ids(cli *c, name_ids *out)
{
    size_t next = 0;

    out->count = options_count(c, "id");
    out->ids = memory_new(out->count, sizeof(*out->ids));
    out->list = memory_new(out->count, sizeof(*out->list));
    for (size_t i = 0; i < out->count; i++) {
        char *text = options_each(c, "id", &next);
        char *equals = strchr(text, '=');

        if (equals == NULL) {
            fail_own(c, FAIL_OPTION_WORD, text);
            names_clear_ids(out);
            return false;
        }
        *equals = '\0';
        out->ids[i] = (Cbank__V1__OrganisationId)CBANK__V1__ORGANISATION_ID__INIT;
        out->ids[i].scheme = text;
        out->ids[i].value = equals + 1;
        out->list[i] = &out->ids[i];
    }
    return true;
}

void names_clear_ids(name_ids *list)
{
    free(list->ids);
    free(list->list);
    *list = (name_ids){0};
}
