#include "crypto/keyfile.h"

#include "crypto/fixture.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const cbi_bytes no_passphrase;
static const cbi_secret some_secret = {{7, 7, 7}};
static char folder[] = "keyfile-XXXXXX";

static cbi_bytes passphrase(void)
{
    return cbi_bytes_of_text("correct horse");
}

static void enter_folder(void)
{
    cr_assert(mkdtemp(folder) != NULL && chdir(folder) == 0);
}

static void leave_folder(void)
{
    DIR *directory = opendir(".");
    struct dirent *entry;

    cr_assert(directory != NULL);
    while ((entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] != '.')
            cr_assert(remove(entry->d_name) == 0);
    }
    closedir(directory);
    cr_assert(chdir("..") == 0 && rmdir(folder) == 0);
}

TestSuite(keyfile, .init = enter_folder, .fini = leave_folder);

static mode_t mode_of(const char *path)
{
    struct stat facts;

    cr_assert(stat(path, &facts) == 0);
    return facts.st_mode & 07777;
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
    cr_assert(chmod(path, 0600) == 0);
}

Test(keyfile, keeps_a_private_key_for_its_owner_alone)
{
    const cbi_bytes words[] = {no_passphrase, passphrase()};

    umask(0);
    for (int i = 0; i < FIXTURE_SUITES; i++) {
        cbi_private *key = fixture_key(fixture_suites[i]);
        cbi_private *again = NULL;

        cr_assert(cbi_keyfile_write_private("k.pem", key, words[i], NULL) == CBANK_OK);
        cr_assert(mode_of("k.pem") == 0600);
        cr_assert(cbi_keyfile_read_private("k.pem", words[i], &again, NULL) == CBANK_OK);
        cr_assert(cbi_public_equal(cbi_private_public(again), cbi_private_public(key)));
        cr_assert(unlink("k.pem") == 0);
        cbi_private_free(again);
        cbi_private_free(key);
    }
}

Test(keyfile, shows_a_public_key_to_everybody)
{
    cbi_private *key = fixture_key(CBI_SUITE_SM3_SM2);
    cbi_public again;

    umask(0);
    cr_assert(cbi_keyfile_write_public("./p.pem", cbi_private_public(key), NULL) == CBANK_OK);
    cr_assert(mode_of("p.pem") == 0644);
    cr_assert(cbi_keyfile_read_public("p.pem", &again, NULL) == CBANK_OK);
    cr_assert(cbi_public_equal(&again, cbi_private_public(key)));
    cbi_private_free(key);
}

Test(keyfile, keeps_a_secret_with_and_without_a_passphrase)
{
    const cbi_bytes words[] = {no_passphrase, passphrase()};
    static const char *const names[] = {"plain", "sealed"};
    cbi_secret again;

    umask(0);
    for (int i = 0; i < 2; i++) {
        cr_assert(cbi_keyfile_write_secret(names[i], &some_secret, words[i], NULL) == CBANK_OK);
        cr_assert(mode_of(names[i]) == 0600);
        cr_assert(cbi_keyfile_read_secret(names[i], words[i], &again, NULL) == CBANK_OK);
        cr_assert(memcmp(&again, &some_secret, sizeof(again)) == 0);
    }
}

Test(keyfile, never_overwrites)
{
    cbi_private *key = fixture_key(CBI_SUITE_SHA256_ED25519);
    cbank_error err;

    cr_assert(cbi_keyfile_write_private("k", key, no_passphrase, NULL) == CBANK_OK);
    cr_assert(cbi_keyfile_write_private("./k", key, no_passphrase, &err) == CBANK_E_EXISTS);
    cr_assert_str_eq(err.object, "k");
    cr_assert(cbi_keyfile_write_public("k", cbi_private_public(key), NULL) == CBANK_E_EXISTS);
    cr_assert(cbi_keyfile_write_secret("k", &some_secret, no_passphrase, NULL) == CBANK_E_EXISTS);
    cr_assert(symlink("nowhere", "link") == 0);
    cr_assert(cbi_keyfile_write_private("link", key, no_passphrase, NULL) == CBANK_E_EXISTS);
    cr_assert(access("nowhere", F_OK) != 0);
    cbi_private_free(key);
}

Test(keyfile, that_others_may_use_is_refused)
{
    static const mode_t modes[] = {0640, 0604, 0620, 0610, 0602, 0601, 0644, 0666};
    cbi_private *key = fixture_key(CBI_SUITE_SHA256_ED25519);
    cbi_private *again = NULL;
    cbi_secret secret;
    cbank_error err;

    cr_assert(cbi_keyfile_write_private("k", key, no_passphrase, NULL) == CBANK_OK);
    cr_assert(cbi_keyfile_write_secret("s", &some_secret, no_passphrase, NULL) == CBANK_OK);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        cr_assert(chmod("k", modes[i]) == 0 && chmod("s", modes[i]) == 0);
        cr_assert(cbi_keyfile_read_private("k", no_passphrase, &again, &err) == CBANK_E_KEY);
        cr_assert(err.reason == CBI_REASON_KEYFILE_OPEN_TO_OTHERS);
        cr_assert(cbi_keyfile_read_secret("s", no_passphrase, &secret, NULL) == CBANK_E_KEY);
    }
    cr_assert(chmod("k", 0400) == 0);
    cr_assert(cbi_keyfile_read_private("k", no_passphrase, &again, NULL) == CBANK_OK);
    cbi_private_free(again);
    cbi_private_free(key);
}

Test(keyfile, is_a_plain_file_and_no_link)
{
    cbi_private *key = fixture_key(CBI_SUITE_SHA256_ED25519);
    cbi_private *again = NULL;
    cbi_public public;
    cbank_error err;

    cr_assert(cbi_keyfile_write_private("k", key, no_passphrase, NULL) == CBANK_OK);
    cr_assert(symlink("k", "link") == 0 && mkfifo("pipe", 0600) == 0 && mkdir("d", 0700) == 0);
    cr_assert(cbi_keyfile_read_private("link", no_passphrase, &again, &err) == CBANK_E_KEY);
    cr_assert(err.reason == CBI_REASON_KEYFILE_NOT_PLAIN);
    cr_assert(cbi_keyfile_read_private("pipe", no_passphrase, &again, NULL) == CBANK_E_KEY);
    cr_assert(cbi_keyfile_read_private("d", no_passphrase, &again, NULL) == CBANK_E_KEY);
    cr_assert(cbi_keyfile_read_public("link", &public, NULL) == CBANK_E_KEY);
    cr_assert(cbi_keyfile_read_private("none", no_passphrase, &again, NULL) == CBANK_E_NOT_FOUND);
    cbi_private_free(key);
}

Test(keyfile, under_a_passphrase_needs_that_passphrase)
{
    cbi_private *key = fixture_key(CBI_SUITE_SM3_SM2);
    cbi_private *again = NULL;
    cbi_secret secret;
    cbank_error err;

    cr_assert(cbi_keyfile_write_private("k", key, passphrase(), NULL) == CBANK_OK);
    cr_assert(cbi_keyfile_write_secret("s", &some_secret, passphrase(), NULL) == CBANK_OK);
    cr_assert(cbi_keyfile_read_private("k", no_passphrase, &again, NULL) == CBANK_E_KEY);
    cr_assert(cbi_keyfile_read_private("k", cbi_bytes_of_text("x"), &again, NULL) == CBANK_E_KEY);
    cr_assert(cbi_keyfile_read_secret("s", no_passphrase, &secret, &err) == CBANK_E_KEY);
    cr_assert(err.reason == CBI_REASON_PASSPHRASE_MISSING);
    cr_assert(cbi_keyfile_read_secret("s", cbi_bytes_of_text("x"), &secret, &err) == CBANK_E_KEY);
    cr_assert(err.reason == CBI_REASON_WRONG_PASSPHRASE);
    cr_assert_str_eq(err.object, "s");
    cbi_private_free(key);
}

Test(keyfile, with_other_content_is_malformed)
{
    static const char *const texts[] = {
        "",
        "cbank-secret-v1\n",
        "cbank-secret-v1\nplain\n",
        "cbank-secret-v1\nplain\n\n",
        "cbank-secret-v1\nplain\nBwcHAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "cbank-secret-v1\nplain\nBwcHAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
        "cbank-secret-v1\nplain\nBwcHAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
        "cbank-secret-v2\nplain\nBwcHAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
        "cbank-secret-v1\nscrypt-aes256gcm\nBwcH\n",
    };
    cbi_private *key = NULL;
    cbi_public public;
    cbi_secret secret;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        write_text("f", texts[i]);
        cr_assert(cbi_keyfile_read_secret("f", passphrase(), &secret, NULL) == CBANK_E_MALFORMED,
                  "%zu", i);
        cr_assert(cbi_keyfile_read_private("f", passphrase(), &key, NULL) == CBANK_E_MALFORMED);
        cr_assert(cbi_keyfile_read_public("f", &public, NULL) == CBANK_E_MALFORMED);
    }
    write_text("f", "cbank-secret-v1\nplain\nBwcHAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    cr_assert(cbi_keyfile_read_secret("f", no_passphrase, &secret, NULL) == CBANK_OK);
    cr_assert(memcmp(&secret, &some_secret, sizeof(secret)) == 0);
}

Test(keyfile, beyond_its_size_is_refused)
{
    static char text[CBI_PEM_MAX + 2];
    cbi_private *key = NULL;

    memset(text, 'x', CBI_PEM_MAX + 1);
    write_text("f", text);
    cr_assert(cbi_keyfile_read_private("f", no_passphrase, &key, NULL) == CBANK_E_TOO_LARGE);
    text[CBI_PEM_MAX] = '\0';
    write_text("f", text);
    cr_assert(cbi_keyfile_read_private("f", no_passphrase, &key, NULL) == CBANK_E_MALFORMED);
}

Test(keyfile, that_cannot_be_written_leaves_nothing_behind)
{
    cbi_private *key = fixture_key(CBI_SUITE_SHA256_ED25519);

    cr_assert(cbi_keyfile_write_private("no/such/folder", key, no_passphrase, NULL) ==
              CBANK_E_NOT_FOUND);
    cr_assert(cbi_keyfile_write_private("", key, no_passphrase, NULL) == CBANK_E_NOT_FOUND);
    cbi_private_free(key);
}
