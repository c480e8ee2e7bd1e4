/* Sets of names, asked by member. */
#include "rules/alias.h"

#include <criterion/criterion.h>

#include <string.h>

static cbank_error err;

static void add(cbi_aliases *aliases, const char *member, const char *set)
{
    cr_assert_eq(cbi_aliases_add(aliases, member, set, &err), CBANK_OK);
}

/* "a b" for the sets a and b, in the order found. */
static const char *found(const cbi_aliases *aliases, const char *member)
{
    static char text[256];
    const char *sets[8];
    uint32_t count = 0;

    text[0] = '\0';
    cbi_aliases_find(aliases, member, sets, &count, 8);
    for (uint32_t i = 0; i < count; i++) {
        strcat(text, i > 0 ? " " : "");
        strcat(text, sets[i]);
    }
    return text;
}

Test(alias, a_member_of_a_set_in_a_set_is_in_both)
{
    cbi_aliases aliases = {0};

    add(&aliases, "QCC", "community");
    add(&aliases, "@community", "city");
    add(&aliases, "HUNTER", "city");
    add(&aliases, "@city", "state");
    cbi_aliases_sort(&aliases);

    cr_expect_str_eq(found(&aliases, "QCC"), "community city state");
    cr_expect_str_eq(found(&aliases, "HUNTER"), "city state");
    cr_expect_str_eq(found(&aliases, "MIT"), "");
    cr_expect_str_eq(found(&aliases, "community"), "", "a set is no member of itself");
    cbi_aliases_clear(&aliases);
}

Test(alias, a_circle_ends)
{
    cbi_aliases aliases = {0};

    add(&aliases, "A", "one");
    add(&aliases, "@one", "two");
    add(&aliases, "@two", "one");
    cbi_aliases_sort(&aliases);

    cr_expect_str_eq(found(&aliases, "A"), "one two");
    cbi_aliases_clear(&aliases);
}

Test(alias, no_more_are_found_than_there_is_room_for)
{
    cbi_aliases aliases = {0};
    const char *sets[2];
    uint32_t count = 0;

    add(&aliases, "A", "one");
    add(&aliases, "A", "two");
    add(&aliases, "A", "three");
    cbi_aliases_sort(&aliases);

    cbi_aliases_find(&aliases, "A", sets, &count, 2);
    cr_expect_eq(count, 2);
    cbi_aliases_clear(&aliases);
}
