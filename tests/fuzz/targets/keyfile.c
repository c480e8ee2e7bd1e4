/* Files of keys and secrets, as they lie on a disk. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crypto/keyfile.h"
#include "fuzz/fuzz.h"

static char folder[256];
static char path[sizeof(folder) + 8];

static void leave(void)
{
    unlink(path);
    rmdir(folder);
}

static void write_file(cbi_bytes input)
{
    int file;

    if (path[0] == '\0') {
        const char *base = getenv("TMPDIR");

        snprintf(folder, sizeof(folder), "%s/cbank-fuzz-XXXXXX", base == NULL ? P_tmpdir : base);
        fuzz_require(mkdtemp(folder) != NULL, "there is a folder");
        snprintf(path, sizeof(path), "%s/key", folder);
        atexit(leave);
    }
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    fuzz_require(file >= 0 && write(file, input.data, input.size) == (ssize_t)input.size,
                 "the file is written");
    close(file);
}

void fuzz_keyfile(cbi_bytes input)
{
    cbi_private *key = NULL;
    cbi_secret secret;
    cbi_public public;

    write_file(input);
    (void)cbi_keyfile_read_private(path, cbi_bytes_of(NULL, 0), &key, NULL);
    (void)cbi_keyfile_read_public(path, &public, NULL);
    if (cbi_keyfile_read_secret(path, cbi_bytes_of(NULL, 0), &secret, NULL) == CBANK_OK)
        fuzz_require(input.size > CBI_SECRET_SIZE, "a secret is in the file that holds it");
    cbi_private_free(key);
}
