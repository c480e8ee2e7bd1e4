/*
 * cbank.h - 学分银行: the credit bank library. This header is the authority on its use.
 *
 * What it does. A bank keeps one lifelong account for each learner. Institutions sign batches of
 * credit records; the bank deposits them into an append-only Merkle log (RFC 9162) and signs its
 * checkpoints (C2SP). A transcript shows one account to one recipient and is verified offline.
 *
 * Shape. Resources are handles; data are serialised protobuf messages, so every language reads
 * and writes them with its own protobuf runtime. Signed messages are package cbank.v1, requests
 * and replies cbank.api.v1 (see proto/). C callers may link libcbank-messages.a, the generated
 * C structs. A data call reads:
 *
 *     status = cbank_noun_verb(handle, key, request, request_size, &reply, &error);
 *
 * handle first, then a key where something is signed, then a serialised request, then a buffer for
 * the serialised reply. Each call names both messages. A call whose request has no fields that
 * matter takes none.
 *
 * Strictness. A request must be canonical protobuf (any runtime's deterministic output of plain
 * fields is) and have no field this version does not know; else ARGUMENT. Replies may grow.
 *
 * Ownership. Inputs are borrowed for the call. Buffers and errors are the caller's: begin a buffer
 * with {0}, end it with cbank_buffer_clear, which wipes. A reply replaces what the buffer held, on
 * success only (a verification writes its report whatever the verdict). Handles are closed by
 * their close call, which cannot fail and takes NULL.
 *
 * Errors. Every call that can fail returns a cbank_status and takes a cbank_error that may be NULL.
 * The library never prints, never exits, keeps no thread-local or global error, starts no thread
 * and calls nothing of the caller's. Any call may answer MEMORY or ARGUMENT; every call on a bank
 * may answer FORKED, IO, FULL, BUSY or CORRUPT besides what it documents.
 *
 * Threads and processes. A bank, a key and a verifier may be used by any number of threads at once;
 * several processes may have one bank open. A job belongs to one thread at a time. After fork the
 * child's calls on a bank answer FORKED; close there frees the memory and touches nothing else.
 *
 * Durability. A call that wrote and answers OK has its statements on disk under a signed
 * checkpoint. A caller that never heard the answer calls again with the same token.
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

/** The word of a reason, e.g. "BAD_CHECK_DIGIT"; "" for one it has not. */
CBANK_API const char *cbank_reason_name(int32_t reason);

/** The name of the library's version, such as "0.1.0". */
CBANK_API const char *cbank_version(void);

/**
 * Writes message and remedy of an error as one line of UTF-8, cut to fit and always ended by a
 * zero byte.
 *
 * @param err       an error that a call has filled; borrowed
 * @param lang      "zh" or "en"; anything else is taken as "en"
 * @param message   receives what went wrong; may be NULL with size 0
 * @param remedy    receives what to do about it; may be NULL with size 0
 */
CBANK_API void cbank_error_text(const cbank_error *err, const char *lang, char *message,
                                size_t message_size, char *remedy, size_t remedy_size);

/* ---- keys ------------------------------------------------------------------------------- */

/** A private key of an institution or of a bank. */
typedef struct cbank_key cbank_key;

/**
 * Makes a new key.
 *
 * @param suite  "sha256-ed25519" or "sm3-sm2"
 * @param out    receives the key; yours, close it
 *
 * @retval CBANK_E_UNSUPPORTED  no such suite
 */
CBANK_API CBANK_CHECKED cbank_status cbank_key_new(const char *suite, cbank_key **out,
                                                   cbank_error *err);

/**
 * Reads a private key file (PKCS#8 in PEM).
 *
 * @param passphrase  NULL with size 0 if the file is not encrypted; borrowed, wiped from our memory
 *
 * @retval CBANK_E_NOT_FOUND  no such file
 * @retval CBANK_E_KEY        wrong or missing passphrase, or a file that group or world can read
 * @retval CBANK_E_MALFORMED  not a key of a known suite
 */
CBANK_API CBANK_CHECKED cbank_status cbank_key_open(const char *path, const uint8_t *passphrase,
                                                    size_t passphrase_size, cbank_key **out,
                                                    cbank_error *err);

/**
 * Reads a public key file (PEM) of a key whose secret half is elsewhere, in a UKey or an HSM. A
 * call that signs a file and is given this key makes a draft of it, which cbank_sign_prepare and
 * cbank_sign_attach finish; whatever has to sign at once answers KEY.
 *
 * @retval CBANK_E_NOT_FOUND  no such file
 * @retval CBANK_E_MALFORMED  not a public key of a known suite
 */
CBANK_API CBANK_CHECKED cbank_status cbank_key_open_public(const char *path, cbank_key **out,
                                                           cbank_error *err);

/**
 * Writes the private key to `path` (mode 0600, encrypted if there is a passphrase) and the public
 * key to `path`.pub, both as new files.
 *
 * @retval CBANK_E_EXISTS  one of the files is there
 */
CBANK_API CBANK_CHECKED cbank_status cbank_key_save(const cbank_key *key, const char *path,
                                                    const uint8_t *passphrase,
                                                    size_t passphrase_size, cbank_error *err);

/** Shows the public half. Reply: KeyInfo. */
CBANK_API CBANK_CHECKED cbank_status cbank_key_show(const cbank_key *key, cbank_buffer *reply,
                                                    cbank_error *err);

/** Shows a public key file (PEM), as FILE.pub. Reply: KeyInfo. NOT_FOUND, MALFORMED. */
CBANK_API CBANK_CHECKED cbank_status cbank_key_show_public(const char *path, cbank_buffer *reply,
                                                           cbank_error *err);

/** Wipes and frees. */
CBANK_API void cbank_key_close(cbank_key *key);

/**
 * Says what has to be signed for a draft, and by which key. Request: SignPrepareRequest.
 * Reply: SignPrepareReply. MALFORMED if it is no draft.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_sign_prepare(const uint8_t *request,
                                                        size_t request_size, cbank_buffer *reply,
                                                        cbank_error *err);

/**
 * Puts a signature that was made elsewhere into a draft. Request: SignAttachRequest.
 * Reply: SignAttachReply. BAD_SIGNATURE if it is not that key's over those bytes; MALFORMED.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_sign_attach(const uint8_t *request, size_t request_size,
                                                       cbank_buffer *reply, cbank_error *err);

/* ---- jobs ------------------------------------------------------------------------------- */

/**
 * Long work in steps: begin it with one of the ..._begin calls, then step until it is DONE,
 * feeding input when it asks and reading output when it has some, then finish and close. Nothing
 * is locked between steps. The bank and the key it was begun with stay open until it is closed.
 * Closing a job that is not done cancels it; what a deposit has
 * acknowledged chunk by chunk stays, and depositing the same file again goes on from there.
 */
typedef struct cbank_job cbank_job;

typedef enum cbank_job_state {
    CBANK_JOB_MORE = 1,        /* step again */
    CBANK_JOB_NEEDS_INPUT = 2, /* feed, or say that the input has ended */
    CBANK_JOB_HAS_OUTPUT = 3,  /* read */
    CBANK_JOB_DONE = 4         /* finish */
} cbank_job_state;

/** Hands over the next bytes of the input; they are copied or consumed. STATE after the end. */
CBANK_API CBANK_CHECKED cbank_status cbank_job_feed(cbank_job *job, const uint8_t *data,
                                                    size_t size, cbank_error *err);
/** Says that the input is complete. */
CBANK_API CBANK_CHECKED cbank_status cbank_job_feed_end(cbank_job *job, cbank_error *err);

/**
 * Works for about `budget_ms` milliseconds (0: as little as is useful) and tells what is next.
 * A failure ends the job: only close is left, and the error says why.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_job_step(cbank_job *job, uint32_t budget_ms,
                                                    cbank_job_state *state, cbank_error *err);

/** Takes the output that there is; replaces `output`. */
CBANK_API CBANK_CHECKED cbank_status cbank_job_read(cbank_job *job, cbank_buffer *output,
                                                    cbank_error *err);

/** How far it is. Reply: Progress. */
CBANK_API CBANK_CHECKED cbank_status cbank_job_progress(const cbank_job *job, cbank_buffer *reply,
                                                        cbank_error *err);

/** The result of a job that is DONE; the ..._begin call names the reply. */
CBANK_API CBANK_CHECKED cbank_status cbank_job_finish(cbank_job *job, cbank_buffer *reply,
                                                      cbank_error *err);

/** Cancels if need be, and frees. */
CBANK_API void cbank_job_close(cbank_job *job);

/* ---- banks ------------------------------------------------------------------------------ */

/** An open bank. */
typedef struct cbank_bank cbank_bank;

/**
 * Makes a bank: store, root key, log key and vault keys in a new folder, the guard outside it.
 * Request: BankCreateRequest. Reply: BankInfo.
 *
 * @param passphrase  encrypts the key files; NULL with size 0 leaves them in the clear (mode 0600)
 *
 * @retval CBANK_E_EXISTS   the folder or the guard is there
 * @retval CBANK_E_INVALID  origin or name is not acceptable, or the guard lies inside the folder
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_create(const uint8_t *request, size_t request_size,
                                                       const uint8_t *passphrase,
                                                       size_t passphrase_size, cbank_buffer *reply,
                                                       cbank_error *err);

/**
 * Opens a bank. The root key is not needed and may be elsewhere.
 *
 * @retval CBANK_E_NOT_FOUND  no bank in this folder
 * @retval CBANK_E_ROLLBACK   the store is older than its guard or does not extend it
 * @retval CBANK_E_GUARD      the guard is missing, foreign or badly signed
 * @retval CBANK_E_CORRUPT    stored bytes do not hash to the signed tree, or the file is cut short
 * @retval CBANK_E_KEY        wrong or missing passphrase, or key files others can read
 * @retval CBANK_E_STATE      the log goes on under a newer log key than the folder holds
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_open(const char *path, const uint8_t *passphrase,
                                                     size_t passphrase_size, cbank_bank **out,
                                                     cbank_error *err);

/** Waits for calls of other threads to end, then closes. */
CBANK_API void cbank_bank_close(cbank_bank *bank);

/** What the bank holds. Reply: BankInfo. */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_info(cbank_bank *bank, cbank_buffer *reply,
                                                     cbank_error *err);

/**
 * Signs a directory: what partners pin. Request: DirectoryRequest. Reply: DirectoryReply.
 *
 * @param root  the bank's root key, from where it is kept
 *
 * @retval CBANK_E_KEY  not this bank's root key
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_directory(cbank_bank *bank, const cbank_key *root,
                                                          const uint8_t *request,
                                                          size_t request_size, cbank_buffer *reply,
                                                          cbank_error *err);

/** Signs a status file: what partners refresh. Request: StatusRequest. Reply: StatusReply. */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_status(cbank_bank *bank, const uint8_t *request,
                                                       size_t request_size, cbank_buffer *reply,
                                                       cbank_error *err);

/**
 * Begins an epoch of the log with a new key, made here, encrypted under the same passphrase; the
 * old one signs no more and is gone. Handles that are open on the bank, in this process and in
 * others, answer STATE from then on and have to be opened again. A stop half way is mended by
 * opening the bank. Request: RotateLogKeyRequest. Reply: BankInfo. As cbank_bank_open, and BUSY if
 * others never stop writing.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_rotate_key(const uint8_t *request,
                                                           size_t request_size,
                                                           const uint8_t *passphrase,
                                                           size_t passphrase_size,
                                                           cbank_buffer *reply, cbank_error *err);

/**
 * The root key hands over to the next one: signed by both. Needs no bank. Whoever pinned the
 * earlier key follows by what directories say. Request: RootSuccessionRequest.
 * Reply: RootSuccessionReply. INVALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_root_succession(const cbank_key *earlier,
                                                           const cbank_key *next,
                                                           const uint8_t *request,
                                                           size_t request_size,
                                                           cbank_buffer *reply, cbank_error *err);

/**
 * Takes over the next root key, which signs directories from here on.
 * Request: SucceedRootRequest. Reply: BankInfo. BAD_SIGNATURE, INVALID (not the next one).
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_succeed_root(cbank_bank *bank,
                                                             const uint8_t *request,
                                                             size_t request_size,
                                                             cbank_buffer *reply,
                                                             cbank_error *err);

/**
 * Reports that an institution's key, or one of the bank's earlier log keys, may be in other hands,
 * and from which place in the log. What came before that place holds; nothing from there on does.
 * Request: KeyCompromisedRequest. Reply: KeyCompromisedReply.
 *
 * @retval CBANK_E_NOT_FOUND  no such institution or key
 * @retval CBANK_E_STATE      the log key of today (rotate it first), or reported already
 * @retval CBANK_E_INVALID    a place at which the key was not valid
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_key_compromised(cbank_bank *bank,
                                                                const uint8_t *request,
                                                                size_t request_size,
                                                                cbank_buffer *reply,
                                                                cbank_error *err);

/**
 * Begins to replay everything: bytes, digests, chains, uniqueness, tiles, heads, indices,
 * checkpoints, guard. Reply of the job: CheckReply. Findings are no failure of the job.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_check_begin(cbank_bank *bank, cbank_job **out,
                                                            cbank_error *err);

/**
 * The same of a bank that is not open, and perhaps does not open: nothing is written or signed.
 * The reply says as well why it does not open for writing, how log and guard differ, and up to
 * where the entries are what was signed. Request: InspectRequest. Reply of the job: CheckReply.
 *
 * @retval CBANK_E_NOT_FOUND  no bank in this folder, or no log in its store
 * @retval CBANK_E_KEY        wrong or missing passphrase, or key files others can read
 * @retval CBANK_E_CORRUPT    a store that cannot be opened at all, such as one cut short
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_inspect_begin(const uint8_t *request,
                                                              size_t request_size,
                                                              const uint8_t *passphrase,
                                                              size_t passphrase_size,
                                                              cbank_job **out, cbank_error *err);

/**
 * The clock against the log: a clock that is behind the newest statement, or further ahead of it
 * than a bank in use ever is, is refused (STATE) by whatever writes, until somebody confirms the
 * date. Where it is behind, because it was ahead before, statements then carry the newest one's
 * time until it has caught up. Request: ClockRequest. Reply: ClockReply.
 *
 * @retval CBANK_E_INVALID  the date that is confirmed is not the clock's
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_clock(cbank_bank *bank, const uint8_t *request,
                                                      size_t request_size, cbank_buffer *reply,
                                                      cbank_error *err);

/**
 * Begins to rid the store's file of what was deleted, such as persons who were erased: all rows are
 * written anew, then every page that holds nothing is overwritten with zeros. Others may use the
 * bank through this handle meanwhile, and no other process. Reply of the job: CompactReply.
 *
 * @retval CBANK_E_BUSY  another process has the bank open, or a reading has not ended; begin again
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_compact_begin(cbank_bank *bank, cbank_job **out,
                                                              cbank_error *err);

/**
 * Copies the store, compacted and consistent, into one new file; keys are not in it.
 * Request: BackupRequest. Reply: BackupReply. EXISTS if the file is there.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_backup(cbank_bank *bank, const uint8_t *request,
                                                       size_t request_size, cbank_buffer *reply,
                                                       cbank_error *err);

/**
 * Makes a bank's folder from a backup. Request: RestoreRequest. Reply: BackupReply.
 *
 * @retval CBANK_E_ROLLBACK  the guard has seen more than the copy holds; the copy is not kept
 * @retval CBANK_E_GUARD     no guard, and no note to adopt; or the note is not this bank's
 */
CBANK_API CBANK_CHECKED cbank_status cbank_bank_restore(const uint8_t *request, size_t request_size,
                                                        const uint8_t *passphrase,
                                                        size_t passphrase_size,
                                                        cbank_buffer *reply, cbank_error *err);

/**
 * Writes a reference key to a new file (mode 0600): references of records are composed with it
 * where a file has no numbers of its own. It is not a signing key and outlives them: an institution
 * makes one once and keeps it, or takes the one that its bank keeps for it.
 *
 * @param bank         NULL for a new random key; else the bank whose key for `institution` it is
 * @param institution  a code; NULL with a NULL bank
 *
 * @retval CBANK_E_EXISTS  the file is there
 */
CBANK_API CBANK_CHECKED cbank_status cbank_reference_key_save(cbank_bank *bank,
                                                              const char *institution,
                                                              const char *path,
                                                              const uint8_t *passphrase,
                                                              size_t passphrase_size,
                                                              cbank_error *err);

/**
 * Reads such a file, for SheetFormat.reference_key. NOT_FOUND, KEY, MALFORMED.
 *
 * @param key  receives 32 secret bytes; clear it
 */
CBANK_API CBANK_CHECKED cbank_status cbank_reference_key_open(const char *path,
                                                              const uint8_t *passphrase,
                                                              size_t passphrase_size,
                                                              cbank_buffer *key, cbank_error *err);

/* ---- institutions ----------------------------------------------------------------------- */

/** An institution asks to join; no bank is needed. Request: JoinRequest. Reply: RequestReply. */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_request(const cbank_key *key,
                                                               const uint8_t *request,
                                                               size_t request_size,
                                                               cbank_buffer *reply,
                                                               cbank_error *err);

/**
 * An institution changes its key; signed by the earlier key and the new one.
 * Request: RotationRequest. Reply: RequestReply.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_rotation(const cbank_key *earlier,
                                                                const cbank_key *next,
                                                                const uint8_t *request,
                                                                size_t request_size,
                                                                cbank_buffer *reply,
                                                                cbank_error *err);

/**
 * Admits an institution. Request: AdmitRequest. Reply: InstitutionInfo.
 *
 * @retval CBANK_E_EXISTS         the handle is taken
 * @retval CBANK_E_BAD_SIGNATURE  the request is not signed by the key in it
 * @retval CBANK_E_INVALID        it is for another bank or suite, or a name is not acceptable
 * @retval CBANK_E_UNTRUSTED_KEY  a weak key
 */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_admit(cbank_bank *bank,
                                                             const uint8_t *request,
                                                             size_t request_size,
                                                             cbank_buffer *reply,
                                                             cbank_error *err);

/**
 * Takes over an institution's new key; the earlier one is valid for what was received before. Where
 * the earlier one is compromised, the bank alone brings in the new one.
 * Request: RotateRequest. Reply: InstitutionInfo. NOT_FOUND, BAD_SIGNATURE, INVALID, STATE.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_rotate(cbank_bank *bank,
                                                              const uint8_t *request,
                                                              size_t request_size,
                                                              cbank_buffer *reply,
                                                              cbank_error *err);

/**
 * No more batches until it is resumed. Request: InstitutionChangeRequest.
 * Reply: InstitutionInfo. NOT_FOUND, STATE.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_suspend(cbank_bank *bank,
                                                               const uint8_t *request,
                                                               size_t request_size,
                                                               cbank_buffer *reply,
                                                               cbank_error *err);

/** Ends a suspension. Request: InstitutionChangeRequest. Reply: InstitutionInfo. */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_resume(cbank_bank *bank,
                                                              const uint8_t *request,
                                                              size_t request_size,
                                                              cbank_buffer *reply,
                                                              cbank_error *err);

/**
 * Enters an institution that has no key of its own, and for which others sign; vouched by the bank.
 * Request: RegisterRequest. Reply: InstitutionInfo. EXISTS, INVALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_register(cbank_bank *bank,
                                                                const uint8_t *request,
                                                                size_t request_size,
                                                                cbank_buffer *reply,
                                                                cbank_error *err);

/**
 * Says what an institution is: a new name from a day on, identifiers, type, roles, parent, area.
 * Request: DescribeRequest. Reply: InstitutionInfo. NOT_FOUND, INVALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_describe(cbank_bank *bank,
                                                                const uint8_t *request,
                                                                size_t request_size,
                                                                cbank_buffer *reply,
                                                                cbank_error *err);

/**
 * An institution lets another one sign, or answer, for it; signed by its key of today. No bank is
 * needed. Request: DelegationRequest. Reply: RequestReply, to be handed to the bank.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_delegation(const cbank_key *key,
                                                                  const uint8_t *request,
                                                                  size_t request_size,
                                                                  cbank_buffer *reply,
                                                                  cbank_error *err);

/**
 * Grants a scope, a licence, a delegation or a succession. One that has a key of its own delegates
 * by its own request alone. Request: GrantRequest. Reply: InstitutionInfo.
 *
 * @retval CBANK_E_NOT_FOUND      no such institution, or no such signer or successor
 * @retval CBANK_E_DENIED         it has a key of its own and has to sign the request
 * @retval CBANK_E_BAD_SIGNATURE  the request is not signed with its key of today
 */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_grant(cbank_bank *bank,
                                                             const uint8_t *request,
                                                             size_t request_size,
                                                             cbank_buffer *reply,
                                                             cbank_error *err);

/** Ends a grant on a day. Request: GrantEndRequest. Reply: InstitutionInfo. NOT_FOUND, STATE. */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_grant_end(cbank_bank *bank,
                                                                 const uint8_t *request,
                                                                 size_t request_size,
                                                                 cbank_buffer *reply,
                                                                 cbank_error *err);

/**
 * An institution becomes part of another one, or closes. What it awarded stands; what it awards
 * after its last day is refused. Request: InstitutionEndRequest. Reply: InstitutionInfo.
 * NOT_FOUND, STATE, INVALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_end(cbank_bank *bank,
                                                           const uint8_t *request,
                                                           size_t request_size,
                                                           cbank_buffer *reply, cbank_error *err);

/** One institution. Request: InstitutionShowRequest. Reply: InstitutionInfo. NOT_FOUND. */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_show(cbank_bank *bank,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply, cbank_error *err);

/** Institutions by handle. Request: InstitutionListRequest. Reply: InstitutionListReply. */
CBANK_API CBANK_CHECKED cbank_status cbank_institution_list(cbank_bank *bank,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply, cbank_error *err);

/* ---- learners --------------------------------------------------------------------------- */

/**
 * Opens the one account of each person, or finds it. Request: LearnerOpenRequest.
 * Reply: LearnerOpenReply. All or nothing.
 *
 * @retval CBANK_E_CONFLICT  the number is known under another name
 * @retval CBANK_E_INVALID   a number or name is not acceptable; the reason says why
 */
CBANK_API CBANK_CHECKED cbank_status cbank_learner_open(cbank_bank *bank, const uint8_t *request,
                                                        size_t request_size, cbank_buffer *reply,
                                                        cbank_error *err);

/**
 * Begins to open the accounts of the people on a roster, and to link their student numbers. Feed
 * the file (CSV or a workbook). Request: LearnerImportRequest. Reply of the job:
 * LearnerImportReply. What is wrong with a row is no failure of the job and stops nobody else;
 * INVALID where a whole column was ruined by a spreadsheet program: then nothing is done.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_learner_import_begin(cbank_bank *bank,
                                                                const uint8_t *request,
                                                                size_t request_size,
                                                                cbank_job **out, cbank_error *err);

/** Finds an account by a document. Request: LearnerFindRequest. Reply: LearnerInfo. NOT_FOUND. */
CBANK_API CBANK_CHECKED cbank_status cbank_learner_find(cbank_bank *bank, const uint8_t *request,
                                                        size_t request_size, cbank_buffer *reply,
                                                        cbank_error *err);

/** Shows an account. Request: LearnerShowRequest. Reply: LearnerInfo. NOT_FOUND. */
CBANK_API CBANK_CHECKED cbank_status cbank_learner_show(cbank_bank *bank, const uint8_t *request,
                                                        size_t request_size, cbank_buffer *reply,
                                                        cbank_error *err);

/**
 * Freezes, restricts or closes an account, records that its holder has died, and the way back.
 * Request: LearnerChangeRequest. Reply: LearnerInfo. NOT_FOUND, STATE.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_learner_change(cbank_bank *bank, const uint8_t *request,
                                                          size_t request_size, cbank_buffer *reply,
                                                          cbank_error *err);

/**
 * Puts right whose an account is: names and data, documents that join it, take the place of a wrong
 * one or leave it. Request: LearnerIdentityRequest. Reply: LearnerInfo.
 *
 * @retval CBANK_E_CONFLICT   the document is another account's: merge them
 * @retval CBANK_E_EXISTS     the account has it already
 * @retval CBANK_E_NOT_FOUND  no such account, or it has no such document
 * @retval CBANK_E_STATE      the last document, or a state that forbids it
 */
CBANK_API CBANK_CHECKED cbank_status cbank_learner_identify(cbank_bank *bank,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply,
                                                            cbank_error *err);

/**
 * Two accounts of one person become one; the one that ends is committed to by the other, and
 * transcripts carry both. Request: LearnerMergeRequest. Reply: LearnerMergeReply.
 *
 * @retval CBANK_E_DENIED     two different operators are needed
 * @retval CBANK_E_STATE      one of them is not simply open
 * @retval CBANK_E_TOO_LARGE  merged, they would exceed what a transcript holds
 */
CBANK_API CBANK_CHECKED cbank_status cbank_learner_merge(cbank_bank *bank, const uint8_t *request,
                                                         size_t request_size, cbank_buffer *reply,
                                                         cbank_error *err);

/**
 * Undoes a merger. Request: LearnerUnmergeRequest. Reply: LearnerUnmergeReply.
 * NOT_FOUND, STATE, DENIED.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_learner_unmerge(cbank_bank *bank,
                                                           const uint8_t *request,
                                                           size_t request_size,
                                                           cbank_buffer *reply, cbank_error *err);

/**
 * Deletes for good what the bank knows of a person: names, documents, openings, randomness and
 * statements. Hashes stay, so that the proofs of others do. Works though the disk is full.
 * Request: LearnerEraseRequest. Reply: LearnerInfo.
 *
 * @retval CBANK_E_DENIED  two different operators and grounds are needed; what is to be kept for
 *                         ever goes only by order
 */
CBANK_API CBANK_CHECKED cbank_status cbank_learner_erase(cbank_bank *bank, const uint8_t *request,
                                                         size_t request_size, cbank_buffer *reply,
                                                         cbank_error *err);

/**
 * Everything that is held about a person, page by page: who it is with all names, documents and
 * notes, and every entry of the account with what opens its commitment.
 * Request: LearnerExportRequest. Reply: LearnerExportReply. NOT_FOUND.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_learner_export(cbank_bank *bank,
                                                          const uint8_t *request,
                                                          size_t request_size,
                                                          cbank_buffer *reply, cbank_error *err);

/* ---- credit records --------------------------------------------------------------------- */

/**
 * Signs records with the institution's key and deposits them, in one batch, all or nothing.
 * Request: CreditIssueRequest. Reply: CreditIssueReply.
 *
 * @retval CBANK_E_NOT_FOUND      no such account or institution
 * @retval CBANK_E_KEY_NOT_VALID  not the institution's key of today
 * @retval CBANK_E_INVALID        a record is not acceptable; object and where say which
 * @retval CBANK_E_CONFLICT       the reference is taken by other content: amend it
 * @retval CBANK_E_STATE          the institution is suspended or the account is frozen
 */
CBANK_API CBANK_CHECKED cbank_status cbank_credit_issue(cbank_bank *bank, const cbank_key *key,
                                                        const uint8_t *request,
                                                        size_t request_size, cbank_buffer *reply,
                                                        cbank_error *err);

/**
 * Begins to compare a spreadsheet with what the bank holds of an institution; writes nothing. Feed
 * the file; the output is a CSV file of the differences.
 * Request: CreditReconcileRequest. Reply of the job: CreditReconcileReply.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_credit_reconcile_begin(cbank_bank *bank,
                                                                  const uint8_t *request,
                                                                  size_t request_size,
                                                                  cbank_job **out,
                                                                  cbank_error *err);

/**
 * Begins to write an institution's records as a spreadsheet in the columns of a campus system or
 * of another bank: what the profile's import reads. Nothing is fed; the output is a CSV file, with
 * personal data in it.
 * Request: CreditExportRequest. Reply of the job: CreditExportReply.
 *
 * @retval CBANK_E_UNSUPPORTED  no such format, or one with many results in a row
 * @retval CBANK_E_NOT_FOUND    no such institution, account or batch
 */
CBANK_API CBANK_CHECKED cbank_status cbank_credit_export_begin(cbank_bank *bank,
                                                               const uint8_t *request,
                                                               size_t request_size,
                                                               cbank_job **out,
                                                               cbank_error *err);

/**
 * Begins to read a spreadsheet, sign it and deposit it as one batch. Feed the file; the output is
 * the error file. Request: CreditImportRequest. Reply of the job: CreditImportReply.
 * Rejected rows are no failure of the job: without keep_going they leave everything undone.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_credit_import_begin(cbank_bank *bank,
                                                               const cbank_key *key,
                                                               const uint8_t *request,
                                                               size_t request_size,
                                                               cbank_job **out, cbank_error *err);

/**
 * Begins to read a spreadsheet and sign it as one batch; no bank is needed. Feed the file; the
 * output is the batch file. Request: CreditSignRequest. Reply of the job: CreditImportReply.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_credit_sign_begin(const cbank_key *key,
                                                             const uint8_t *request,
                                                             size_t request_size, cbank_job **out,
                                                             cbank_error *err);

/**
 * Begins to deposit a batch file that an institution signed. Feed the file.
 * Request: CreditDepositRequest. Reply of the job: CreditDepositReply. A step fails with
 * MALFORMED, BAD_SIGNATURE, BAD_HOLDER, KEY_NOT_VALID (a key that was replaced), NOT_FOUND
 * (institution), STATE (suspended), CONFLICT (number used), INVALID (for another bank, or an
 * amendment torn apart), or BUSY (being deposited elsewhere: run it again). Refused items are no
 * failure but leave everything undone without keep_going. The same file again changes nothing.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_credit_deposit_begin(cbank_bank *bank,
                                                                const uint8_t *request,
                                                                size_t request_size,
                                                                cbank_job **out, cbank_error *err);

/** Lists records. Request: CreditListRequest. Reply: CreditListReply. */
CBANK_API CBANK_CHECKED cbank_status cbank_credit_list(cbank_bank *bank, const uint8_t *request,
                                                       size_t request_size, cbank_buffer *reply,
                                                       cbank_error *err);

/** Shows one record. Request: CreditShowRequest. Reply: CreditInfo. NOT_FOUND. */
CBANK_API CBANK_CHECKED cbank_status cbank_credit_show(cbank_bank *bank, const uint8_t *request,
                                                       size_t request_size, cbank_buffer *reply,
                                                       cbank_error *err);

/**
 * Revokes, suspends or reinstates records in one signed batch. Request: CreditChangeRequest.
 * Reply: CreditChangeReply. NOT_FOUND, DENIED (another institution's), STATE, KEY_NOT_VALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_credit_change(cbank_bank *bank, const cbank_key *key,
                                                         const uint8_t *request,
                                                         size_t request_size, cbank_buffer *reply,
                                                         cbank_error *err);

/**
 * Replaces a record by a new revision in one signed batch. Request: CreditAmendRequest.
 * Reply: CreditAmendReply. As cbank_credit_change, and INVALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_credit_amend(cbank_bank *bank, const cbank_key *key,
                                                        const uint8_t *request,
                                                        size_t request_size, cbank_buffer *reply,
                                                        cbank_error *err);

/**
 * Begins to change or amend one record or many, found by their ids or by what they have in common,
 * in one signed batch, all or nothing. Request: CreditCorrectRequest. Reply of the job:
 * CreditCorrectReply. A step fails as cbank_credit_change and cbank_credit_amend do; NOT_FOUND if
 * no record is as stated. The same token again answers for the first 4,096 items of the batch.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_credit_correct_begin(cbank_bank *bank,
                                                                const cbank_key *key,
                                                                const uint8_t *request,
                                                                size_t request_size,
                                                                cbank_job **out, cbank_error *err);

/** Lists batches. Request: BatchListRequest. Reply: BatchListReply. */
CBANK_API CBANK_CHECKED cbank_status cbank_batch_list(cbank_bank *bank, const uint8_t *request,
                                                      size_t request_size, cbank_buffer *reply,
                                                      cbank_error *err);

/** Shows one batch. Request: BatchShowRequest. Reply: BatchInfo. NOT_FOUND. */
CBANK_API CBANK_CHECKED cbank_status cbank_batch_show(cbank_bank *bank, const uint8_t *request,
                                                      size_t request_size, cbank_buffer *reply,
                                                      cbank_error *err);

/* ---- published data --------------------------------------------------------------------- */

/**
 * Begins to publish a rule set, programme, framework, catalogue, list of units or grade scales
 * that its authority has signed. Feed the artefact. Request: PublishRequest. Reply of the job:
 * PublicationInfo. Large ones go in chunks: what stops half way goes on when the same file is
 * published again, and nothing of it is known before its last chunk. A step fails with MALFORMED,
 * BAD_SIGNATURE, KEY_NOT_VALID (a key that was replaced), NOT_FOUND (authority, or what it builds
 * on), STATE (suspended), DENIED (another's id), CONFLICT (not the next edition), BUSY.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_publication_publish_begin(cbank_bank *bank,
                                                                     const uint8_t *request,
                                                                     size_t request_size,
                                                                     cbank_job **out,
                                                                     cbank_error *err);

/** Lists editions. Request: PublicationListRequest. Reply: PublicationListReply. */
CBANK_API CBANK_CHECKED cbank_status cbank_publication_list(cbank_bank *bank,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply, cbank_error *err);

/**
 * Shows an edition, or the one in force on a day as far as was known at a moment.
 * Request: PublicationShowRequest. Reply: PublicationInfo. NOT_FOUND, INVALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_publication_show(cbank_bank *bank,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply, cbank_error *err);

/**
 * Begins to export an edition; the output is the artefact as its authority signed it, for anyone
 * who wants to run the rules again. Request: PublicationShowRequest. Reply of the job:
 * PublicationInfo. NOT_FOUND, INVALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_publication_export_begin(cbank_bank *bank,
                                                                    const uint8_t *request,
                                                                    size_t request_size,
                                                                    cbank_job **out,
                                                                    cbank_error *err);

/**
 * Its authority withdraws an edition, from a day on or altogether. What was recognised under it
 * stays. Request: PublicationWithdrawRequest. Reply: PublicationInfo. NOT_FOUND, DENIED
 * (another's), STATE (is withdrawn), BAD_SIGNATURE, KEY_NOT_VALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_publication_withdraw(cbank_bank *bank,
                                                                const cbank_key *key,
                                                                const uint8_t *request,
                                                                size_t request_size,
                                                                cbank_buffer *reply,
                                                                cbank_error *err);

/* ---- rule sets, programmes and what they refer to: writing them ------------------------- */

/**
 * Which files a document of published data names: tables, and documents that it builds on, whose
 * own files have to be asked for as well. Names lie within the folder of the main document.
 * Request: RulesFilesRequest. Reply: RulesFilesReply.
 *
 * A document that cannot be read names nothing; checking it says why.
 *
 * @retval CBANK_E_INVALID  the name of the document leads out of its folder
 */
CBANK_API CBANK_CHECKED cbank_status cbank_rules_files(const uint8_t *request, size_t request_size,
                                                       cbank_buffer *reply, cbank_error *err);

/**
 * Begins a job that checks documents of published data with their tables, and needs no bank.
 * Request: RulesCheckRequest. The job takes the bytes of the tables, one behind the other, and has
 * no output. Reply of the job: RulesCheckReply, whose findings say what is wrong, and where.
 *
 * @retval CBANK_E_ARGUMENT  the tables are not those that the documents name, in their order
 */
CBANK_API CBANK_CHECKED cbank_status cbank_rules_check_begin(const uint8_t *request,
                                                             size_t request_size, cbank_job **out,
                                                             cbank_error *err);

/**
 * The same for the authority that publishes the main document: the output is the signed file, and
 * there is none if anything is wrong. Request: RulesCheckRequest. Reply of the job:
 * RulesCheckReply.
 *
 * @param key  the authority's key; borrowed until the job is closed
 *
 * @retval CBANK_E_INVALID  from a step: the documents have errors, of which this is the first
 */
CBANK_API CBANK_CHECKED cbank_status cbank_rules_sign_begin(const cbank_key *key,
                                                            const uint8_t *request,
                                                            size_t request_size, cbank_job **out,
                                                            cbank_error *err);

/**
 * Compares two editions, as their authorities signed them: which items were added, removed and
 * changed, field by field. Nobody's signature is checked. For whom a change of rules makes a
 * difference, cbank_plan_run_begin tells. Request: RulesDiffRequest. Reply: RulesDiffReply.
 *
 * @retval CBANK_E_MALFORMED      no artefact
 * @retval CBANK_E_UNSUPPORTED    the second is of another kind than the first
 * @retval CBANK_E_BAD_SIGNATURE  a file whose content is not the one that was signed
 */
CBANK_API CBANK_CHECKED cbank_status cbank_rules_diff(const uint8_t *request, size_t request_size,
                                                      cbank_buffer *reply, cbank_error *err);

/* ---- recognitions ----------------------------------------------------------------------- */

/**
 * An institution recognises records, grant by grant, with its key; no bank is needed.
 * Request: RecognitionSignRequest. Reply: RecognitionFileReply. MALFORMED (no plan), INVALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_recognition_sign(const cbank_key *key,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply,
                                                            cbank_error *err);

/**
 * An institution suspends, reinstates or reverses what it recognised; no bank is needed.
 * Request: RecognitionChangeRequest. Reply: RecognitionFileReply. INVALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_recognition_change(const cbank_key *key,
                                                              const uint8_t *request,
                                                              size_t request_size,
                                                              cbank_buffer *reply,
                                                              cbank_error *err);

/**
 * Enters a file of one of the two calls above: a recognition uses its records, each once within
 * its scope; what is reversed releases them. Request: RecognitionEnterRequest.
 * Reply: RecognitionInfo. The same file again changes nothing.
 *
 * @retval CBANK_E_BAD_SIGNATURE  not signed by the institution that it names
 * @retval CBANK_E_KEY_NOT_VALID  not with its key of today
 * @retval CBANK_E_INVALID        for another bank, or not about this account's records
 * @retval CBANK_E_STATE          a record does not hold or is used up; frozen; not in this state
 * @retval CBANK_E_CONFLICT       the number is used, or what is left of a record has changed
 * @retval CBANK_E_DENIED         another institution's, or one that may not recognise
 */
CBANK_API CBANK_CHECKED cbank_status cbank_recognition_enter(cbank_bank *bank,
                                                             const uint8_t *request,
                                                             size_t request_size,
                                                             cbank_buffer *reply,
                                                             cbank_error *err);

/**
 * Signs and enters in one call, where the bank has the institution's key at hand; unit and level
 * are the programme's. Request: RecognitionSignRequest. Reply: RecognitionInfo. As the two calls.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_plan_recognise(cbank_bank *bank, const cbank_key *key,
                                                          const uint8_t *request,
                                                          size_t request_size,
                                                          cbank_buffer *reply,
                                                          cbank_error *err);

/**
 * Notes, on the bank's word alone, what an office recognised that signs nothing here, by its
 * letter: what was used there is then used here. What the letter says is sealed; the log holds the
 * digest. The same letter about the same records changes nothing.
 * Request: RecognitionNoteRequest. Reply: RecognitionInfo.
 *
 * @retval CBANK_E_DENIED     the office is an institution that has a key in this bank
 * @retval CBANK_E_NOT_FOUND  the account or a record is unknown, or a record is another account's
 * @retval CBANK_E_STATE      a record does not hold, is elsewhere or is used up; frozen
 */
CBANK_API CBANK_CHECKED cbank_status cbank_recognition_note(cbank_bank *bank,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply,
                                                            cbank_error *err);

/**
 * Suspends, reinstates or reverses what the bank has noted itself; what is reversed releases its
 * records. Request: RecognitionSettleRequest. Reply: RecognitionInfo.
 *
 * @retval CBANK_E_NOT_FOUND  there is no such recognition
 * @retval CBANK_E_DENIED     an institution signed it, which alone changes it
 * @retval CBANK_E_STATE      not in this state; or to be reinstated, and a record does not hold
 */
CBANK_API CBANK_CHECKED cbank_status cbank_recognition_settle(cbank_bank *bank,
                                                              const uint8_t *request,
                                                              size_t request_size,
                                                              cbank_buffer *reply,
                                                              cbank_error *err);

/** Shows one. Request: RecognitionShowRequest. Reply: RecognitionInfo. NOT_FOUND. */
CBANK_API CBANK_CHECKED cbank_status cbank_recognition_show(cbank_bank *bank,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply,
                                                            cbank_error *err);

/** Lists an account's. Request: RecognitionListRequest. Reply: RecognitionListReply. */
CBANK_API CBANK_CHECKED cbank_status cbank_recognition_list(cbank_bank *bank,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply,
                                                            cbank_error *err);

/* ---- cases ------------------------------------------------------------------------------ */

/**
 * An institution signs a step of a case of recognition; no bank is needed.
 * Request: CaseSignRequest. Reply: CaseFileReply. INVALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_case_sign(const cbank_key *key, const uint8_t *request,
                                                     size_t request_size, cbank_buffer *reply,
                                                     cbank_error *err);

/**
 * Enters a step that was signed: the next one of its case, if the case has come so far.
 * Request: CaseEnterRequest. Reply: CaseInfo. The same file again changes nothing.
 *
 * @retval CBANK_E_BAD_SIGNATURE  not signed by the institution that it names
 * @retval CBANK_E_KEY_NOT_VALID  not with its key of today
 * @retval CBANK_E_NOT_FOUND      the case, the account or a record is unknown
 * @retval CBANK_E_STATE          not a step of a case in this state; the account is not open
 * @retval CBANK_E_CONFLICT       the number is used, or another step came first
 * @retval CBANK_E_INVALID        for another bank, or a recognition that does not fit the case
 * @retval CBANK_E_DENIED         an institution that may not recognise
 */
CBANK_API CBANK_CHECKED cbank_status cbank_case_enter(cbank_bank *bank, const uint8_t *request,
                                                      size_t request_size, cbank_buffer *reply,
                                                      cbank_error *err);

/**
 * Signs and enters in one call, where the bank has the institution's key at hand.
 * Request: CaseSignRequest. Reply: CaseInfo. As the two calls.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_case_act(cbank_bank *bank, const cbank_key *key,
                                                    const uint8_t *request, size_t request_size,
                                                    cbank_buffer *reply, cbank_error *err);

/** Shows one with its steps. Request: CaseShowRequest. Reply: CaseInfo. NOT_FOUND. */
CBANK_API CBANK_CHECKED cbank_status cbank_case_show(cbank_bank *bank, const uint8_t *request,
                                                     size_t request_size, cbank_buffer *reply,
                                                     cbank_error *err);

/**
 * Lists an institution's by the day on which the next step is due, or an account's.
 * Request: CaseListRequest. Reply: CaseListReply. ARGUMENT, NOT_FOUND.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_case_list(cbank_bank *bank, const uint8_t *request,
                                                     size_t request_size, cbank_buffer *reply,
                                                     cbank_error *err);

/* ---- enrolments ------------------------------------------------------------------------- */

/**
 * Signs enrolments with the institution's key and takes them in as one batch of 1 to 1,000, all or
 * nothing. Each pins the edition of its programme. Request: EnrolmentAddRequest. Reply:
 * EnrolmentReply.
 *
 * @retval CBANK_E_INVALID    the programme is none of the institution's, or not for this day
 * @retval CBANK_E_CONFLICT   the reference stands for an enrolment with other content
 * @retval CBANK_E_NOT_FOUND  no such account, institution or programme
 */
CBANK_API CBANK_CHECKED cbank_status cbank_enrolment_add(cbank_bank *bank, const cbank_key *key,
                                                         const uint8_t *request,
                                                         size_t request_size, cbank_buffer *reply,
                                                         cbank_error *err);
/**
 * Signs changes of enrolments, or their ends, and takes them in as one batch. Request:
 * EnrolmentChangeRequest. Reply: EnrolmentReply. STATE once an enrolment has ended; CONFLICT if a
 * stated revision is not the next; DENIED for another institution's.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_enrolment_change(cbank_bank *bank,
                                                            const cbank_key *key,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply,
                                                            cbank_error *err);
/**
 * Begins to enrol the learners of a list, and to change what it states otherwise. Feed the file
 * (CSV or a workbook); the key stays open as long as the job. Request: EnrolmentImportRequest.
 * Reply of the job: EnrolmentImportReply. What is wrong with a row is no failure of the job; unless
 * others are to be written all the same, nothing is then. The same file again is unchanged, and
 * goes on where one before has stopped.
 *
 * @retval CBANK_E_KEY_NOT_VALID  the key is not the institution's of today
 * @retval CBANK_E_INVALID        a column that is not there, or a whole one that was ruined
 */
CBANK_API CBANK_CHECKED cbank_status cbank_enrolment_import_begin(cbank_bank *bank,
                                                                  const cbank_key *key,
                                                                  const uint8_t *request,
                                                                  size_t request_size,
                                                                  cbank_job **out,
                                                                  cbank_error *err);
/**
 * Enrolments of an account, or of an institution. Request: EnrolmentListRequest. Reply:
 * EnrolmentListReply.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_enrolment_list(cbank_bank *bank, const uint8_t *request,
                                                          size_t request_size,
                                                          cbank_buffer *reply, cbank_error *err);
/**
 * One enrolment and how it came to be so. Request: EnrolmentShowRequest. Reply:
 * EnrolmentShowReply. NOT_FOUND, INVALID for what is not an id.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_enrolment_show(cbank_bank *bank, const uint8_t *request,
                                                          size_t request_size,
                                                          cbank_buffer *reply, cbank_error *err);

/* ---- plans ------------------------------------------------------------------------------ */

/**
 * Makes the plan that provably keeps the most of an account's credits for a programme, under
 * published rules, and tells of each record what becomes of it or why nothing does. It proposes and
 * binds nobody. Request: PlanMakeRequest. Reply: PlanMakeReply.
 *
 * @retval CBANK_E_NOT_FOUND  no such account, or nothing of this name is published or in force
 * @retval CBANK_E_STATE      the records' days select several editions of a rule set
 * @retval CBANK_E_INVALID    rules that cannot be worked out; the error names the rule or cap
 * @retval CBANK_E_TOO_LARGE  more records or combinations than a plan takes
 */
CBANK_API CBANK_CHECKED cbank_status cbank_plan_make(cbank_bank *bank, const uint8_t *request,
                                                     size_t request_size, cbank_buffer *reply,
                                                     cbank_error *err);

/**
 * Begins to ask the same question about many accounts. Feed a spreadsheet with a column "account";
 * the output is a CSV with a row for each account: whether it meets the requirement, how much it
 * counts, what is missing where, and why records were not used. Request: PlanRunRequest.
 * Reply of the job: PlanRunReply. An account that cannot be planned is a row that says why. With
 * two editions of a rule set the row says for whom what changes.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_plan_run_begin(cbank_bank *bank,
                                                          const uint8_t *request,
                                                          size_t request_size, cbank_job **out,
                                                          cbank_error *err);

/**
 * Runs a recognition again, from files alone: the transcript of the account, the programme and the
 * rule sets that it names. The same plan, to the byte, and the same grants; or where they differ.
 * Nothing is verified: whether the transcript is genuine, cbank_transcript_verify says.
 * Request: PlanCheckRequest. Reply: PlanCheckReply, also where they differ.
 *
 * @retval CBANK_E_MALFORMED      a file that is not what it has to be
 * @retval CBANK_E_BAD_SIGNATURE  a file whose content is not the one that was signed
 * @retval CBANK_E_INVALID        a recognition that rests on no plan, or rules that cannot be
 *                                worked out
 */
CBANK_API CBANK_CHECKED cbank_status cbank_plan_check(const uint8_t *request, size_t request_size,
                                                      cbank_buffer *reply, cbank_error *err);

/* ---- transcripts ------------------------------------------------------------------------ */

/**
 * Issues a transcript, under a live consent or a named legal basis, and notes it on the learner's
 * second chain; it is handed out only once that is in the log. Request: TranscriptIssueRequest.
 * Reply: TranscriptIssueReply. NOT_FOUND, STATE (frozen, or a batch that is only partly deposited),
 * TOO_LARGE; DENIED for want of a consent that covers it, or if it was withdrawn in the meantime.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transcript_issue(cbank_bank *bank,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply, cbank_error *err);

/**
 * What was shown of an account to whom, or under one verification code; never what it said.
 * Request: TranscriptListRequest. Reply: TranscriptListReply.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transcript_list(cbank_bank *bank,
                                                           const uint8_t *request,
                                                           size_t request_size,
                                                           cbank_buffer *reply, cbank_error *err);

/**
 * A disclosure stays valid for longer. Partners see it in the next status file (cbank_bank_status).
 * Request: TranscriptExtendRequest. Reply: DisclosureInfo. NOT_FOUND for a code; STATE once it is
 * withdrawn; INVALID if it is valid that long already; DENIED as for issuing.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transcript_extend(cbank_bank *bank,
                                                             const uint8_t *request,
                                                             size_t request_size,
                                                             cbank_buffer *reply,
                                                             cbank_error *err);

/**
 * A disclosure is withdrawn; partners see it in the next status file. Request:
 * TranscriptWithdrawRequest. Reply: DisclosureInfo. NOT_FOUND for a code; STATE if it was before.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transcript_withdraw(cbank_bank *bank,
                                                               const uint8_t *request,
                                                               size_t request_size,
                                                               cbank_buffer *reply,
                                                               cbank_error *err);

/* ---- consent ---------------------------------------------------------------------------- */

/**
 * Somebody may consent in a learner's place: an agent whom the learner has authorised, or the
 * guardian of one under 14. Request: AgentAuthoriseRequest. Reply: ConsentId. DENIED for an agent
 * of a child, or a guardian of whom is none; STATE if no full birth date is held.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_consent_authorise(cbank_bank *bank,
                                                             const uint8_t *request,
                                                             size_t request_size,
                                                             cbank_buffer *reply, cbank_error *err);
/** Ends a mandate. Request: AgentEndRequest. Reply: ConsentId. What was consented to stands. */
CBANK_API CBANK_CHECKED cbank_status cbank_consent_end(cbank_bank *bank, const uint8_t *request,
                                                       size_t request_size, cbank_buffer *reply,
                                                       cbank_error *err);

/**
 * A consent: to whom, for what, which records and which of the person's data may be shown, from
 * when until when. Request: ConsentGiveRequest. Reply: ConsentId. DENIED if the giver may not;
 * STATE for an account that is not open, or if no full birth date is held.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_consent_give(cbank_bank *bank, const uint8_t *request,
                                                        size_t request_size, cbank_buffer *reply,
                                                        cbank_error *err);
/**
 * Takes a consent back: nothing new is shown under it, and with `recall` what was shown is
 * withdrawn too. Request: ConsentWithdrawRequest. Reply: ConsentId. NOT_FOUND, STATE.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_consent_withdraw(cbank_bank *bank,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply,
                                                            cbank_error *err);
/** Consents and agents of an account. Request: ConsentListRequest. Reply: ConsentListReply. */
CBANK_API CBANK_CHECKED cbank_status cbank_consent_list(cbank_bank *bank, const uint8_t *request,
                                                        size_t request_size, cbank_buffer *reply,
                                                        cbank_error *err);

/* ---- claims ----------------------------------------------------------------------------- */

/**
 * Issues a claim: whether a learner fulfils a requirement, and how much of it, signed by the bank
 * without showing the records. It rests on a consent or a legal basis and is noted on the learner's
 * second chain, as a transcript: cbank_transcript_list, _extend and _withdraw know its code.
 * Request: ClaimIssueRequest. Reply: ClaimIssueReply. As cbank_plan_make, DENIED without a consent
 * or a basis that lets the records be shown that count, and STATE if what is to be disclosed was
 * erased.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_claim_issue(cbank_bank *bank, const uint8_t *request,
                                                       size_t request_size, cbank_buffer *reply,
                                                       cbank_error *err);

/**
 * Notes that a claim counts no more, found by its file or its id. Request: ClaimWithdrawRequest.
 * Reply: ClaimWithdrawReply. NOT_FOUND, STATE (withdrawn before), INVALID (another bank's).
 */
CBANK_API CBANK_CHECKED cbank_status cbank_claim_withdraw(cbank_bank *bank,
                                                          const uint8_t *request,
                                                          size_t request_size,
                                                          cbank_buffer *reply, cbank_error *err);

/* ---- trust ------------------------------------------------------------------------------ */

/**
 * Pins a bank, or takes newer files of one that is pinned: a directory that the same root key or
 * one that followed it has signed, a status file; by their numbers, never backwards. What to keep
 * comes back in the reply. Needs no bank. Request: TrustRefreshRequest. Reply: TrustRefreshReply.
 *
 * @retval CBANK_E_STALE          older than what was seen, or by a root key that was succeeded; a
 *                                status file that has expired
 * @retval CBANK_E_FORK           two files of one number, or two successors of one root key
 * @retval CBANK_E_EXPIRED        a directory that has expired
 * @retval CBANK_E_UNTRUSTED_KEY  another root key, or a gap in the succession
 * @retval CBANK_E_MALFORMED      not such a file
 */
CBANK_API CBANK_CHECKED cbank_status cbank_trust_refresh(const uint8_t *request,
                                                         size_t request_size, cbank_buffer *reply,
                                                         cbank_error *err);

/**
 * What is kept of a bank, or what a directory says by itself, though it may have expired.
 * Request: TrustShowRequest. Reply: TrustInfo. As cbank_trust_refresh.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_trust_show(const uint8_t *request, size_t request_size,
                                                      cbank_buffer *reply, cbank_error *err);

/** Whom a verifier trusts: one bank's directory, checked once. Needs no bank. */
typedef struct cbank_verifier cbank_verifier;

/**
 * Checks a directory and holds it. Request: VerifierRequest. With a trust store what it keeps is
 * held, or a newer directory; then as cbank_trust_refresh.
 *
 * @retval CBANK_E_MALFORMED      not a directory
 * @retval CBANK_E_UNTRUSTED_KEY  signed by another root key than the fingerprint says, or weak
 * @retval CBANK_E_BAD_SIGNATURE  not what the root key signed
 * @retval CBANK_E_BAD_SEMANTICS  a key claims a request that does not bear it out
 * @retval CBANK_E_EXPIRED        ask the bank for a newer one
 */
CBANK_API CBANK_CHECKED cbank_status cbank_verifier_open(const uint8_t *request,
                                                         size_t request_size, cbank_verifier **out,
                                                         cbank_error *err);
CBANK_API void cbank_verifier_close(cbank_verifier *verifier);

/**
 * Verifies a transcript, offline. Request: TranscriptVerifyRequest. Reply: VerdictReport, written
 * whenever the answer is CBANK_OK (VALID), 201, 203 or a 6xx; other answers mean that it could not
 * be verified. Nothing of the file's content is handed out unless it is VALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transcript_verify(const cbank_verifier *verifier,
                                                             const uint8_t *request,
                                                             size_t request_size,
                                                             cbank_buffer *reply,
                                                             cbank_error *err);

/**
 * Verifies a claim, offline: the bank's word, for this recipient, now. Request:
 * ClaimVerifyRequest. Reply: ClaimReport, written whenever the answer is CBANK_OK (VALID), 201, 203
 * or a 6xx. Nothing of the file's content is handed out unless it is VALID.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_claim_verify(const cbank_verifier *verifier,
                                                        const uint8_t *request,
                                                        size_t request_size, cbank_buffer *reply,
                                                        cbank_error *err);

/**
 * Reads a transcript without checking any signature, for the eye.
 * Request: TranscriptShowRequest. Reply: VerdictReport with the verdict "UNVERIFIED". MALFORMED.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transcript_show(const uint8_t *request,
                                                           size_t request_size,
                                                           cbank_buffer *reply, cbank_error *err);

/* ---- transfers -------------------------------------------------------------------------- */

/**
 * Offers records to another bank: they are used, amended and offered by nobody from then on, until
 * its answer is taken in. The file is a transcript to it, and rests on a consent or a legal basis
 * as any other. The same token again gives the same offer, and a file of it. Request:
 * TransferOfferRequest. Reply: TransferOfferReply.
 *
 * @retval CBANK_E_STATE      a record that is used, offered, away, no longer held or another bank's
 * @retval CBANK_E_INVALID    a goal that is not the origin of another bank
 * @retval CBANK_E_NOT_FOUND  no such account or record
 * @retval CBANK_E_DENIED     no consent covers it: the offer stands, cbank_transfer_file goes on
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transfer_offer(cbank_bank *bank, const uint8_t *request,
                                                          size_t request_size,
                                                          cbank_buffer *reply, cbank_error *err);
/**
 * Writes the file of an offer that waits again. Request: TransferFileRequest. Reply:
 * TransferOfferReply. NOT_FOUND; STATE once it is answered.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transfer_file(cbank_bank *bank, const uint8_t *request,
                                                         size_t request_size, cbank_buffer *reply,
                                                         cbank_error *err);
/**
 * Answers an offer of the bank that the verifier trusts, once for ever: takes its records, or some,
 * or none; past its due date nothing. The same offer again gives the same answer. The receipt goes
 * to the bank that offered. Request: TransferReceiveRequest. Reply: TransferAnswerReply.
 *
 * @retval CBANK_E_CONFLICT   a record that was taken before, or another answer than was given
 * @retval CBANK_E_INVALID    the file holds no offer to this bank
 * @retval CBANK_E_DENIED     a record without its institution's signature, or, of an institution
 *                            that is entered here, under a key that is not known here for it
 * @retval CBANK_E_UNSUPPORTED  the other bank has another suite
 * @retval CBANK_E_NOT_FOUND  no account is the holder's, and none is to be opened
 * @retval (the classes of cbank_transcript_verify)  the file is not valid
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transfer_receive(cbank_bank *bank,
                                                            const cbank_verifier *verifier,
                                                            const uint8_t *request,
                                                            size_t request_size,
                                                            cbank_buffer *reply,
                                                            cbank_error *err);
/**
 * Gives back records that were taken; the receipt is for the bank that they came from. Request:
 * TransferReturnRequest. Reply: TransferAnswerReply. NOT_FOUND; STATE for what is used or not here.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transfer_return(cbank_bank *bank,
                                                           const uint8_t *request,
                                                           size_t request_size,
                                                           cbank_buffer *reply, cbank_error *err);
/**
 * Takes in what the bank that the verifier trusts has answered: the records leave for good, or are
 * free again. The same receipt again changes nothing. Request: TransferAckRequest. Reply:
 * TransferInfo. CONFLICT for another answer to an offer that has one; INVALID for what is not about
 * an offer of this bank; the classes of a verification.
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transfer_ack(cbank_bank *bank,
                                                        const cbank_verifier *verifier,
                                                        const uint8_t *request,
                                                        size_t request_size, cbank_buffer *reply,
                                                        cbank_error *err);
/**
 * Enters what a bank without cbank writes about an offer by letter, or takes the offer back once
 * its due date has passed: the records leave, are free again, or have come back. Request:
 * TransferSettleRequest. Reply: TransferInfo.
 *
 * @retval CBANK_E_NOT_FOUND  no such transfer, or a record that it does not hold
 * @retval CBANK_E_STATE      the other bank gives receipts; not due yet; not away
 * @retval CBANK_E_CONFLICT   the offer has ended otherwise
 * @retval CBANK_E_INVALID    without the letter's number, or the records that it is about
 */
CBANK_API CBANK_CHECKED cbank_status cbank_transfer_settle(cbank_bank *bank,
                                                           const uint8_t *request,
                                                           size_t request_size,
                                                           cbank_buffer *reply, cbank_error *err);
/** One transfer. Request: TransferShowRequest. Reply: TransferInfo. NOT_FOUND. */
CBANK_API CBANK_CHECKED cbank_status cbank_transfer_show(cbank_bank *bank, const uint8_t *request,
                                                         size_t request_size, cbank_buffer *reply,
                                                         cbank_error *err);
/** Lists an account's transfers, or all. Request: TransferListRequest. Reply: TransferListReply. */
CBANK_API CBANK_CHECKED cbank_status cbank_transfer_list(cbank_bank *bank, const uint8_t *request,
                                                         size_t request_size, cbank_buffer *reply,
                                                         cbank_error *err);

/* ---- the log ---------------------------------------------------------------------------- */

/** The newest signed checkpoint. Reply: CheckpointReply. */
CBANK_API CBANK_CHECKED cbank_status cbank_log_checkpoint(cbank_bank *bank, cbank_buffer *reply,
                                                          cbank_error *err);

/** Proves that a record's entry is in the log. Request: ProveRequest. Reply: ProveReply. */
CBANK_API CBANK_CHECKED cbank_status cbank_log_prove(cbank_bank *bank, const uint8_t *request,
                                                     size_t request_size, cbank_buffer *reply,
                                                     cbank_error *err);

/**
 * Proves that one state of the log extends another. Request: ConsistencyRequest.
 * Reply: ConsistencyReply, written with CBANK_E_FORK as well.
 *
 * @retval CBANK_E_INVALID  the sizes are not in order or beyond the log
 * @retval CBANK_E_FORK     the note that was seen was signed by another copy of this bank, which
 *                          went its own way: the reply holds two signed notes that prove it
 * @retval CBANK_E_UNTRUSTED_KEY, CBANK_E_BAD_SIGNATURE, CBANK_E_MALFORMED  no note of this log
 */
CBANK_API CBANK_CHECKED cbank_status cbank_log_consistency(cbank_bank *bank,
                                                           const uint8_t *request,
                                                           size_t request_size,
                                                           cbank_buffer *reply, cbank_error *err);

#ifdef __cplusplus
}
#endif
#endif
