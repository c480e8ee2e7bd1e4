#include "options.h"

#include "fail.h"
#include "help.h"
#include "memory.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const option global_options[] = {
    {"bank", "DIR", P_OPT_BANK, 0},
    {"json", NULL, P_OPT_JSON, 0},
    {"lang", "zh|en", P_OPT_LANG, 0},
    {"quiet", NULL, P_OPT_QUIET, 0},
    {"dry-run", NULL, P_OPT_DRY_RUN, 0},
    {"passphrase-file", "FILE", P_OPT_PASSPHRASE, 0},
    {"help", NULL, P_OPT_HELP, 0},
    {"version", NULL, P_OPT_VERSION, 0},
    {0},
};

static const option *find_in(const option *table, const char *name, size_t size)
{
    for (; table != NULL && table->name != NULL; table++) {
        if (strlen(table->name) == size && memcmp(table->name, name, size) == 0)
            return table;
    }
    return NULL;
}

static const option *find_option(const cli *c, const char *name, size_t size)
{
    const option *found = find_in(global_options, name, size);

    if (found == NULL && c->command != NULL)
        found = find_in(c->command->options, name, size);
    return found;
}

/* ---- reading ---- */

size_t options_count(const cli *c, const char *name)
{
    size_t count = 0;

    assert(find_option(c, name, strlen(name)) != NULL);
    for (size_t i = 0; i < c->given_count; i++)
        count += strcmp(c->given[i].option->name, name) == 0;
    return count;
}

bool options_given(const cli *c, const char *name)
{
    return options_count(c, name) > 0;
}

char *options_each(const cli *c, const char *name, size_t *next)
{
    assert(find_option(c, name, strlen(name)) != NULL);
    while (*next < c->given_count) {
        const given *at = &c->given[(*next)++];

        if (strcmp(at->option->name, name) == 0)
            return at->value;
    }
    return NULL;
}

char *options_text(const cli *c, const char *name)
{
    size_t next = 0;

    return options_each(c, name, &next);
}

/* ---- parsing ---- */

static bool find_noun(cli *c, const char *word)
{
    for (const noun *at = nouns; at->name != NULL; at++) {
        if (strcmp(at->name, word) == 0)
            c->noun = at;
    }
    if (c->noun != NULL)
        return true;
    fail_own(c, FAIL_UNKNOWN_COMMAND, word);
    help_list(c, stderr);
    return false;
}

static bool find_command(cli *c, const char *verb)
{
    char words[128];

    for (const command *at = c->noun->commands; at->verb != NULL; at++) {
        if (strcmp(at->verb, verb) == 0)
            c->command = at;
    }
    if (c->command != NULL)
        return true;
    snprintf(words, sizeof(words), "%s %s", c->noun->name, verb);
    fail_own(c, FAIL_UNKNOWN_COMMAND, words);
    help_list(c, stderr);
    return false;
}

/* The first two words are noun and verb, all others arguments. */
static bool take_word(cli *c, char *word)
{
    if (c->noun == NULL)
        return find_noun(c, word);
    if (c->command == NULL)
        return find_command(c, word);
    c->arguments[c->argument_count++] = word;
    return true;
}

/* `name` has `size` bytes; `next` is the word behind, which a value may be taken from. */
static bool take_option(cli *c, char *word, const char *name, size_t size, char *value,
                        char *next, bool *took_next)
{
    const option *found = find_option(c, name, size);

    if (found == NULL) {
        fail_own(c, FAIL_UNKNOWN_OPTION, word);
        return false;
    }
    if (found->argument == NULL && value != NULL) {
        fail_own(c, FAIL_OPTION_SWITCH, word);
        return false;
    }
    if (found->argument != NULL && value == NULL) {
        if (next == NULL || strncmp(next, "--", 2) == 0) {
            fail_own(c, FAIL_OPTION_VALUE, word);
            return false;
        }
        value = next;
        *took_next = true;
    }
    if (!(found->flags & OPTION_REPEATED) && found->argument != NULL &&
        options_given(c, found->name)) {
        fail_own(c, FAIL_OPTION_TWICE, word);
        return false;
    }
    c->given[c->given_count++] = (given){found, value};
    return true;
}

static bool take_long(cli *c, char *word, char *next, bool *took_next)
{
    char *equals = strchr(word, '=');
    size_t size = equals != NULL ? (size_t)(equals - word) - 2 : strlen(word) - 2;

    return take_option(c, word, word + 2, size, equals != NULL ? equals + 1 : NULL, next,
                       took_next);
}

static bool take_short(cli *c, char *word, char *next, bool *took_next)
{
    const char *name = strcmp(word, "-o") == 0 ? "output" : strcmp(word, "-h") == 0 ? "help" : "";

    return take_option(c, word, name, strlen(name), NULL, next, took_next);
}

static bool take_all(cli *c, int argc, char **argv)
{
    bool options_ended = false;

    for (int i = 1; i < argc; i++) {
        char *word = argv[i];
        char *next = i + 1 < argc ? argv[i + 1] : NULL;
        bool took_next = false;
        bool fine;

        if (!options_ended && strcmp(word, "--") == 0) {
            options_ended = true;
            continue;
        }
        if (!options_ended && strncmp(word, "--", 2) == 0)
            fine = take_long(c, word, next, &took_next);
        else if (!options_ended && word[0] == '-' && word[1] != '\0')
            fine = take_short(c, word, next, &took_next);
        else
            fine = take_word(c, word);
        if (!fine)
            return false;
        i += took_next;
    }
    return true;
}

static bool check_needed(cli *c)
{
    const command *asked = c->command;
    char name[64];

    for (const option *at = asked->options; at != NULL && at->name != NULL; at++) {
        if (!(at->flags & OPTION_NEEDED) || options_given(c, at->name))
            continue;
        snprintf(name, sizeof(name), "%s", strcmp(at->name, "output") == 0 ? "-o" : "--");
        if (name[1] == '-')
            snprintf(name, sizeof(name), "--%s", at->name);
        fail_own(c, FAIL_OPTION_MISSING, name);
        return false;
    }
    if (c->argument_count < asked->arguments_min) {
        fail_own(c, FAIL_ARGUMENTS_FEW, asked->arguments);
        return false;
    }
    if (c->argument_count > asked->arguments_max) {
        fail_own(c, FAIL_ARGUMENTS_MANY, c->arguments[asked->arguments_max]);
        return false;
    }
    if ((asked->flags & COMMAND_BANK) && !options_given(c, "bank") &&
        getenv("CBANK_BANK") == NULL) {
        fail_own(c, FAIL_NO_BANK, "");
        return false;
    }
    return true;
}

static bool is_chinese(const char *language)
{
    return strncmp(language, "zh", 2) == 0;
}

/* How to speak has to be known before anything can be found wrong. */
static bool choose_manner(cli *c, int argc, char **argv)
{
    static const char *const VARIABLES[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *language = NULL;

    for (size_t i = 0; i < 3 && (language == NULL || *language == '\0'); i++)
        language = getenv(VARIABLES[i]);
    phrases_choose(language != NULL && is_chinese(language));
    for (int i = 1; i < argc; i++) {
        c->json = c->json || strcmp(argv[i], "--json") == 0;
        language = NULL;
        if (strncmp(argv[i], "--lang=", 7) == 0)
            language = argv[i] + 7;
        else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            language = argv[i + 1];
        if (language == NULL)
            continue;
        phrases_choose(is_chinese(language));
        if (strcmp(language, "zh") != 0 && strcmp(language, "en") != 0) {
            fail_own(c, FAIL_OPTION_WORD, language);
            return false;
        }
    }
    return true;
}

bool options_parse(cli *c, int argc, char **argv)
{
    c->given = memory_new((size_t)argc, sizeof(*c->given));
    c->arguments = memory_new((size_t)argc, sizeof(*c->arguments));
    if (!choose_manner(c, argc, argv) || !take_all(c, argc, argv))
        return false;
    c->quiet = options_given(c, "quiet");
    c->dry_run = options_given(c, "dry-run");
    if (options_given(c, "help")) {
        help_show(c, stdout);
        return false;
    }
    if (options_given(c, "version")) {
        printf("cbank %s\n", cbank_version());
        return false;
    }
    if (c->command == NULL) {
        c->code = EXIT_USAGE;
        help_show(c, stderr);
        return false;
    }
    return check_needed(c);
}
