#include "help.h"

#include "options.h"
#include "text.h"

#include <string.h>

#define LEFT 27

static void show_pair(FILE *out, const char *left, phrase right)
{
    fputs("  ", out);
    text_write_padded(out, left, LEFT);
    fprintf(out, " %s\n", phrase_text(right));
}

static void show_noun(const noun *which, FILE *out)
{
    char left[64];

    fprintf(out, "%s\n", phrase_text(which->help));
    for (const command *at = which->commands; at->verb != NULL; at++) {
        snprintf(left, sizeof(left), "%s %s", which->name, at->verb);
        show_pair(out, left, at->help);
    }
}

void help_list(const cli *c, FILE *out)
{
    if (c->json)
        return;
    fputc('\n', out);
    for (const noun *at = nouns; at->name != NULL; at++) {
        if (c->noun == NULL || c->noun == at)
            show_noun(at, out);
    }
}

static void show_options(const option *table, unsigned flags, FILE *out)
{
    char left[128];

    for (; table != NULL && table->name != NULL; table++) {
        if (strcmp(table->name, "dry-run") == 0 && !(flags & COMMAND_WRITES))
            continue;
        snprintf(left, sizeof(left), "%s--%s%s%s",
                 strcmp(table->name, "output") == 0 ? "-o, " : "", table->name,
                 table->argument != NULL ? " " : "",
                 table->argument != NULL ? table->argument : "");
        show_pair(out, left, table->help);
    }
}

/* cbank NOUN VERB ARGUMENTS, the options that are needed, and [OPTION...] for the others. */
static void show_synopsis(const cli *c, FILE *out)
{
    bool others = false;

    fprintf(out, "cbank %s %s", c->noun->name, c->command->verb);
    if (c->command->arguments[0] != '\0')
        fprintf(out, " %s", c->command->arguments);
    for (const option *at = c->command->options; at != NULL && at->name != NULL; at++) {
        bool is_output = strcmp(at->name, "output") == 0;

        if (!(at->flags & OPTION_NEEDED)) {
            others = true;
            continue;
        }
        fprintf(out, " %s%s %s", is_output ? "-" : "--", is_output ? "o" : at->name,
                at->argument);
    }
    fprintf(out, "%s\n", others ? " [OPTION...]" : "");
}

void help_show(const cli *c, FILE *out)
{
    if (c->command == NULL) {
        fprintf(out, "cbank NOUN VERB [ARGUMENT...] [OPTION...]\n\n%s\n", phrase_text(P_PROGRAM));
        help_list(c, out);
        fprintf(out, "\n%s\n", phrase_text(P_GLOBAL_OPTIONS));
        show_options(global_options, COMMAND_WRITES, out);
        fprintf(out, "\n%s\n", phrase_text(P_HELP_MORE));
        return;
    }
    show_synopsis(c, out);
    fprintf(out, "\n%s\n", phrase_text(c->command->help));
    if (c->command->options != NULL) {
        fprintf(out, "\n%s\n", phrase_text(P_OPTIONS));
        show_options(c->command->options, c->command->flags, out);
    }
    fprintf(out, "\n%s\n", phrase_text(P_GLOBAL_OPTIONS));
    show_options(global_options, c->command->flags, out);
}
