#include "bank/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "proof/checkpoint.h"

#define CONFIG_NAME "bank.conf"
#define CONFIG_FIRST_LINE "cbank-bank/1"
#define CONFIG_SIZE_MAX (CBI_PATH_MAX + 512)

cbank_status cbi_config_path(const char *folder, const char *name, char *out, cbank_error *err)
{
    int size = snprintf(out, CBI_PATH_MAX, "%s/%s", folder, name);

    if (size < 0 || size >= CBI_PATH_MAX)
        return cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_PATH_MAX, "path", NULL);
    return CBANK_OK;
}

static cbank_status write_all(int fd, const char *text, size_t size, cbank_error *err)
{
    while (size > 0) {
        ssize_t done = write(fd, text, size);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return cbi_fail(err, CBI_REASON_BANK_FILE, 0, CONFIG_NAME, "%s", strerror(errno));
        text += done;
        size -= (size_t)done;
    }
    if (fsync(fd) != 0)
        return cbi_fail(err, CBI_REASON_BANK_FILE, 0, CONFIG_NAME, "%s", strerror(errno));
    return CBANK_OK;
}

cbank_status cbi_config_write(const char *folder, const cbi_config *config, cbank_error *err)
{
    char path[CBI_PATH_MAX];
    char text[CONFIG_SIZE_MAX];
    cbank_status status = CBANK_OK;
    int fd = -1;
    int size;

    CBI_TRY(cbi_config_path(folder, CONFIG_NAME, path, err));
    size = snprintf(text, sizeof(text), CONFIG_FIRST_LINE "\norigin %s\nsuite %s\nguard %s\n"
                    "quota %llu\n", config->origin, cbi_suite_name(config->suite), config->guard,
                    (unsigned long long)config->quota);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || size < 0 || (size_t)size >= sizeof(text))
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_FILE, 0, CONFIG_NAME, "%s", strerror(errno)));
    CBI_TRY(write_all(fd, text, (size_t)size, err));
done:
    if (fd >= 0)
        close(fd);
    return status;
}

static cbank_status read_text(const char *path, char *text, size_t capacity, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    size_t size = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return cbi_fail(err, CBI_REASON_BANK_MISSING, 0, NULL, NULL);
    if (fd < 0)
        return cbi_fail(err, CBI_REASON_BANK_FILE, 0, CONFIG_NAME, "%s", strerror(errno));
    for (;;) {
        ssize_t done = read(fd, text + size, capacity - size);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            CBI_TRY(cbi_fail(err, CBI_REASON_BANK_FILE, 0, CONFIG_NAME, "%s", strerror(errno)));
        if (done == 0)
            break;
        size += (size_t)done;
        if (size == capacity)
            CBI_TRY(cbi_fail(err, CBI_REASON_BANK_CONFIG, 0, CONFIG_NAME, "too long"));
    }
    text[size] = '\0';
done:
    close(fd);
    return status;
}

/* The rest of the line that begins with `word` and a blank, ended in place. */
static char *take_line(char **at, const char *word)
{
    char *line = *at;
    char *end = strchr(line, '\n');
    size_t size = strlen(word);

    if (end == NULL || strncmp(line, word, size) != 0 || line[size] != ' ')
        return NULL;
    *end = '\0';
    *at = end + 1;
    return line + size + 1;
}

static bool parse(char *text, cbi_config *out)
{
    static const char first[] = CONFIG_FIRST_LINE "\n";
    char *at = text + sizeof(first) - 1;
    const char *origin, *suite, *guard, *quota;

    if (strncmp(text, first, sizeof(first) - 1) != 0)
        return false;
    origin = take_line(&at, "origin");
    suite = origin == NULL ? NULL : take_line(&at, "suite");
    guard = suite == NULL ? NULL : take_line(&at, "guard");
    quota = guard == NULL ? NULL : take_line(&at, "quota");
    if (quota == NULL || *at != '\0' || !cbi_origin_is_valid(cbi_bytes_of_text(origin)) ||
        !cbi_suite_from_name(cbi_bytes_of_text(suite), &out->suite) ||
        !cbi_u64_parse(cbi_bytes_of_text(quota), &out->quota) || guard[0] != '/' ||
        strlen(guard) >= sizeof(out->guard))
        return false;
    memcpy(out->origin, origin, strlen(origin) + 1);
    memcpy(out->guard, guard, strlen(guard) + 1);
    return true;
}

cbank_status cbi_config_read(const char *folder, cbi_config *out, cbank_error *err)
{
    char path[CBI_PATH_MAX];
    char text[CONFIG_SIZE_MAX + 1];
    cbank_status status = CBANK_OK;

    CBI_TRY(cbi_config_path(folder, CONFIG_NAME, path, err));
    CBI_TRY(read_text(path, text, CONFIG_SIZE_MAX, err));
    if (!parse(text, out))
        CBI_TRY(cbi_fail(err, CBI_REASON_BANK_CONFIG, 0, CONFIG_NAME, NULL));
done:
    return status;
}
