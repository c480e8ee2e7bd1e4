#include "remains.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MASK 0x5au
#define CHUNK (1u << 20)
#define FILE_MAX 4096
#define SPARSE_MIN (1ull << 30) /* what is larger is a sanitizer's map of memory */

/* What is read here is not looked at: it lies in pages of its own that no dump takes along. */
static uint8_t *desk;

static void prepare(void)
{
    if (desk != NULL)
        return;
    desk = mmap(NULL, CHUNK + REMAINS_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
                -1, 0);
    cr_assert(desk != MAP_FAILED && madvise(desk, CHUNK + REMAINS_SIZE, MADV_DONTDUMP) == 0);
}

/* By hand, so that nothing is copied that the search would find. */
static int digit(uint8_t letter)
{
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = letter == '\0' ? NULL : strchr(digits, letter);

    return found == NULL ? -1 : (int)(found - digits);
}

/* A line of words is what makes a file a key's: "-----BEGIN…", "cbank-secret-v1", "plain". */
static bool is_data(const uint8_t *line, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (digit(line[i]) < 0 && line[i] != '=')
            return false;
    }
    return size > 5;
}

/* The bytes that base64 stands for on the data lines of what lies on the desk, masked. */
static size_t read_masked(size_t size, uint8_t *out, size_t max)
{
    uint32_t bits = 0;
    size_t count = 0;
    int kept = 0;

    for (size_t i = 0, end; i < size; i = end + 1) {
        for (end = i; end < size && desk[end] != '\n'; end++)
            continue;
        if (!is_data(desk + i, end - i))
            continue;
        for (; i < end && digit(desk[i]) >= 0; i++) {
            bits = bits << 6 | (uint32_t)digit(desk[i]);
            kept += 6;
            if (kept < 8)
                continue;
            kept -= 8;
            cr_assert_lt(count, max);
            out[count++] = (uint8_t)((bits >> kept) ^ MASK);
        }
    }
    return count;
}

void remains_of_file(const char *path, remains_secret *out)
{
    /* An octet string of 32 bytes: the innermost of a private key, in both suites. */
    static const uint8_t mark[] = {0x04 ^ MASK, 0x20 ^ MASK};
    uint8_t bytes[512];
    const uint8_t *secret = bytes;
    size_t count;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size;

    prepare();
    cr_assert_geq(file, 0);
    size = read(file, desk, FILE_MAX);
    (void)close(file);
    cr_assert_gt(size, 0);
    count = read_masked((size_t)size, bytes, sizeof(bytes));
    explicit_bzero(desk, (size_t)size);
    cr_assert_geq(count, REMAINS_SIZE);
    if (count > REMAINS_SIZE) {
        secret = memmem(bytes, count - REMAINS_SIZE, mark, sizeof(mark));
        cr_assert_not_null(secret);
        secret += sizeof(mark);
    }
    memcpy(out->masked, secret, REMAINS_SIZE);
}

void remains_of_bytes(uint8_t bytes[REMAINS_SIZE], remains_secret *out)
{
    for (size_t i = 0; i < REMAINS_SIZE; i++)
        out->masked[i] = bytes[i] ^ MASK;
    explicit_bzero(bytes, REMAINS_SIZE);
}

/* As it is in a file, and in the order in which a number lies in memory here. */
static size_t count_in(const remains_secret *secret, size_t size)
{
    size_t found = 0;

    for (size_t i = 0; i + REMAINS_SIZE <= size; i++) {
        size_t k = 0, r = 0;

        while (k < REMAINS_SIZE && (desk[i + k] ^ MASK) == secret->masked[k])
            k++;
        while (r < REMAINS_SIZE && (desk[i + r] ^ MASK) == secret->masked[REMAINS_SIZE - 1 - r])
            r++;
        found += k == REMAINS_SIZE || r == REMAINS_SIZE;
    }
    return found;
}

static size_t search_range(int memory, uint64_t from, uint64_t until, const remains_secret *secret)
{
    size_t found = 0, before = 0;

    while (from < until) {
        size_t wanted = until - from < CHUNK ? (size_t)(until - from) : CHUNK;
        ssize_t size = pread(memory, desk + before, wanted, (off_t)from);

        if (size <= 0)
            break;
        found += count_in(secret, before + (size_t)size);
        from += (uint64_t)size;
        /* What may begin here and go on in the next piece. */
        wanted = before + (size_t)size;
        before = wanted < REMAINS_SIZE ? wanted : REMAINS_SIZE - 1;
        memmove(desk, desk + wanted - before, before);
    }
    return found;
}

remains_found remains_search(const remains_secret *secret)
{
    remains_found found = {0};
    unsigned long long range[2], from = 0, until = 0;
    bool readable = false;
    char line[512], word[8];
    FILE *map = fopen("/proc/self/smaps", "re");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);

    prepare();
    cr_assert(map != NULL && memory >= 0);
    while (fgets(line, sizeof(line), map) != NULL) {
        if (sscanf(line, "%llx-%llx %7s", &range[0], &range[1], word) == 3) {
            from = range[0];
            until = range[1];
            readable = word[0] == 'r';
            continue;
        }
        /* The last line of a range; "dd" is what MADV_DONTDUMP makes of it. */
        if (strncmp(line, "VmFlags:", 8) != 0 || !readable || until - from >= SPARSE_MIN ||
            (from <= (uintptr_t)desk && (uintptr_t)desk < until))
            continue;
        if (strstr(line, " dd") != NULL)
            found.hidden += search_range(memory, from, until, secret);
        else
            found.dumped += search_range(memory, from, until, secret);
    }
    (void)fclose(map);
    (void)close(memory);
    return found;
}
