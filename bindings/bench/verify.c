/*
 * verify.c - what a verification costs in C, for the benchmarks of the bindings to stand beside.
 *
 * Usage: verify DIRECTORY FINGERPRINT TRANSCRIPT RECIPIENT AT COUNT
 *
 * Prints nanoseconds of processor time a verification, in the fastest of five rounds.
 */
#include <cbank.h>
#include <cbank/api/v1/transcript.pb-c.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 5

static ProtobufCBinaryData read_file(const char *path)
{
    static uint8_t content[2][1 << 20];
    static unsigned files;
    FILE *file = fopen(path, "rb");
    ProtobufCBinaryData out = {0, content[files++ % 2]};

    if (file != NULL) {
        out.len = fread(out.data, 1, sizeof(content[0]), file);
        fclose(file);
    }
    return out;
}

static double now(void)
{
    struct timespec at;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

/* As a C program would: the request packed, the reply cleared, each time. */
static double round_of(const cbank_verifier *verifier,
                       const Cbank__Api__V1__TranscriptVerifyRequest *ask, long count)
{
    static uint8_t request[1 << 21];
    double began = now();

    for (long i = 0; i < count; i++) {
        size_t size = cbank__api__v1__transcript_verify_request__pack(ask, request);
        cbank_buffer reply = {0};

        if (cbank_transcript_verify(verifier, request, size, &reply, NULL) != CBANK_OK)
            exit(1);
        cbank_buffer_clear(&reply);
    }
    return (now() - began) / (double)count;
}

int main(int argc, char **argv)
{
    Cbank__Api__V1__VerifierRequest trust = CBANK__API__V1__VERIFIER_REQUEST__INIT;
    Cbank__Api__V1__TranscriptVerifyRequest ask = CBANK__API__V1__TRANSCRIPT_VERIFY_REQUEST__INIT;
    static uint8_t request[1 << 21];
    cbank_verifier *verifier = NULL;
    double best = 0;
    long count;
    size_t size;

    if (argc != 7 || (count = strtol(argv[6], NULL, 10)) < 1)
        return 2;
    trust.directory = read_file(argv[1]);
    trust.root_fingerprint = argv[2];
    trust.at = ask.at = strtoll(argv[5], NULL, 10);
    ask.file = read_file(argv[3]);
    ask.recipient = argv[4];
    size = cbank__api__v1__verifier_request__pack(&trust, request);
    if (cbank_verifier_open(request, size, &verifier, NULL) != CBANK_OK)
        return 1;
    for (int i = 0; i < ROUNDS; i++) {
        double found = round_of(verifier, &ask, count);

        best = i == 0 || found < best ? found : best;
    }
    cbank_verifier_close(verifier);
    printf("%.0f\n", best);
    return 0;
}
