/* What has to be known of a bank before its store is open, and where its guard may be. */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bank/config.h"
#include "bank/place.h"

static char folder[] = P_tmpdir "/cbank-config-XXXXXX";

static void begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
}

static void end(void)
{
    char command[64];

    snprintf(command, sizeof(command), "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(config, .init = begin, .fini = end);
TestSuite(place, .init = begin, .fini = end);

static cbi_config sample(void)
{
    return (cbi_config){.origin = "bank.example/credit/sm3-sm2/1",
                        .suite = CBI_SUITE_SM3_SM2,
                        .guard = "/somewhere else/guard",
                        .quota = 1u << 30};
}

static void write_text(const char *text)
{
    FILE *stream = fopen("bank.conf", "wb");

    cr_assert_not_null(stream);
    cr_assert(fputs(text, stream) >= 0);
    fclose(stream);
}

Test(config, comes_back_as_it_was_written)
{
    cbi_config written = sample(), read;
    struct stat facts;

    cr_assert_eq(cbi_config_write(folder, &written, NULL), CBANK_OK);
    cr_assert_eq(cbi_config_read(folder, &read, NULL), CBANK_OK);
    cr_expect_str_eq(read.origin, written.origin);
    cr_expect_str_eq(read.guard, written.guard);
    cr_expect_eq(read.suite, written.suite);
    cr_expect_eq(read.quota, written.quota);
    cr_assert_eq(stat("bank.conf", &facts), 0);
    cr_expect_eq(facts.st_mode & 07777, 0600);
}

Test(config, is_written_once)
{
    cbi_config config = sample();

    cr_assert_eq(cbi_config_write(folder, &config, NULL), CBANK_OK);
    cr_expect_eq(cbi_config_write(folder, &config, NULL), CBANK_E_IO);
}

Test(config, of_a_folder_without_a_bank_is_not_found)
{
    cbi_config config;

    cr_expect_eq(cbi_config_read(folder, &config, NULL), CBANK_E_NOT_FOUND);
    cr_expect_eq(cbi_config_read("/nowhere/at/all", &config, NULL), CBANK_E_NOT_FOUND);
}

Test(config, is_five_lines_in_this_order_and_nothing_else)
{
    static const char *const wrong[] = {
        "",
        "cbank-bank/2\norigin a.b/c\nsuite sm3-sm2\nguard /g\nquota 0\n",
        "cbank-bank/1\nsuite sm3-sm2\norigin a.b/c\nguard /g\nquota 0\n",
        "cbank-bank/1\norigin A.B/c\nsuite sm3-sm2\nguard /g\nquota 0\n",
        "cbank-bank/1\norigin a.b/c\nsuite md5\nguard /g\nquota 0\n",
        "cbank-bank/1\norigin a.b/c\nsuite sm3-sm2\nguard g\nquota 0\n",
        "cbank-bank/1\norigin a.b/c\nsuite sm3-sm2\nguard /g\nquota many\n",
        "cbank-bank/1\norigin a.b/c\nsuite sm3-sm2\nguard /g\nquota 0",
        "cbank-bank/1\norigin a.b/c\nsuite sm3-sm2\nguard /g\nquota 0\nmore\n",
        "cbank-bank/1\norigin\nsuite sm3-sm2\nguard /g\nquota 0\n",
    };
    cbi_config config;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        write_text(wrong[i]);
        cr_expect_eq(cbi_config_read(folder, &config, NULL), CBANK_E_MALFORMED, "%s", wrong[i]);
    }
    write_text("cbank-bank/1\norigin a.b/c\nsuite sm3-sm2\nguard /g\nquota 0\n");
    cr_expect_eq(cbi_config_read(folder, &config, NULL), CBANK_OK);
}

Test(config, that_is_too_long_is_refused)
{
    static char text[2 * CBI_PATH_MAX];
    cbi_config config;

    memset(text, 'a', sizeof(text) - 1);
    write_text(text);
    cr_expect_eq(cbi_config_read(folder, &config, NULL), CBANK_E_MALFORMED);
}

/* ---- where the guard may be --------------------------------------------------------------- */

Test(place, of_the_guard_is_beside_the_bank_unless_it_is_said)
{
    char guard[CBI_PATH_MAX], real[CBI_PATH_MAX], expected[CBI_PATH_MAX + 16];

    cr_assert_not_null(realpath(folder, real));
    cr_assert_eq(cbi_place_guard("bank", "", guard, NULL), CBANK_OK);
    snprintf(expected, sizeof(expected), "%s/bank.guard", real);
    cr_expect_str_eq(guard, expected);
    cr_assert_eq(cbi_place_guard("bank/", "", guard, NULL), CBANK_OK);
    cr_expect_str_eq(guard, expected);
    cr_assert_eq(cbi_place_guard("bank", "elsewhere", guard, NULL), CBANK_OK);
    snprintf(expected, sizeof(expected), "%s/elsewhere", real);
    cr_expect_str_eq(guard, expected);
}

Test(place, of_the_guard_is_never_inside_the_bank)
{
    char guard[CBI_PATH_MAX], inside[CBI_PATH_MAX];

    cr_expect_eq(cbi_place_guard("bank", "bank", guard, NULL), CBANK_E_INVALID);
    cr_expect_eq(cbi_place_guard("bank", "bank/guard", guard, NULL), CBANK_E_INVALID);
    cr_expect_eq(cbi_place_guard("bank", "bank/deep/guard", guard, NULL), CBANK_E_INVALID);
    snprintf(inside, sizeof(inside), "%s/bank", folder);
    cr_expect_eq(cbi_place_guard("bank", inside, guard, NULL), CBANK_E_INVALID);
    cr_assert_eq(mkdir("bank", 0700), 0);
    cr_assert_eq(symlink("bank", "link"), 0);
    cr_expect_eq(cbi_place_guard("bank", "link/guard", guard, NULL), CBANK_E_INVALID);
    cr_expect_eq(cbi_place_guard("link", "bank/guard", guard, NULL), CBANK_E_INVALID);
    cr_expect_eq(cbi_place_guard("bank", "banker", guard, NULL), CBANK_OK);
}

Test(place, of_the_guard_must_have_a_folder_around_it)
{
    char guard[CBI_PATH_MAX];

    cr_expect_eq(cbi_place_guard("bank", "nowhere/guard", guard, NULL), CBANK_E_IO);
    cr_expect_eq(cbi_place_guard("nowhere/bank", "", guard, NULL), CBANK_E_IO);
}

Test(place, of_a_bank_is_taken_all_at_once)
{
    char temporary[CBI_PATH_MAX], second[CBI_PATH_MAX];
    struct stat facts;

    cr_assert_eq(cbi_place_start("bank", temporary, NULL), CBANK_OK);
    cr_assert_eq(stat(temporary, &facts), 0);
    cr_expect_eq(facts.st_mode & 07777, 0700);
    cr_assert_eq(cbi_place_start("bank/", second, NULL), CBANK_OK, "nobody has it yet");
    cr_assert_eq(cbi_place_finish(temporary, "bank", NULL), CBANK_OK);
    cr_expect_neq(access(temporary, F_OK), 0);
    cr_expect_eq(access("bank", F_OK), 0);
    cr_expect_eq(cbi_place_start("bank", temporary, NULL), CBANK_E_EXISTS);
    cbi_place_drop(second);
    cr_expect_neq(access(second, F_OK), 0);
}
