#include "crypto/keyfile.h"

#include "base/memory.h"
#include "base/text.h"
#include "crypto/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET_HEAD_PLAIN "cbank-secret-v1\nplain\n"
#define SECRET_HEAD_SCRYPT "cbank-secret-v1\nscrypt-aes256gcm\n"
#define SALT_SIZE 16
/* Longer than a salt with a sealed secret, which is 77 bytes. */
#define SECRET_BODY_MAX 128

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static cbank_status fail_file(cbank_error *err, const char *path, int number)
{
    cbi_reason reason = CBI_REASON_KEYFILE_IO;

    if (number == ENOENT)
        reason = CBI_REASON_KEYFILE_MISSING;
    if (number == EEXIST)
        reason = CBI_REASON_KEYFILE_EXISTS;
    if (number == ELOOP)
        reason = CBI_REASON_KEYFILE_NOT_PLAIN;
    return cbi_fail(err, reason, 0, last_name(path), "%s", strerror(number));
}

/* Without this a new name may be gone after a power cut though its file was synced. */
static cbank_status sync_folder(const char *path, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    char *folder = NULL;
    char *slash;
    int file = -1;

    CBI_TRY(cbi_alloc_text(path, &folder, err));
    slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[1] = '\0';
    file = open(slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0 || fsync(file) != 0)
        status = fail_file(err, path, errno);
done:
    if (file >= 0)
        close(file);
    cbi_free(folder);
    return status;
}

/* 0, or errno. */
static int write_all(int file, cbi_bytes content)
{
    while (content.size > 0) {
        ssize_t written = write(file, content.data, content.size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errno;
        content.data += written;
        content.size -= (size_t)written;
    }
    return fsync(file) == 0 ? 0 : errno;
}

static cbank_status write_file(const char *path, mode_t mode, const cbank_buffer *content,
                               cbank_error *err)
{
    cbank_status status = CBANK_OK;
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    int number;

    if (file < 0)
        return fail_file(err, path, errno);
    number = write_all(file, cbi_bytes_of_buffer(content));
    if (close(file) != 0 && number == 0)
        number = errno;
    if (number != 0) {
        status = fail_file(err, path, number);
        goto done;
    }
    CBI_TRY(sync_folder(path, err));
done:
    if (status != CBANK_OK)
        unlink(path);
    return status;
}

static cbank_status read_all(int file, const char *path, cbank_buffer *content, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    ssize_t size = 1;

    /* One byte more than is allowed, so that a file that is too long shows. */
    CBI_TRY(cbi_buffer_reserve(content, CBI_PEM_MAX + 1, err));
    while (size != 0 && content->size <= CBI_PEM_MAX) {
        size = read(file, content->data + content->size, CBI_PEM_MAX + 1 - content->size);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0) {
            status = fail_file(err, path, errno);
            goto done;
        }
        content->size += (size_t)size;
    }
    if (content->size > CBI_PEM_MAX)
        status = cbi_fail(err, CBI_REASON_BUFFER_TOO_LARGE, CBI_PEM_MAX, last_name(path), NULL);
done:
    return status;
}

static cbank_status read_file(const char *path, bool secret, cbank_buffer *content,
                              cbank_error *err)
{
    cbank_status status = CBANK_OK;
    struct stat facts;
    /* Not blocking: what lies there may be a pipe that nobody writes to. */
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (file < 0 || fstat(file, &facts) != 0) {
        status = fail_file(err, path, errno);
        goto done;
    }
    if (!S_ISREG(facts.st_mode)) {
        status = cbi_fail(err, CBI_REASON_KEYFILE_NOT_PLAIN, 0, last_name(path), NULL);
        goto done;
    }
    if (secret && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        status = cbi_fail(err, CBI_REASON_KEYFILE_OPEN_TO_OTHERS, 0, last_name(path), "%04o",
                          (unsigned)(facts.st_mode & 07777));
        goto done;
    }
    CBI_TRY(read_all(file, path, content, err));
done:
    if (file >= 0)
        close(file);
    return status;
}

cbank_status cbi_keyfile_write_private(const char *path, const cbi_private *key,
                                       cbi_bytes passphrase, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer pem = {0};

    CBI_TRY(cbi_private_encode(key, passphrase, &pem, err));
    CBI_TRY(write_file(path, 0600, &pem, err));
done:
    cbank_buffer_clear(&pem);
    return status;
}

cbank_status cbi_keyfile_read_private(const char *path, cbi_bytes passphrase, cbi_private **out,
                                      cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer pem = {0};

    CBI_TRY(read_file(path, true, &pem, err));
    CBI_TRY(cbi_private_decode(cbi_bytes_of_buffer(&pem), passphrase, out, err));
done:
    cbank_buffer_clear(&pem);
    return status;
}

cbank_status cbi_keyfile_write_public(const char *path, const cbi_public *key, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer pem = {0};

    CBI_TRY(cbi_public_encode_pem(key, &pem, err));
    CBI_TRY(write_file(path, 0644, &pem, err));
done:
    cbank_buffer_clear(&pem);
    return status;
}

cbank_status cbi_keyfile_read_public(const char *path, cbi_public *out, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer pem = {0};

    CBI_TRY(read_file(path, false, &pem, err));
    CBI_TRY(cbi_public_decode_pem(cbi_bytes_of_buffer(&pem), out, err));
done:
    cbank_buffer_clear(&pem);
    return status;
}

/* Appends salt and sealed secret; the head is what the secret is sealed together with. */
static cbank_status seal_secret(const cbi_secret *secret, cbi_bytes passphrase, cbi_bytes head,
                                cbank_buffer *body, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    uint8_t salt[SALT_SIZE];
    cbi_secret key = {0};
    cbank_buffer sealed = {0};

    CBI_TRY(cbi_random(salt, SALT_SIZE, err));
    CBI_TRY(cbi_secret_from_passphrase(passphrase, cbi_bytes_of(salt, SALT_SIZE), &key, err));
    CBI_TRY(cbi_seal(CBI_SUITE_SHA256_ED25519, &key, head,
                     cbi_bytes_of(secret->bytes, CBI_SECRET_SIZE), &sealed, err));
    CBI_TRY(cbi_buffer_append(body, cbi_bytes_of(salt, SALT_SIZE), err));
    CBI_TRY(cbi_buffer_append(body, cbi_bytes_of_buffer(&sealed), err));
done:
    cbi_secret_wipe(&key);
    cbank_buffer_clear(&sealed);
    return status;
}

cbank_status cbi_keyfile_write_secret(const char *path, const cbi_secret *secret,
                                      cbi_bytes passphrase, cbank_error *err)
{
    cbank_status status = CBANK_OK;
    bool sealed = passphrase.size > 0;
    cbi_bytes head = cbi_bytes_of_text(sealed ? SECRET_HEAD_SCRYPT : SECRET_HEAD_PLAIN);
    cbank_buffer body = {0};
    cbank_buffer text = {0};

    if (sealed)
        CBI_TRY(seal_secret(secret, passphrase, head, &body, err));
    if (!sealed)
        CBI_TRY(cbi_buffer_append(&body, cbi_bytes_of(secret->bytes, CBI_SECRET_SIZE), err));
    CBI_TRY(cbi_buffer_append(&text, head, err));
    CBI_TRY(cbi_base64_encode(cbi_bytes_of_buffer(&body), &text, err));
    CBI_TRY(cbi_buffer_append(&text, cbi_bytes_of_text("\n"), err));
    CBI_TRY(write_file(path, 0600, &text, err));
done:
    cbank_buffer_clear(&text);
    cbank_buffer_clear(&body);
    return status;
}

/* True if the file is `head` and one line of base64, whose bytes are then in `body`. */
static bool split(cbi_bytes text, cbi_bytes head, uint8_t *body, size_t *size)
{
    if (text.size <= head.size || memcmp(text.data, head.data, head.size) != 0 ||
        text.data[text.size - 1] != '\n')
        return false;
    return cbi_base64_decode(cbi_bytes_of(text.data + head.size, text.size - head.size - 1), body,
                             SECRET_BODY_MAX, size);
}

static cbank_status open_secret(cbi_bytes body, cbi_bytes passphrase, cbank_buffer *plain,
                                cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbi_bytes sealed = cbi_bytes_of(body.data + SALT_SIZE, body.size - SALT_SIZE);
    cbi_secret key = {0};

    if (passphrase.size == 0)
        return cbi_fail(err, CBI_REASON_PASSPHRASE_MISSING, 0, NULL, NULL);
    CBI_TRY(cbi_secret_from_passphrase(passphrase, cbi_bytes_of(body.data, SALT_SIZE), &key, err));
    status = cbi_unseal(CBI_SUITE_SHA256_ED25519, &key, cbi_bytes_of_text(SECRET_HEAD_SCRYPT),
                        sealed, plain, err);
    if (status == CBANK_E_CORRUPT)
        status = cbi_fail(err, CBI_REASON_WRONG_PASSPHRASE, 0, NULL, "aes-256-gcm");
done:
    cbi_secret_wipe(&key);
    return status;
}

cbank_status cbi_keyfile_read_secret(const char *path, cbi_bytes passphrase, cbi_secret *out,
                                     cbank_error *err)
{
    cbank_status status = CBANK_OK;
    cbank_buffer text = {0};
    cbank_buffer plain = {0};
    uint8_t body[SECRET_BODY_MAX];
    size_t size = 0;

    CBI_TRY(read_file(path, true, &text, err));
    if (split(cbi_bytes_of_buffer(&text), cbi_bytes_of_text(SECRET_HEAD_SCRYPT), body, &size) &&
        size > SALT_SIZE)
        CBI_TRY(open_secret(cbi_bytes_of(body, size), passphrase, &plain, err));
    else if (split(cbi_bytes_of_buffer(&text), cbi_bytes_of_text(SECRET_HEAD_PLAIN), body, &size))
        CBI_TRY(cbi_buffer_append(&plain, cbi_bytes_of(body, size), err));
    if (plain.size != CBI_SECRET_SIZE) {
        status = cbi_fail(err, CBI_REASON_BAD_SECRET_FILE, 0, last_name(path), NULL);
        goto done;
    }
    memcpy(out->bytes, plain.data, CBI_SECRET_SIZE);
done:
    if (status != CBANK_OK)
        cbi_error_name(err, last_name(path));
    cbi_wipe(body, sizeof(body));
    cbank_buffer_clear(&plain);
    cbank_buffer_clear(&text);
    return status;
}
