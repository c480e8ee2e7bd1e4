#include "passphrase.h"

#include "fail.h"
#include "file.h"
#include "memory.h"
#include "options.h"

#include <stdlib.h>
#include <string.h>

#define PASSPHRASE_MAX 1024

static bytes copy_of(const void *data, size_t size)
{
    bytes copy = {memory_new(size, 1), size};

    memcpy(copy.data, data, size);
    return copy;
}

static bool read_file(cli *c, const char *path, bytes *out)
{
    bytes file;
    size_t size;

    if (!file_read(c, path, &file))
        return false;
    size = strcspn((const char *)file.data, "\r\n");
    if (size == 0 || size > PASSPHRASE_MAX) {
        memory_free(&file);
        fail_own(c, FAIL_BAD_PASSPHRASE_FILE, path);
        return false;
    }
    *out = copy_of(file.data, size);
    memory_free(&file);
    return true;
}

const bytes *passphrase_read(cli *c, const char *option_name)
{
    const char *own = options_text(c, option_name);
    const char *common = options_text(c, "passphrase-file");
    const char *value = getenv("CBANK_PASSPHRASE");

    if (own != NULL && own != common) {
        memory_free(&c->key_passphrase);
        return read_file(c, own, &c->key_passphrase) ? &c->key_passphrase : NULL;
    }
    if (c->passphrase.data != NULL)
        return &c->passphrase;
    if (common != NULL)
        return read_file(c, common, &c->passphrase) ? &c->passphrase : NULL;
    if (value != NULL && *value != '\0')
        c->passphrase = copy_of(value, strlen(value));
    return &c->passphrase;
}

void passphrase_forget(cli *c)
{
    memory_free(&c->passphrase);
    memory_free(&c->key_passphrase);
}
