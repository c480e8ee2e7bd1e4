/*
 * cbank.h - 学分银行: the credit bank library.
 */
#ifndef CBANK_H
#define CBANK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(CBANK_BUILDING) && defined(__GNUC__)
#define CBANK_API __attribute__((visibility("default")))
#else
#define CBANK_API
#endif

#if defined(__GNUC__)
#define CBANK_CHECKED __attribute__((warn_unused_result))
#else
#define CBANK_CHECKED
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * What a call answers. Numbers never change; `status / 100` is the class:
 * 1 caller, 2 data, 3 state, 4 permission, 5 store, 6 verification, 9 inside.
 * From a verification CBANK_OK means VALID, and 201, 203 or a 6xx is its clear "no".
 */
typedef enum cbank_status {
    CBANK_OK = 0,
    /* 1xx the caller's mistake */
    CBANK_E_ARGUMENT = 101, /* a NULL, a size or a request that breaks the contract */
    CBANK_E_FORKED = 102,   /* the handle was made before a fork */
    /* 2xx the data's */
    CBANK_E_MALFORMED = 201,   /* the bytes are not what they claim to be */
    CBANK_E_TOO_LARGE = 202,   /* beyond a limit */
    CBANK_E_UNSUPPORTED = 203, /* a version, kind or suite this library does not know */
    CBANK_E_INVALID = 204,     /* well formed, but a value is not acceptable */
    /* 3xx state */
    CBANK_E_NOT_FOUND = 301,
    CBANK_E_EXISTS = 302,
    CBANK_E_CONFLICT = 303, /* the same name, number or token with other content */
    CBANK_E_STATE = 304,    /* not possible in the state that the object is in */
    /* 4xx permission */
    CBANK_E_DENIED = 401,
    CBANK_E_KEY = 402, /* wrong key, wrong passphrase, or a key file others can read */
    /* 5xx the store */
    CBANK_E_IO = 501,
    CBANK_E_FULL = 502,
    CBANK_E_BUSY = 503,
    CBANK_E_CORRUPT = 504,  /* stored bytes do not hash to the signed tree */
    CBANK_E_ROLLBACK = 505, /* the store is older than the guard, or does not extend it */
    CBANK_E_GUARD = 506,    /* the guard is missing, foreign or badly signed */
    CBANK_E_UNKNOWN = 507,  /* it is not known whether the write happened: ask by token */
    /* 6xx verification */
    CBANK_E_UNTRUSTED_KEY = 601,
    CBANK_E_BAD_SIGNATURE = 602,
    CBANK_E_EXPIRED = 603,
    CBANK_E_WRONG_RECIPIENT = 604,
    CBANK_E_BROKEN_CHAIN = 605,
    CBANK_E_NOT_INCLUDED = 606,
    CBANK_E_FORK = 607,
    CBANK_E_KEY_NOT_VALID = 608,
    CBANK_E_BAD_HOLDER = 609,
    CBANK_E_BAD_SEMANTICS = 610,
    CBANK_E_STALE = 611,
    /* 9xx inside */
    CBANK_E_MEMORY = 901,
    CBANK_E_INTERNAL = 902
} cbank_status;

/**
 * Why a call failed: 256 bytes that the caller owns and may leave out (NULL).
 * Written on failure only. Never holds a secret or personal data.
 */
typedef struct cbank_error {
    int32_t status;   /* what the call returned */
    int32_t reason;   /* finer than the status; stable number, see cbank_reason_name */
    uint64_t where;   /* row, index or offset; 0 if there is none */
    char object[80];  /* what it is about: a code, a field, a file's name; UTF-8 */
    char detail[160]; /* a technical word for whoever mends it; UTF-8 */
} cbank_error;

/** Bytes that the caller owns; begin with {0} and end with cbank_buffer_clear. */
typedef struct cbank_buffer {
    uint8_t *data;
    size_t size;
    size_t capacity;
} cbank_buffer;

/** Wipes and frees; the buffer may be used again. NULL is a no-op. */
CBANK_API void cbank_buffer_clear(cbank_buffer *buffer);

/** "not_found" for CBANK_E_NOT_FOUND, "ok" for CBANK_OK; "unknown" for a number it has not. */
CBANK_API const char *cbank_status_name(int32_t status);

/** The word of a reason, e.g. "bad_check_digit"; "" for one it has not. */
CBANK_API const char *cbank_reason_name(int32_t reason);

#ifdef __cplusplus
}
#endif
#endif
