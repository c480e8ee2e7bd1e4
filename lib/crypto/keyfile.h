/*
 * keyfile.h - keys and secrets as files.
 *
 * Nothing is ever overwritten: a new file is created, written, synced with its folder, or removed
 * again. Private keys and secrets have mode 0600 and are refused if others may use the file;
 * symbolic links are refused throughout. No file's name leaves here but its last part.
 */
#ifndef CBI_CRYPTO_KEYFILE_H
#define CBI_CRYPTO_KEYFILE_H

#include "crypto/key.h"

/* PKCS#8 in PEM, mode 0600; encrypted if there is a passphrase. EXISTS, IO. */
cbank_status cbi_keyfile_write_private(const char *path, const cbi_private *key,
                                       cbi_bytes passphrase, cbank_error *err);
/* NOT_FOUND, IO, MALFORMED, UNSUPPORTED; KEY also for a file that others may use. */
cbank_status cbi_keyfile_read_private(const char *path, cbi_bytes passphrase, cbi_private **out,
                                      cbank_error *err);

/* SubjectPublicKeyInfo in PEM, mode 0644. */
cbank_status cbi_keyfile_write_public(const char *path, const cbi_public *key, cbank_error *err);
cbank_status cbi_keyfile_read_public(const char *path, cbi_public *out, cbank_error *err);

/*
 * A small text file, mode 0600: "cbank-secret-v1", then "plain" or "scrypt-aes256gcm", then
 * base64: the secret, or a salt of 16 bytes and the secret sealed under the passphrase.
 */
cbank_status cbi_keyfile_write_secret(const char *path, const cbi_secret *secret,
                                      cbi_bytes passphrase, cbank_error *err);
cbank_status cbi_keyfile_read_secret(const char *path, cbi_bytes passphrase, cbi_secret *out,
                                     cbank_error *err);

#endif
