/*
 * fuzz.h - what every target has: its input, and a story that both sides know.
 *
 * A target hands its input to a parser as a stranger's file would be, and says what must hold
 * whatever is in it. Targets that read signed files sign what they are given as well, so that the
 * signature does not stand between the fuzzer and the rest.
 */
#ifndef CBI_TESTS_FUZZ_FUZZ_H
#define CBI_TESTS_FUZZ_FUZZ_H

#include "base/bytes.h"
#include "proof/story.h"

typedef void fuzz_run(cbi_bytes input);

#define FUZZ_TARGET(name) fuzz_run fuzz_##name;
#include "fuzz/targets.def"
#undef FUZZ_TARGET

/* Ends the program if not: what the target promises is broken. */
void fuzz_require(bool holds, const char *promise);

/* Takes the first byte off, as a number below `count`; 0 of an empty input. */
unsigned fuzz_choose(cbi_bytes *input, unsigned count);

/*
 * The learner to whom everything happens, and the directory of his bank. The same in every run and
 * every process: its keys are counted, not drawn (keys.c), so that inputs keep their meaning.
 */
story *fuzz_story(void);
const cbi_directory *fuzz_trusted(void);

/*
 * The file with the digest of its body, signed by `keys`, whatever it held. `amend` may change the
 * head before; or NULL. False if container or head cannot be read: then no key helps.
 */
typedef void fuzz_amend(void *head, cbi_artefact_reader *parts);
bool fuzz_sign(cbi_bytes file, const char *payload_type,
               const ProtobufCMessageDescriptor *head_type, fuzz_amend *amend,
               const cbi_private *const *keys, size_t key_count, cbank_buffer *out);

/* The number of a call of the target `api`, as fuzz_choose has it. */
uint8_t fuzz_api_number(const char *name);

/* Signatures are cheap (signatures.c); from now on they are what they are elsewhere, or not. */
void fuzz_sign_truly(bool truly);

/* Amends the head of a batch: number and root are of what is in the body. */
fuzz_amend fuzz_count_batch;

/*
 * The transcript in a log made for it: leaves, root, paths and checkpoint are of what its parts
 * say, and the bank has signed it. False if its parts are not what the head counts.
 */
bool fuzz_log_transcript(cbi_bytes file, cbank_buffer *out);

#endif
